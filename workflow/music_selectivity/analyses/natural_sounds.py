"""Responses to the 165 natural sounds, of networks and of the brain (paper Fig. 3).

The music-selective units are those that are measured on ``analysis.measured_split``,
which were selected on the other split. The other units are always all others.
"""

import numpy as np
import pandas as pd

from music_selectivity.measures import (
    NATURAL_CATEGORY,
    NATURAL_CORRELATION,
    NATURAL_RATIO,
    Row,
)
from music_selectivity.stats.bootstrap import clip_weights, weighted_mean
from music_selectivity.vocabulary import (
    COMPONENTS,
    MS_UNITS,
    MUSIC_CATEGORIES,
    MUSIC_COMPONENT,
    NATURAL_CATEGORIES,
    OTHER_UNITS,
)


def sound_weights(sounds: pd.DataFrame, draws: int) -> np.ndarray:
    """Bootstrap weights of the sounds, (sounds, 1 + draws), drawn within categories."""
    return clip_weights(sounds["category"], draws, "natural sounds")


def sound_table(
    responses: np.ndarray, ms_units: np.ndarray, sounds: pd.DataFrame
) -> pd.DataFrame:
    """Mean response of the MS units to each sound: sound, category, response."""
    table = sounds[["sound", "category"]].copy()
    table["response"] = responses[:, ms_units].mean(axis=1, dtype=np.float64)
    return table


def natural_sound_rows(
    responses: np.ndarray,
    ms_units: np.ndarray,
    sounds: pd.DataFrame,
    weights: np.ndarray,
) -> list[Row]:
    """Measures of one network with replicates, for ``measures.measure_table``.

    Parameters
    ----------
    responses
        (sounds, units).
    ms_units
        Numbers of the music-selective units.
    sounds
        ``stimuli.natural_sounds.read_sounds``.
    weights
        `sound_weights`.

    Returns
    -------
    list of (measure, condition, values)
        natural_ratio (``ms``, ``others``: units), the response to instrumental and
        vocal music divided by that to the other nine categories; and for the MS units,
        natural_category, the mean response by category, and natural_correlation,
        Pearson's r over sounds with each component.
    """
    of_ms = responses[:, ms_units].mean(axis=1, dtype=np.float64)
    rest = np.setdiff1d(np.arange(responses.shape[1]), ms_units)
    rows: list[Row] = [
        NATURAL_RATIO.row(_ratio(of_ms, sounds, weights), units=MS_UNITS)
    ]
    if len(rest):
        of_others = responses[:, rest].mean(axis=1, dtype=np.float64)
        ratio = _ratio(of_others, sounds, weights)
        rows.append(NATURAL_RATIO.row(ratio, units=OTHER_UNITS))
    rows += _category_rows(of_ms, sounds, weights)
    for name in COMPONENTS:
        component = sounds[f"component_{name}"].to_numpy(np.float64)
        r = _weighted_correlation(of_ms, component, weights)
        rows.append(NATURAL_CORRELATION.row(r, component=name))
    return rows


def fmri_rows(sounds: pd.DataFrame, weights: np.ndarray) -> list[Row]:
    """The same ratio and categories for the music component of the brain."""
    response = sounds[f"component_{MUSIC_COMPONENT}"].to_numpy(np.float64)
    ratio = NATURAL_RATIO.row(_ratio(response, sounds, weights), units=MS_UNITS)
    return [ratio, *_category_rows(response, sounds, weights)]


def _ratio(
    response: np.ndarray, sounds: pd.DataFrame, weights: np.ndarray
) -> np.ndarray:
    music = sounds["category"].isin(MUSIC_CATEGORIES).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        return weighted_mean(response[music], weights[music]) / weighted_mean(
            response[~music], weights[~music]
        )


def _category_rows(
    response: np.ndarray, sounds: pd.DataFrame, weights: np.ndarray
) -> list[Row]:
    rows: list[Row] = []
    for category in NATURAL_CATEGORIES:
        own = (sounds["category"] == category).to_numpy()
        if own.any():
            mean = weighted_mean(response[own], weights[own])
            rows.append(NATURAL_CATEGORY.row(mean, natural_category=category))
    return rows


def _weighted_correlation(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Pearson's r in each sample, (1 + draws,); NaN if `x` or `y` does not vary."""
    # Centred first, so that the products lose no digits.
    x, y = x - x.mean(), y - y.mean()

    def covariance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return weighted_mean(a * b, weights) - weighted_mean(
            a, weights
        ) * weighted_mean(b, weights)

    with np.errstate(divide="ignore", invalid="ignore"):
        return covariance(x, y) / np.sqrt(covariance(x, x) * covariance(y, y))
