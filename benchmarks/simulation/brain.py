"""Brains and layers of which the relation is known, and how they are resampled.

The sounds have the categories of the 165 natural ones. Sounds and brain share six
latent features, whose means differ between categories.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from music_selectivity import seeds
from music_selectivity.analyses.brain import Brain, brain_responses, brain_rows
from music_selectivity.stats.jackknife import Jackknifed
from music_selectivity.stats.ridge import cross_validate, random_halves
from music_selectivity.vocabulary import COMPONENTS, NATURAL_CATEGORIES

# As many sounds of each category as there are of the natural ones.
COUNTS = dict(
    zip(NATURAL_CATEGORIES, (24, 11, 10, 7, 13, 15, 10, 5, 4, 39, 27), strict=True)
)
CATEGORIES = np.repeat(list(COUNTS), list(COUNTS.values()))
N, LATENT, UNITS, VOXELS = len(CATEGORIES), 6, 64, 300
# SD of the noise in units, of which those of the last layer are noise alone.
LAYERS = {"close": 0.5, "distant": 3.0, "unrelated": None}
# How much of a component the latent features make; noise has an SD of 1.
SHARES = np.array([3, 1.5, 1, 0.6, 0.3, 0.15])
# p-values of 1/40, 2/40 and so on reach .05 exactly.
DRAWS, PERMUTATIONS = 400, 39
# Fewer draws for what is refitted in each.
REFITTED = 80


class Population:
    """What all simulated studies share: categories, and what units respond to."""

    def __init__(self) -> None:
        rng = seeds.generator("simulation", "brain", "population")
        self.means = dict(
            zip(COUNTS, rng.normal(size=(len(COUNTS), LATENT)), strict=True)
        )
        self.units = {
            name: rng.normal(size=(LATENT, UNITS)) / np.sqrt(LATENT) for name in LAYERS
        }
        directions = rng.normal(size=(LATENT, len(COMPONENTS)))
        self.components = SHARES * directions / np.linalg.norm(directions, axis=0)
        self.voxels = rng.random((len(COMPONENTS), VOXELS))


POPULATION = Population()


def study(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Sounds with the brain's responses, and the responses of layers to them."""
    latent = np.array([POPULATION.means[name] for name in CATEGORIES])
    latent += rng.normal(size=latent.shape)
    components = latent @ POPULATION.components
    components += rng.normal(size=components.shape)
    names = [f"component_{name}" for name in COMPONENTS]
    sounds = pd.DataFrame(components, columns=names)
    layers = {}
    for name, noise in LAYERS.items():
        units = rng.normal(size=(N, UNITS))
        if noise is not None:
            units = latent @ POPULATION.units[name] + noise * units
        layers[name] = np.maximum(units, 0)
    return sounds.assign(category=CATEGORIES), layers


def measured(number: int) -> pd.DataFrame:
    """Measures of all layers in one study.

    Returns
    -------
    DataFrame
        study, layer, measure, condition, value; se, the SD over draws of sounds; p of
        the permuted sounds, where there is one. The layer ``difference`` is that of
        close and distant, and ``best`` the one that training halves choose.
    """
    sounds, layers = study(seeds.generator("simulation", "brain", number))
    brain = brain_responses(sounds, POPULATION.voxels, PERMUTATIONS, DRAWS)
    found, best = brain_rows(layers, brain)
    values = {
        (layer, measure, condition): np.atleast_1d(replicates)
        for layer, rows in [*found.items(), ("best", best)]
        for measure, condition, replicates in rows
    }
    for layer, measure, condition in list(values):
        if layer == "close" and not measure.endswith("_p"):
            both = [values[each, measure, condition] for each in ("close", "distant")]
            values["difference", measure, condition] = both[0] - both[1]
    rows = [
        (number, *key, found[0], found[1:].std(), _p(values, *key))
        for key, found in values.items()
        if not key[1].endswith("_p")
    ]
    columns = ["study", "layer", "measure", "condition", "value", "se", "p"]
    return pd.DataFrame(rows, columns=columns)


def _p(values: dict, layer: str, measure: str, condition: str) -> float:
    return float(values.get((layer, f"{measure}_p", condition), [np.nan])[0])


def resampled(number: int) -> pd.DataFrame:
    """Predictions by the distant layer in one study, by three ways of resampling.

    Returns
    -------
    DataFrame
        study, way, component, value; mean, se, low and high: mean, SD and percentiles
        2.5 and 97.5 of the replicates.
    """
    sounds, layers = study(seeds.generator("simulation", "brain", number))
    brain = brain_responses(sounds, POPULATION.voxels, 0, REFITTED)
    units, responses = layers["distant"], brain.components
    scores = cross_validate(units, responses, brain.permutations, brain.splits).scores()
    ways = {
        "jackknife": scores.replicates(brain.weights)[:, 1:],
        "bootstrap, copies in both halves": _refitted(_in_both, brain, units),
        "bootstrap, copies in one half": _refitted(_in_one, brain, units),
    }
    tables = []
    for way, replicates in ways.items():
        low, high = np.quantile(replicates, [0.025, 0.975], axis=1)
        columns = {"study": number, "way": way, "component": COMPONENTS}
        columns |= {"value": scores.value, "mean": replicates.mean(axis=1)}
        columns |= {"se": replicates.std(axis=1), "low": low, "high": high}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def _refitted(
    way: Callable[[np.ndarray, Brain, np.ndarray], Jackknifed],
    brain: Brain,
    units: np.ndarray,
) -> np.ndarray:
    drawn = brain.weights[:, 1:].T
    return np.stack([way(counts, brain, units).value for counts in drawn], axis=1)


def _in_both(counts: np.ndarray, brain: Brain, units: np.ndarray) -> Jackknifed:
    drawn = np.repeat(np.arange(N), counts)
    none = np.empty((0, N), int)
    rng = seeds.generator("simulation", "brain", "halves", *counts)
    halves = random_halves(N, len(brain.splits), rng)
    return cross_validate(units[drawn], brain.components[drawn], none, halves).scores()


def _in_one(counts: np.ndarray, brain: Brain, units: np.ndarray) -> Jackknifed:
    halves = [
        tuple(np.repeat(half, counts[half]) for half in split) for split in brain.splits
    ]
    return cross_validate(units, brain.components, brain.permutations, halves).scores()
