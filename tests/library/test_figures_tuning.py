"""Figures of levels, quilts, genres and categories draw what the statistics hold."""

import importlib
import itertools

import numpy as np
import pandas as pd
import pytest

from music_selectivity.figures import categories, equal_rms, quilts, quilts_models
from music_selectivity.figures.segment_axis import positions
from music_selectivity.figures.style import Style, save
from music_selectivity.store import read_table
from music_selectivity.vocabulary import UNIT_NAMES

NAMES = ("quilts", "quilts_models", "quilts_genres", "equal_rms", "categories")
MODULES = {n: importlib.import_module(f"music_selectivity.figures.{n}") for n in NAMES}
GROUPS = ("music", "nonmusic")
LENGTHS = ("50", "100", "800", "original")
# Paper, Fig. 2c.
POWER_RATIOS = {
    ("train", 1): 1.97,
    ("train", 64): 1.70,
    ("eval", 1): 1.95,
    ("eval", 64): 1.68,
}
STYLE = Style({"music": "#ff0000"})
COLUMNS = ["model", "seed", "measure", "condition", "value"]
ORDERS = ("random", "overath")
# What the figures take from the config besides the statistics.
ARGUMENTS = {"order": "overath", "measured_split": "eval"}


def table_of(name, statistics, **arguments):
    taken = getattr(MODULES[name], "ARGUMENTS", {})
    arguments = {key: (ARGUMENTS | arguments)[key] for key in taken}
    return MODULES[name].table(statistics, **arguments)


def make(models=("without_music", "gabor"), seeds=2, lengths=LENGTHS, seed=0):
    rng = np.random.default_rng(seed)
    sets = [f"{group}/{units}" for group in GROUPS for units in ("ms", "others")]
    measures = {
        "quilt_response": sets,
        "quilt_relative": sets,
        "quilt_genre_response": ["Jazz", "Rock and/or roll", "Ska"],
        "category_quilt_response": ["speech", "water"],
    }
    orders = {
        length: ["original"]
        if length == "original"
        else [f"{order}/{length}" for order in ORDERS]
        for length in lengths
    }
    keys = [
        (measure, f"{name}/{quilts}")
        for measure, names in measures.items()
        for name, length in itertools.product(names, lengths)
        for quilts in orders[length]
        if (measure, length) != ("quilt_relative", "original")
    ]
    keys += [("response_ratio", split) for split in ("train", "eval")]
    keys += [("category_ratio", name) for name in ("speech", "water")]
    keys += [
        ("equal_rms_ratio", f"{s}/{k}") for s in ("train", "eval") for k in (1, 8, 64)
    ]
    rows = [
        (model, seed, *key, rng.uniform(0.5, 2))
        for model, seed, key in itertools.product(models, range(seeds), keys)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def of_length(length, order="overath"):
    """The end of a condition."""
    return length if length == "original" else f"{order}/{length}"


def look_up(statistics):
    return statistics.set_index(["model", "seed", "measure", "condition"])["value"]


def heights(axes):
    """Every y that is drawn on `axes`."""
    drawn = [np.asarray(line.get_ydata(), float) for line in axes.lines]
    return np.concatenate(drawn)


def assert_drawn(values, axes):
    drawn = heights(axes)
    for value in values:
        assert np.isclose(drawn, value, rtol=0, atol=1e-12).any(), value


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("models", "seeds", "lengths"),
    [
        (("without_music",), 1, LENGTHS),
        (("gabor", "pca"), 1, ("50",)),
        (("without_music", "mine"), 25, LENGTHS),
        (("without_music",), 2, ()),
        ((), 0, LENGTHS),
    ],
)
def test_every_study_can_be_drawn(recwarn, name, models, seeds, lengths):
    table = table_of(name, make(models, seeds, lengths))
    MODULES[name].draw(table, STYLE).canvas.draw()
    assert not [str(warning.message) for warning in recwarn]


@pytest.mark.parametrize("name", NAMES)
def test_missing_values_are_left_out_and_not_fatal(recwarn, name):
    table = table_of(name, make())
    number = table.select_dtypes("float").columns[0]
    for rows in (table.index[::3], table.index):
        holed = table.copy()
        holed.loc[rows, number] = np.nan
        MODULES[name].draw(holed, STYLE).canvas.draw()
    assert not [str(warning.message) for warning in recwarn]


