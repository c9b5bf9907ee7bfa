"""Linear read-out of music from units (paper Fig. 2d, S3, S4a, S6).

Units are ranked, and the read-out is fitted, on the train split; it is scored on the
eval split, whatever ``analysis.measured_split`` is.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from music_selectivity.analyses.group_responses import (
    compared_weights,
    group_responses,
)
from music_selectivity.analyses.reselection import bootstrap_statistics
from music_selectivity.corpus.category_members import category_sides, classes_of
from music_selectivity.errors import InputError
from music_selectivity.measures import (
    READOUT_AP,
    READOUT_AP_OF_EIGHTH,
    READOUT_AP_OF_GENRE,
    READOUT_AP_WITH_LINEAR,
    READOUT_CHANCE,
    READOUT_CHANCE_OF_GENRE,
    Row,
)
from music_selectivity.stats.bootstrap import (
    average_precision,
    average_precision_of_each,
)
from music_selectivity.vocabulary import (
    GENRE,
    MEASURED_SPLIT,
    MUSIC,
    NONMUSIC,
    SELECTION_SPLIT,
)

N_PARTS = 8
"""Number of parts into which units are split by music-selectivity: eighths."""

GENRE_PARTS = 4
"""Number of these parts from which single genres are read out (Fig. S6)."""

# Decimals of scores, which lie around 0 to 1: beyond them are rounding errors, which
# would bring clips with equal responses into an order.
DECIMALS = 9

# Eigenvalues below this share of the largest are rounding errors. Those of Gabor
# features, which are the most alike, exceed 1e-9.
RCOND = 1e-12


def read_out(fitted: np.ndarray, music: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """Scores of clips by a linear regression on music (1) and non-music (0).

    It is ordinary least squares with an intercept. If there are several solutions, for
    example with units that respond to nothing, the one of minimum norm is used.

    Parameters
    ----------
    fitted
        Features of the clips for the fit, (clips, features).
    music
        (clips,), True for music, of the same clips.
    measured
        Features of the clips to score, (clips, features).

    Returns
    -------
    array, shape (clips,), float64
        Rounded to `DECIMALS`.

    Raises
    ------
    InputError
        The clips for the fit lack music or non-music.
    """
    if music.all() or not music.any():
        raise InputError(
            f"of {len(music)} clips for the fit of the read-out, "
            f"{np.count_nonzero(music)} are music, but it needs music and non-music; "
            "add clips or check their labels"
        )
    # Standardised, so that the threshold of lstsq does not depend on units' scales.
    mean, scale = _standard(fitted)
    x = (fitted - mean) / scale
    coefficients, *_ = np.linalg.lstsq(x, music - music.mean(), rcond=None)
    scores = (measured - mean) / scale @ coefficients + music.mean()
    return scores.round(DECIMALS)


def refitted_precision(
    responses: np.ndarray, clips: pd.DataFrame, weights: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Average precision of each eighth of the units, all steps repeated in each draw.

    A draw ranks the units on its train clips, fits the read-out of each eighth to them,
    and scores its eval clips.

    Parameters
    ----------
    responses
        (clips, units).
    clips
        Clip table with the same rows: split, group.
    weights
        ``bootstrap.split_weights`` by split.

    Returns
    -------
    array, shape (eighths, draws)

    Raises
    ------
    InputError
        A split has fewer than 2 music or non-music clips, or a response is not finite.
    """
    fit, score = (
        group_responses(responses, clips, split)
        for split in (SELECTION_SPLIT, MEASURED_SPLIT)
    )
    fit_weights, score_weights = (
        compared_weights(weights[split], clips, split)[:, 1:]
        for split in (SELECTION_SPLIT, MEASURED_SPLIT)
    )
    mean, scale = _standard(fit.responses)
    # Units first, so that those of an eighth are gathered quickly; and a last one
    # without responses, by which `_stacked_eighths` fills up.
    x, y = (
        np.vstack([((found.responses - mean) / scale).T, np.zeros(len(found.rows))])
        for found in (fit, score)
    )
    blocks = bootstrap_statistics(
        responses, clips, SELECTION_SPLIT, weights[SELECTION_SPLIT]
    )
    index = np.concatenate([found.index for found in blocks])
    precision = np.empty((N_PARTS, len(index)))
    for draw, msi in enumerate(index):
        parts = _stacked_eighths(msi)
        fitted = _weighted_fit(x[parts], fit.is_music, fit_weights[:, draw])
        scores = (fitted[:, None] @ y[parts])[:, 0]
        precision[:, draw] = average_precision_of_each(
            score.is_music, scores.round(DECIMALS), score_weights[:, draw]
        )
    return precision


def eighths(msi: np.ndarray) -> list[np.ndarray]:
    """Numbers of the units in each eighth, in the order of falling index."""
    return np.array_split(np.argsort(-msi, kind="stable"), N_PARTS)


