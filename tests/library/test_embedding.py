"""t-SNE and the segregation index on clouds with known segregation."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import TSNE, trustworthiness

from conftest import ROOT
from music_selectivity import seeds
from music_selectivity.analyses import embedding
from music_selectivity.analyses.embedding import (
    embed,
    embedding_table,
    segregation_index,
    segregation_rows,
)
from music_selectivity.errors import InputError


def clouds(distance: float, n: int = 2000, seed: int = 0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)), rng.normal((distance, 0), 1, (n, 2))


def test_index_of_separate_and_equal_clouds():
    separate, equal = clouds(20), clouds(0)
    assert segregation_index(*separate) == 1
    same = np.concatenate(equal)
    assert segregation_index(same, same) == pytest.approx(0)
    indices = [segregation_index(*clouds(distance)) for distance in (0, 1, 2, 4, 8)]
    assert indices == sorted(indices)


def test_own_bins_hide_the_position_of_a_cloud():
    """As in the public notebook, in which separate clouds seem nearly equal."""
    apart = clouds(20, n=10_000)
    assert segregation_index(*apart, bins="own") < 0.3
    assert segregation_index(*apart, bins="common") == 1


@given(st.integers(0, 1000), st.integers(5, 60), st.floats(0, 5))
@settings(max_examples=30)
def test_index_equals_its_definition_and_is_symmetric(seed, n, distance):
    music, nonmusic = clouds(distance, n, seed)
    low = np.minimum(music.min(0), nonmusic.min(0))
    high = np.maximum(music.max(0), nonmusic.max(0))

    def cells(points):
        where = np.floor((points - low) / (high - low) * 64).astype(int).clip(0, 63)
        found = np.zeros((64, 64))
        for x, y in where:
            found[x, y] += 1 / len(points)
        return found

    expected = 1 - np.sqrt(cells(music) * cells(nonmusic)).sum()
    found = segregation_index(music, nonmusic)
    assert found == pytest.approx(expected, abs=0.05)
    assert found == segregation_index(nonmusic, music)
    assert -1e-12 <= found <= 1


def test_rows_show_the_index_of_equal_clouds_of_few_clips():
    music, nonmusic = clouds(0, 150)
    points = np.concatenate([music, nonmusic])
    groups = np.repeat(["music", "nonmusic"], 150)
    rows = {row[:2]: row[2] for row in segregation_rows(points, groups, 1)}
    # The clouds are equal, but the index is far from 0, as the shuffled one shows.
    floor = rows["segregation_shuffled", "common"]
    assert floor > 0.4
    assert rows["segregation_index", "common"] == pytest.approx(floor, abs=0.1)
    assert rows == {row[:2]: row[2] for row in segregation_rows(points, groups, 1)}


def test_clusters_stay_apart_whatever_the_scale_of_the_units():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(2, 20)) * 4
    which = np.repeat([0, 1], 60)
    responses = centres[which] + rng.normal(size=(120, 20))
    scaled = np.hstack([responses * 10.0 ** rng.integers(-3, 3, 20), np.ones((120, 2))])
    for values in (responses, scaled):
        points = embed(values, 1)
        assert points.shape == (120, 2) and points.dtype == np.float32
        assert segregation_index(points[:60], points[60:]) > 0.95
    assert np.array_equal(embed(responses, 1), embed(responses, 1))


def test_it_is_scikit_learns_t_sne_but_for_the_order_of_clips(monkeypatch):
    responses = np.random.default_rng(0).gamma(1, size=(150, 12)).astype(np.float32)
    found = embed(responses, 1)
    monkeypatch.setattr(embedding, "_neighbours_together", lambda x: np.arange(len(x)))
    in_order = embed(responses, 1)
    exact = responses.astype(float)
    standard = ((exact - exact.mean(axis=0)) / exact.std(axis=0)).astype(np.float32)
    random_state = seeds.derive("embedding", 1) % 2**32
    expected = TSNE(init="pca", random_state=random_state).fit_transform(standard)
    np.testing.assert_array_equal(in_order, expected)
    trust = [trustworthiness(standard, points) for points in (found, expected)]
    assert trust[0] == pytest.approx(trust[1], abs=0.01)


@pytest.mark.full
def test_many_clips_are_embedded_as_few_are(monkeypatch):
    """Forces of many clips are interpolated, which approximates the same t-SNE."""
    rng = np.random.default_rng(0)
    which = np.repeat([0, 1], 200)
    centres = rng.normal(size=(2, 12))
    responses = rng.gamma(1, size=(400, 12)) + np.abs(centres[which])
    by_tree = embed(responses, 1)
    monkeypatch.setattr(embedding, "MANY", len(responses))
    interpolated = embed(responses, 1)
    assert interpolated.dtype == np.float32
    assert not np.allclose(interpolated, by_tree, atol=1)
    np.testing.assert_array_equal(interpolated, embed(responses, 1))
    standard = (responses - responses.mean(axis=0)) / responses.std(axis=0)
    trust, index = (
        [measure(points) for points in (interpolated, by_tree)]
        for measure in (
            lambda points: trustworthiness(standard, points),
            lambda points: segregation_index(points[which == 0], points[which == 1]),
        )
    )
    assert trust[0] == pytest.approx(trust[1], abs=0.02)
    assert index[0] == pytest.approx(index[1], abs=0.05)


@given(st.integers(0, 1000), st.integers(1, 300))
@settings(max_examples=30)
def test_the_order_of_clips_holds_each_once(seed, n):
    points = np.random.default_rng(seed).integers(0, 9, (n, 2)).astype(float)
    order = embedding._neighbours_together(points)
    assert sorted(order) == list(range(n))


def test_neighbours_are_together():
    points = np.random.default_rng(0).normal(size=(5000, 2))
    ordered = points[embedding._neighbours_together(points)]

    def step(points):
        return np.linalg.norm(np.diff(points, axis=0), axis=1).mean()

    assert step(ordered) < step(points) / 10


def test_few_clips_are_embedded_and_too_few_refused():
    rng = np.random.default_rng(0)
    assert embed(rng.normal(size=(8, 3)), 1).shape == (8, 2)
    assert embed(rng.normal(size=(8, 1)), 1).shape == (8, 2)
    for responses in (rng.normal(size=(4, 3)), np.ones((20, 3))):
        with pytest.raises(InputError, match="too few to embed"):
            embed(responses, 1)


def test_music_and_other_sounds_of_the_measured_split_are_embedded():
    rng = np.random.default_rng(0)
    clips = pd.DataFrame(
        {
            "clip_id": [f"clip{number}" for number in range(60)],
            "split": np.tile(["train", "eval"], 30),
            "group": np.repeat(["music", "mixed", "nonmusic"], 20),
        },
        index=range(100, 160),
    )
    responses = rng.normal(size=(60, 6))
    table = embedding_table(responses, clips, 1)
    shown = (clips["split"] == "eval") & (clips["group"] != "mixed")
    assert list(table.columns) == ["clip_id", "x", "y", "group"]
    assert list(table.index) == list(range(20))
    assert list(table["clip_id"]) == list(clips["clip_id"][shown])
    assert list(table["group"]) == ["music"] * 10 + ["nonmusic"] * 10
    expected = embed(responses[shown.to_numpy()], 1)
    np.testing.assert_array_equal(table[["x", "y"]], expected)


@pytest.mark.parametrize("rule", ["analyses", "training_course"])
def test_rules_embed_on_one_thread(rule):
    """More threads sum in any order; Snakemake passes the threads to OpenMP."""
    text = (ROOT / "workflow/rules/analyses.smk").read_text()
    (threads,) = re.findall(rf"rule {rule}:\n(?:.*\n)*?    threads: (.*)", text)
    assert threads == "1"
