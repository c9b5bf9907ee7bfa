"""The null's histogram and the lines of the chosen sets are those of the tables."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from music_selectivity.figures import random_ablation
from music_selectivity.figures.style import Style, save

STYLE = Style({"music": "#ff0000"})
COLUMNS = ["model", "seed", "measure", "condition", "value"]
CONDITIONS = ("none", "msi_bottom", "msi_middle", "msi_top", "l1_top")


def make(networks, seed=0):
    rng = np.random.default_rng(seed)
    nulls, rows = {}, []
    for network in networks:
        values = rng.normal(0.1, 0.01, 500)
        nulls[network] = pd.DataFrame({"set": range(500), "mean_ap": values})
        for condition in CONDITIONS:
            value = rng.uniform(0.07, 0.12)
            for group, shift in (("nonmusic", 0), ("music", -0.05)):
                key = ("mean_ap", f"{group}/{condition}")
                rows.append((*network, *key, value + shift))
            rows.append((*network, "random_ablation_p", condition, rng.random()))
    return nulls, pd.DataFrame(rows, columns=COLUMNS)


def lines(axes):
    return {
        to_hex(line.get_color()): line.get_xdata()[0] for line in axes.lines
    }  # each set has its own colour


def test_table_holds_the_histogram_and_the_chosen_sets():
    nulls, statistics = make([("without_music", 1), ("without_music", 2)])
    table = random_ablation.table(nulls, statistics)
    found = statistics.set_index(["model", "seed", "measure", "condition"])["value"]
    for network, null in nulls.items():
        rows = table[(table["model"] == network[0]) & (table["seed"] == network[1])]
        bins = rows[rows["condition"] == "random"]
        assert bins["sets"].sum() == 500
        centre = (bins["mean_ap"] * bins["sets"]).sum() / 500
        assert centre == pytest.approx(null["mean_ap"].mean(), abs=1e-3)
        # An independent count of one bin.
        fullest = bins.loc[bins["sets"].idxmax()]
        near = np.abs(null["mean_ap"] - fullest["mean_ap"]) < fullest["bin_width"] / 2
        assert near.sum() == fullest["sets"]
        chosen = rows[rows["condition"] != "random"].set_index("condition")
        assert list(chosen.index) == list(random_ablation.LINES)
        for name, row in chosen.iterrows():
            assert row["mean_ap"] == found[(*network, "mean_ap", f"nonmusic/{name}")]
            assert row["p"] == found[(*network, "random_ablation_p", name)]


def test_each_network_is_drawn_in_its_own_panel(tmp_path):
    nulls, statistics = make(
        [("without_music", 1), ("without_music", 3), ("with_music", 3)]
    )
    table = random_ablation.table(nulls, statistics)
    figure = random_ablation.draw(table, STYLE)
    panels = np.reshape(figure.axes, (2, 2))
    places = {
        ("without_music", 1): panels[0, 0],
        ("without_music", 3): panels[1, 0],
        ("with_music", 3): panels[1, 1],
    }
    assert not panels[0, 1].axison
    for (model, seed), axes in places.items():
        rows = table[(table["model"] == model) & (table["seed"] == seed)]
        bins = rows[rows["condition"] == "random"]
        heights = [bar.get_height() for bar in axes.patches]
        assert heights == bins["sets"].tolist()
        values = rows.set_index("condition")["mean_ap"]
        drawn = lines(axes)
        assert drawn["#ff0000"] == values["msi_top"]
        assert drawn["#000000"] == values["none"]
        assert set(drawn.values()) == set(values[list(CONDITIONS)])
        p = rows.set_index("condition")["p"]["msi_top"]
        assert [text.get_text() for text in axes.texts] == [f"p = {p:.2g}"]
    save(figure, table, tmp_path / "random_ablation")
    assert (tmp_path / "random_ablation.png").stat().st_size > 1000


def test_missing_measures_and_networks(tmp_path):
    nulls, statistics = make([("without_music", 1)])
    bare = random_ablation.table(nulls, statistics.iloc[:0])
    axes = random_ablation.draw(bare, STYLE).axes[0]
    assert not axes.lines and not axes.texts and axes.patches
    no_p = statistics[statistics["measure"] == "mean_ap"]
    axes = random_ablation.draw(random_ablation.table(nulls, no_p), STYLE).axes[0]
    assert len(axes.lines) == len(CONDITIONS) and not axes.texts
    empty = random_ablation.table({}, statistics)
    assert (
        "No random ablation" in random_ablation.draw(empty, STYLE).texts[0].get_text()
    )
    save(random_ablation.draw(empty, STYLE), empty, tmp_path / "empty")


def test_random_sets_that_all_score_the_same_are_drawn(tmp_path):
    nulls, statistics = make([("without_music", 1)])
    nulls["without_music", 1]["mean_ap"] = 0.1
    table = random_ablation.table(nulls, statistics)
    assert table["sets"].sum() == 500
    save(random_ablation.draw(table, STYLE), table, tmp_path / "flat")
