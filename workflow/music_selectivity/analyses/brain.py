"""How well layers predict, and resemble, the brain's responses to the natural sounds.

Ridge regression follows Tuckute, Feather, Boebinger & McDermott (2023): ten random
splits of the sounds, of which one half chooses the penalty and fits, and the other half
scores. ``docs/science.md`` states where this departs from theirs. Splits, permutations
and draws of sounds are the same for all layers and sources of features.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from music_selectivity import seeds
from music_selectivity.analyses.natural_sounds import sound_weights
from music_selectivity.measures import (
    BRAIN_PREDICTION,
    BRAIN_PREDICTION_BY_BEST_LAYER,
    BRAIN_PREDICTION_BY_UNITS,
    BRAIN_PREDICTION_P,
    BRAIN_SIMILARITY,
    BRAIN_SIMILARITY_P,
    Row,
    measure_table,
)
from music_selectivity.stats.ridge import (
    CrossValidation,
    Halves,
    best_of,
    cross_validate,
    random_halves,
    standardised,
)
from music_selectivity.stats.similarity import cka, rsa
from music_selectivity.vocabulary import (
    ALL_UNITS,
    BEST_LAYER,
    CKA,
    COMPONENTS,
    LEVEL,
    LOG_MEL,
    MS_UNITS,
    MUSIC_COMPONENT,
    RANDOM_UNITS,
    RSA,
)

SPLITS = 10
# Responses of two units correlate by 1 or -1, which says nothing of similarity.
LEAST_UNITS = 3
# Sets of other units that are compared with the music-selective ones.
RANDOM_SETS = 20


@dataclass(frozen=True)
class Brain:
    """The brain's responses to the natural sounds, and how they are resampled.

    Attributes
    ----------
    components : array, shape (sounds, components)
        In the order of `COMPONENTS`.
    voxels : array, shape (sounds, voxels)
        What the components explain of the responses of voxels, each standardised over
        sounds.
    splits : list of Halves
    permutations : array, shape (permutations, sounds)
        Orders of the sounds, in which the brain's responses are unrelated to them.
    weights : array, shape (sounds, 1 + draws)
        ``natural_sounds.sound_weights``.
    """

    components: np.ndarray
    voxels: np.ndarray
    splits: list[Halves]
    permutations: np.ndarray
    weights: np.ndarray


def brain_responses(
    sounds: pd.DataFrame, voxel_weights: np.ndarray, permutations: int, draws: int
) -> Brain:
    """The brain's responses, with the splits, permutations and draws of a study.

    Parameters
    ----------
    sounds
        ``stimuli.natural_sounds.read_sounds``.
    voxel_weights
        ``stimuli.response_components.read_voxel_weights``.
    permutations, draws
        How many.
    """
    names = [f"component_{name}" for name in COMPONENTS]
    components = sounds[names].to_numpy(np.float64)
    n = len(sounds)
    rng = seeds.generator("brain", "permutations")
    orders = rng.permuted(np.tile(np.arange(n), (permutations, 1)), axis=1)
    return Brain(
        components=components,
        voxels=standardised(components @ voxel_weights),
        splits=random_halves(n, SPLITS, seeds.generator("brain", "splits")),
        permutations=orders,
        weights=sound_weights(sounds, draws),
    )


def brain_rows(
    layers: Mapping[str, np.ndarray], brain: Brain
) -> tuple[dict[str, list[Row]], list[Row]]:
    """Measures of each layer of a network, and of its best one, with replicates.

    Parameters
    ----------
    layers
        Responses, (sounds, units), by the name of the layer.
    brain
        `brain_responses`.

    Returns
    -------
    of_layers : dict of list of (measure, condition, values)
        By layer: brain_prediction (component), the mean correlation of predicted and
        measured responses over test halves; brain_similarity (rsa, cka) to the
        responses of voxels, of layers with at least `LEAST_UNITS` units that vary; and
        one-sided p-values of both against permuted sounds, brain_prediction_p and
        brain_similarity_p.
    of_best : list of (measure, condition, values)
        brain_prediction_by_best_layer (component), of the layer that each training half
        chooses. Replicates keep the choice.
    """
    predicted = {name: _predict(units, brain) for name, units in layers.items()}
    of_layers = {
        name: _prediction_rows(predicted[name], brain) + _similarity_rows(units, brain)
        for name, units in layers.items()
    }
    best = best_of(list(predicted.values())).scores().replicates(brain.weights)
    of_best = [
        BRAIN_PREDICTION_BY_BEST_LAYER.row(values, component=component)
        for component, values in zip(COMPONENTS, best, strict=True)
    ]
    return of_layers, of_best


def measures_of_brain(layers: Mapping[str, np.ndarray], brain: Brain) -> pd.DataFrame:
    """Table of `brain_rows`: ``measures.measure_table`` with the column layer.

    The best layer, `BEST_LAYER`, comes last, and only if there are several.
    """
    of_layers, of_best = brain_rows(layers, brain)
    if len(of_layers) > 1:
        of_layers[BEST_LAYER] = of_best
    return pd.concat(
        [measure_table(rows).assign(layer=name) for name, rows in of_layers.items()],
        ignore_index=True,
    )


def unit_set_rows(
    responses: np.ndarray, ms_units: np.ndarray, brain: Brain
) -> list[Row]:
    """Do the music-selective units alone predict the music component?

    Parameters
    ----------
    responses
        (sounds, units), of the layer of the music-selective units.
    ms_units
        Numbers of the music-selective units.
    brain
        `brain_responses`.

    Returns
    -------
    list of (measure, condition, values)
        brain_prediction_by_units: the prediction of the music component by ``all``
        units, by the ``ms`` units, and by ``random`` sets of as many others, the mean
        over `RANDOM_SETS` of them. There are none if the others are fewer.
    """
    units = np.arange(responses.shape[1])
    others = np.setdiff1d(units, ms_units)
    sets = {ALL_UNITS: [units], MS_UNITS: [ms_units]}
    if len(others) >= len(ms_units):
        rng = seeds.generator("brain", "random units")
        sets[RANDOM_UNITS] = [
            rng.choice(others, len(ms_units), replace=False) for _ in range(RANDOM_SETS)
        ]
    music = COMPONENTS.index(MUSIC_COMPONENT)
    unpermuted = replace(
        brain,
        components=brain.components[:, [music]],
        permutations=brain.permutations[:0],
    )
    rows = []
    for name, members in sets.items():
        scores = [_predict(responses[:, each], unpermuted).scores() for each in members]
        replicates = [score[0].replicates(brain.weights) for score in scores]
        values = np.mean(replicates, axis=0)
        rows.append(BRAIN_PREDICTION_BY_UNITS.row(values, units=name))
    return rows


def baseline_features(log_mels: np.ndarray) -> dict[str, np.ndarray]:
    """What predicts the brain's responses without a network.

    Parameters
    ----------
    log_mels
        Log-mel spectrograms, (sounds, mels, frames), dB.

    Returns
    -------
    dict of array
        ``log_mel``, the mean spectrum, (sounds, mels); and ``level``, mean and SD over
        frames of the level in dB, (sounds, 2). The RMS amplitude itself is that of all
        sounds.
    """
    log_mels = log_mels.astype(np.float64)
    level = 10 * np.log10((10 ** (log_mels / 10)).sum(axis=1))
    return {
        LOG_MEL: log_mels.mean(axis=2),
        LEVEL: np.column_stack([level.mean(axis=1), level.std(axis=1)]),
    }


def _predict(responses: np.ndarray, brain: Brain) -> CrossValidation:
    return cross_validate(responses, brain.components, brain.permutations, brain.splits)


def _prediction_rows(predicted: CrossValidation, brain: Brain) -> list[Row]:
    scores = predicted.scores()
    rows: list[Row] = []
    for number, component in enumerate(COMPONENTS):
        score = scores[number]
        values = score.replicates(brain.weights)
        rows.append(BRAIN_PREDICTION.row(values, component=component))
        rows.append(BRAIN_PREDICTION_P.row(float(score.p()), component=component))
    return rows


def _similarity_rows(responses: np.ndarray, brain: Brain) -> list[Row]:
    rows: list[Row] = []
    units = standardised(responses.astype(np.float64))
    if np.count_nonzero(units.any(axis=0)) < LEAST_UNITS:
        return rows
    for name, measure in ((RSA, rsa), (CKA, cka)):
        found = measure(units, brain.voxels, brain.permutations)
        values = found.replicates(brain.weights)
        rows.append(BRAIN_SIMILARITY.row(values, similarity=name))
        rows.append(BRAIN_SIMILARITY_P.row(float(found.p()), similarity=name))
    return rows
