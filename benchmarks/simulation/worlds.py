"""What is true in simulated studies: the means that are planted, and how they vary.

A *cell* is a set of units, a stimulus set, a split, and one of two sides: the sounds
that the units prefer (music, or a category), or all others. Its mean in one network is
``base + slope * X``, where X differs between networks and has mean 1. A ratio of two
cells, of which one does not vary, thus has the planted mean over networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from music_selectivity.measures import (
    MEAN_AP,
    READOUT_AP,
    READOUT_AP_OF_EIGHTH,
    Measure,
)
from music_selectivity.stimuli.sets import CLIPS, UNQUILTED, at_power, quilts_of
from music_selectivity.vocabulary import (
    ALL_CLASSES,
    ALL_UNITS,
    CATEGORY_UNITS,
    EVAL,
    GABOR,
    LINEAR_FEATURES,
    MEMORIZATION,
    MS_UNITS,
    MSI_TOP,
    NO_UNITS,
    NONMUSIC,
    OTHER_UNITS,
    OVERATH,
    PCA,
    SPEECH,
    TRAIN,
    UNTRAINED,
    VEHICLE,
    WITH_MUSIC,
    WITHOUT_MUSIC,
    WITHOUT_MUSIC_AND_SPEECH,
)

CATEGORIES = (SPEECH, VEHICLE)
GENRES = ("genre 1", "genre 2", "genre 3")
LENGTHS = (50, 100, 200, 400, 800, 1600)
DIVISORS = (1, 64)

# What each model hears, and the sets of units that are measured in it.
QUILTS = tuple(quilts_of(length, OVERATH).name for length in LENGTHS)
POWERS = tuple(at_power(divisor).name for divisor in DIVISORS)
HEARD = {
    WITHOUT_MUSIC: (CLIPS.name, *POWERS, *QUILTS, UNQUILTED.name),
    WITH_MUSIC: (CLIPS.name,),
    UNTRAINED: (CLIPS.name, *POWERS, *QUILTS, UNQUILTED.name),
    MEMORIZATION: (*QUILTS, UNQUILTED.name),
    WITHOUT_MUSIC_AND_SPEECH: (CLIPS.name, QUILTS[0], UNQUILTED.name),
    GABOR: (CLIPS.name, *QUILTS, UNQUILTED.name),
    PCA: (),
}
ALL_SETS = (ALL_UNITS, MS_UNITS, OTHER_UNITS)
OF_CATEGORIES = tuple(CATEGORY_UNITS.format(category=name) for name in CATEGORIES)
UNITS = {model: (MS_UNITS,) for model in HEARD}
UNITS[WITHOUT_MUSIC] = (*ALL_SETS, *OF_CATEGORIES)

# Cells by units, stimulus set, split and side; True is what the units prefer.
Cell = tuple[str, str, str, bool]
CONSTANT = (1.0, 0.0)

# Response ratios as in the paper. Where no difference is planted, all are the first.
RATIO = 2.07
RATIOS = {
    WITHOUT_MUSIC: RATIO,
    WITH_MUSIC: RATIO,
    WITHOUT_MUSIC_AND_SPEECH: 1.77,
    UNTRAINED: 1.03,
    GABOR: 1.12,
}
POWER_RATIOS = {(EVAL, 1): 1.95, (EVAL, 64): 1.68, (TRAIN, 1): 1.97, (TRAIN, 64): 1.70}
CATEGORY_RATIOS = {SPEECH: 1.31, VEHICLE: 1.2}
# Of all units; over clips, the effect size is about the paper's .689.
MEAN_RATIO = 1.38

# Responses to quilts over that to the original, by length: about the paper's.
FLAT = (1.0,) * len(LENGTHS)
MS_LOSS = (0.78, 0.85, 0.9, 1.0, 1.0, 1.0)
NONMUSIC_LOSS = (0.9, 0.93, 0.96, 1.0, 1.0, 1.0)
SMALLER_LOSS = (0.9, 0.95, 0.9, 1.0, 1.0, 1.0)
# Of these lengths the paper claims that quilting, or memorization, changes nothing.
UNCHANGED = np.array(LENGTHS) >= 400
AS_AFTER_LEARNING = np.array(LENGTHS) >= 200


@dataclass(frozen=True)
class World:
    """What is true.

    Attributes
    ----------
    name : str
    differences : bool
        Whether the differences that the paper claims exist.
    change : float
        The relative change where the paper claims that there is none; its sign is that
        of what segments do to units that do not follow them.
    """

    name: str
    differences: bool
    change: float


AS_CLAIMED = World("as claimed", differences=True, change=0.0)
VIOLATED = World("violated", differences=False, change=0.2)
AT_MARGIN = World("at the margin", differences=False, change=0.1)
WORLDS = (AS_CLAIMED, VIOLATED, AT_MARGIN)


@dataclass(frozen=True)
class Spread:
    """Relative SDs of responses.

    Attributes
    ----------
    networks : float
        Of the mean of a cell, between networks.
    gains : float
        Of all responses of a network, between networks.
    clips, versions : float
        Of the response to a clip, and to it in one stimulus set, shared by networks.
    own_clips, own_versions : float
        The same in each network by itself.
    values, drawn : float
        Of measures that are planted without responses: between networks, and over the
        choice of clips, which networks share.
    """

    networks: float = 0.05
    gains: float = 0.2
    clips: float = 0.4
    versions: float = 0.1
    own_clips: float = 0.2
    own_versions: float = 0.1
    values: float = 0.02
    drawn: float = 0.01

    @property
    def of_logs(self) -> float:
        """SD of the logarithm of one network's responses to the clips of a cell."""
        parts = self.clips, self.versions, self.own_clips, self.own_versions
        return float(np.sqrt(sum(np.log1p(sd**2) for sd in parts)))


