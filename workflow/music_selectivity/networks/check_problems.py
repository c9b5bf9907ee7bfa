"""What can be wrong with a user's network, and the sentences that say so.

docs/networks.md explains them. `hear` plays waveforms to the network, `first` and
`together` are what it responded to `sounds` in one batch, and lengths are in seconds.
"""

import contextlib
from collections.abc import Callable, Sequence

import numpy as np
import torch

from music_selectivity.errors import InputError
from music_selectivity.networks.description import NetworkDescription
from music_selectivity.networks.layers import LOGITS, Recorded, some_of
from music_selectivity.networks.synthetic_sounds import synthetic_sounds

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


def failure(hear: Hear, error: InputError, seconds: float, sample_rate: int) -> str:
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


def unsteady(hear: Hear, sounds: np.ndarray, first: Recorded) -> list[str]:
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


def dependent(hear: Hear, sounds: np.ndarray, together: Recorded) -> list[str]:
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


def of_other_length(
    hear: Hear, first: Recorded, seconds: float, network: NetworkDescription
) -> tuple[float | None, dict[str, str]]:
    """Another length that the network takes, and layers whose units vary with it."""
    for factor in OTHER_LENGTHS:
        other = factor * seconds
        with contextlib.suppress(InputError):
            found = hear(synthetic_sounds(other, network.sample_rate))
            return other, _varying_units(first, found, seconds, other)
    return None, {}


def of_natural_sounds(
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


def not_finite(recorded: Recorded) -> list[str]:
    """Layers with responses that are not finite."""
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


def constant(recorded: Recorded) -> list[str]:
    """Layers of which no unit distinguishes the sounds."""
    return [
        f"layer {name} responds to all sounds equally: describe a layer that the sound "
        "reaches, or see whether its weights are loaded"
        for name, responses in recorded.responses.items()
        if responses.isfinite().all() and never_vary(responses).all()
    ]


def unnamed_classes(recorded: Recorded, network: NetworkDescription) -> list[str]:
    """Whether there are other classes than names; nothing without logits."""
    if LOGITS not in recorded.responses:
        return []
    n_logits, n_names = recorded.responses[LOGITS].shape[1], len(network.class_names)
    if n_logits == n_names:
        return []
    return [
        f"class_names has {n_names} names, but there are {n_logits} logits: name each "
        "class, in the order of the logits"
    ]


def never_vary(responses: torch.Tensor) -> torch.Tensor:
    """Which units, (units,), of (sounds, units) respond to all sounds equally."""
    return (responses == responses[0]).all(dim=0)


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as messages show it: 4 x 256."""
    return " x ".join(map(str, shape))


def _layers(names: Sequence[str] | dict) -> str:
    return f"{'layer' if len(names) == 1 else 'layers'} {some_of(names)}"
