"""Responses of simulated networks to clips, and the measures that follow from them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from music_selectivity.analyses.statistics import gather
from music_selectivity.analyses.tuning import tuning_rows
from music_selectivity.claims.measured import Measured
from music_selectivity.measures import (
    TRAIN_AP,
    Row,
    measure_table,
    of_main_layers,
)
from music_selectivity.stats.bootstrap import clip_weights, weighted_mean
from music_selectivity.stimuli.sets import CLIPS, EQUAL_RMS_ARRAYS, set_named
from music_selectivity.vocabulary import (
    CATEGORY,
    EVAL,
    GENRE,
    LINEAR_SEED,
    MEMORIZATION,
    MS_UNITS,
    MUSIC,
    NONMUSIC,
    SPLITS,
    WITHOUT_MUSIC,
)
from simulation.worlds import (
    CATEGORIES,
    CONSTANT,
    GENRES,
    HEARD,
    OF_CATEGORIES,
    UNITS,
    Spread,
    World,
    factor,
    planted_cells,
    planted_values,
    varies,
)

MUSIC_CLIPS, OTHER_CLIPS = 60, 120
# Non-music clips have the label of a category, or this.
UNCATEGORISED = "other"
# Average precision on the training clips after memorization.
MEMORIZED = 0.98

# A network: model and seed.
Network = tuple[str, int]


@cache
def clip_table() -> pd.DataFrame:
    """The clips of both splits: clip_id, split, group, labels."""
    genres = np.resize(GENRES, MUSIC_CLIPS)
    others = np.resize([*CATEGORIES, UNCATEGORISED], OTHER_CLIPS)
    of_split = pd.DataFrame(
        {
            "group": np.repeat([MUSIC, NONMUSIC], [MUSIC_CLIPS, OTHER_CLIPS]),
            "labels": [[name] for name in [*genres, *others]],
        }
    )
    clips = pd.concat([of_split.assign(split=split) for split in SPLITS])
    clips["clip_id"] = [f"clip {number}" for number in range(len(clips))]
    # Python's own texts: tables this small are read faster so than by Arrow.
    return clips.astype(object).reset_index(drop=True)


@cache
def category_table() -> pd.DataFrame:
    """Genres and categories, each of the class of its name."""
    rows = [(GENRE, name, name) for name in GENRES]
    rows += [(CATEGORY, name, name) for name in CATEGORIES]
    return pd.DataFrame(rows, columns=["kind", "category", "class"])


@dataclass(frozen=True)
class Heard:
    """What a model hears: one row per sound.

    Attributes
    ----------
    keys : DataFrame
        clip_id, split, stimulus.
    clips : array, shape (sounds,), int
        Positions of the clips in `clip_table`.
    preferred : dict of array, shape (sounds,), bool
        By set of units, whether it prefers the clip.
    """

    keys: pd.DataFrame
    clips: np.ndarray
    preferred: dict[str, np.ndarray]


@cache
def heard_by(model: str) -> Heard:
    """What a model hears: of the train split, and of quilts, no more than is used."""
    clips, parts = clip_table(), []
    for name in HEARD[model]:
        stimuli = set_named(name)
        splits = SPLITS if stimuli.arrays == EQUAL_RMS_ARRAYS else (EVAL,)
        groups = stimuli.groups
        if stimuli.segment and model != WITHOUT_MUSIC:
            groups = (MUSIC,)
        heard = clips["group"].isin(groups) & clips["split"].isin(splits)
        parts.append(clips[heard].assign(stimulus=name).astype(object))
    if not parts:
        return Heard(pd.DataFrame(), np.empty(0, int), {})
    table = pd.concat(parts)
    music = (table["group"] == MUSIC).to_numpy()
    labels = table["labels"].str[0].to_numpy()
    preferred = dict.fromkeys(UNITS[model], music)
    for units, category in zip(OF_CATEGORIES, CATEGORIES, strict=True):
        preferred[units] = labels == category
    keys = table[["clip_id", "split", "stimulus"]].reset_index(drop=True)
    return Heard(keys, table.index.to_numpy(), preferred)


class Luck:
    """What networks share: how far each clip moves the responses of sets of units.

    Parameters
    ----------
    spread
        Its SDs.
    rng
        Draws the clips.
    """

    def __init__(self, spread: Spread, rng: np.random.Generator) -> None:
        self.spread, self._rng = spread, rng
        self._of_clips, self._of_versions, self._of_values = {}, {}, {}

    def of_sounds(self, model: str, units: str) -> np.ndarray:
        """Factor of each sound that a model hears, (sounds,)."""
        heard = heard_by(model)
        found = self._clips(units)[heard.clips]
        for stimulus, rows in heard.keys.groupby("stimulus").indices.items():
            found[rows] *= self._versions(units, stimulus)[heard.clips[rows]]
        return found

    def of_value(self, name: tuple[str, str], draws: int) -> np.ndarray:
        """Factor of a planted measure, and its replicates around it, (1 + draws,)."""
        if name not in self._of_values:
            luck = 1 + self.spread.drawn * self._rng.normal(size=(1 + draws,))
            luck[1:] *= luck[0]
            self._of_values[name] = luck
        return self._of_values[name]

    def _clips(self, units: str) -> np.ndarray:
        if units not in self._of_clips:
            size = (len(clip_table()),)
            self._of_clips[units] = factor(self._rng, self.spread.clips, size)
        return self._of_clips[units]

    def _versions(self, units: str, stimulus: str) -> np.ndarray:
        key = units, stimulus
        if key not in self._of_versions:
            size = (len(clip_table()),)
            self._of_versions[key] = factor(self._rng, self.spread.versions, size)
        return self._of_versions[key]


def responses(
    world: World, model: str, n: int, luck: Luck, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Mean responses of sets of units to what a model hears.

    Parameters
    ----------
    world, model
        What is planted.
    n
        Number of networks.
    luck
        The clips.
    rng
        Draws the networks.

    Returns
    -------
    dict of array, shape (networks, sounds)
        By set of units.
    """
    heard, spread = heard_by(model), luck.spread
    cells = planted_cells(world, model)
    between = spread.networks if varies(model) else 0.0
    size = n, len(clip_table())
    found = {}
    for units in UNITS[model] if len(heard.keys) else ():
        own_clips = factor(rng, spread.own_clips, size)[:, heard.clips]
        own = factor(rng, spread.own_versions, own_clips.shape) * own_clips
        means = np.empty_like(own)
        preferred = heard.preferred[units]
        for (stimulus, split), rows in _rows_by_stimulus(model):
            for side in (True, False):
                of_cell = rows[preferred[rows] == side]
                base, slope = cells.get((units, stimulus, split, side), CONSTANT)
                mean = base + slope * factor(rng, between, (n, 1))
                means[:, of_cell] = mean
        gain = factor(rng, spread.gains, (n, 1))
        found[units] = gain * means * own * luck.of_sounds(model, units)
    return found


