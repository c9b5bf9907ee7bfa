"""Figures of the linear read-out show the numbers of the statistics table."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from music_selectivity.figures import readout, readout_genres, readout_units
from music_selectivity.figures.style import Style, save

STYLE = Style({"without_music": "#00ff00", "music": "#ff0000", "other": "#123456"})
MODULES = (readout, readout_units, readout_genres)
LINEAR = ("pca", "gabor")
GENRES = ("Jazz", "Ska", "Drum and/or bass")


def make(models=("untrained", "gabor", "pca", "without_music"), seeds=3, genres=GENRES):
    """Statistics in an order that no figure draws, with all values different."""
    rng = np.random.default_rng(0)
    keys = [("readout_ap", f"genre/{g}/{e}") for g in genres for e in (2, 1, 4, 3)]
    keys += [("readout_ap", f"units/{eighth}") for eighth in range(8, 0, -1)]
    keys += [("readout_ap", f"with_{name}") for name in LINEAR]
    keys += [("readout_ap", "all"), ("readout_chance", "all")]
    keys += [("readout_chance", f"genre/{genre}") for genre in genres]
    keys += [("mean_ap", "all/none")]
    rows = [
        (model, seed, measure, condition, rng.random())
        for model in models
        for seed in ([0] if model in LINEAR else range(seeds, 0, -1))
        for measure, condition in keys
        if condition != f"with_{model}"
    ]
    columns = ["model", "seed", "measure", "condition", "value"]
    return pd.DataFrame(rows, columns=columns)


def values(statistics):
    keys = ["model", "seed", "measure", "condition"]
    return statistics.set_index(keys)["value"].to_dict()


def dots(axes, colour):
    """Positions of all markers of a colour, one array per line."""
    return [
        line.get_xydata()
        for line in axes.lines
        if line.get_marker() != "None" and to_hex(line.get_markeredgecolor()) == colour
    ]


def test_read_out_lists_sources_alone_and_combined():
    statistics = make()
    table, found = readout.table(statistics), values(statistics)
    rows = table[["model", "features"]].drop_duplicates()
    networks = itertools.product(
        ("without_music", "untrained"), ("all", "with_pca", "with_gabor")
    )
    # Linear features are read out alone: their combination answers no question.
    expected = [*networks, ("gabor", "all"), ("pca", "all")]
    assert list(rows.itertuples(index=False, name=None)) == expected
    assert len(table) == 3 * 6 + 2
    for row in table.itertuples():
        key = (row.model, row.seed)
        assert row.average_precision == found[*key, "readout_ap", row.features]
        assert row.chance == found[*key, "readout_chance", "all"]
    paper = table.groupby(["model", "features"])["paper"].first()
    assert paper["without_music", "with_gabor"] == 0.894
    assert paper["pca", "all"] == 0.437 and np.isnan(paper["untrained", "all"])


def test_read_out_draws_a_dot_per_network_and_writes_the_numbers(tmp_path):
    table = readout.table(make())
    figure = readout.draw(table, STYLE)
    save(figure, table, tmp_path / "readout")
    (axes,) = figure.axes
    names = [text.get_text() for text in axes.get_yticklabels()]
    combined = ["and PCA", "and Gabor filters"]
    networks = ["without music", *combined, "untrained", *combined]
    expected = [*networks, "Gabor filters", "PCA"]
    assert names == expected
    assert axes.yaxis_inverted()
    shown = dots(axes, "#00ff00")
    of_model = table[table["model"] == "without_music"]
    for y, (points, features) in enumerate(
        zip(shown, ("all", "with_pca", "with_gabor"), strict=True)
    ):
        wanted = of_model[of_model["features"] == features]["average_precision"]
        np.testing.assert_array_equal(points[:, 0], wanted)
        assert (points[:, 1].round() == y).all()
    texts = [text.get_text() for text in axes.texts]
    alone = of_model[of_model["features"] == "all"]["average_precision"]
    assert f"{alone.mean():.3f} ± {alone.std(ddof=1):.3f}" in texts
    assert {"0.887", "0.894", "0.437", "0.828"} <= set(texts)


def test_eighths_of_units_by_network(tmp_path):
    statistics = make()
    table, found = readout_units.table(statistics), values(statistics)
    assert set(table["model"]) == {"without_music"}
    pairs = table[["seed", "eighth"]].itertuples(index=False, name=None)
    assert list(pairs) == list(itertools.product((1, 2, 3), range(1, 9)))
    for row in table.itertuples():
        key = ("without_music", row.seed)
        condition = f"units/{row.eighth}"
        assert row.average_precision == found[*key, "readout_ap", condition]
        assert row.chance == found[*key, "readout_chance", "all"]
        assert (row.paper == 0.832) == (row.eighth == 1)
    figure = readout_units.draw(table, STYLE)
    save(figure, table, tmp_path / "units")
    (axes,) = figure.axes
    networks = [line for line in axes.lines if line.get_marker() == "o"]
    for seed, line in enumerate(networks, start=1):
        wanted = table[table["seed"] == seed]["average_precision"]
        np.testing.assert_array_equal(line.get_ydata(), wanted)
    assert len(networks) == 3
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["paper 0.832", f"chance {table['chance'].mean():.3f}"]


def test_genres_are_means_over_networks_best_first():
    statistics = make()
    table, found = readout_genres.table(statistics), values(statistics)

    def of(condition, measure="readout_ap"):
        return [found["without_music", seed, measure, condition] for seed in (1, 2, 3)]

    best = sorted(GENRES, key=lambda genre: -np.mean(of(f"genre/{genre}/1")))
    pairs = table[["genre", "eighth"]].itertuples(index=False, name=None)
    assert list(pairs) == list(itertools.product(best, (1, 2, 3, 4)))
    for row in table.itertuples():
        measured = of(f"genre/{row.genre}/{row.eighth}")
        assert row.average_precision == pytest.approx(np.mean(measured))
        assert row.sd == pytest.approx(np.std(measured, ddof=1))
        chance = of(f"genre/{row.genre}", "readout_chance")
        assert row.chance == pytest.approx(np.mean(chance))
    assert (table["networks"] == 3).all()


def test_genres_are_drawn_in_rows():
    table = readout_genres.table(make())
    figure = readout_genres.draw(table, STYLE)
    (axes,) = figure.axes
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == list(table["genre"].unique())
    first = table[table["eighth"] == 1]["average_precision"]
    (points,) = dots(axes, "#ff0000")
    np.testing.assert_array_equal(points, np.stack([first, range(3)], axis=1))
    (chance,) = dots(axes, "#123456")
    np.testing.assert_array_equal(chance[:, 0], table["chance"][::4])
    (legend,) = figure.legends
    assert legend.get_title().get_text() == ("Eighth of units, mean ± SD of 3 networks")
    names = ["first (MS)", "second", "third", "fourth", "chance"]
    assert [text.get_text() for text in legend.get_texts()] == names


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__[26:])
@pytest.mark.parametrize(
    "statistics",
    [
        make(["without_music"], 1),
        make(["without_music"], 2, ()),
        make(["without_music"], 2, [f"genre {i}" for i in range(25)]),
        make(["pca"]),
        make(["without_music"], 1).query("measure == 'mean_ap'"),
        make(["without_music"], 1).query("measure != 'readout_chance'"),
        make().assign(value=np.nan),
        make().iloc[:0],
    ],
    ids=[
        "one network",
        "no genre",
        "many genres",
        "other model",
        "no measure",
        "no chance",
        "no value",
        "empty",
    ],
)
def test_any_study_is_drawn(module, statistics, tmp_path):
    table = module.table(statistics)
    save(module.draw(table, STYLE), table, tmp_path / "figure")
    assert (tmp_path / "figure.svg").stat().st_size > 1000


def test_a_study_without_read_out_says_so():
    for module in MODULES:
        figure = module.draw(module.table(make().iloc[:0]), STYLE)
        assert not figure.axes and figure.texts[0].get_text().startswith("No read-out")