TYPICAL = Spread()


def factor(rng: np.random.Generator, sd: float, size: tuple[int, ...]) -> np.ndarray:
    """Lognormal factors with mean 1 and this SD."""
    variance = np.log1p(sd**2)
    return np.exp(np.sqrt(variance) * rng.normal(size=size) - variance / 2)


def planted_cells(world: World, model: str) -> dict[Cell, tuple[float, float]]:
    """Base and slope of each cell of a model; all others are `CONSTANT`."""
    cells: dict[Cell, tuple[float, float]] = {}

    def ratio(units: str, stimulus: str, split: str, planted: float) -> None:
        cells[units, stimulus, split, True] = (1.0, planted - 1)

    def quilts(units: str, side: bool, relative: Sequence[float]) -> None:
        for name, value in zip(QUILTS, relative, strict=True):
            cells[units, name, EVAL, side] = (0.0, float(value))

    if model == PCA:
        return cells
    different, change = world.differences, world.change
    ms_loss = _quilted_music(world)
    selectivity = RATIOS.get(model, RATIO) if different else RATIO
    if model == WITH_MUSIC:
        selectivity = 1 + (RATIO - 1) * (1 - change)
    ratio(MS_UNITS, CLIPS.name, EVAL, selectivity)
    for name, divisor in zip(POWERS, DIVISORS, strict=True):
        for split in (EVAL, TRAIN):
            of_power = POWER_RATIOS[split, divisor]
            if different and model == UNTRAINED:
                of_power = RATIOS[UNTRAINED]
            ratio(MS_UNITS, name, split, of_power)
    if model == WITHOUT_MUSIC:
        cells[ALL_UNITS, CLIPS.name, EVAL, True] = (0, MEAN_RATIO if different else 1)
        cells[ALL_UNITS, CLIPS.name, EVAL, False] = (0, 1)
        quilts(MS_UNITS, True, ms_loss)
        quilts(MS_UNITS, False, NONMUSIC_LOSS if different else FLAT)
        quilts(OTHER_UNITS, True, along_lengths(change))
        quilts(OTHER_UNITS, False, along_lengths(-change))
        for category, units in zip(CATEGORIES, OF_CATEGORIES, strict=True):
            ratio(
                units,
                CLIPS.name,
                EVAL,
                CATEGORY_RATIOS[category] if different else RATIO,
            )
            quilts(units, True, (1 - change, *FLAT[1:]))
    elif model == MEMORIZATION:
        kept = np.array(SMALLER_LOSS if different else ms_loss)
        same = np.array(ms_loss) * (1 + change)
        quilts(MS_UNITS, True, np.where(AS_AFTER_LEARNING, same, kept))
    elif model == WITHOUT_MUSIC_AND_SPEECH:
        quilts(MS_UNITS, True, SMALLER_LOSS if different else ms_loss)
    else:
        quilts(MS_UNITS, True, along_lengths(change))
    return cells


def _quilted_music(world: World) -> tuple[float, ...]:
    """Response of the MS units of networks trained without music to quilts of music.

    Where the margin is exceeded, it is higher at all lengths, so that it does not rise
    with the length. At the margin it is lower for long segments alone, so that short
    ones make no difference.
    """
    if world.differences:
        return MS_LOSS
    if world == VIOLATED:
        return (1 + world.change,) * len(LENGTHS)
    return tuple(np.where(UNCHANGED, 1 - world.change, 1.0))


def along_lengths(change: float) -> tuple[float, ...]:
    """Responses on a line over the length, with this relative change and mean 1."""
    away = np.array(LENGTHS) - np.mean(LENGTHS)
    return tuple(1 + change * away / np.ptp(LENGTHS))


Value = tuple[Measure, dict[str, object], float]


def planted_values(world: World, model: str) -> list[Value]:
    """Measures of a model that are planted themselves: measure, fields and mean.

    They stand for those on scores and read-outs.
    """
    different = world.differences
    # An absolute change of average precision, as the margin is absolute.
    no_better = 0.0056 + world.change / 10
    detected = {"classes": NONMUSIC, "silenced": NO_UNITS}
    silenced = {"classes": NONMUSIC, "silenced": MSI_TOP}
    overall = {"classes": ALL_CLASSES, "silenced": NO_UNITS}
    return {
        WITHOUT_MUSIC: [
            (MEAN_AP, detected, 0.109),
            (MEAN_AP, silenced, 0.08 if different else 0.109),
            (READOUT_AP, {}, 0.887),
            (READOUT_AP_OF_EIGHTH, {"eighth": 1}, 0.832),
            (READOUT_AP_OF_EIGHTH, {"eighth": 2}, 0.75 if different else 0.832),
        ],
        UNTRAINED: [
            (MEAN_AP, detected, 0.006 if different else 0.109),
            (MEAN_AP, overall, 0.0056),
        ],
        MEMORIZATION: [(MEAN_AP, overall, no_better)],
        PCA: [(READOUT_AP, {}, 0.437 if different else 0.887)],
    }.get(model, [])


def varies(model: str) -> bool:
    """Whether networks of the model differ; linear features are one."""
    return model not in LINEAR_FEATURES
