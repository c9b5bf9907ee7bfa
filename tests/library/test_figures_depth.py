"""The depth figure draws each layer of each network, with intervals of their means."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from scipy import stats

from music_selectivity.figures import depth
from music_selectivity.figures.chart import Chart
from music_selectivity.figures.style import Style, save
from music_selectivity.measures import measure_table
from music_selectivity.report.charts import chart_data
from music_selectivity.stats.intervals import mean_estimate
from music_selectivity.store import read_table

STYLE = Style({"without_music": "#ff0000", "untrained": "#00ff00"})
LAYERS = ("conv1", "conv2", "avgpool")
NETWORKS = [*itertools.product(["without_music", "untrained"], [1, 2, 3])]


def measures(layers=LAYERS, seed=0, negative=()) -> pd.DataFrame:
    """What `layers.measures_of_layers` gives for one network."""
    rng = np.random.default_rng(seed)
    tables = []
    for number, layer in enumerate(layers):
        rows = [
            ("n_units", "all_units", 32.0 * (1 + number)),
            ("dead_units", "all_units", 0.1 * number),
        ]
        for split in ("train", "eval"):
            draws = rng.normal(0.75, 0.02, 101)
            rows.append(("ms_effect_size", split, draws))
            if layer not in negative:
                rows.append(("response_ratio", split, 2 * draws))
        if layer not in negative:
            rows.append(("ratio_permutation_p", "eval", 0.005))
        tables.append(measure_table(rows).assign(layer=layer))
    return pd.concat(tables, ignore_index=True)


def of_brain(layers=LAYERS, seed=0) -> pd.DataFrame:
    """What `brain.measures_of_brain` gives for one network."""
    rng = np.random.default_rng([seed, 1])
    tables = [
        measure_table(
            [
                ("brain_prediction", component, rng.normal(0.5, 0.05, 101))
                for component in ("speech", "music")
            ]
        ).assign(layer=layer)
        for layer in layers
    ]
    best = [("brain_prediction_by_best_layer", "music", rng.normal(0.6, 0.05, 101))]
    return pd.concat([*tables, measure_table(best).assign(layer="best layer")])


def table_of(given, brain=None, split="eval"):
    return depth.table(given, brain or {}, split)


def study(networks=NETWORKS, **options):
    return {
        network: measures(seed=at, **options) for at, network in enumerate(networks)
    }


def replicates(given, network, layer, measure):
    table = given[network]
    chosen = (table["layer"] == layer) & (table["measure"] == measure)
    rows = table[chosen & (table["condition"] == "eval")]
    return rows.filter(regex="^value$|^draw_").to_numpy()[0]


def of(table, **entries):
    for column, entry in entries.items():
        table = table[table[column] == entry]
    return table


def test_table():
    given = study()
    table = table_of(given)
    assert len(table) == len(NETWORKS) * len(LAYERS) * 2
    for network, layer in itertools.product(NETWORKS, LAYERS):
        rows = of(table, model=network[0], seed=network[1], layer=layer)
        assert list(rows["measure"]) == ["response_ratio", "ms_effect_size"]
        for row in rows.itertuples():
            expected = replicates(given, network, layer, row.measure)[0]
            assert row.value == expected
            assert row.n_units == 32 * (1 + LAYERS.index(layer))
            assert row.dead_units == pytest.approx(0.1 * LAYERS.index(layer))
            assert row.permutation_p == 0.005
            assert row.depth == LAYERS.index(layer) / 2
            assert row.place == layer


def test_prediction_of_the_brain_is_a_measure_of_layers_where_it_was_measured():
    given = study()
    brain = {network: of_brain(seed=at) for at, network in enumerate(NETWORKS)}
    table = table_of(given, brain)
    assert len(table) == len(NETWORKS) * len(LAYERS) * 3
    rows = of(table, model="untrained", seed=2, measure="brain_prediction")
    assert list(rows["layer"]) == list(LAYERS)
    expected = brain["untrained", 2]
    expected = of(expected, measure="brain_prediction", condition="music")
    assert list(rows["value"]) == list(expected["value"])
    # Those of other measures do not change.
    others = table[table["measure"] != "brain_prediction"].reset_index(drop=True)
    by_measure = ["model", "seed", "measure", "depth"]
    pd.testing.assert_frame_equal(
        others.sort_values(by_measure, ignore_index=True),
        table_of(given).sort_values(by_measure, ignore_index=True),
    )
    assert len(depth.draw(table, STYLE).axes) == 3
    # Users' networks have both in one table.
    both = {("mine", 0): pd.concat([measures(), of_brain()])}
    assert set(table_of(both)["measure"]) == set(depth.PANELS)


def test_units_are_measured_on_the_measured_split():
    given = study()
    both = {split: table_of(given, split=split) for split in ("train", "eval")}
    assert not (both["train"]["value"] == both["eval"]["value"]).any()


def test_means_have_the_interval_for_other_networks_and_other_clips():
    given = study()
    table = table_of(given)
    networks = [("without_music", seed) for seed in (1, 2, 3)]
    values = np.array(
        [replicates(given, x, "conv2", "response_ratio") for x in networks]
    )
    rows = of(table, model="without_music", layer="conv2", measure="response_ratio")
    assert rows["mean"].to_numpy() == pytest.approx(values[:, 0].mean())
    ends = rows[["low", "high"]].iloc[0]
    assert tuple(ends) == mean_estimate(values).interval()
    # No narrower than the t interval for other networks and the same clips.
    alone = stats.t.interval(0.95, 2, values[:, 0].mean(), stats.sem(values[:, 0]))
    assert ends["low"] <= alone[0] and alone[1] <= ends["high"]
    assert rows[["mean", "low", "high"]].drop_duplicates().shape == (1, 3)


def test_a_single_network_has_the_interval_of_its_clips():
    given = study(NETWORKS[:1])
    table = table_of(given)
    rows = of(table, layer="avgpool", measure="ms_effect_size")
    draws = replicates(given, NETWORKS[0], "avgpool", "ms_effect_size")
    half = 1.959964 * draws[1:].std(ddof=1)
    assert rows["low"].iloc[0] == pytest.approx(draws[0] - half)
    assert rows["high"].iloc[0] == pytest.approx(draws[0] + half)


def test_two_networks_have_no_interval():
    table = table_of(study(NETWORKS[:2]))
    assert table["low"].isna().all() and table["mean"].notna().all()


def test_places_are_depths_where_networks_differ_in_their_layers():
    given = {
        ("kim", 1): measures(),
        ("mine", 1): measures([f"encoder.{k}" for k in range(5)]),
    }
    table = table_of(given)
    assert (table["place"] == table["depth"]).all()
    mine = of(table, model="mine", measure="ms_effect_size")
    assert list(mine["depth"]) == [0, 0.25, 0.5, 0.75, 1]
    figure = depth.draw(table, STYLE)
    assert figure.axes[0].get_xlabel().startswith("Depth")


def test_a_layer_without_a_ratio_is_left_out_of_its_panel_alone():
    given = study(NETWORKS[:3], negative=["conv2"])
    table = table_of(given)
    rows = of(table, layer="conv2", measure="response_ratio")
    assert rows["value"].isna().all() and rows["mean"].isna().all()
    ratios, sizes = depth.draw(table, STYLE).axes
    drawn = [line.get_xdata() for line in ratios.lines[1:]]
    assert all(list(x) == [0, 1] for x in drawn)
    assert all(len(line.get_xdata()) == 3 for line in sizes.lines[1:])


def test_the_figure_draws_its_table(tmp_path):
    table = table_of(study())
    figure = depth.draw(table, STYLE)
    shown = ("response_ratio", "ms_effect_size")
    for axes, measure in zip(figure.axes, shown, strict=True):
        of_measure = of(table, measure=measure)
        # The first line is the one of no preference.
        lines = axes.lines[1:]
        drawn = {tuple(line.get_ydata()) for line in lines}
        for _, network in of_measure.groupby(["model", "seed"]):
            assert tuple(network["value"]) in drawn
        for model, rows in of_measure.groupby("model"):
            assert tuple(rows.drop_duplicates("depth")["mean"]) in drawn
            colour = STYLE.colour(model)
            assert sum(to_hex(line.get_color()) == colour for line in lines) == 4
        bars = [bar for each in axes.collections for bar in each.get_segments()]
        ends = {tuple(bar[:, 1]) for bar in bars}
        assert ends == set(zip(of_measure["low"], of_measure["high"], strict=True))
        assert [text.get_text() for text in axes.get_xticklabels()] == list(LAYERS)
    save(figure, table, tmp_path / "one" / "depth")
    again = read_table(tmp_path / "one" / "depth.csv")
    save(depth.draw(again, STYLE), again, tmp_path / "two" / "depth")
    for suffix in ("svg", "png", "csv"):
        pair = [(tmp_path / n / f"depth.{suffix}").read_bytes() for n in ("one", "two")]
        assert pair[0] == pair[1], suffix


@pytest.mark.parametrize("networks", [[], NETWORKS[:1], NETWORKS])
def test_every_study_can_be_drawn(recwarn, networks):
    depth.draw(table_of(study(networks)), STYLE).canvas.draw()
    assert not [str(warning.message) for warning in recwarn]


def test_the_chart_of_the_page_has_a_place_for_each_layer():
    (chart,) = [Chart(**each) for each in depth.CHARTS]
    data = chart_data(table_of(study()), chart, STYLE)
    assert data["places"] == list(LAYERS)
    assert data["axis"].startswith("Layer")
    assert len(data["panels"]) == 2
    names = [series["name"] for series in data["panels"][0]["series"]]
    assert names == ["without music", "untrained"]
    # Of networks that differ in their layers, places are depths.
    mixed = {("kim", 1): measures(), ("mine", 1): measures(LAYERS[:2])}
    data = chart_data(table_of(mixed), chart, STYLE)
    assert data["places"] == ["0", "0.500", "1"]
    assert "depth" in data["axis"]
