"""Null calibration: results of a study with music labels permuted over clips.

A pipeline must not find an effect where there is none. With permuted labels, units that
are selected on one split must have a response ratio of about 1 on the other, and
p-values of music against non-music must be uniform. Only the labels are permuted; the
responses keep their skew and the correlations between units. Units are selected on the
train split and measured on the eval split, whatever ``analysis.measured_split`` is.

This does not calibrate tests over networks. The networks of a study hear the same
clips, so that chance differences between clips affect all of them alike, and a test
over networks takes this for agreement. With the same permutations for five networks
whose mean responses to clips correlate by .8, a one-tailed signed-rank test of their
ratios against 1 yields p = .031 in about 20 % of the permutations instead of 3 %. The
permutations themselves and the bootstrap over clips account for such differences.
"""

import logging
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from music_selectivity.analyses.group_responses import (
    GroupResponses,
    group_responses,
)
from music_selectivity.analyses.reselection import (
    BLOCK,
    SampledUnits,
    UnitStatistics,
    selected_in_each,
)
from music_selectivity.analyses.selectivity import held_out_ratio
from music_selectivity.measures import (
    PERMUTED_P,
    PERMUTED_RATIO,
    PERMUTED_SAME_SPLIT_RATIO,
    RATIO_PERMUTATION_P,
    Row,
)
from music_selectivity.stats.permutations import rank_p
from music_selectivity.stats.rank_tests import rank_sum
from music_selectivity.vocabulary import MEASURED_SPLIT, SELECTION_SPLIT

log = logging.getLogger(__name__)

# With fewer, the distribution of p-values is uncertain, and permutation p-values are
# above 1 / 200.
ENOUGH_PERMUTATIONS = 200


