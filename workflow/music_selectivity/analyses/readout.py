"""Linear read-out of music from units (paper Fig. 2d, S3, S4a, S6)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from music_selectivity.analyses.group_responses import group_responses
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
from music_selectivity.stats.bootstrap import average_precision
from music_selectivity.vocabulary import (
    COMPARED_GROUPS,
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
    mean, scale = fitted.mean(axis=0), fitted.std(axis=0)
    scale = np.where(scale > 0, scale, 1)
    x = (fitted - mean) / scale
    coefficients, *_ = np.linalg.lstsq(x, music - music.mean(), rcond=None)
    return (measured - mean) / scale @ coefficients + music.mean()


def readout_rows(
    responses: np.ndarray,
    clips: pd.DataFrame,
    msi: np.ndarray,
    others: Mapping[str, np.ndarray],
    categories: pd.DataFrame,
    weights: np.ndarray,
) -> list[Row]:
    """Average precision of music read out from units, with bootstrap replicates.

    The read-out is fitted on music and non-music clips of the train split, and scored
    on those of the eval split. Replicates draw the scored clips.

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
        ``bootstrap.split_weights`` of the eval split.

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
    of_split = (clips["split"] == MEASURED_SPLIT).to_numpy()
    compared = np.isin(groups, COMPARED_GROUPS)
    drawn = weights[compared[of_split]].astype(np.float32)
    responses = responses.astype(np.float64)
    parts = np.array_split(np.argsort(-msi, kind="stable"), N_PARTS)

    def precision(features: np.ndarray) -> np.ndarray:
        scores = read_out(features[fit], music[fit], features[score])
        return average_precision(music[score], scores, drawn)

    rows: list[Row] = [
        READOUT_CHANCE.row(float(music[score].mean())),
        READOUT_AP.row(precision(responses)),
    ]
    for number, units in enumerate(parts, start=1):
        found = precision(responses[:, units])
        rows.append(READOUT_AP_OF_EIGHTH.row(found, eighth=number))
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
        of_genre = drawn[used[score]]
        chance = float(own[scored].mean())
        rows.append(READOUT_CHANCE_OF_GENRE.row(chance, genre=genre))
        for number, units in enumerate(parts[:GENRE_PARTS], start=1):
            features = responses[:, units]
            scores = read_out(features[fitted], own[fitted], features[scored])
            values = average_precision(own[scored], scores, of_genre)
            rows.append(READOUT_AP_OF_GENRE.row(values, genre=genre, eighth=number))
    return rows
