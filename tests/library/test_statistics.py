"""Gathering the measures of all networks into the statistics of a study."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity.analyses.statistics import gather, training_measures
from music_selectivity.errors import InputError
from music_selectivity.measures import measure_table, of_main_layers
from music_selectivity.store import read_table, write_table

LAYERS = {"without_music": "avgpool", "pca": "features"}
COLUMNS = ["model", "seed", "layer", "measure", "condition"]


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
    statistics, replicates, calibrated = gather(tables, LAYERS)
    assert list(statistics) == [*COLUMNS, "value"]
    assert (statistics["layer"] == "avgpool").all()
    assert len(statistics) == 2 + 2 + 5 + 2
    pd.testing.assert_frame_equal(
        statistics.tail(2).reset_index(drop=True), calibrated, check_dtype=False
    )
    assert calibrated["measure"].tolist() == ["calibrated_ratio", "calibrated_p"]
    assert calibrated["value"].tolist() == [1, 1]
    # Replicates of the same rows but for the calibration, which has none.
    pd.testing.assert_frame_equal(replicates[COLUMNS], statistics[COLUMNS].head(9))
    draws = replicates[["draw_0001", "draw_0002"]]
    assert (draws.dtypes == np.float32).all()
    np.testing.assert_array_equal(draws.loc[[0, 2]], [[1.5, 2.5], [1.5, 2.5]])
    assert draws.drop(index=[0, 2]).isna().all(axis=None)


def test_statistics_without_permutations_have_no_calibration():
    measured = measure_table([("response_ratio", "eval", 2.0)])
    statistics, _, calibrated = gather([(("pca", 0), measured)], LAYERS)
    assert len(statistics) == 1 and calibrated.empty


def of_layers(*layers: str) -> pd.DataFrame:
    """Measures of layers; those of avgpool are known from another analysis, too."""
    ratio, p = np.array([2.0, 1.5, 2.5]), 0.01
    tables = []
    for layer in layers:
        factor = 1 if layer == "avgpool" else 3
        rows = [
            ("n_units", "all_units", 32.0),
            ("response_ratio", "eval", factor * ratio),
            ("ratio_permutation_p", "eval", factor * p),
        ]
        tables.append(measure_table(rows).assign(layer=layer))
    return pd.concat(tables, ignore_index=True)


def test_without_the_extra_layers_the_statistics_are_those_of_the_main_layers():
    """The extra layers change no row, and no order, of what the claims read."""
    ratio = np.array([2.0, 1.5, 2.5])
    network = "without_music", 1
    main = [
        (network, measure_table([("response_ratio", "eval", ratio)])),
        (("pca", 0), measure_table([("response_ratio", "eval", 1.1 * ratio)])),
        (network, permutations(0.1)),
    ]
    layers = (network, of_layers("conv1", "avgpool", "head.1"))
    expected = gather(main, LAYERS)
    found = gather([*main, layers], LAYERS)
    for alone, together in zip(expected[:2], found[:2], strict=True):
        old = of_main_layers(together, LAYERS)
        old = old[old["measure"] != "n_units"].reset_index(drop=True)
        pd.testing.assert_frame_equal(old, alone.drop(columns="layer"))
    pd.testing.assert_frame_equal(found[2], expected[2])
    # All layers are there once, in the order of depth.
    of_measure = found[0][found[0]["measure"] == "n_units"]
    assert of_measure["layer"].tolist() == ["conv1", "avgpool", "head.1"]
    ratios = found[0][found[0]["measure"] == "response_ratio"]
    assert ratios["layer"].tolist() == ["avgpool", "features", "conv1", "head.1"]
    assert not found[0].duplicated(COLUMNS).any()


def test_users_networks_have_layers_and_none_of_them_is_the_main_layer():
    main = (("without_music", 1), measure_table([("n_units", "all_units", 32.0)]))
    users = (("mine", 0), of_layers("conv1", "avgpool"))
    statistics, replicates, _ = gather([main, users], LAYERS)
    assert set(statistics.loc[statistics["model"] == "mine", "layer"]) == {
        "conv1",
        "avgpool",
    }
    for table in (statistics, replicates):
        assert set(of_main_layers(table, LAYERS)["model"]) == {"without_music"}
    # A study may have no other networks.
    statistics, _, calibrated = gather([users], {})
    assert of_main_layers(statistics, {}).empty
    assert calibrated.empty


def test_layers_with_numbers_as_names_are_found(tmp_path):
    """As CSV has them: without their quotes, 3 and "3" are the same."""
    layers = {"without_music": "3"}
    table = measure_table([("n_units", "all_units", 32.0)])
    statistics, _, _ = gather([(("without_music", 1), table)], layers)
    write_table(tmp_path / "statistics.csv", statistics)
    again = of_main_layers(read_table(tmp_path / "statistics.csv"), layers)
    assert again["value"].tolist() == [32.0]


def test_a_model_without_its_main_layer_is_refused():
    table = measure_table([("n_units", "all_units", 32.0)])
    statistics, _, _ = gather([(("without_music", 1), table)], LAYERS)
    with pytest.raises(InputError, match="no measure of without_music in its layer x"):
        of_main_layers(statistics, {"without_music": "x"})


def test_an_unknown_measure_is_refused():
    table = measure_table([("response_ratio", "test", 2.0)])
    with pytest.raises(InputError, match="'response_ratio' with condition 'test'"):
        gather([(("without_music", 1), table)], LAYERS)


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
