"""Whether a user's network is as described, tried with synthetic sounds.

docs/networks.md explains what is checked, and the messages.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from music_selectivity.errors import InputError
from music_selectivity.networks.check_problems import (
    constant,
    dependent,
    failure,
    never_vary,
    not_finite,
    of_natural_sounds,
    of_other_length,
    unnamed_classes,
    unsteady,
)
from music_selectivity.networks.description import NetworkDescription
from music_selectivity.networks.layers import (
    LOGITS,
    LayerRecorder,
    Recorded,
    examine,
    find_layers,
)
from music_selectivity.networks.synthetic_sounds import synthetic_sounds
from music_selectivity.networks.twins import twin


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
            problems.append(failure(hear, error, seconds, network.sample_rate))
            raise InputError("\n".join(problems)) from error
        problems += first.problems.values()
        began = time.perf_counter()
        of_second_pass = unsteady(hear, sounds, first)
        took = time.perf_counter() - began
        problems += of_second_pass or dependent(hear, sounds, first)
        other, of_length = of_other_length(hear, first, seconds, network)
        of_natural: dict[str, str] = {}
        if natural_seconds:
            of_natural = of_natural_sounds(
                hear, first, seconds, natural_seconds, network.sample_rate
            )
        # One sentence per layer.
        problems += (of_natural | of_length).values()
    problems += not_finite(first)
    problems += constant(first)
    problems += unnamed_classes(first, network)
    if problems:
        raise InputError("\n".join(problems))
    return Checked(
        layers=tuple(
            CheckedLayer(
                name,
                first.shapes[name],
                responses.shape[1],
                int(never_vary(responses).sum()),
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
    if problems := not_finite(recorded):
        raise InputError("\n".join(f"in a twin, {problem}" for problem in problems))


class _Inputs:
    """Inputs of a network in memory, as `ShardedArray` gives those on disk."""

    def __init__(self, inputs: np.ndarray) -> None:
        self._inputs = inputs

    def __len__(self) -> int:
        return len(self._inputs)

    def take(self, items: np.ndarray) -> np.ndarray:
        return self._inputs[items]


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
