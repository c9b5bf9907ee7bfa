"""Figures of the natural sounds draw what the study measured, or say what it lacks."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from music_selectivity.figures import natural_categories, natural_ratio, natural_sounds
from music_selectivity.figures.style import Style, save
from music_selectivity.store import read_table
from music_selectivity.vocabulary import COMPONENTS, NATURAL_CATEGORIES

MODULES = {
    "natural_sounds": natural_sounds,
    "natural_categories": natural_categories,
    "natural_ratio": natural_ratio,
}
STYLE = Style({"music": "#ff0000"})
COLUMNS = ["model", "seed", "measure", "condition", "value"]


def make_sounds():
    """Three sounds per category, with the response of the brain's music component."""
    kinds = [*NATURAL_CATEGORIES] * 3
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "sound": [f"stim{number}" for number in range(len(kinds))],
            "category": kinds,
            "component_music": rng.normal(1, 1, len(kinds)),
        }
    )


def make_responses(models, seeds):
    sounds = make_sounds()[["sound", "category"]]
    rng = np.random.default_rng(1)
    return {
        network: sounds.assign(response=rng.uniform(0.1, 2, len(sounds)))
        for network in itertools.product(models, range(seeds))
    }


def make_statistics(models, seeds, brain=True):
    rng = np.random.default_rng(2)
    categories = [("natural_category", name) for name in NATURAL_CATEGORIES]
    keys = [("natural_ratio", "ms"), ("natural_ratio", "others"), *categories]
    keys += [("natural_correlation", name) for name in COMPONENTS]
    keys += [("response_ratio", "eval")]
    rows = [
        (model, seed, *key, rng.uniform(0.1, 1))
        for model, seed, key in itertools.product(models, range(seeds), keys)
    ]
    if brain:
        rows += [("fmri", 0, *key, rng.uniform(1, 4)) for key in keys[:1] + categories]
    return pd.DataFrame(rows, columns=COLUMNS)


def make_table(name, models=("without_music", "untrained"), seeds=2, brain=True):
    if name == "natural_sounds":
        sounds = make_sounds() if brain else None
        return natural_sounds.table(make_responses(models, seeds), sounds)
    return MODULES[name].table(make_statistics(models, seeds, brain))


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize(
    ("models", "seeds"),
    [
        (("without_music",), 1),
        (("gabor", "a_new_model"), 1),
        (("without_music", "with_music", "untrained"), 25),
        ((), 0),
    ],
)
def test_every_study_can_be_drawn(recwarn, name, models, seeds):
    figure = MODULES[name].draw(make_table(name, models, seeds), STYLE)
    figure.canvas.draw()
    assert figure.axes
    assert not [str(warning.message) for warning in recwarn]


@pytest.mark.parametrize("name", MODULES)
def test_a_study_without_natural_sounds_says_so(name):
    figure = MODULES[name].draw(make_table(name, (), 0, brain=False), STYLE)
    assert "natural_sounds.folder" in figure.texts[0].get_text()


@pytest.mark.parametrize("name", MODULES)
def test_missing_values_are_left_out_and_not_fatal(recwarn, name):
    table = make_table(name)
    number = {"natural_ratio": "value"}.get(name, "response")
    for rows, missing in (
        (table.index[::3], np.nan),
        (table.index[::3], np.inf),
        (table.index, np.nan),
        # A network's responses may sum to zero, or all have one sign.
        (table.index, -1.0),
    ):
        holed = table.copy()
        holed.loc[rows, number] = missing
        MODULES[name].draw(holed, STYLE).canvas.draw()
    assert not [str(warning.message) for warning in recwarn]


