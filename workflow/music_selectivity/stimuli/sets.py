"""Stimulus sets: which sounds networks hear, and how those were made from the clips.

Light enough for the Snakefile to import, which plans a job for each set.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from music_selectivity.vocabulary import (
    COMPARED_GROUPS,
    GROUPS,
    MEASURED_SPLIT,
    MUSIC,
    ORIGINAL,
    SPLITS,
)


@dataclass(frozen=True)
class StimulusSet:
    """A set of sounds.

    Attributes
    ----------
    name : str
        In file names, and in tables that hold responses to several sets.
    arrays : str
        The log-mel arrays that it is read from; several sets may share them.
    groups, splits : tuple of str
        Of the clips that its sounds are made from.
    divisor : int
        Its sounds have 1 / `divisor` of the power of those in the arrays.
    segment : str
        Length of the segments that its clips are quilted from, ms; "original" for the
        unquilted clips that quilts are compared with; empty for sets without quilts.
    """

    name: str
    arrays: str
    groups: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    divisor: int = 1
    segment: str = ""


CLIPS = StimulusSet(ORIGINAL, "log_mel", GROUPS, SPLITS)
"""Every usable clip."""

EQUAL_RMS_ARRAYS = "equal_rms"

NATURAL_SOUNDS = StimulusSet("natural_sounds", "natural_sounds")
"""The 165 natural sounds, which are made from no clip."""


def at_power(divisor: int) -> StimulusSet:
    """Clips at one RMS amplitude, and for a divisor above 1 music at less power.

    Of `divisor` 1 music and non-music; else music alone, with 1 / `divisor` of the
    power (paper, Fig. 2c).
    """
    groups = COMPARED_GROUPS if divisor == 1 else (MUSIC,)
    name = f"power_{divisor}"
    return StimulusSet(name, EQUAL_RMS_ARRAYS, groups, SPLITS, divisor=divisor)


def quilts_of(segment: int | str) -> StimulusSet:
    """Quilts of the measured split, or "original": the unquilted clips (Fig. 4)."""
    name = f"quilt_{segment}"
    splits = (MEASURED_SPLIT,)
    return StimulusSet(name, name, COMPARED_GROUPS, splits, segment=str(segment))


UNQUILTED = quilts_of(ORIGINAL)


def sets_of_clips(
    divisors: Iterable[int], segments: Iterable[int]
) -> list[StimulusSet]:
    """All sets made from a study's clips: the clips, equal levels, quilts.

    Parameters
    ----------
    divisors, segments
        Config values ``amplitude.power_ratios`` and ``quilts.segment_ms``.
    """
    return [CLIPS, *map(at_power, divisors), *map(quilts_of, segments), UNQUILTED]


def set_named(name: str) -> StimulusSet:
    """The set that a file or a row of a table names.

    Raises
    ------
    ValueError
        There is no such set.
    """
    for known in (CLIPS, NATURAL_SOUNDS, UNQUILTED):
        if name == known.name:
            return known
    if match := re.fullmatch(r"(power|quilt)_(\d+)", name):
        make = {"power": at_power, "quilt": quilts_of}[match[1]]
        return make(int(match[2]))
    raise ValueError(f"there is no stimulus set {name!r}")
