"""Quilts of every order are drawn with the change at their joints."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from music_selectivity.figures import quilt_orders
from music_selectivity.figures.style import ORDER_COLOURS, Style, save
from music_selectivity.store import read_table
from music_selectivity.vocabulary import ORDER_NAMES, QUILT_ORDERS

LENGTHS = (50, 100, 800)
# As in studies that make fewer quilts for comparison.
OTHER_LENGTHS = (50, 800)


def make(models=("gabor", "without_music"), seeds=3, orders=QUILT_ORDERS):
    """Statistics, and joint changes; the first of the orders has all lengths."""
    rng = np.random.default_rng(0)
    sets = [
        (order, length)
        for order in orders
        for length in (LENGTHS if order == orders[0] else OTHER_LENGTHS)
    ]
    rows = [
        (model, seed, "quilt_relative", f"{group}/{units}/{order}/{length}", value)
        for model in models
        for seed in range(seeds)
        for group in ("nonmusic", "music")
        for units in ("ms", "others")
        for (order, length), value in zip(
            sets, rng.uniform(0.5, 1.1, len(sets)), strict=True
        )
    ]
    columns = ["model", "seed", "measure", "condition", "value"]
    changes = [
        (group, order, length, 40, change, 2.0, change / 2.0)
        for group in ("music", "nonmusic")
        for (order, length), change in zip(
            sets, rng.uniform(2, 8, len(sets)), strict=True
        )
    ]
    names = ["group", "order", "segment", "clips", "change", "original", "ratio"]
    return pd.DataFrame(rows, columns=columns), pd.DataFrame(changes, columns=names)


def drawn(axes, order):
    """Every y of the lines in the colour of an order."""
    colour = ORDER_COLOURS[order]
    lines = [line for line in axes.lines if to_hex(line.get_color()) == colour]
    return np.concatenate([np.asarray(line.get_ydata(), float) for line in lines])


def assert_among(values, found):
    for value in values:
        assert np.isclose(found, value, rtol=0, atol=1e-12).any(), value


def test_table_holds_music_and_ms_units_of_without_music_in_every_order():
    statistics, changes = make()
    table = quilt_orders.table(statistics, changes)
    assert len(table) == 3 * (len(LENGTHS) + 3 * len(OTHER_LENGTHS))
    assert set(table["model"]) == {"without_music"}
    keys = ["model", "seed", "condition"]
    found = statistics.set_index(keys)["value"]
    joints = changes.set_index(["group", "order", "segment"])["ratio"]
    for row in table.itertuples():
        condition = f"music/ms/{row.order}/{row.length}"
        assert row.relative == found["without_music", row.seed, condition]
        assert row.joint_change == joints["music", row.order, int(row.length)]
        assert row.clips == 40
    paper = table.groupby("length")["paper"].first()
    # Fig. 4b: the response to quilts over 0.768, that to the original.
    assert paper["50"] == pytest.approx(0.599 / 0.768)
    assert paper["800"] == pytest.approx(0.775 / 0.768)
    assert np.isnan(paper["100"])


def test_every_order_is_drawn_in_its_colour_with_the_joints_of_its_quilts():
    table = quilt_orders.table(*make())
    figure = quilt_orders.draw(table, Style())
    left, right = figure.axes
    for order in QUILT_ORDERS:
        rows = table[table["order"] == order]
        assert_among(rows["relative"], drawn(left, order))
        assert_among(rows.groupby("length")["relative"].mean(), drawn(left, order))
        joints = rows.drop_duplicates("length")["joint_change"]
        np.testing.assert_allclose(drawn(right, order), joints)
    diamonds = [line for line in left.lines if line.get_marker() == "D"]
    shown = np.concatenate([line.get_ydata() for line in diamonds])
    assert_among([0.599 / 0.768, 0.775 / 0.768], shown)
    (legend,) = figure.legends
    names = [text.get_text().casefold() for text in legend.get_texts()]
    wanted = [name.casefold() for name in ORDER_NAMES.values()]
    assert names == [*wanted, "paper, audioset"]


def test_orders_have_names_and_different_colours():
    assert set(ORDER_NAMES) == set(QUILT_ORDERS) == set(ORDER_COLOURS)
    assert len(set(ORDER_COLOURS.values())) == len(QUILT_ORDERS)


def test_a_study_without_the_other_orders_has_one_line():
    table = quilt_orders.table(*make(orders=("notebook",)))
    figure = quilt_orders.draw(table, Style())
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["The notebook's order", "paper, AudioSet"]


def test_networks_of_another_model_are_not_compared_with_the_papers():
    table = quilt_orders.table(*make(models=("gabor",)))
    assert table["paper"].isna().all()
    figure = quilt_orders.draw(table, Style())
    assert len(figure.legends[0].get_texts()) == len(QUILT_ORDERS)


def test_a_study_without_quilts_of_music_says_so():
    statistics, changes = make()
    table = quilt_orders.table(statistics.iloc[:0], changes.iloc[:0])
    (text,) = quilt_orders.draw(table, Style()).texts
    assert text.get_text() == "No responses to quilts of music in this study"


@pytest.mark.parametrize("seeds", [1, 25])
@pytest.mark.parametrize("missing", [None, "relative", "joint_change"])
def test_missing_values_are_left_out_and_not_fatal(recwarn, seeds, missing):
    table = quilt_orders.table(*make(("without_music",), seeds))
    for rows in (table.index[::3], table.index):
        if missing:
            table.loc[rows, missing] = np.nan
        quilt_orders.draw(table, Style()).canvas.draw()
    assert not [str(warning.message) for warning in recwarn]


def test_joints_that_were_not_measured_are_left_out():
    statistics, changes = make()
    table = quilt_orders.table(statistics, changes[changes["order"] != "random"])
    unmeasured = table["order"] == "random"
    assert (table["joint_change"].isna() == unmeasured).all()
    quilt_orders.draw(table, Style()).canvas.draw()


def test_the_csv_alone_gives_the_same_bytes_again(tmp_path):
    table = quilt_orders.table(*make())
    save(quilt_orders.draw(table, Style()), table, tmp_path / "one" / "orders")
    again = read_table(tmp_path / "one" / "orders.csv")
    save(quilt_orders.draw(again, Style()), again, tmp_path / "two" / "orders")
    for suffix in ("svg", "png", "csv"):
        one, two = (tmp_path / f / f"orders.{suffix}" for f in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_a_study_without_quilts_has_no_rows():
    statistics, _ = make()
    assert quilt_orders.table(statistics.iloc[:0], None).empty
