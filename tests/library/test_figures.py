"""Figures draw exactly their table, whatever the study holds."""

import functools
import importlib
import itertools

import numpy as np
import pandas as pd
import pytest

from music_selectivity.errors import InputError
from music_selectivity.figures.style import Style, ordered_models, save, spread
from music_selectivity.store import read_table

MODELS = ("without_music", "with_music", "untrained", "a_new_model")
CONDITIONS = ("none", "msi_bottom", "msi_middle", "msi_top", "l1_top")
STYLE = Style({"music": "#ff0000", "nonmusic": "#0000ff"})
# Figures of the other analyses have their own test files.
HERE = (
    "class_precision",
    "unit_responses",
    "selectivity_ratio",
    "msi_distribution",
    "ablation",
)
MODULES = {
    name: importlib.import_module(f"music_selectivity.figures.{name}") for name in HERE
}


def make_classes(count):
    return pd.DataFrame(
        {
            "index": range(count),
            "name": [f"class {i}" for i in range(count)],
            "music_related": [i % 3 == 0 for i in range(count)],
            "speech": False,
        }
    )


def make_ablations(models, seeds, classes, rng):
    rows = list(itertools.product(CONDITIONS, classes["name"]))
    frames = {}
    for network in itertools.product(models, range(seeds)):
        frame = pd.DataFrame(rows, columns=["condition", "class"])
        frame["average_precision"] = rng.uniform(0.01, 1, len(frame))
        frame["random_ap"] = rng.uniform(0.01, 0.1, len(frame))
        frame["positives"] = 10
        frame.loc[frame["class"] == "class 1", "average_precision"] = np.nan
        frames[network] = frame
    return frames


def make_statistics(models, seeds, rng):
    groups = ("all", "music", "nonmusic")
    keys = [("mean_response", group) for group in ("music", "nonmusic")]
    keys += [("effect_size", "all_units")]
    keys += [("response_ratio", split) for split in ("train", "eval")]
    keys += [("same_split_ratio", split) for split in ("train", "eval")]
    keys += [("random_ap", group) for group in groups]
    keys += [("mean_ap", f"{g}/{c}") for g, c in itertools.product(groups, CONDITIONS)]
    rows = [
        (model, seed, *key, rng.uniform(0.1, 1))
        for model, seed, key in itertools.product(models, range(seeds), keys)
    ]
    return pd.DataFrame(
        rows, columns=["model", "seed", "measure", "condition", "value"]
    )


def make_units(models, seeds, rng, count=64):
    return {
        network: pd.DataFrame(
            {
                "unit": range(count),
                "msi_train": np.r_[np.nan, rng.normal(0, 20, count - 1)],
                "msi_eval": rng.normal(0, 20, count),
            }
        )
        for network in itertools.product(models, range(seeds))
    }


@functools.cache
def make_tables(models=MODELS, seeds=2, classes=12):
    rng = np.random.default_rng(0)
    class_table = make_classes(classes)
    statistics = make_statistics(models, seeds, rng)
    inputs = {
        "class_precision": (
            make_ablations(models, seeds, class_table, rng),
            class_table,
        ),
        "unit_responses": (statistics,),
        "selectivity_ratio": (statistics, "eval"),
        "msi_distribution": (make_units(models, seeds, rng), 0.125, "eval"),
        "ablation": (statistics,),
    }
    return {name: MODULES[name].table(*inputs[name]) for name in HERE}


def drawn_points(axes):
    """(x, y) of every finite point of every line and error bar on `axes`."""
    points = [
        np.column_stack([line.get_xdata(), line.get_ydata()]).astype(float)
        for line in axes.lines
    ]
    points = np.concatenate(points) if points else np.empty((0, 2))
    return points[np.isfinite(points).all(axis=1)]


def assert_drawn(values, drawn):
    for value in values:
        assert np.isclose(drawn, value, rtol=0, atol=1e-12).any(), value


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize(
    ("models", "seeds", "classes"),
    [
        (("without_music",), 1, 4),
        (("with_music", "untrained"), 2, 12),
        (("without_music", "with_music"), 25, 527),
        ((), 0, 12),
    ],
)
def test_every_study_can_be_drawn(recwarn, name, models, seeds, classes):
    table = make_tables(models, seeds, classes)[name]
    MODULES[name].draw(table, STYLE).canvas.draw()
    assert not [str(warning.message) for warning in recwarn]


