"""Gathering what was measured in every network into one table."""

from collections.abc import Iterable

import pandas as pd

from music_selectivity.analyses.calibration import calibrated_rows
from music_selectivity.measures import (
    KEPT_EPOCH,
    KEY,
    N_TRAINING_CLIPS,
    TRAIN_AP,
    VALIDATION_AP,
    check_statistics,
    measure_table,
)


def training_measures(summary: pd.DataFrame) -> pd.DataFrame:
    """Measures of the epoch that training kept, of a network's summary.csv."""
    measures = [TRAIN_AP, VALIDATION_AP, KEPT_EPOCH, N_TRAINING_CLIPS]
    return measure_table(
        measure.row(float(summary[measure.name].iloc[0])) for measure in measures
    )


def gather(
    tables: Iterable[tuple[tuple[str, int], pd.DataFrame]],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Statistics of all networks, and their bootstrap replicates.

    Parameters
    ----------
    tables
        By model and seed, ``measures.measure_table`` of an analysis: measure,
        condition, value, and a column for each draw.

    Returns
    -------
    statistics
        ``statistics.csv``: model, seed, measure, condition, value; the rows of
        `calibrated_rows` last.
    replicates
        The same keys without those rows, and a float32 column for each draw.
    calibrated
        ``calibration.calibrated_rows``.

    Raises
    ------
    InputError
        A measure or condition is unknown.
    """
    frames = [table.assign(model=model, seed=seed) for (model, seed), table in tables]
    everything = pd.concat(frames, ignore_index=True)
    check_statistics(everything)
    values = everything[[*KEY, "value"]]
    calibrated = calibrated_rows(values)
    statistics = pd.concat([values, calibrated], ignore_index=True)
    draws = everything.columns.str.startswith("draw_")
    replicates = everything.loc[:, draws].astype("float32")
    return statistics, pd.concat([everything[KEY], replicates], axis=1), calibrated