@cache
def _rows_by_stimulus(model: str) -> list[tuple[tuple[str, str], np.ndarray]]:
    return list(heard_by(model).keys.groupby(["stimulus", "split"]).indices.items())


def tuning_table(
    model: str, found: dict[str, np.ndarray], network: int
) -> pd.DataFrame:
    """``tuning.clip_responses`` of one of the networks to all that it hears."""
    columns = {units: values[network] for units, values in found.items()}
    return heard_by(model).keys.assign(**columns)


def draw_weights(draws: int, *names: object) -> dict[str, np.ndarray]:
    """``bootstrap.split_weights`` of one study."""
    groups = clip_table().groupby("split")["group"]
    return {
        split: clip_weights(of_split.to_numpy(), draws, "simulation", split, *names)
        for split, of_split in groups
    }


def measure_tables(
    world: World,
    n: int,
    luck: Luck,
    weights: dict[str, np.ndarray],
    rng: np.random.Generator,
) -> dict[Network, pd.DataFrame]:
    """``measures.measure_table`` of each network, from its responses to clips.

    Parameters
    ----------
    world
        What is planted.
    n
        Networks of each model, of seeds 1 to `n`; linear features are one.
    luck
        The clips.
    weights
        `draw_weights`.
    rng
        Draws the networks.
    """
    categories, tables = category_table(), {}
    for model in HEARD:
        networks = range(1, n + 1) if varies(model) else (LINEAR_SEED,)
        found = responses(world, model, len(networks), luck, rng)
        # Only networks trained without music have units of categories, and genres.
        of_model = categories if len(UNITS[model]) > 1 else categories.iloc[:0]
        values = _value_rows(world, model, len(networks), luck, weights, rng)
        for position, (seed, rows) in enumerate(zip(networks, values, strict=True)):
            if found:
                table = tuning_table(model, found, position)
                reselected = _chosen_once(model, found[MS_UNITS][position], weights)
                rows += tuning_rows(table, clip_table(), of_model, weights, reselected)
            tables[model, seed] = measure_table(rows)
    return tables


def measured_of(tables: dict[Network, pd.DataFrame], n: int | None = None) -> Measured:
    """What a study of the first `n` networks, by default of all, measured."""
    chosen = [(key, x) for key, x in tables.items() if n is None or key[1] <= n]
    statistics, replicates, _ = gathered(chosen)
    return Measured(statistics, replicates)


def gathered(
    tables: list[tuple[Network, pd.DataFrame]],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """``statistics.gather`` of networks that have one layer, without its name."""
    layers = {model: "units" for (model, _), _ in tables}
    statistics, replicates, calibrated = gather(tables, layers)
    of_layer = (of_main_layers(table, layers) for table in (statistics, replicates))
    return *of_layer, calibrated


def _chosen_once(
    model: str, values: np.ndarray, weights: dict[str, np.ndarray]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Replicates of the MS units' mean responses, without choosing these again."""
    heard = heard_by(model)
    of_clips = (heard.keys["stimulus"] == CLIPS.name).to_numpy()
    if not of_clips.any():
        return {}
    music = heard.preferred[MS_UNITS][of_clips]
    drawn = weights[EVAL][:, 1:]
    values = values[of_clips]
    sides = [weighted_mean(values[side], drawn[side]) for side in (music, ~music)]
    return {EVAL: tuple(sides)}


def _value_rows(
    world: World,
    model: str,
    n: int,
    luck: Luck,
    weights: dict[str, np.ndarray],
    rng: np.random.Generator,
) -> list[list[Row]]:
    """Rows of each network with the measures that are planted themselves."""
    rows = [[] for _ in range(n)]
    between = luck.spread.values if varies(model) else 0.0
    draws = weights[EVAL].shape[1] - 1
    for measure, fields, mean in planted_values(world, model):
        name = measure.name, measure.condition(**fields)
        values = mean * (1 + between * rng.normal(size=(n, 1)))
        values = values * luck.of_value(name, draws)
        for of_network, value in zip(rows, values, strict=True):
            of_network.append(measure.row(value, **fields))
    if model == MEMORIZATION:
        for of_network in rows:
            of_network.append(TRAIN_AP.row(MEMORIZED))
    return rows
