"""The figure of users' networks compares each layer with that of their twins."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from music_selectivity.figures import users_networks as figure
from music_selectivity.figures.style import Style, save
from music_selectivity.measures import measure_table
from music_selectivity.store import read_table
from music_selectivity.vocabulary import LARGEST

STYLE = Style()
MODELS = {
    "mine": {
        "network": "mine.py:make",
        "diet": "speech",
        "twins": {"permuted": 4, "initialised": 2},
    },
    "yours": {"network": "yours.py:make", "diet": "", "twins": {"permuted": 0}},
    "without_music": {"clips": "without_music"},
}
LAYERS = ("first", "second", "third")
# The mean effect size of each layer.
SIZES = {"mine": (0.6, 0.9, 0.7), "mine_permuted": (0.5, 0.6, 0.55)}


def measures(model, seed):
    """What the rule layers measures in a network, or in a twin."""
    rng = np.random.default_rng([len(model), seed])
    tables = []
    for layer, size in zip(LAYERS, SIZES.get(model, (0.5, 0.5, 0.5)), strict=True):
        draws = size + rng.normal(0, 0.01, 51)
        rows = [("n_units", "all_units", 8.0), ("brain_prediction", "music", draws / 2)]
        rows += [("ms_effect_size", split, draws) for split in ("train", "eval")]
        if layer != "second":
            # A layer with negative responses has no ratio.
            rows += [
                ("response_ratio", split, 2 * draws) for split in ("train", "eval")
            ]
        tables.append(measure_table(rows).assign(layer=layer))
    best = [("brain_prediction_by_best_layer", "music", draws / 3)]
    tables.append(measure_table(best).assign(layer="best layer"))
    return pd.concat(tables, ignore_index=True)


def study(models=MODELS):
    played = [("mine", 0), ("yours", 0)]
    played += [("mine_permuted", seed) for seed in range(1, 5)]
    played += [("mine_initialised", seed) for seed in (1, 2)]
    layers = {key: measures(*key) for key in played}
    draws = np.linspace(0.2, 0.3, 51)
    of_brain = [("brain_prediction", name, draws) for name in ("speech", "music")]
    baselines = {(name, 0): measure_table(of_brain) for name in ("log_mel", "level")}
    return figure.table(layers, baselines, models, "eval"), layers


def value(layers, network, layer, measure="ms_effect_size", condition="eval"):
    rows = layers[network]
    chosen = (rows["layer"] == layer) & (rows["measure"] == measure)
    return rows.loc[chosen & (rows["condition"] == condition), "value"].item()


def of(table, **entries):
    for column, entry in entries.items():
        table = table[table[column] == entry]
    return table


def test_each_layer_is_compared_with_its_twins():
    table, layers = study()
    rows = of(table, model="mine", measure="ms_effect_size", kind="permuted")
    assert list(rows["layer"]) == [*LAYERS, LARGEST]
    assert list(rows["depth"][:3]) == [0, 0.5, 1]
    for layer, row in zip(LAYERS, rows.itertuples(), strict=False):
        twins = [value(layers, ("mine_permuted", n), layer) for n in range(1, 5)]
        assert row.value == value(layers, ("mine", 0), layer)
        assert (row.twins, row.diet) == (4, "speech")
        assert row.twin_low == min(twins) and row.twin_high == max(twins)
        assert row.twin_mean == pytest.approx(np.mean(twins))
        assert row.p == (1 + sum(twin >= row.value for twin in twins)) / 5
        assert row.low < row.value < row.high
    kinds = of(table, model="mine", measure="ms_effect_size", layer="first")
    assert dict(zip(kinds["kind"], kinds["twins"], strict=True)) == {
        "permuted": 4,
        "initialised": 2,
    }


def test_the_largest_of_all_layers_is_compared_with_the_largest_of_each_twin():
    table, layers = study()
    (row,) = of(
        table, measure="ms_effect_size", kind="permuted", layer=LARGEST
    ).itertuples()
    assert row.value == value(layers, ("mine", 0), "second")
    twins = [
        max(value(layers, ("mine_permuted", n), layer) for layer in LAYERS)
        for n in range(1, 5)
    ]
    assert row.twin_low == min(twins) and row.twin_high == max(twins)
    assert row.p == 1 / 5 and np.isnan(row.depth) and np.isnan(row.low)


def test_the_largest_is_over_layers_that_twins_of_all_kinds_have():
    _, layers = study()
    rows = layers["mine_initialised", 2]
    lacking = (rows["layer"] == "second") & (rows["measure"] == "ms_effect_size")
    layers["mine_initialised", 2] = rows[~lacking]
    table = figure.table(layers, {}, MODELS, "eval")
    rows = of(table, model="mine", measure="ms_effect_size", layer=LARGEST)
    shared = [value(layers, ("mine", 0), layer) for layer in ("first", "third")]
    assert list(rows["kind"]) == ["permuted", "initialised"]
    assert set(rows["value"]) == {max(shared)}


def test_the_best_layer_for_the_brain_is_the_one_that_was_chosen_inside():
    table, layers = study()
    (row,) = of(table, layer="best layer", kind="permuted").itertuples()
    assert row.measure == "brain_prediction"
    measure = "brain_prediction_by_best_layer", "music"
    assert row.value == value(layers, ("mine", 0), "best layer", *measure)


def test_layers_without_a_ratio_are_left_out():
    table, _ = study()
    ratios = of(table, model="mine", measure="response_ratio", kind="permuted")
    assert list(ratios["layer"]) == ["first", "third", LARGEST]


def test_networks_without_twins_have_no_p_and_baselines_no_layer():
    table, _ = study()
    rows = of(table, model="yours", measure="ms_effect_size")
    assert list(rows["layer"]) == [*LAYERS, LARGEST]
    assert rows["p"].isna().all() and set(rows["kind"]) == {""}
    baselines = of(table, layer="")
    assert list(baselines["model"]) == ["log_mel", "level"]
    assert list(baselines["value"]) == [0.2, 0.2]
    assert "without_music" not in set(table["model"])


def test_the_figure_draws_its_table(tmp_path):
    table, _ = study()
    drawn = figure.draw(table, STYLE)
    panels = drawn.axes
    assert len(panels) == 2 * 3
    of_mine = panels[::2]
    for axes, measure in zip(of_mine, figure.PANELS, strict=True):
        rows = of(table, model="mine", measure=measure, kind="permuted")
        rows = rows[rows["depth"].notna()]
        (line,) = [line for line in axes.lines if line.get_marker() == "o"]
        assert to_hex(line.get_color()) == figure.DIET_COLOURS[0]
        # Lines break where a layer has no value.
        expected = rows.set_index("depth")["value"].reindex([0, 0.5, 1])
        np.testing.assert_array_equal(line.get_ydata(), expected)
        segments = {
            tuple(segment[:, 1])
            for bars in axes.collections
            if isinstance(bars, LineCollection)
            for segment in bars.get_segments()
            if np.size(segment)
        }
        assert set(zip(rows["twin_low"], rows["twin_high"], strict=True)) <= segments
        assert set(zip(rows["low"], rows["high"], strict=True)) <= segments
        assert axes.get_title("left").startswith("p = 0.2 (permuted)")
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == [
        "trained on speech",
        "training data not stated",
        "range of permuted twins",
        "range of initialised twins",
        "mean log-mel",
        "level",
    ]
    save(drawn, table, tmp_path / "one" / "networks")
    again = read_table(tmp_path / "one" / "networks.csv")
    save(figure.draw(again, STYLE), again, tmp_path / "two" / "networks")
    for suffix in ("svg", "png", "csv"):
        one, two = (tmp_path / n / f"networks.{suffix}" for n in ("one", "two"))
        assert one.read_bytes() == two.read_bytes(), suffix


def test_a_row_of_panels_has_five_networks(recwarn):
    models = {
        f"network{number}": {"network": "x.py:make", "diet": "", "twins": {}}
        for number in range(7)
    }
    layers = {(name, 0): measures(name, 0) for name in models}
    drawn = figure.draw(figure.table(layers, {}, models, "eval"), STYLE)
    shown = [axes for axes in drawn.axes if axes.axison]
    assert len(shown) == 7 * 3
    drawn.canvas.draw()
    heights = {round(axes.get_window_extent().y0) for axes in shown}
    assert len(heights) == 2 * 3
    first = max(heights)
    assert sum(round(axes.get_window_extent().y0) == first for axes in shown) == 5
    assert not [str(warning.message) for warning in recwarn]


def test_a_study_without_users_networks_says_so():
    baselines = {("log_mel", 0): measure_table([("brain_prediction", "music", 0.3)])}
    models = {"without_music": MODELS["without_music"]}
    table = figure.table({}, baselines, models, "eval")
    assert table.empty
    assert figure.draw(table, STYLE).get_label() == "No networks of users in this study"
