"""Whether a user's network is as described, tried with synthetic sounds.

docs/networks.md explains what is checked, and the messages.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from music_selectivity import seeds
from music_selectivity.errors import InputError
from music_selectivity.networks.description import NetworkDescription
from music_selectivity.networks.layers import (
    LOGITS,
    LayerRecorder,
    Recorded,
    examine,
    find_layers,
    some_of,
)
from music_selectivity.networks.twins import twin

OTHER_LENGTHS = (1.25, 0.8)
"""Lengths, relative to that of the clips. The first that the network takes shows which
axes of its outputs are time."""

LONGEST_SECONDS = 30.0
"""Up to this length it is tried whether a network that fails takes longer clips."""

TOLERANCE = 1e-2
"""Largest change of a response with the other clips of its batch, relative to the
standard deviation between sounds. Rounding usually changes less than 1e-4."""

Hear = Callable[..., Recorded]
"""What a network responds to waveforms, (clips, samples)."""


@dataclass(frozen=True)
class CheckedLayer:
    """A layer: the shape of its output, its units, and how many never vary."""

    name: str
    shape: tuple[int, ...]
    n_units: int
    n_constant: int


@dataclass(frozen=True)
class Checked:
    """What the check of a network found.

    Attributes
    ----------
    layers : tuple of CheckedLayer
        In the order in which they run.
    seconds, mb : float
        Time and memory that each clip of a batch took.
    loaded_mb : float
        Memory that the process, or the network on a GPU, took without a batch.
    other_seconds : float or None
        Another length of clips that the network takes; None if it takes only one.
    """

    layers: tuple[CheckedLayer, ...]
    seconds: float
    mb: float
    loaded_mb: float
    other_seconds: float | None

    @property
    def n_units(self) -> int:
        """Units of all layers."""
        return sum(layer.n_units for layer in self.layers)


def check(
    network: NetworkDescription,
    seconds: float,
    device: torch.device,
    natural_seconds: float | None = None,
) -> Checked:
    """Play synthetic sounds to a network, and see whether it is as described.

    Parameters
    ----------
    network
        Its module is moved to `device` and set to evaluation mode.
    seconds
        Length of the study's clips.
    device
        Where to compute.
    natural_seconds
        Length of the natural sounds, if the study plays these, too.

    Raises
    ------
    InputError
        The network is not as described; the message has a line for each problem.
    """
    layers, problems = examine(network)
    module = network.module.to(device).eval()
    sounds = synthetic_sounds(seconds, network.sample_rate)
    with LayerRecorder(module, layers) as recorder:

        def hear(waveforms: np.ndarray, whole: bool = False) -> Recorded:
            inputs = torch.from_numpy(network.inputs(waveforms))
            recorded = recorder.record(inputs.to(device), whole)
            for name, responses in recorded.responses.items():
                recorded.responses[name] = responses.cpu()
            return recorded

        try:
            first, loaded_mb, mb = _with_memory(
                lambda: hear(sounds, whole=True), device
            )
        except InputError as error:
            problems.append(_failure(hear, error, seconds, network.sample_rate))
            raise InputError("\n".join(problems)) from error
        problems += first.problems.values()
        began = time.perf_counter()
        unsteady = _unsteady(hear, sounds, first)
        took = time.perf_counter() - began
        problems += unsteady or _dependent(hear, sounds, first)
        other, of_length = _of_other_length(hear, first, seconds, network)
        of_natural: dict[str, str] = {}
        if natural_seconds:
            of_natural = _of_natural_sounds(
                hear, first, seconds, natural_seconds, network.sample_rate
            )
        # One sentence per layer.
        problems += (of_natural | of_length).values()
    problems += _not_finite(first)
    problems += _constant(first)
    problems += _unnamed_classes(first, network)
    if problems:
        raise InputError("\n".join(problems))
    return Checked(
        layers=tuple(
            CheckedLayer(
                name,
                first.shapes[name],
                responses.shape[1],
                int(_never_vary(responses).sum()),
            )
            for name, responses in first.responses.items()
            if name != LOGITS
        ),
        seconds=took / len(sounds),
        mb=mb / len(sounds),
        loaded_mb=loaded_mb,
        other_seconds=other,
    )


def check_twin(
    network: NetworkDescription, kind: str, seconds: float, device: torch.device
) -> None:
    """See whether a network that passed its check can be turned into a twin.

    Parameters
    ----------
    network
        Its module is moved to `device` and changed in place.
    kind
        As for ``twins.twin``.
    seconds, device
        As for `check`.

    Raises
    ------
    InputError
        It cannot, or responses of the twin are not finite.
    """
    sounds = network.inputs(synthetic_sounds(seconds, network.sample_rate))
    made = twin(network, kind, 1, _Inputs(sounds), device)
    with LayerRecorder(made.module, find_layers(made)) as recorder:
        recorded = recorder.record(torch.from_numpy(sounds).to(device))
    if problems := _not_finite(recorded):
        raise InputError("\n".join(f"in a twin, {problem}" for problem in problems))


def synthetic_sounds(seconds: float, sample_rate: int) -> np.ndarray:
    """Four sounds: a melody, a rising tone, syllables of noise, and clicks.

    Returns
    -------
    array, shape (4, samples), float32
        With a peak of 0.5.
    """
    rng = seeds.generator("synthetic sounds")
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    pitch = 220 * 2 ** (rng.integers(0, 12, 1 + int(4 * seconds)) / 12)
    phase = 2 * np.pi * np.cumsum(pitch[(4 * t).astype(int)]) / sample_rate
    melody = sum(np.sin(k * phase) / k for k in range(1, 6)) * np.exp(-3 * (4 * t % 1))
    rising = np.sin(2 * np.pi * (100 * t + 0.5 * 2000 / seconds * t**2))
    syllables = rng.standard_normal(len(t)) * np.sin(np.pi * 4 * t) ** 2
    clicks = rng.standard_normal(len(t)) * np.exp(-100 * (t * 7 % 1))
    sounds = np.stack([melody, rising, syllables, clicks])
    return (0.5 * sounds / np.abs(sounds).max(1, keepdims=True)).astype(np.float32)


class _Inputs:
    """Inputs of a network in memory, as `ShardedArray` gives those on disk."""

    def __init__(self, inputs: np.ndarray) -> None:
        self._inputs = inputs

    def __len__(self) -> int:
        return len(self._inputs)

    def take(self, items: np.ndarray) -> np.ndarray:
        return self._inputs[items]


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as messages show it: 4 x 256."""
    return " x ".join(map(str, shape))