@pytest.mark.parametrize(
    ("name", "lengths"), [*((name, LENGTHS) for name in NAMES), ("quilts", ("50",))]
)
def test_the_csv_alone_gives_the_same_bytes_again(tmp_path, name, lengths):
    """Without the original, lengths come back as numbers."""
    table = table_of(name, make(lengths=lengths))
    save(MODULES[name].draw(table, STYLE), table, tmp_path / "one" / name)
    again = read_table(tmp_path / "one" / f"{name}.csv")
    save(MODULES[name].draw(again, STYLE), again, tmp_path / "two" / name)
    for suffix in ("svg", "png", "csv"):
        one, two = (tmp_path / f / f"{name}.{suffix}" for f in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("order", ORDERS)
def test_quilts_draw_without_music_with_the_papers_numbers(order):
    statistics = make(("gabor", "without_music"), 3)
    table = quilts.table(statistics, order)
    assert len(table) == 3 * len(GROUPS) * len(UNIT_NAMES) * len(LENGTHS)
    assert set(table["model"]) == {"without_music"}
    found = look_up(statistics)
    for row in table.itertuples():
        condition = f"{row.group}/{row.units}/{of_length(row.length, order)}"
        key = ("without_music", row.seed, "quilt_response", condition)
        assert row.response == found[key]
    published = table.dropna(subset="paper")
    assert set(published["group"] + published["units"]) == {"musicms"}
    assert dict(zip(published["length"], published["paper"], strict=True)) == {
        "50": 0.599,
        "800": 0.775,
        "original": 0.768,
    }
    figure = quilts.draw(table, STYLE)
    for axes, units in zip(figure.axes, UNIT_NAMES, strict=True):
        shown = table[table["units"] == units]
        assert_drawn(shown["response"], axes)
        assert_drawn(shown.groupby(["group", "length"])["response"].mean(), axes)
    named = {"overath": "Overath's order", "random": "random order"}
    assert figure.get_supxlabel() == f"Segment length (ms), {named[order]}"
    # Networks of another model are not compared with the paper's.
    others = quilts.table(make(("gabor",)), order)
    assert others[["paper", "paper_r"]].isna().all(axis=None)


def test_quilts_show_r_with_segment_length_and_the_papers():
    statistics = make(("without_music",), 3)
    gone = (statistics["seed"] == 2) & statistics["condition"].str.contains("/100")
    statistics.loc[gone, "value"] = np.nan
    table, found = quilts.table(statistics, "overath"), look_up(statistics)
    figure = quilts.draw(table, STYLE)
    for axes, units in zip(figure.axes, UNIT_NAMES, strict=True):
        written = [
            text.get_text().replace("\N{MINUS SIGN}", "-") for text in axes.texts
        ]
        for group in GROUPS:
            # Over networks with all lengths, and without the original.
            lengths = [(length, seed) for length in (50, 100, 800) for seed in (0, 1)]
            of_set = f"{group}/{units}/overath"
            responses = [
                found["without_music", k, "quilt_response", f"{of_set}/{ms}"]
                for ms, k in lengths
            ]
            r = np.corrcoef([ms for ms, _ in lengths], responses)[0, 1]
            rows = table[(table["group"] == group) & (table["units"] == units)]
            np.testing.assert_allclose(rows["r"], r)
            paper = {
                ("music", "ms"): " (paper 0.601)",
                ("nonmusic", "ms"): " (paper 0.38)",
            }
            assert f"r = {r:.2f}{paper.get((group, units), '')}" in written


def test_quilts_have_no_r_of_two_points():
    table = quilts.table(make(("without_music",), 2, ("50", "original")), "overath")
    assert table["r"].isna().all()
    figure = quilts.draw(table, STYLE)
    assert not [text for axes in figure.axes for text in axes.texts]


def test_lengths_are_in_order_and_the_original_apart():
    places = positions(["original", "1600", "50", "100"])
    assert list(places) == ["50", "100", "1600", "original"]
    assert places["100"] - places["50"] == pytest.approx(1)
    assert places["original"] - places["1600"] > 1


def test_quilts_models_have_a_panel_each_but_pca():
    statistics = make(("pca", "untrained", "without_music"), 2)
    table = quilts_models.table(statistics, "random")
    found = look_up(statistics)
    for row in table.itertuples():
        key = (row.model, row.seed, "quilt_relative", f"music/ms/random/{row.length}")
        assert row.relative == found[key]
    reference = table[table["model"] == "without_music"]
    assert reference.set_index("length").loc["50", "paper"].iloc[0] == pytest.approx(
        0.599 / 0.768
    )
    figure = quilts_models.draw(table, STYLE)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["without music", "untrained"]
    for axes, model in zip(figure.axes, ("without_music", "untrained"), strict=True):
        assert_drawn(table.loc[table["model"] == model, "relative"], axes)
    means = reference.groupby("length")["relative"].mean()
    assert_drawn(means, figure.axes[1])


def test_genres_are_drawn_with_all_music():
    statistics = make(("without_music",), 2)
    table = MODULES["quilts_genres"].table(statistics, "overath")
    found = look_up(statistics)
    for row in table.itertuples():
        length = of_length(row.length)
        key = ("quilt_genre_response", f"{row.genre}/{length}")
        if row.genre == "all music":
            key = ("quilt_response", f"music/ms/{length}")
        assert row.response == found[("without_music", row.seed, *key)]
    panels = MODULES["quilts_genres"].draw(table, STYLE).axes
    every = table[table["genre"] == "all music"]
    means = every.groupby("length")["response"].mean().drop("original")
    for axes, genre in zip(panels, ("Jazz", "Rock and/or roll", "Ska"), strict=False):
        assert axes.get_title() == genre
        assert_drawn(table.loc[table["genre"] == genre, "response"], axes)
        assert_drawn(means, axes)


def test_equal_rms_draws_both_splits():
    statistics = make(("without_music", "gabor"), 3)
    table = equal_rms.table(statistics)
    found = look_up(statistics)
    for row in table.itertuples():
        condition = f"{row.split}/{row.divisor}"
        assert (
            row.ratio == found["without_music", row.seed, "equal_rms_ratio", condition]
        )
        expected = POWER_RATIOS.get((row.split, row.divisor), np.nan)
        np.testing.assert_equal(row.paper, expected)
    axes = equal_rms.draw(table, STYLE).axes[0]
    assert_drawn(table["ratio"], axes)
    assert_drawn(table.groupby(["split", "divisor"])["ratio"].mean(), axes)
    assert_drawn(POWER_RATIOS.values(), axes)
    assert [text.get_text() for text in axes.get_xticklabels()] == ["1", "1/8", "1/64"]


@pytest.mark.parametrize("split", ["train", "eval"])
def test_categories_are_shown_with_music(split):
    statistics = make(("without_music",), 2)
    table = categories.table(statistics, split, "overath")
    quilted = table[table["quantity"] == "relative"]
    assert set(quilted["length"]) == {"50", "100", "800"}
    assert list(table["category"].unique()) == ["music", "speech", "water"]
    found = look_up(statistics).loc["without_music"]
    for row in table.itertuples():
        of_seed = found[row.seed]
        if row.quantity == "ratio":
            key = ("category_ratio", row.category)
            expected = of_seed[("response_ratio", split) if row[3] == "music" else key]
        elif row.category == "music":
            expected = of_seed["quilt_relative", f"music/ms/overath/{row.length}"]
        else:
            quilted = of_seed["category_quilt_response"]
            original = quilted[f"{row.category}/original"]
            expected = quilted[f"{row.category}/overath/{row.length}"] / original
        assert row.value == pytest.approx(expected), row
    figure = categories.draw(table, STYLE)
    for number, category in enumerate(("music", "speech", "water")):
        shown = table[table["category"] == category]
        for axes, quantity in (
            (figure.axes[number], "ratio"),
            (figure.axes[3 + number], "relative"),
        ):
            assert_drawn(shown.loc[shown["quantity"] == quantity, "value"], axes)
