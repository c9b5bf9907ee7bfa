"""Stimulus sets: the sounds that networks hear, and how they are made from the clips.

The Snakefile imports this module to plan the jobs of each set, so it imports no
scientific packages.
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
        Name in file names, and in tables with responses to several sets.
    arrays : str
        Name of its log-mel arrays, which several sets may share.
    groups, splits : tuple of str
        Groups and splits of the clips from which its sounds are made.
    divisor : int
        Its sounds have 1 / `divisor` of the power of those in the arrays.
    segment : str
        Length of the segments of its quilts, ms; "original" for the unquilted clips
        with which quilts are compared; empty for sets without quilts.
    """

    name: str
    arrays: str
    groups: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    divisor: int = 1
    segment: str = ""


CLIPS = StimulusSet(ORIGINAL, "log_mel", GROUPS, SPLITS)
"""All usable clips."""

EQUAL_RMS_ARRAYS = "equal_rms"

NATURAL_SOUNDS = StimulusSet("natural_sounds", "natural_sounds")
"""The 165 natural sounds, which are not made from clips."""


def at_power(divisor: int) -> StimulusSet:
    """Clips at one RMS amplitude, and music at lower power (paper, Fig. 2c).

    With `divisor` 1, the set has music and non-music clips; otherwise only music, with
    1 / `divisor` of the power.
    """
    groups = COMPARED_GROUPS if divisor == 1 else (MUSIC,)
    name = f"power_{divisor}"
    return StimulusSet(name, EQUAL_RMS_ARRAYS, groups, SPLITS, divisor=divisor)


def quilts_of(segment: int | str) -> StimulusSet:
    """Quilts of the measured split, or its unquilted clips for "original" (Fig. 4).

    `segment` is the length of the segments, ms.
    """
    name = f"quilt_{segment}"
    splits = (MEASURED_SPLIT,)
    return StimulusSet(name, name, COMPARED_GROUPS, splits, segment=str(segment))


UNQUILTED = quilts_of(ORIGINAL)


def sets_of_clips(
    divisors: Iterable[int], segments: Iterable[int]
) -> list[StimulusSet]:
    """All stimulus sets that a study makes from its clips.

    Parameters
    ----------
    divisors, segments
        Config values ``equal_rms.divisors`` and ``quilts.segment_ms``.
    """
    return [CLIPS, *map(at_power, divisors), *map(quilts_of, segments), UNQUILTED]


def set_named(name: str) -> StimulusSet:
    """The stimulus set with this name.

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
