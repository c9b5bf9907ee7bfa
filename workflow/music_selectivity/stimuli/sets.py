"""Stimulus sets: the sounds that networks hear, and how they are made from the clips.

The Snakefile imports this module to plan the jobs of each set, so it imports no
scientific packages.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from music_selectivity.vocabulary import (
    COMPARED_GROUPS,
    GROUPS,
    MUSIC,
    ORIGINAL,
    QUILT_ORDERS,
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
    order : str
        Order of the segments of its quilts (``vocabulary.QUILT_ORDERS``); else empty.
    """

    name: str
    arrays: str
    groups: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    divisor: int = 1
    segment: str = ""
    order: str = ""

    @property
    def is_quilt(self) -> bool:
        """Whether its sounds are quilts."""
        return bool(self.order)

    @property
    def table(self) -> str:
        """Name of the table that lists its sounds: clips, quilt_clips or sounds."""
        if not self.groups:
            return "sounds"
        return "quilt_clips" if self.segment else "clips"


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


def quilts_of(
    segment: int, order: str, groups: tuple[str, ...] = COMPARED_GROUPS
) -> StimulusSet:
    """Quilts of the clips that ``quilt_clips.quilt_clips`` lists (Fig. 4).

    Parameters
    ----------
    segment
        Length of the segments, ms.
    order
        Order of the segments, of ``vocabulary.QUILT_ORDERS``.
    groups
        Groups of the clips that are quilted: both that are compared, or one.
    """
    name = f"quilt_{order}_{segment}"
    if groups != COMPARED_GROUPS:
        name += "".join(f"_{group}" for group in groups)
    return StimulusSet(
        name, name, groups, SPLITS, segment=str(segment), order=str(order)
    )


UNQUILTED = StimulusSet(
    f"quilt_{ORIGINAL}", f"quilt_{ORIGINAL}", COMPARED_GROUPS, SPLITS, segment=ORIGINAL
)
"""The clips that are quilted, cut as their quilts are."""


def sets_of_clips(divisors: Iterable[int], quilts: Mapping) -> list[StimulusSet]:
    """All stimulus sets that a study makes from its clips.

    Parameters
    ----------
    divisors
        Config value ``equal_rms.divisors``.
    quilts
        Config section ``quilts``. Quilts of `order` come first, in all lengths; then
        those of the other orders, for comparison.
    """
    lengths, others = quilts["segment_ms"], quilts["other_orders"]
    of_others = {"all": lengths, "ends": sorted({min(lengths), max(lengths)})}
    groups = tuple(group for group in COMPARED_GROUPS if group in others["groups"])
    return [
        CLIPS,
        *map(at_power, divisors),
        *(quilts_of(length, quilts["order"]) for length in lengths),
        *(
            quilts_of(length, order, groups)
            for order in QUILT_ORDERS
            if order != quilts["order"] and groups
            for length in of_others[others["lengths"]]
        ),
        UNQUILTED,
    ]


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
    if match := re.fullmatch(r"power_(\d+)", name):
        return at_power(int(match[1]))
    if match := _QUILT_NAME.fullmatch(name):
        groups = (match["group"],) if match["group"] else COMPARED_GROUPS
        return quilts_of(int(match["segment"]), match["order"], groups)
    raise ValueError(f"there is no stimulus set {name!r}")


_QUILT_NAME = re.compile(
    rf"quilt_(?P<order>{'|'.join(QUILT_ORDERS)})_(?P<segment>\d+)"
    rf"(?:_(?P<group>{'|'.join(COMPARED_GROUPS)}))?"
)
