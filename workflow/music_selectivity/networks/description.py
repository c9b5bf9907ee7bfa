"""The contract of a user's network: what must be known to play it sounds and read it.

A user's file has a function without arguments that returns a `NetworkDescription`;
docs/networks.md shows one.
"""

import reprlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from torch import nn

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.errors import InputError

Element = int | str | tuple[int | str, ...]


@dataclass(frozen=True)
class Layer:
    """Modules of a network whose output is a layer, and how the output is read.

    The responses of a layer's units are the means over all axes of the output but those
    of the clips and of the units.

    Attributes
    ----------
    module : str
        Name of the module, as in ``named_modules()``; or a pattern for several, in
        which ``*`` stands for text without dots. "output" is what the network itself
        returns, unless one of its modules has this name.
    unit_axis : int
        Axis of the output that holds the units. Negative numbers count from the last.
    element : int, str or tuple
        If the output is a tuple or a dict, the index or the key of the tensor in it; in
        a nested output, a tuple of several. Empty if the output is a tensor.
    clip_axis : int
        Axis of the output that holds the clips of the batch.

    Raises
    ------
    InputError
        A name is no text, or an axis no whole number.
    """

    module: str
    unit_axis: int
    element: Element = ()
    clip_axis: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.module, str):
            raise InputError(
                f"module of a Layer is a {_type(self.module)}; give its name"
            )
        for name in ("unit_axis", "clip_axis"):
            axis = getattr(self, name)
            if not _is_whole(axis):
                raise InputError(
                    f"{name} of the Layer {self.module} is {axis!r}; give a whole "
                    "number"
                )

    @property
    def path(self) -> tuple[int | str, ...]:
        """The element as a tuple, from the outermost output to the tensor."""
        return self.element if isinstance(self.element, tuple) else (self.element,)


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkDescription:
    """A network, what it takes, and which of its modules are layers.

    Sequences may be given as any iterable, and are kept as tuples.

    Attributes
    ----------
    module : nn.Module
        The network, in evaluation mode. It is called with one tensor, float32:
        waveforms, (clips, samples), or log-mels in dB, (clips, mels, frames).
    sample_rate : int
        Hz.
    layers : sequence of Layer
        The layers that are recorded.
    licence, training_data : str
        The licence of the weights, and the data that they were learned from, for
        readers of the report.
    log_mel : LogMelSettings or None
        The front end; None for a network that takes waveforms.
    front_end : sequence of str
        Names of modules whose parameters are fixed, such as the filters of a spectrum
        that the network itself computes. Twins keep them.
    full_scale : int
        Value of a full-scale sample: 1, or 32768 for a network that was trained on the
        values of 16-bit samples.
    class_names : sequence of str
        Names of the classes that the network detects, if it does, in the order of its
        logits, each once.
    logits : Layer or None
        The output that holds the logits of the classes as its units.
    batch_size : int
        Clips that are computed at once; fewer need less memory.

    Raises
    ------
    InputError
        An attribute has a wrong type or value; the message lists all of them.
    """

    module: nn.Module
    sample_rate: int
    layers: Sequence[Layer]
    licence: str
    training_data: str
    log_mel: LogMelSettings | None = None
    front_end: Sequence[str] = ()
    full_scale: int = 1
    class_names: Sequence[str] = ()
    logits: Layer | None = None
    batch_size: int = 32

    def __post_init__(self) -> None:
        for name in ("layers", "front_end", "class_names"):
            value = getattr(self, name)
            if isinstance(value, Iterable) and not isinstance(value, str):
                object.__setattr__(self, name, tuple(value))
        if problems := list(self._problems()):
            raise InputError("\n".join(problems))

    def inputs(self, waveforms: np.ndarray) -> np.ndarray:
        """What the network takes for waveforms, (clips, samples), in [-1, 1].

        Returns
        -------
        array, shape (clips, samples) or (clips, mels, frames), float32
        """
        scaled = waveforms.astype(np.float32) * np.float32(self.full_scale)
        if self.log_mel is None:
            return scaled
        return LogMel(self.log_mel, self.sample_rate)(scaled)

    def _problems(self) -> Iterator[str]:
        if not isinstance(self.module, nn.Module):
            yield f"module is a {_type(self.module)}; give a torch.nn.Module"
        for name in ("sample_rate", "full_scale", "batch_size"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                yield f"{name} is {value!r}; give a whole number above 0"
        if not _is_tuple_of(Layer, self.layers):
            yield "layers must be a list of Layer(module, unit_axis, ...)"
        for name in ("licence", "training_data"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                yield f'{name} is {value!r}; give a text, such as "unknown"'
        if not isinstance(self.log_mel, LogMelSettings | None):
            yield (
                f"log_mel is a {_type(self.log_mel)}; give LogMelSettings, or None for "
                "a network that takes waveforms"
            )
        elif self.log_mel is not None:
            yield from _problems_of_log_mel(self.log_mel, self.sample_rate)
        for name, named in (("front_end", "modules"), ("class_names", "classes")):
            value = getattr(self, name)
            if not _is_tuple_of(str, value):
                yield (
                    f"{name} is {reprlib.repr(value)}; give a list of names of "
                    f"{named}, or leave it out"
                )
            elif again := [x for at, x in enumerate(value) if x in value[:at]]:
                yield f"{name} has {again[0]} twice; name each of the {named} once"
        if not isinstance(self.logits, Layer | None):
            yield f"logits is a {_type(self.logits)}; give Layer(module, unit_axis)"
        if bool(self.class_names) != (self.logits is not None):
            yield (
                "class_names and logits belong together: name the classes and the "
                "output that holds their logits, or leave both out"
            )


def _problems_of_log_mel(settings: LogMelSettings, sample_rate: int) -> Iterator[str]:
    for name in ("n_fft", "hop_length", "n_mels"):
        value = getattr(settings, name)
        if not _is_whole(value) or value < 1:
            yield f"log_mel.{name} is {value!r}; give a whole number above 0"
    low, high = settings.f_min, settings.f_max
    if not isinstance(low, Real) or not isinstance(high, Real) or not 0 <= low < high:
        yield (
            f"log_mel.f_min is {low!r} and log_mel.f_max {high!r}; give numbers of at "
            "least 0, the larger one as f_max"
        )
    elif isinstance(sample_rate, Real) and high > sample_rate / 2:
        yield (
            f"log_mel.f_max is {high}; give at most half the sample rate, "
            f"{sample_rate / 2:g}"
        )


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_tuple_of(kind: type, value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, kind) for each in value)


def _type(value: object) -> str:
    return type(value).__name__
