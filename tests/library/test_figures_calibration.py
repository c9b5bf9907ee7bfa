"""Bars, dots and lines of the calibration figure are the numbers of its table."""

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from music_selectivity.figures import calibration
from music_selectivity.figures.style import Style, save

STYLE = Style({"without_music": "#ff0000", "untrained": "#00ff00"})
NETWORKS = [("without_music", 1), ("without_music", 2), ("untrained", 1)]


def make(networks, seed=0):
    rng = np.random.default_rng(seed)
    nulls, rows = {}, []
    for network in networks:
        nulls[network] = pd.DataFrame(
            {
                "permutation": range(200),
                # Components change sign, and have ratios about anything.
                "ratio": rng.normal(1, 9 if network[0] == "pca" else 0.02, 200),
                "same_split_ratio": rng.normal(1.1, 0.01, 200),
                "p": rng.random(200),
            }
        )
        for split in ("train", "eval"):
            rows.append((*network, "response_ratio", split, rng.uniform(1, 2)))
        rows.append((*network, "ratio_permutation_p", "eval", rng.random()))
    columns = ["model", "seed", "measure", "condition", "value"]
    return nulls, pd.DataFrame(rows, columns=columns)


def of_network(table, network, panel):
    rows = table["model"].eq(network[0]) & table["seed"].eq(network[1])
    return table[rows & (table["panel"] == panel)]


def test_table():
    nulls, statistics = make(NETWORKS)
    table = calibration.table(nulls, statistics)
    found = statistics.set_index(["model", "seed", "measure", "condition"])["value"]
    for network, null in nulls.items():
        (row,) = of_network(table, network, "ratio").to_dict("records")
        assert row["permutations"] == 200
        assert row["ratio"] == found[(*network, "response_ratio", "eval")]
        key = (*network, "ratio_permutation_p", "eval")
        assert row["permutation_p"] == found[key]
        assert (null["ratio"] < row["low"]).sum() == 5
        assert (null["ratio"] > row["high"]).sum() == 5
        assert (null["same_split_ratio"] < row["same_split_low"]).sum() == 5
        assert (null["same_split_ratio"] > row["same_split_high"]).sum() == 5
        shares = of_network(table, network, "p").set_index("level")["share"]
        assert shares[0] == 0
        assert shares[1] == 1
        assert shares[0.25] == (null["p"] <= 0.25).mean()


def test_drawn_numbers_are_those_of_the_table(tmp_path):
    table = calibration.table(*make(NETWORKS))
    figure = calibration.draw(table, STYLE)
    left, right = figure.axes
    ratios = table[table["panel"] == "ratio"].set_index(["model", "seed"])
    ratios = ratios.loc[NETWORKS]
    dots = [line for line in left.lines if line.get_marker() == "o"]
    assert [to_hex(line.get_color()) for line in dots] == ["#ff0000", "#00ff00"]
    np.testing.assert_allclose(
        np.concatenate([line.get_xdata() for line in dots]), ratios["ratio"]
    )
    bars = {False: [], True: []}
    for patch in left.patches:
        hollow = to_hex(patch.get_facecolor()) == "#ffffff"
        bars[hollow].append((patch.get_x(), patch.get_x() + patch.get_width()))
    np.testing.assert_allclose(bars[False], ratios[["low", "high"]])
    ends = ["same_split_low", "same_split_high"]
    np.testing.assert_allclose(bars[True], ratios[ends])
    lines = [line for line in right.lines if len(line.get_xdata()) > 2]
    assert [to_hex(line.get_color()) for line in lines] == 2 * ["#ff0000"] + ["#00ff00"]
    for network, line in zip(NETWORKS, lines, strict=True):
        rows = of_network(table, network, "p")
        np.testing.assert_allclose(line.get_ydata(), rows["share"] - rows["level"])
    save(figure, table, tmp_path / "calibration")
    assert (tmp_path / "calibration.png").stat().st_size > 1000


def test_features_that_change_sign_have_no_ratio():
    table = calibration.table(*make([("pca", 0), ("untrained", 1)]))
    ratios = table[table["panel"] == "ratio"].set_index("model")
    assert ratios.loc["pca", "ratio":"permutation_p"].isna().all()
    assert ratios.loc["untrained", "ratio":"permutation_p"].notna().all()
    left, right = calibration.draw(table, STYLE).axes
    assert [text.get_text() for text in left.get_yticklabels()] == ["untrained"]
    assert len([line for line in right.lines if len(line.get_xdata()) > 2]) == 2


def test_study_with_nothing_to_show(tmp_path):
    table = calibration.table(*make([]))
    figure = calibration.draw(table, STYLE)
    assert figure.get_label() == "No permuted labels in this study"
    save(figure, table, tmp_path / "calibration")


def test_features_without_a_ratio_leave_no_empty_panel(tmp_path):
    table = calibration.table(*make([("pca", 0)]))
    figure = calibration.draw(table, STYLE)
    (axes,) = figure.axes
    assert axes.get_xlabel().startswith("p, permuted music")
    save(figure, table, tmp_path / "calibration")


def test_study_with_one_network_and_without_measures(tmp_path):
    nulls, statistics = make(NETWORKS[:1])
    table = calibration.table(nulls, statistics[:0])
    row = table[table["panel"] == "ratio"].iloc[0]
    assert np.isnan(row["ratio"])
    assert row["low"] < 1 < row["high"]
    save(calibration.draw(table, STYLE), table, tmp_path / "calibration")
