"""The statistics of a study: the measures of all networks in one table."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtri

from music_selectivity.measures import (
    CALIBRATED_P,
    CALIBRATED_RATIO,
    KEPT_EPOCH,
    KEY,
    KEY_WITH_LAYER,
    N_TRAINING_CLIPS,
    PERMUTED_P,
    PERMUTED_RATIO,
    RATIO_PERMUTATION_P,
    TRAIN_AP,
    VALIDATION_AP,
    check_statistics,
    measure_table,
    of_main_layers,
)
from music_selectivity.vocabulary import MEASURED_SPLIT

LEVEL = 0.05
"""Level of significance at which networks of a study are called not calibrated."""


def training_measures(summary: pd.DataFrame) -> pd.DataFrame:
    """``measures.measure_table`` of the epoch that training kept.

    `summary` is the network's summary.csv, with one row: train_ap, validation_ap,
    epoch, training_clips.
    """
    measures = [TRAIN_AP, VALIDATION_AP, KEPT_EPOCH, N_TRAINING_CLIPS]
    return measure_table(
        measure.row(float(summary[measure.name].iloc[0])) for measure in measures
    )


def gather(
    tables: Iterable[tuple[tuple[str, int], pd.DataFrame]],
    layers: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Statistics of all networks, and their bootstrap replicates.

    Parameters
    ----------
    tables
        Model and seed, with ``measures.measure_table`` of one analysis: measure,
        condition, value, and a column for each draw. The measures are those of the main
        layer, or of the layers in a column ``layer``. A row that several tables have is
        taken from the first.
    layers
        The main layer of each model that has one (``models.main_layers``).

    Returns
    -------
    statistics
        statistics.csv: model, seed, layer, measure, condition, value. The rows of
        `calibrated_rows` come last.
    replicates
        The same keys without these rows, with a float32 column for each draw.
    calibrated
        `calibrated_rows`, of the main layers.

    Raises
    ------
    InputError
        A measure or condition is unknown.
    """
    frames = [
        table.assign(
            model=model, seed=seed, layer=table.get("layer", layers.get(model))
        )
        for (model, seed), table in tables
    ]
    everything = pd.concat(frames, ignore_index=True)
    everything = everything.drop_duplicates(KEY_WITH_LAYER, ignore_index=True)
    check_statistics(everything)
    values = everything[[*KEY_WITH_LAYER, "value"]]
    calibrated = calibrated_rows(of_main_layers(values, layers))
    calibrated.insert(2, "layer", calibrated["model"].map(layers))
    statistics = pd.concat([values, calibrated], ignore_index=True)
    draws = everything.columns.str.startswith("draw_")
    replicates = everything.loc[:, draws].astype("float32")
    keys = everything[KEY_WITH_LAYER]
    return statistics, pd.concat([keys, replicates], axis=1), calibrated


def calibrated_rows(statistics: pd.DataFrame) -> pd.DataFrame:
    """Whether each network is calibrated, at a level of .05 over all of them.

    Parameters
    ----------
    statistics
        model, seed, measure, condition, value, of one layer of each network; with the
        rows of ``calibration.permutation_rows``.

    Returns
    -------
    DataFrame
        The same columns, with value 1 for yes and 0 for no:

        - calibrated_ratio (eval): whether permuted ratios have a mean of 1. Its
          deviation must not exceed its error, at the level divided by the number of
          networks, plus the bias of a ratio, which is at most the variance (second
          order of its expansion). NaN if the ratio is meaningless.
        - calibrated_p (uniformity): whether the p-value of the Kolmogorov-Smirnov test
          exceeds the level divided by the number of networks (Bonferroni).
    """
    networks = ["model", "seed"]
    ratio = PERMUTED_RATIO.select(statistics).pivot(
        index=networks, columns="statistic", values="value"
    )
    if ratio.empty:
        return statistics.iloc[:0]
    uniformity, measured_p = (
        rows.set_index(networks)["value"].reindex(ratio.index)
        for rows in (
            PERMUTED_P.select(statistics),
            RATIO_PERMUTATION_P.select(statistics, split=MEASURED_SPLIT),
        )
    )
    level = LEVEL / len(ratio)
    error = -ndtri(level / 2) * ratio["sd"] / np.sqrt(ratio["n"])
    centred = (ratio["mean"] - 1).abs() <= error + ratio["sd"] ** 2
    calibrated = [
        CALIBRATED_RATIO.row(
            centred.astype(float).where(measured_p.notna()), split=MEASURED_SPLIT
        ),
        CALIBRATED_P.row((uniformity > level).astype(float)),
    ]
    parts = [
        values.rename("value").reset_index().assign(measure=name, condition=condition)
        for name, condition, values in calibrated
    ]
    return pd.concat(parts, ignore_index=True)[[*KEY, "value"]]
