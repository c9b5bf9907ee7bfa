"""Figures of the embedding and of the course of training show what the tables hold."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from scipy.stats import chi2

from music_selectivity.figures import embedding, training_course
from music_selectivity.figures.style import Style, save

STYLE = Style(
    {
        "without_music": "#00ff00",
        "untrained": "#0000ff",
        "music": "#ff0000",
        "nonmusic": "#123456",
    }
)
INDICES = ("segregation_index", "segregation_shuffled")


def points(n_clips=300, seed=0):
    rng = np.random.default_rng(seed)
    groups = np.where(np.arange(n_clips) % 3 == 0, "music", "nonmusic")
    xy = rng.normal(size=(n_clips, 2)) + 4 * (groups == "music")[:, None]
    ids = [f"clip{number}" for number in range(n_clips)]
    return pd.DataFrame({"clip_id": ids, "x": xy[:, 0], "y": xy[:, 1], "group": groups})


@pytest.fixture
def study():
    networks = [
        *((m, k) for m in ("untrained", "without_music") for k in (3, 2)),
        ("pca", 0),
    ]
    embeddings = {
        network: points(seed=number) for number, network in enumerate(networks)
    }
    rng = np.random.default_rng(1)
    rows = [
        (*network, measure, condition, rng.random())
        for network in networks
        for measure in INDICES
        for condition in ("common", "own")
    ]
    columns = ["model", "seed", "measure", "condition", "value"]
    return embeddings, pd.DataFrame(rows, columns=columns)


def test_embedding_lists_the_first_network_of_each_model_with_its_indices(study):
    embeddings, statistics = study
    table = embedding.table(embeddings, statistics)
    assert list(dict.fromkeys(zip(table.model, table.seed, strict=True))) == [
        ("without_music", 2),
        ("untrained", 2),
        ("pca", 0),
    ]
    found = statistics.set_index(["model", "seed", "measure", "condition"])["value"]
    for (model, seed), rows in table.groupby(["model", "seed"]):
        same = rows[["clip_id", "x", "y", "group"]].reset_index(drop=True)
        pd.testing.assert_frame_equal(same, embeddings[model, seed])
        for name in INDICES:
            assert (rows[name] == found[model, seed, name, "common"]).all()


def test_embedding_draws_every_clip_in_its_groups_colour_and_panel(study, tmp_path):
    table = embedding.table(*study)
    figure = embedding.draw(table, STYLE)
    shown = [axes for axes in figure.axes if axes.get_title()]
    assert len(shown) == 3
    for axes, (model, rows) in zip(
        shown, table.groupby("model", sort=False), strict=True
    ):
        name, indices = axes.get_title().split("\n")
        assert name.split()[0].casefold() == model.split("_")[0]
        first = rows.iloc[0]
        assert indices == (
            f"SI {first.segregation_index:.2f}, "
            f"shuffled {first.segregation_shuffled:.2f}"
        )
        for group in ("music", "nonmusic"):
            drawn = [
                line.get_xydata()
                for line in axes.lines
                if to_hex(line.get_color()) == STYLE.colour(group)
                and len(line.get_xydata())
            ]
            expected = rows.loc[rows["group"] == group, ["x", "y"]]
            np.testing.assert_array_equal(np.concatenate(drawn), expected)
        # One set of contours a group.
        assert len(axes.collections) == 2
    save(figure, table, tmp_path / "embedding")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "embedding.csv"), table)


def test_embedding_thins_dots_of_large_studies_but_not_contours(study):
    _, statistics = study
    table = embedding.table({("pca", 0): points(6000)}, statistics)
    axes = embedding.draw(table, STYLE).axes[0]
    drawn = [len(line.get_xydata()) for line in axes.lines]
    assert sorted(drawn)[-2:] == [1000, 1000]


@pytest.mark.parametrize("missing", ["everything", "one group", "spread", "numbers"])
def test_embedding_draws_what_there_is(study, missing):
    embeddings, statistics = study
    table = embedding.table(embeddings, statistics)
    if missing == "everything":
        table = embedding.table({}, statistics)
    elif missing == "one group":
        table = table[table["group"] == "music"]
    elif missing == "spread":
        table["x"] = 1.0
    else:
        table[["x", "y"]] = np.nan
    figure = embedding.draw(table, STYLE)
    empty = missing in ("everything", "numbers")
    said = [text.get_text() for text in figure.texts]
    assert said == (["No embeddings in this study"] if empty else [])
    figure.canvas.draw()


def test_contours_hold_their_share_of_a_normal_density():
    # In two dimensions the squared distance that holds a share is chi2's quantile.
    side = np.linspace(-6, 6, 601)
    density = np.exp(-(side[:, None] ** 2 + side**2) / 2)
    shares = (0.2, 0.4, 0.6, 0.8)
    expected = np.exp(-chi2.ppf(shares, 2) / 2)[::-1]
    np.testing.assert_allclose(
        embedding.density_levels(density, shares), expected, rtol=2e-3
    )


def test_contour_levels_ascend_without_doubles():
    levels = embedding.density_levels(np.ones((3, 3)), (0.2, 0.8))
    assert levels.tolist() == [1.0]


def course(epochs=(0, 10, 2)):
    rng = np.random.default_rng(2)
    rows = [
        ("without_music", seed, measure, str(epoch), rng.random())
        for seed in (2, 1)
        for epoch in epochs
        for measure in training_course.MEASURES
    ]
    rows.append(("without_music", 1, "mean_ap", "all/none", 0.5))
    columns = ["model", "seed", "measure", "condition", "value"]
    return pd.DataFrame(rows, columns=columns)


def test_course_draws_each_network_and_their_mean_in_order_of_epochs(tmp_path):
    statistics = course()
    table = training_course.table(statistics)
    found = statistics.set_index(["seed", "measure", "condition"])["value"]
    assert len(table) == len(statistics) - 1
    for row in table.itertuples():
        assert row.value == found[row.seed, row.measure, str(row.epoch)]
    figure = training_course.draw(table, STYLE)
    assert len(figure.axes) == len(training_course.MEASURES)
    for axes, measure in zip(figure.axes, training_course.MEASURES, strict=True):
        assert [t.get_text() for t in axes.get_xticklabels()] == ["0", "2", "10"]
        *networks, mean = (line.get_ydata() for line in axes.lines)
        expected = [[found[k, measure, e] for e in ("0", "2", "10")] for k in (1, 2)]
        np.testing.assert_array_equal(networks, expected)
        np.testing.assert_allclose(mean, np.mean(expected, axis=0))
    save(figure, table, tmp_path / "course")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "course.csv"), table)


def test_course_without_snapshots_says_how_to_keep_some():
    statistics = course()
    table = training_course.table(statistics[statistics["measure"] == "mean_ap"])
    (text,) = training_course.draw(table, STYLE).texts
    assert "models.<name>.snapshots" in text.get_text()
