"""Charts have every number of their table, and nothing else."""

import json
import math

import numpy as np
import pandas as pd
import pytest

import paper_scale
from music_selectivity.figures.catalogue import FIGURES
from music_selectivity.figures.chart import LINES, Chart
from music_selectivity.figures.style import COLOURS, ORDER_COLOURS, Style
from music_selectivity.report.charts import chart_data, described

TABLE = pd.DataFrame(
    [
        ("untrained", 1, 50, 1.1, 0.5),
        ("without_music", 2, 100, 2.5, 0.5),
        ("without_music", 1, 100, 1.5, 0.5),
        ("without_music", 1, 50, 1.0, 0.7),
        ("without_music", 2, 50, math.nan, 0.7),
    ],
    columns=["model", "seed", "length", "ratio", "paper"],
)
CHART = Chart(value="ratio", label="Ratio", along="length", kind=LINES)


def test_numbers_are_by_series_network_and_place():
    found = chart_data(TABLE, CHART, Style())
    assert found["places"] == ["50", "100"]
    (panel,) = found["panels"]
    first, second = panel["series"]
    assert [first["name"], second["name"]] == ["without music", "untrained"]
    assert first["seeds"] == [1, 2]
    assert first["values"] == [[1.0, 1.5], [None, 2.5]]
    assert first["mean"] == [1.0, 2.0]
    assert first["sd"] == [None, 0.7071]
    assert first["text"] == ["1", "2.00 ± 0.71"]
    assert first["n"] == [1.0, 2.0]
    assert first["paper"] == [0.7, 0.5]
    assert second["values"] == [[1.1, None]]
    assert first["colour"] == COLOURS["without_music"]


def test_panels_places_and_rows_without_numbers_are_left_out():
    table = TABLE.assign(group=["a", "b", "b", "b", "c"], quantity=list("xxyyx"))
    chart = Chart(value="ratio", label="", along="length", panels="group")
    assert [p["name"] for p in chart_data(table, chart, Style())["panels"]] == [
        "a",
        "b",
    ]
    only = Chart(value="ratio", label="", along="length", only={"quantity": "x"})
    found = chart_data(table, only, Style())
    assert found["panels"][0]["series"][0]["values"] == [[None, 2.5]]
    nothing = Chart(value="ratio", label="", along="length", only={"quantity": "z"})
    assert chart_data(table, nothing, Style()) is None
    assert chart_data(table.iloc[:0], CHART, Style()) is None


def test_unaltered_sounds_come_last_and_apart():
    table = TABLE.assign(length=["50", "100", "100", "original", "original"])
    found = chart_data(table, CHART, Style())
    assert found["places"] == ["50", "100", "original"]
    assert found["apart"] == 2
    assert chart_data(TABLE, CHART, Style())["apart"] is None


def test_entries_that_the_chart_names_have_its_order():
    table = TABLE.assign(length=list("abbab"))
    chart = Chart(
        value="ratio", label="", along="length", names={"b": "<second>", "a": "first"}
    )
    assert chart_data(table, chart, Style())["places"] == ["<second>", "first"]


def test_tables_of_means_have_no_networks():
    table = pd.DataFrame(
        {
            "model": ["without_music"],
            "group": ["music"],
            "value": [0.5],
            "sd": [0.1],
            "networks": [5],
            "chance": [0.25],
        }
    )
    chart = Chart(value="value", label="", along="group")
    (series,) = chart_data(table, chart, Style())["panels"][0]["series"]
    assert series["values"] == series["seeds"] == []
    assert (series["mean"], series["sd"], series["n"]) == ([0.5], [0.1], [5.0])
    assert series["chance"] == [0.25]


def test_colours_follow_the_study_and_its_names():
    style = Style({"music": "#123456"})
    table = TABLE.assign(group=["music", *["nonmusic"] * 4], order="overath")

    def colours(series):
        chart = Chart(value="ratio", label="", along="length", series=series)
        (panel,) = chart_data(table, chart, style)["panels"]
        return [each["colour"] for each in panel["series"]]

    assert colours("group") == ["#123456", COLOURS["nonmusic"]]
    assert colours("order") == [ORDER_COLOURS["overath"]] * 2
    own = TABLE.assign(model="<mine>")
    (panel,) = chart_data(own.drop_duplicates(["seed", "length"]), CHART, style)[
        "panels"
    ]
    assert panel["series"][0]["colour"] == COLOURS["other"]


def test_charts_are_described_by_means_and_the_papers_numbers():
    found = described(chart_data(TABLE, CHART, Style()))
    assert found == (
        "Ratio. without music 50 1 (paper 0.700), 100 2.00 ± 0.71 (paper 0.500), "
        "untrained 50 1.10 (paper 0.500)."
    )
    long = pd.concat([TABLE.assign(length=length) for length in range(20)])
    long = long.drop_duplicates(["model", "seed", "length"])
    chart = chart_data(long.assign(panel=long["length"]), CHART, Style())
    assert "music 0 2.00 ± 0.71" in described(chart)
    assert "19 2.00 ± 0.71" in described(chart)
    assert " 7 2.00" not in described(chart)
    panels = Chart(value="ratio", label="Ratio", along="length", panels="length")
    assert "and 14 more panels" in described(chart_data(long, panels, Style()))


@pytest.fixture(scope="module")
def tables():
    return paper_scale.tables()


CHARTS = [
    pytest.param(name, chart, id=f"{name}-{i}")
    for name, entry in FIGURES.items()
    for i, chart in enumerate(entry.charts)
]


@pytest.mark.parametrize(("name", "chart"), CHARTS)
def test_every_chart_shows_every_network_of_its_table(name, chart, tables):
    table = tables[name]
    found = chart_data(table, chart, Style())
    json.dumps(found, allow_nan=False)
    for column, entry in chart.only.items():
        table = table[table[column] == entry]
    assert len(table)
    series = [each for panel in found["panels"] for each in panel["series"]]
    drawn = [value for each in series for row in each["values"] for value in row]
    drawn = sorted(value for value in drawn if value is not None)
    if "seed" in table:
        np.testing.assert_allclose(drawn, sorted(table[chart.value]), rtol=1e-3)
    else:
        means = [mean for each in series for mean in each["mean"] if mean is not None]
        np.testing.assert_allclose(sorted(means), sorted(table[chart.value]), rtol=1e-3)
    assert described(found).startswith(chart.label)
