"""Gathering the measures of all networks into the statistics of a study."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity.analyses.statistics import gather, training_measures
from music_selectivity.errors import InputError
from music_selectivity.measures import measure_table


def permutations(sd: float) -> pd.DataFrame:
    """Measures of 200 permuted ratios whose mean is 1."""
    rows = [
        ("permuted_ratio", "mean", 1.0),
        ("permuted_ratio", "sd", sd),
        ("permuted_ratio", "n", 200.0),
        ("permuted_p", "uniformity", 0.5),
        ("ratio_permutation_p", "eval", 0.01),
    ]
    return measure_table(rows)


def test_statistics_hold_all_measures_of_all_networks():
    ratio = np.array([2.0, 1.5, 2.5])
    measured = measure_table(
        [("response_ratio", "eval", ratio), ("n_clips", "eval/music", 12.0)]
    )
    tables = [
        (("without_music", 1), measured),
        (("without_music", 2), measured),
        (("without_music", 1), permutations(0.1)),
    ]
    statistics, replicates, calibrated = gather(tables)
    assert list(statistics) == ["model", "seed", "measure", "condition", "value"]
    assert len(statistics) == 2 + 2 + 5 + 2
    pd.testing.assert_frame_equal(
        statistics.tail(2).reset_index(drop=True), calibrated, check_dtype=False
    )
    assert calibrated["measure"].tolist() == ["calibrated_ratio", "calibrated_p"]
    assert calibrated["value"].tolist() == [1, 1]
    # Replicates of the same rows but for the calibration, which has none.
    keys = ["model", "seed", "measure", "condition"]
    pd.testing.assert_frame_equal(replicates[keys], statistics[keys].head(9))
    draws = replicates[["draw_0001", "draw_0002"]]
    assert (draws.dtypes == np.float32).all()
    np.testing.assert_array_equal(draws.loc[[0, 2]], [[1.5, 2.5], [1.5, 2.5]])
    assert draws.drop(index=[0, 2]).isna().all(axis=None)


def test_statistics_without_permutations_have_no_calibration():
    measured = measure_table([("response_ratio", "eval", 2.0)])
    statistics, _, calibrated = gather([(("pca", 0), measured)])
    assert len(statistics) == 1 and calibrated.empty


def test_an_unknown_measure_is_refused():
    table = measure_table([("response_ratio", "test", 2.0)])
    with pytest.raises(InputError, match="'response_ratio' with condition 'test'"):
        gather([(("without_music", 1), table)])


def test_training_measures_are_those_of_the_summary():
    summary = pd.DataFrame(
        {
            "train_ap": [0.5],
            "validation_ap": [0.4],
            "epoch": [7],
            "training_clips": [600],
        }
    )
    table = training_measures(summary).set_index("measure")
    assert (table["condition"] == "best epoch").all()
    assert table["value"].to_dict() == {
        name: float(summary[name][0]) for name in summary
    }