def permuted_ratios(
    responses: np.ndarray,
    clips: pd.DataFrame,
    fraction: float,
    permutations: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Response ratios of units that are selected and measured on permuted labels.

    Fewer than `ENOUGH_PERMUTATIONS` cause a warning.

    Parameters
    ----------
    responses
        (clips, units).
    clips
        Clip table with the same rows: split, group. Labels are permuted among the music
        and non-music clips of each split; mixed clips are not used.
    fraction
        Share of the units that is selected, as for ``selectivity.top_units``.
    permutations
        Number of permutations.
    rng
        Draws them. Networks with generators of the same seed share permutations.

    Returns
    -------
    DataFrame
        One row per permutation: permutation, from 0; ratio, of units selected on train
        and measured on eval; same_split_ratio, of units selected and measured on eval;
        and p, of a two-sided rank-sum test that compares the selected units' mean
        responses to "music" and "non-music" clips of eval.

    Raises
    ------
    InputError
        A split has fewer than 2 music or non-music clips, or a response is not finite.
    """
    if permutations < ENOUGH_PERMUTATIONS:
        log.warning(
            "%d permutations are too few for a calibration; set analysis.permutations "
            "to %d or more",
            permutations,
            ENOUGH_PERMUTATIONS,
        )
    measured_on = group_responses(responses, clips, MEASURED_SPLIT)
    columns = {"ratio": [], "same_split_ratio": [], "p": []}
    for units, labels, measured in _selected(
        responses, clips, fraction, permutations, rng
    ):
        same_units = selected_in_each(measured.index, fraction)
        columns["ratio"].append(_ratios(measured, units))
        columns["same_split_ratio"].append(_ratios(measured, same_units))
        columns["p"].append(_rank_sum_p(measured_on.responses, labels, units))
    table = pd.DataFrame(
        {name: np.concatenate(values) for name, values in columns.items()}
    )
    return table.rename_axis("permutation").reset_index()


def held_out_null(
    responses: np.ndarray,
    clips: pd.DataFrame,
    fraction: float,
    permutations: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """The ratios of `permuted_ratios` alone, (permutations,), in less time.

    Parameters and errors as for `permuted_ratios`.
    """
    blocks = _selected(responses, clips, fraction, permutations, rng)
    return np.concatenate([_ratios(measured, units) for units, _, measured in blocks])


def ratio_p(ratio: float, null: np.ndarray) -> float:
    """One-sided p-value of a response ratio, from those of permuted labels.

    It is ``permutations.rank_p``; NaN if responses are zero or change their sign, as
    those of principal components, because a ratio is then meaningless.
    """
    return rank_p(ratio, null) if ratio > 0 and (null > 0).all() else np.nan


def permutation_rows(
    null: pd.DataFrame, responses: np.ndarray, clips: pd.DataFrame, fraction: float
) -> list[Row]:
    """Summary of `permuted_ratios`, and the p-value of the ratio with the true labels.

    Parameters
    ----------
    null
        `permuted_ratios` of these responses, clips and fraction.
    responses, clips, fraction
        As for `permuted_ratios`.

    Returns
    -------
    list of (measure, condition, value)
        Rows for ``measures.measure_table``:

        - permuted_ratio: mean, sd, 2.5 and 97.5 (percentiles) over permutations, and
          their number, n
        - permuted_same_split_ratio: mean and sd
        - permuted_p: uniformity, the p-value of a Kolmogorov-Smirnov test of the
          p-values against the uniform distribution
        - ratio_permutation_p: eval, the `ratio_p` of the measured response ratio
    """
    ratios, same = null["ratio"], null["same_split_ratio"]
    measured = held_out_ratio(responses, clips, fraction)
    uniformity = stats.kstest(null["p"], "uniform").pvalue
    return [
        PERMUTED_RATIO.row(float(ratios.mean()), statistic="mean"),
        PERMUTED_RATIO.row(float(ratios.std()), statistic="sd"),
        PERMUTED_RATIO.row(float(ratios.quantile(0.025)), statistic="2.5"),
        PERMUTED_RATIO.row(float(ratios.quantile(0.975)), statistic="97.5"),
        PERMUTED_RATIO.row(float(len(ratios)), statistic="n"),
        PERMUTED_SAME_SPLIT_RATIO.row(float(same.mean()), statistic="mean"),
        PERMUTED_SAME_SPLIT_RATIO.row(float(same.std()), statistic="sd"),
        PERMUTED_P.row(float(uniformity)),
        RATIO_PERMUTATION_P.row(
            ratio_p(measured, ratios.to_numpy()), split=MEASURED_SPLIT
        ),
    ]


def _selected(
    responses: np.ndarray,
    clips: pd.DataFrame,
    fraction: float,
    permutations: int,
    rng: np.random.Generator,
) -> Iterator[tuple[np.ndarray, np.ndarray, UnitStatistics]]:
    """Blocks of permutations: selected units, and labels and responses on eval.

    The units, (block, n), are those that the permuted labels of train select.
    """
    blocks = zip(
        *(
            _permuted(group_responses(responses, clips, split), permutations, rng)
            for split in (SELECTION_SPLIT, MEASURED_SPLIT)
        ),
        strict=True,
    )
    for (_, chosen), (labels, measured) in blocks:
        yield selected_in_each(chosen.index, fraction), labels, measured


def _permuted(
    split: GroupResponses, permutations: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, UnitStatistics]]:
    """Blocks of permuted labels, (block, clips), with what they make of all units."""
    units = SampledUnits(split.responses)
    # One generator for each split, so that the draws do not depend on the blocks.
    (own,) = rng.spawn(1)
    for start in range(0, permutations, BLOCK):
        size = min(BLOCK, permutations - start)
        labels = own.permuted(np.tile(split.is_music, (size, 1)), axis=1)
        yield labels, units.statistics(labels, ~labels)


def _ratios(measured: UnitStatistics, units: np.ndarray) -> np.ndarray:
    """Ratio of the selected units' means in each permutation."""
    music, nonmusic = measured.means_of(units)
    with np.errstate(divide="ignore", invalid="ignore"):
        return music / nonmusic


def _rank_sum_p(
    responses: np.ndarray, labels: np.ndarray, units: np.ndarray
) -> np.ndarray:
    values = []
    for is_music, chosen in zip(labels, units, strict=True):
        of_clips = responses[:, chosen].mean(axis=1)
        values.append(rank_sum(of_clips[is_music], of_clips[~is_music]).p)
    return np.array(values)