def _stacked_eighths(msi: np.ndarray) -> np.ndarray:
    """The `eighths` as rows, (eighths, units); smaller ones end with ``len(msi)``."""
    parts = eighths(msi)
    stacked = np.full((N_PARTS, len(parts[0])), len(msi))
    for row, units in zip(stacked, parts, strict=True):
        row[: len(units)] = units
    return stacked


def _standard(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and SD of each feature, (features,); 1 in place of an SD of 0."""
    scale = features.std(axis=0)
    return features.mean(axis=0), np.where(scale > 0, scale, 1)


def _weighted_fit(
    features: np.ndarray, music: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Coefficients of the regression in `read_out`, each clip as often as it is drawn.

    Of several sets of `features`, (sets, features, clips), each has its own regression.
    The coefficients, (sets, features), follow from products of features, which take a
    sixth of the time of a decomposition of the features. A feature that is 0 for all
    clips changes nothing.
    """
    share = weights / weights.sum(dtype=np.float64)
    root = np.sqrt(share)
    centred = (features - (features @ share)[..., None]) * root
    target = (music - share @ music) * root
    products = centred @ centred.swapaxes(-1, -2)
    inverse = np.linalg.pinv(products, rcond=RCOND, hermitian=True)
    return (inverse @ (centred @ target)[..., None])[..., 0]


def readout_rows(
    responses: np.ndarray,
    clips: pd.DataFrame,
    msi: np.ndarray,
    others: Mapping[str, np.ndarray],
    categories: pd.DataFrame,
    weights: Mapping[str, np.ndarray],
) -> list[Row]:
    """Average precision of music read out from units, with bootstrap replicates.

    The read-out is fitted on music and non-music clips of the train split, and scored
    on those of the eval split. The replicates of the eighths are `refitted_precision`.
    All others draw the scored clips alone, and their read-outs are not fitted again,
    which would take several times as long.

    Parameters
    ----------
    responses
        (clips, units).
    clips
        Clip table with the same rows: split, group, labels.
    msi
        Music-selectivity index of the units on the train split, (units,).
    others
        Linear features of the same clips by name, (clips, features).
    categories
        categories.csv, for the genres.
    weights
        ``bootstrap.split_weights`` by split.

    Returns
    -------
    list of (measure, condition, values)
        For ``measures.measure_table``: readout_ap of all units (``all``), of each
        eighth by MSI (``units/1``, the MS units, to ``units/8``), of all units with
        linear features (``with_<name>``), and of one genre against non-music from each
        of the first four eighths (``genre/<genre>/<eighth>``); readout_chance, the
        share of positives (``all``, ``genre/<genre>``). Genres with fewer than 2 clips
        in a split are left out.

    Raises
    ------
    InputError
        A split has fewer than 2 music or non-music clips, or a response is not finite.
    """
    fit, score = (
        group_responses(responses, clips, split).rows
        for split in (SELECTION_SPLIT, MEASURED_SPLIT)
    )
    groups = clips["group"].to_numpy()
    music = groups == MUSIC
    drawn = compared_weights(weights[MEASURED_SPLIT], clips, MEASURED_SPLIT)
    responses = responses.astype(np.float64)
    parts = eighths(msi)

    def precision(features: np.ndarray) -> np.ndarray:
        scores = read_out(features[fit], music[fit], features[score])
        return average_precision(music[score], scores[None], drawn)[0]

    rows: list[Row] = [
        READOUT_CHANCE.row(float(music[score].mean())),
        READOUT_AP.row(precision(responses)),
    ]
    refitted = refitted_precision(responses, clips, weights)
    for number, (units, replicates) in enumerate(zip(parts, refitted, strict=True), 1):
        scores = read_out(
            responses[fit][:, units], music[fit], responses[score][:, units]
        )
        value = average_precision(music[score], scores[None], drawn[:, :1])
        values = np.append(value, replicates)
        rows.append(READOUT_AP_OF_EIGHTH.row(values, eighth=number))
    for name, features in others.items():
        both = np.hstack([responses, features])
        rows.append(READOUT_AP_WITH_LINEAR.row(precision(both), linear=name))
    for genre, classes in classes_of(GENRE, categories).items():
        _, outside = category_sides(clips["labels"], classes)
        own = music & ~outside
        if min(np.count_nonzero(own[fit]), np.count_nonzero(own[score])) < 2:
            continue
        used = own | (groups == NONMUSIC)
        fitted, scored = fit[used[fit]], score[used[score]]
        chance = float(own[scored].mean())
        rows.append(READOUT_CHANCE_OF_GENRE.row(chance, genre=genre))
        scores = []
        for units in parts[:GENRE_PARTS]:
            features = responses[:, units]
            scores.append(read_out(features[fitted], own[fitted], features[scored]))
        found = average_precision(own[scored], np.stack(scores), drawn[used[score]])
        for number, values in enumerate(found, start=1):
            rows.append(READOUT_AP_OF_GENRE.row(values, genre=genre, eighth=number))
    return rows
