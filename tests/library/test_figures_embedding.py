"""Figures of embeddings and of the course of training show what their tables hold."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from scipy.stats import chi2

from music_selectivity.figures import embedding, training_course, training_embedding
from music_selectivity.figures.embedding_panel import density_levels
from music_selectivity.figures.style import Style, save
from music_selectivity.store import read_table

STYLE = Style(
    {
        "without_music": "#00ff00",
        "untrained": "#0000ff",
        "music": "#ff0000",
        "nonmusic": "#123456",
    }
)
INDICES = ("segregation_index", "segregation_shuffled")
COURSE_MEASURES = (
    "training_course_mean_ap",
    "training_course_response_ratio",
    "training_course_segregation_index",
)
# Two clips hold speech, one with another sound; two hold rain; others no category.
LABELS = {
    "clip0": ["Speech"],
    "clip1": ["Speech", "Dog"],
    "clip2": ["Rain", "Stream"],
    "clip3": ["Rain"],
}
CATEGORIES = pd.DataFrame(
    [
        ("category", "speech", "Speech"),
        ("category", "water", "Rain"),
        ("category", "water", "Stream"),
        ("category", "vehicle", "Motorcycle"),
        ("genre", "Jazz", "Music"),
    ],
    columns=["kind", "category", "class"],
)


def points(n_clips=300, seed=0):
    rng = np.random.default_rng(seed)
    groups = np.where(np.arange(n_clips) % 3 == 0, "music", "nonmusic")
    xy = rng.normal(size=(n_clips, 2)) + 4 * (groups == "music")[:, None]
    ids = [f"clip{number}" for number in range(n_clips)]
    return pd.DataFrame({"clip_id": ids, "x": xy[:, 0], "y": xy[:, 1], "group": groups})


def clip_table(n_clips=300):
    """Clips in another order than the points, and more of them."""
    ids = [f"clip{number}" for number in range(n_clips + 5)][::-1]
    return pd.DataFrame(
        {"clip_id": ids, "labels": [LABELS.get(name, ["Music"]) for name in ids]}
    )


@pytest.fixture
def study():
    networks = [(m, k) for m in ("untrained", "without_music") for k in (3, 2)]
    networks.append(("pca", 0))
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
    statistics = pd.DataFrame(rows, columns=columns)
    return embeddings, clip_table(), CATEGORIES, statistics


def drawn_in(axes, colour):
    """Dots of a colour."""
    dots = [
        line.get_xydata() for line in axes.lines if to_hex(line.get_color()) == colour
    ]
    return np.concatenate(dots)


def test_embedding_lists_the_first_network_of_each_model_with_its_indices(study):
    embeddings, _, _, statistics = study
    table = embedding.table(*study)
    table = table[table["category"] == ""]
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
            assert (rows[f"{name}_own"] == found[model, seed, name, "own"]).all()
        assert (rows["paper"] == 0.67).all() == (model == "without_music")


def test_embedding_lists_one_network_again_for_each_category_with_clips(study):
    table = embedding.table(*study)
    table = table[table["category"] != ""]
    assert set(zip(table["model"], table["seed"], strict=True)) == {
        ("without_music", 2)
    }
    # There is no clip of vehicles.
    assert list(table["category"].unique()) == ["speech", "water"]
    group = table.set_index(["category", "clip_id"])["group"]
    assert group["speech", "clip0"] == "own"
    assert group["speech", "clip1"] == "partly"
    assert (group["water", "clip2"], group["water", "clip3"]) == ("own", "own")
    counts = table.groupby(["category", "group"]).size()
    assert counts.to_dict() == {
        ("speech", "own"): 1,
        ("speech", "partly"): 1,
        ("speech", "outside"): 298,
        ("water", "own"): 2,
        ("water", "outside"): 298,
    }
    for _, rows in table.groupby("category"):
        same = rows[["clip_id", "x", "y"]].reset_index(drop=True)
        expected = study[0]["without_music", 2][["clip_id", "x", "y"]]
        pd.testing.assert_frame_equal(same, expected)


def test_embedding_draws_every_clip_in_its_groups_colour_and_panel(study, tmp_path):
    table = embedding.table(*study)
    figure = embedding.draw(table, STYLE)
    shown = [axes for axes in figure.axes if axes.get_title()]
    by_music = table[table["category"] == ""].groupby("model", sort=False)
    for axes, (model, rows) in zip(shown[:3], by_music, strict=True):
        name, common, own, *paper = axes.get_title().split("\n")
        assert name.split()[0].casefold() == model.split("_")[0]
        row = rows.iloc[0]
        assert common == (
            f"SI {row.segregation_index:.2f} (shuffled {row.segregation_shuffled:.2f})"
        )
        assert own == (
            f"own bins {row.segregation_index_own:.2f} "
            f"({row.segregation_shuffled_own:.2f})"
        )
        published = model == "without_music"
        assert paper == (["(public notebook 0.67)"] if published else [])
        for group in ("music", "nonmusic"):
            expected = rows.loc[rows["group"] == group, ["x", "y"]]
            np.testing.assert_array_equal(drawn_in(axes, STYLE.colour(group)), expected)
        # One set of contours per group.
        assert len(axes.collections) == 2
    titles = [axes.get_title() for axes in shown[3:]]
    assert titles == [
        "without music: speech\nclips: 1",
        "without music: water\nclips: 2",
    ]
    for axes, category in zip(shown[3:], ("speech", "water"), strict=True):
        rows = table[table["category"] == category]
        for group, (colour, _) in embedding.CATEGORY_GROUPS.items():
            expected = rows.loc[rows["group"] == group, ["x", "y"]]
            np.testing.assert_array_equal(
                drawn_in(axes, STYLE.colour(colour)), expected
            )
    save(figure, table, tmp_path / "embedding")
    pd.testing.assert_frame_equal(read_table(tmp_path / "embedding.csv"), table)


def test_panels_hold_all_points_and_are_square(study):
    table = embedding.table(*study)
    for axes in embedding.draw(table, STYLE).axes:
        if not axes.get_title():
            continue
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        assert right - left == pytest.approx(top - bottom)
        xy = np.concatenate([line.get_xydata() for line in axes.lines])
        assert (xy > (left, bottom)).all() and (xy < (right, top)).all()


def test_embedding_thins_dots_of_large_studies_but_not_contours(study):
    _, _, categories, statistics = study
    embeddings = {("pca", 0): points(6000)}
    table = embedding.table(embeddings, clip_table(6000), categories, statistics)
    axes = embedding.draw(table, STYLE).axes[0]
    drawn = [len(line.get_xydata()) for line in axes.lines]
    assert sorted(drawn)[-2:] == [1000, 1000]


@pytest.mark.parametrize(
    "missing", ["everything", "categories", "one group", "spread", "numbers"]
)
def test_embedding_draws_what_there_is(study, missing):
    embeddings, clips, categories, statistics = study
    table = embedding.table(*study)
    if missing == "everything":
        table = embedding.table({}, clips, categories, statistics)
    elif missing == "categories":
        table = embedding.table(embeddings, clips, categories.iloc[:0], statistics)
        assert (table["category"] == "").all()
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


def snapshots(epochs, seed=0):
    return pd.concat(
        [points(60, seed + epoch).assign(epoch=epoch) for epoch in epochs],
        ignore_index=True,
    )


def test_training_embedding_draws_the_first_network_epoch_by_epoch(tmp_path):
    """Rows hold six panels, and each model starts a new row."""
    epochs = (0, 1, 3, 10, 30, 100, 200)
    embeddings = {
        ("with_music", 1): snapshots((0, 4), 7),
        ("without_music", 3): snapshots(epochs, 5),
        ("without_music", 2): snapshots(epochs),
    }
    rows = [
        (*network, "training_course_segregation_index", str(epoch), epoch / 1000)
        for network, table in embeddings.items()
        for epoch in table["epoch"].unique()
    ]
    columns = ["model", "seed", "measure", "condition", "value"]
    statistics = pd.DataFrame(rows, columns=columns)
    table = training_embedding.table(embeddings, statistics)
    assert list(dict.fromkeys(zip(table.model, table.seed, strict=True))) == [
        ("without_music", 2),
        ("with_music", 1),
    ]
    assert (table["segregation_index"] == table["epoch"] / 1000).all()
    figure = training_embedding.draw(table, STYLE)
    panels = np.reshape(figure.axes, (3, 6))
    titles = [[axes.get_title() for axes in line] for line in panels]
    assert titles[0][0] == "without music\nepoch 0\nSI 0.00"
    assert titles[0][1:3] == ["epoch 1\nSI 0.00", "epoch 3\nSI 0.00"]
    assert titles[1] == ["without music\nepoch 200\nSI 0.20", *5 * [""]]
    assert titles[2][0].startswith("with music")
    shown = [axes for axes in figure.axes if axes.get_title()]
    by_epoch = table.groupby(["model", "epoch"], sort=False)
    for axes, (_, rows) in zip(shown, by_epoch, strict=True):
        for group in ("music", "nonmusic"):
            expected = rows.loc[rows["group"] == group, ["x", "y"]]
            np.testing.assert_array_equal(drawn_in(axes, STYLE.colour(group)), expected)
    save(figure, table, tmp_path / "training")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "training.csv"), table)


def test_training_embedding_without_snapshots_says_how_to_keep_some():
    table = training_embedding.table({}, course().iloc[:0])
    (text,) = training_embedding.draw(table, STYLE).texts
    assert "models.<name>.snapshots" in text.get_text()


def test_contours_hold_their_share_of_a_normal_density():
    # In two dimensions the squared distance that holds a share is chi2's quantile.
    side = np.linspace(-6, 6, 601)
    density = np.exp(-(side[:, None] ** 2 + side**2) / 2)
    shares = (0.2, 0.4, 0.6, 0.8)
    expected = np.exp(-chi2.ppf(shares, 2) / 2)[::-1]
    np.testing.assert_allclose(density_levels(density, shares), expected, rtol=2e-3)


def test_contour_levels_ascend_without_doubles():
    levels = density_levels(np.ones((3, 3)), (0.2, 0.8))
    assert levels.tolist() == [1.0]


def course(epochs=(0, 10, 2)):
    rng = np.random.default_rng(2)
    rows = [
        ("without_music", seed, measure, str(epoch), rng.random())
        for seed in (2, 1)
        for epoch in epochs
        for measure in COURSE_MEASURES
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
    for axes, measure in zip(figure.axes, COURSE_MEASURES, strict=True):
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