@pytest.mark.parametrize("name", MODULES)
def test_the_csv_alone_gives_the_same_bytes_again(tmp_path, name):
    table = make_table(name)
    save(MODULES[name].draw(table, STYLE), table, tmp_path / "one" / name)
    again = read_table(tmp_path / "one" / f"{name}.csv")
    save(MODULES[name].draw(again, STYLE), again, tmp_path / "two" / name)
    for suffix in ("svg", "png", "csv"):
        one, two = (tmp_path / f / f"{name}.{suffix}" for f in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_sounds_are_sorted_by_their_mean_over_networks():
    responses = make_responses(("untrained", "without_music"), 3)
    sounds = make_sounds().sample(frac=1, random_state=0)
    table = natural_sounds.table(responses, sounds)
    assert list(table["source"].unique()) == ["without_music", "fmri"]
    mean = np.mean(
        [responses["without_music", seed]["response"] for seed in range(3)], axis=0
    )
    of_networks = table[table["source"] == "without_music"]
    assert set(of_networks["networks"]) == {3}
    expected = make_sounds().assign(response=mean / mean.mean()).set_index("sound")
    found = of_networks.set_index("sound")
    pd.testing.assert_frame_equal(
        found[["category", "response"]].sort_index(),
        expected[["category", "response"]].sort_index(),
    )
    brain = table[table["source"] == "fmri"].set_index("sound")["response"]
    component = make_sounds().set_index("sound")["component_music"]
    np.testing.assert_allclose(
        brain, (component / component.mean()).sort_values(ascending=False)
    )
    for source, axes in zip(
        ("without_music", "fmri"), natural_sounds.draw(table, STYLE).axes, strict=True
    ):
        rows = table[table["source"] == source]
        heights = [bar.get_height() for bar in axes.patches]
        assert heights == sorted(rows["response"], reverse=True)
        reds = [to_hex(bar.get_facecolor()) == "#ff0000" for bar in axes.patches]
        assert reds == list(rows["category"] == "Music")
        music = rows["category"].isin(["Music", "Song"])
        assert axes.get_title(loc="right") == (
            f"music among the first 6: {music.iloc[:6].sum()}"
        )


def test_categories_are_in_units_of_their_mean_and_sorted():
    statistics = make_statistics(("untrained", "without_music"), 3)
    table = natural_categories.table(statistics)
    picked = statistics[statistics["measure"] == "natural_category"]
    picked = picked.set_index(["model", "seed", "condition"])["value"].sort_index()
    assert list(table["model"].unique()) == ["without_music", "fmri"]
    for row in table.itertuples():
        network = picked[row.model, row.seed]
        assert row.response == pytest.approx(network[row.category] / network.mean())
    left, right = natural_categories.draw(table, STYLE).axes
    names = [text.get_text() for text in left.get_yticklabels()]
    assert sorted(names) == sorted(NATURAL_CATEGORIES.values())
    widths = [bar.get_width() for bar in left.patches]
    assert widths == sorted(widths, reverse=True)
    codes = {text: code for code, text in NATURAL_CATEGORIES.items()}
    for axes, model in ((left, "without_music"), (right, "fmri")):
        rows = table[table["model"] == model]
        means = rows.groupby("category")["response"].mean()
        drawn = [bar.get_width() for bar in axes.patches]
        np.testing.assert_allclose(drawn, [means[codes[name]] for name in names])
    bold = [
        text.get_text()
        for text in left.get_yticklabels()
        if text.get_fontweight() == "bold"
    ]
    assert sorted(bold) == ["Instrumental music", "Vocal music"]


def test_ratios_are_shown_with_the_papers_and_the_brain_last():
    statistics = make_statistics(("with_music", "zeta", "gabor"), 3)
    table = natural_ratio.table(statistics)
    models = ["with_music", "gabor", "zeta", "fmri"]
    assert list(table["model"].unique()) == models
    picked = statistics.set_index(COLUMNS[:4])["value"]
    for row in table.itertuples():
        assert row.value == picked[row.model, row.seed, row.measure, row.condition]
        published = {"with_music": 1.61, "gabor": 0.95}.get(row.model, np.nan)
        expected = published if row.condition == "ms" else np.nan
        np.testing.assert_equal(row.paper, expected)
    left, right = natural_ratio.draw(table, STYLE).axes
    texts = [text.get_text() for text in left.texts]
    for y, model in enumerate(models):
        rows = table[(table["model"] == model) & (table["condition"] == "ms")]
        dots = points(left)
        here = np.abs(dots[:, 1] - y) < 0.4
        assert set(rows["value"]) <= set(dots[here, 0])
        mean, sd = rows["value"].mean(), rows["value"].std()
        written = f"{mean:.2f} ± {sd:.2g}" if len(rows) > 1 else f"{mean:.2f}"
        assert written in texts
    assert "1.61 ± 0.16" in texts and "0.95" in texts
    for y, component in enumerate(COMPONENTS):
        dots = points(right)
        drawn = dots[np.abs(dots[:, 1] - y) < 0.5, 0]
        shown = table.loc[table["condition"] == component, "value"]
        assert sorted(drawn) == sorted(shown) and len(shown) == 9


def points(axes):
    """(x, y) of every dot on `axes`."""
    lines = [line for line in axes.lines if line.get_marker() in ("o", "D")]
    return np.concatenate([line.get_xydata() for line in lines])