def _with_memory(
    action: Callable[[], Recorded], device: torch.device
) -> tuple[Recorded, float, float]:
    """What an action returns, the MB that are in use before, and its own at most."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device) / 2**20
        result = action()
        peak = torch.cuda.max_memory_allocated(device) / 2**20
    else:
        # The kernel then measures the peak again, where it lets a process ask for this.
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
        before = _process_mb("VmRSS")
        result = action()
        peak = _process_mb("VmHWM")
    return result, before, max(0.0, peak - before)


def _process_mb(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))


def _failure(hear: Hear, error: InputError, seconds: float, sample_rate: int) -> str:
    """Why a network fails: it fails on any sound, or the clips are too short for it."""
    longer = 2 * seconds
    while longer <= LONGEST_SECONDS:
        with contextlib.suppress(InputError):
            hear(synthetic_sounds(longer, sample_rate), whole=True)
            return (
                f"clips of {seconds:g} s are too short for the network, which takes "
                f"{longer:g} s: give longer clips (audio.clip_seconds), or lengthen "
                f"them in forward; {error}"
            )
        longer *= 2
    return f"the network fails on clips of {seconds:g} s: {error}"


def _changed(first: Recorded, second: Recorded) -> list[str]:
    """Layers with other responses in the second pass than in the first."""
    return [
        name
        for name, responses in first.responses.items()
        if name in second.responses
        and not torch.allclose(
            responses, second.responses[name], rtol=0, atol=0, equal_nan=True
        )
    ]


def _unsteady(hear: Hear, sounds: np.ndarray, first: Recorded) -> list[str]:
    """Why a second pass differs from the first; nothing if it does not."""
    state = (
        "if the network keeps a state between calls, reset it at the beginning of "
        "forward, in an adapter"
    )
    try:
        changed = _changed(first, hear(sounds))
        if not changed:
            return []
        where = f"two passes of the same sounds differ in {_layers(changed)}"
        with torch.random.fork_rng():
            torch.manual_seed(0)
            seeded = hear(sounds)
            torch.manual_seed(0)
            again = hear(sounds)
    except InputError as error:
        return [f"the network fails in a second pass: {state}; {error}"]
    if _changed(seeded, again):
        return [f"{where}, even with the same random numbers: {state}"]
    return [
        f"{where}: the network draws random numbers in evaluation mode; leave these "
        "out, such as functional.dropout without training=self.training"
    ]


def _dependent(hear: Hear, sounds: np.ndarray, together: Recorded) -> list[str]:
    """Problems with batches of one clip, in which responses must be the same."""
    try:
        alone = [hear(sounds[[at]]) for at in range(len(sounds))]
    except InputError as error:
        return [f"the network fails on a batch of one clip: {error}"]
    problems, dependent = [], {}
    for name, expected in together.responses.items():
        if failed := [each.problems[name] for each in alone if name in each.problems]:
            problems.append(f"in a batch of one clip, {failed[0]}")
            continue
        found = [each.responses[name] for each in alone]
        if others := {x.shape[1] for x in found} - {expected.shape[1]}:
            problems.append(
                f"layer {name} has {min(others)} units in a batch of one clip and "
                f"{expected.shape[1]} in a batch of {len(sounds)}: its unit_axis must "
                "hold no clips; give another axis or module"
            )
            continue
        change = (torch.cat(found) - expected).abs().max() / expected.std(dim=0).mean()
        if change > TOLERANCE:
            dependent[name] = float(change)
    if dependent:
        problems.append(
            f"responses of {_layers(dependent)} to a clip alone differ from those in a "
            f"batch by {max(dependent.values()):.2g} standard deviations between "
            "sounds: no response may depend on other clips; normalise each clip by "
            "itself"
        )
    return problems


def _of_other_length(
    hear: Hear, first: Recorded, seconds: float, network: NetworkDescription
) -> tuple[float | None, dict[str, str]]:
    """Another length that the network takes, and layers whose units vary with it."""
    for factor in OTHER_LENGTHS:
        other = factor * seconds
        with contextlib.suppress(InputError):
            found = hear(synthetic_sounds(other, network.sample_rate))
            return other, _varying_units(first, found, seconds, other)
    return None, {}


def _of_natural_sounds(
    hear: Hear, first: Recorded, seconds: float, natural_seconds: float, rate: int
) -> dict[str, str]:
    """Problems with sounds of the length of the natural sounds, by layer.

    If the network does not take this length, no layer is named.
    """
    try:
        found = hear(synthetic_sounds(natural_seconds, rate), whole=True)
    except InputError as error:
        return {
            "": "the network does not take the natural sounds, which last "
            f"{natural_seconds:g} s: cut or lengthen sounds in forward, or leave "
            f"natural_sounds.folder out; {error}"
        }
    failed = {
        name: f"for the natural sounds, which last {natural_seconds:g} s, {problem}"
        for name, problem in found.problems.items()
        if name in first.responses
    }
    return failed | _varying_units(first, found, seconds, natural_seconds)


def _varying_units(
    first: Recorded, found: Recorded, seconds: float, other: float
) -> dict[str, str]:
    """Layers that have other units for clips of another length, with a sentence."""
    sizes = {name: responses.shape[1] for name, responses in found.responses.items()}
    return {
        name: f"layer {name} has {responses.shape[1]} units for clips of {seconds:g} s "
        f"and {sizes[name]} for {other:g} s, so that its unit_axis holds time (its "
        f"output is {shape_text(first.shapes[name])}): give another axis or, if units "
        "and time share one, a module before"
        for name, responses in first.responses.items()
        if sizes.get(name, responses.shape[1]) != responses.shape[1]
    }


def _not_finite(recorded: Recorded) -> list[str]:
    found = []
    for name, responses in recorded.responses.items():
        n_bad = int((~responses.isfinite()).any(dim=1).sum())
        if n_bad:
            found.append(
                f"layer {name} is not finite for {n_bad} of {len(responses)} sounds: "
                "see to the scale of what the network takes (full_scale, log_mel), and "
                "to logarithms of 0 and divisions by 0 in forward"
            )
    return found


def _constant(recorded: Recorded) -> list[str]:
    return [
        f"layer {name} responds to all sounds equally: describe a layer that the sound "
        "reaches, or see whether its weights are loaded"
        for name, responses in recorded.responses.items()
        if responses.isfinite().all() and _never_vary(responses).all()
    ]


def _never_vary(responses: torch.Tensor) -> torch.Tensor:
    """Which units respond to all sounds equally."""
    return (responses == responses[0]).all(dim=0)


def _unnamed_classes(recorded: Recorded, network: NetworkDescription) -> list[str]:
    if LOGITS not in recorded.responses:
        return []
    n_logits, n_names = recorded.responses[LOGITS].shape[1], len(network.class_names)
    if n_logits == n_names:
        return []
    return [
        f"class_names has {n_names} names, but there are {n_logits} logits: name each "
        "class, in the order of the logits"
    ]


def _layers(names: Sequence[str] | dict) -> str:
    return f"{'layer' if len(names) == 1 else 'layers'} {some_of(names)}"