@pytest.mark.parametrize("name", HERE)
def test_missing_values_are_left_out_and_not_fatal(recwarn, name):
    table = make_tables()[name]
    number = table.select_dtypes("float").columns[0]
    for rows in (table.index[::3], table.index):
        holed = table.copy()
        holed.loc[rows, number] = np.nan
        MODULES[name].draw(holed, STYLE).canvas.draw()
    assert not [str(warning.message) for warning in recwarn]


@pytest.mark.parametrize("name", HERE)
def test_the_csv_alone_gives_the_same_bytes_again(tmp_path, name):
    table = make_tables()[name]
    save(MODULES[name].draw(table, STYLE), table, tmp_path / "one" / name)
    again = read_table(tmp_path / "one" / f"{name}.csv")
    save(MODULES[name].draw(again, STYLE), again, tmp_path / "two" / name)
    for suffix in ("svg", "png", "csv"):
        one, two = (tmp_path / f / f"{name}.{suffix}" for f in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("classes", [12, 100])
def test_class_precision_shows_means_over_networks(classes):
    rng = np.random.default_rng(3)
    class_table = make_classes(classes)
    ablations = make_ablations(("without_music", "with_music"), 3, class_table, rng)
    table = MODULES["class_precision"].table(ablations, class_table)

    values = {
        key: frame[frame["condition"] == "none"].set_index("class")["average_precision"]
        for key, frame in ablations.items()
    }
    by_class = table[table["panel"] == "classes"]
    assert "class 1" not in set(by_class["class"])
    assert by_class["average_precision"].is_monotonic_decreasing
    for row in by_class.itertuples():
        over = [values["without_music", seed][row[4]] for seed in range(3)]
        assert row.average_precision == pytest.approx(np.mean(over))
        assert row.sd == pytest.approx(np.std(over, ddof=1))
        assert (row.group == "music") == (int(row[4].split()[1]) % 3 == 0)
    means = table[table["panel"] == "means"]
    assert set(means["group"]) == {"music", "nonmusic", "all"}
    for row in means.itertuples():
        chosen = class_table["music_related"] == (row.group == "music")
        chosen |= row.group == "all"
        names = class_table["name"][chosen]
        over = [values[row.model, seed][names].mean() for seed in range(3)]
        assert row.average_precision == pytest.approx(np.mean(over))
        assert row.sd == pytest.approx(np.std(over, ddof=1))

    left, right = MODULES["class_precision"].draw(table, STYLE).axes
    column = 0 if classes == 12 else 1
    assert_drawn(by_class["average_precision"], drawn_points(left)[:, column])
    assert_drawn(by_class["chance"], drawn_points(left)[:, column])
    lengths = [bar.get_width() for bar in right.patches]
    np.testing.assert_allclose(sorted(lengths), sorted(means["average_precision"]))
    paper = means.set_index(["model", "group"])["paper"].dropna()
    assert paper.to_dict() == {
        ("without_music", "nonmusic"): 0.109,
        ("without_music", "music"): 0.0073,
        ("with_music", "all"): 0.152,
    }
    written = [text.get_text() for text in right.texts]
    assert {"0.109", "0.0073", "0.152"} <= set(written)
    for row in means.itertuples():
        assert f"{row.average_precision:.3f} ± {row.sd:.3f}" in written


def test_long_names_of_classes_are_cut():
    shorten = MODULES["class_precision"].shorten
    assert shorten("Speech") == "Speech"
    name = "Bird vocalization, bird call, bird song"
    assert shorten(name) == "Bird vocalization, bird call…"
    assert len(shorten("x" * 50)) == 30


def test_unit_responses_draw_each_network_with_its_effect():
    statistics = make_statistics(
        ("with_music", "without_music"), 3, np.random.default_rng(1)
    )
    table = MODULES["unit_responses"].table(statistics)
    picked = statistics.set_index(["model", "seed", "measure", "condition"])["value"]
    for row in table.itertuples():
        key = (row.model, row.seed)
        assert row.music == picked[(*key, "mean_response", "music")]
        assert row.nonmusic == picked[(*key, "mean_response", "nonmusic")]
        assert row.effect_size == picked[(*key, "effect_size", "all_units")]
    figure = MODULES["unit_responses"].draw(table, STYLE)
    for axes, model in zip(figure.axes, ["without_music", "with_music"], strict=True):
        networks = table[table["model"] == model]
        assert axes.get_title().startswith(model.replace("_", " "))
        assert f"{networks['effect_size'].mean():.3f}" in axes.get_title()
        published = model == "without_music"
        assert ("(paper 0.689)" in axes.get_title()) == published
        assert (networks["paper"] == 0.689).all() == published
        points = drawn_points(axes)
        for x, group in enumerate(("music", "nonmusic")):
            # Dots and the ends of the lines that join them.
            drawn = np.unique(points[points[:, 0] == x, 1])
            np.testing.assert_array_equal(drawn, np.unique(networks[group]))
        # Nothing is cut off, not even mean + SD.
        assert axes.get_ylim()[1] > points[:, 1].max()


@pytest.mark.parametrize("split", ["train", "eval"])
def test_selectivity_ratio_is_of_the_measured_split(split):
    statistics = make_statistics((*MODELS, "pca"), 3, np.random.default_rng(1))
    table = MODULES["selectivity_ratio"].table(statistics, split)
    assert set(table["model"]) == set(MODELS)
    picked = statistics.set_index(["model", "seed", "measure", "condition"])["value"]
    for row in table.itertuples():
        key = (row.model, row.seed)
        assert row.ratio == picked[(*key, "response_ratio", split)]
        assert row.same_split_ratio == picked[(*key, "same_split_ratio", split)]
    assert set(table.loc[table["model"] == "without_music", "paper"]) == {2.07}
    assert table.loc[table["model"] == "a_new_model", "paper"].isna().all()
    axes = MODULES["selectivity_ratio"].draw(table, STYLE).axes[0]
    for x, model in enumerate(ordered_models(table["model"])):
        networks = table[table["model"] == model]
        points = drawn_points(axes)
        here = points[np.abs(points[:, 0] - x) < 0.45, 1]
        assert_drawn(networks["ratio"], here)
        assert_drawn(networks["same_split_ratio"], here)
        assert_drawn([networks["ratio"].mean()], here)


@pytest.mark.parametrize(
    ("measured", "selection"), [("eval", "train"), ("train", "eval")]
)
def test_msi_distribution_counts_units_and_marks_the_top_of_the_selection_split(
    measured, selection
):
    units = make_units(("without_music", "with_music"), 2, np.random.default_rng(1))
    table = MODULES["msi_distribution"].table(units, 0.125, measured)
    for (model, seed), frame in units.items():
        rows = table[(table["model"] == model) & (table["seed"] == seed)]
        chosen_on = frame[f"msi_{selection}"]
        np.testing.assert_array_equal(rows["msi"], chosen_on)
        np.testing.assert_array_equal(rows["msi_other"], frame[f"msi_{measured}"])
        top = chosen_on.nlargest(8).index  # 12.5 % of 64
        assert set(rows.loc[rows["selective"], "unit"]) == set(frame.loc[top, "unit"])
    *histograms, scatter = MODULES["msi_distribution"].draw(table, STYLE).axes
    for axes, model in zip(histograms, ["without_music", "with_music"], strict=True):
        finite = table.loc[table["model"] == model, "msi"].dropna()
        heights = np.array([bar.get_height() for bar in axes.patches])
        edges = [bar.get_x() for bar in axes.patches]
        edges.append(edges[-1] + axes.patches[-1].get_width())
        counts = np.array(
            [((finite >= a) & (finite < b)).sum() for a, b in itertools.pairwise(edges)]
        )
        assert heights.sum() * 2 == pytest.approx(len(finite))
        assert np.abs(heights * 2 - counts).sum() <= 2  # points on an edge
    first = table[(table["model"] == "without_music") & (table["seed"] == 0)].dropna()
    np.testing.assert_allclose(
        np.sort(drawn_points(scatter)[:, 1])[1:-1], np.sort(first["msi_other"])
    )
    r = np.corrcoef(first["msi"], first["msi_other"])[0, 1]
    assert f"r = {r:.2f}" in scatter.get_title(loc="left")


def test_msi_distribution_has_panels_of_linear_features():
    rng = np.random.default_rng(1)
    units = make_units(("without_music",), 2, rng)
    units |= make_units(("pca", "gabor"), 1, rng, count=80)
    table = MODULES["msi_distribution"].table(units, 0.125, "eval")
    *histograms, scatter, of_features = (
        MODULES["msi_distribution"].draw(table, STYLE).axes
    )
    titles = [axes.get_title(loc="left") for axes in histograms]
    assert titles == ["without music", "Gabor filters", "PCA"]
    for axes, count in zip(histograms, (63, 79, 79), strict=True):
        assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(count)
    assert scatter.get_title(loc="left").startswith("without music, seed 0: r")
    assert of_features.get_title(loc="left").startswith("Gabor filters: r")
    gabor = table[table["model"] == "gabor"].dropna()
    assert_drawn(gabor["msi_other"], drawn_points(of_features)[:, 1])


def test_ablation_draws_non_music_classes_of_the_network_without_music():
    statistics = make_statistics(MODELS, 3, np.random.default_rng(1))
    table = MODULES["ablation"].table(statistics)
    assert list(table["condition"]) == list(CONDITIONS) * 3
    picked = statistics.set_index(["model", "seed", "measure", "condition"])["value"]
    for row in table.itertuples():
        key = ("without_music", row.seed)
        assert row.mean_ap == picked[(*key, "mean_ap", f"nonmusic/{row.condition}")]
        assert row.chance == picked[(*key, "random_ap", "nonmusic")]
    axes = MODULES["ablation"].draw(table, STYLE).axes[0]
    points = drawn_points(axes)
    for x, condition in enumerate(CONDITIONS):
        values = table.loc[table["condition"] == condition, "mean_ap"]
        assert_drawn(values, points[np.abs(points[:, 0] - x) < 0.1, 1])
        assert_drawn([values.mean()], points[np.abs(points[:, 0] - x - 0.28) < 0.12, 1])


def test_chance_is_written_where_it_is_far_below():
    table = MODULES["ablation"].table(
        make_statistics(MODELS, 2, np.random.default_rng(0))
    )
    near = table.assign(chance=table["mean_ap"].min())
    far = table.assign(mean_ap=table["mean_ap"] + 100, chance=0.0125)
    assert MODULES["ablation"].draw(near, STYLE).axes[0].get_legend() is not None
    axes = MODULES["ablation"].draw(far, STYLE).axes[0]
    assert "0.0125" in axes.get_title(loc="right")
    assert axes.get_ylim()[0] > 50


def test_colours_of_the_config_reach_the_figure(tmp_path):
    table = make_tables()["class_precision"]
    save(
        MODULES["class_precision"].draw(table, Style({"music": "#12ab34"})),
        table,
        tmp_path / "a",
    )
    assert "#12ab34" in (tmp_path / "a.svg").read_text()
    assert STYLE.colour("music") == "#ff0000"
    assert Style().colour("a_new_model") == Style().colour("other")


def test_a_bad_colour_is_named():
    with pytest.raises(InputError, match=r"figures\.music: 'redd'"):
        Style({"music": "redd"})


def test_models_have_the_papers_order_then_that_of_names():
    names = pd.Series(["zeta", "untrained", "alpha", "without_music", "zeta"])
    assert ordered_models(names) == ["without_music", "untrained", "alpha", "zeta"]


def test_dots_are_spread_evenly_around_the_middle():
    assert list(spread(1, 0.1)) == [0]
    np.testing.assert_allclose(spread(3, 0.1), [-0.1, 0, 0.1])
