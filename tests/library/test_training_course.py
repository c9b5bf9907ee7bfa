"""Measures in the course of training equal those of the other modules."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from music_selectivity.analyses.embedding import embedding_table, segregation_index
from music_selectivity.analyses.training_course import training_course_rows


def test_each_measure_is_that_of_its_module():
    rng = np.random.default_rng(0)
    clips = pd.DataFrame(
        {
            "clip_id": [f"clip{number}" for number in range(160)],
            "split": np.repeat(["train", "eval"], 80),
            "group": np.tile(["music", "nonmusic", "nonmusic", "mixed"], 40),
        }
    )
    groups = clips["group"].to_numpy()
    music, nonmusic = groups == "music", groups == "nonmusic"
    responses = rng.random((160, 16)).astype(np.float32)
    responses[music, :2] += 1
    # On the measured split, unit 5 also prefers music; mixed clips have high responses.
    responses[80:][music[80:], 5] += 2
    responses[groups == "mixed"] += 3
    labels = np.stack([music, ~music, rng.random(160) < 0.2, np.zeros(160)], axis=1)
    classes = pd.DataFrame(
        {"name": list("abcd"), "music_related": [True, False, False, False]}
    )
    head = rng.normal(size=(16, 4)).astype(np.float32)
    embedding = embedding_table(responses, clips, seed=1)
    rows = training_course_rows(
        7, responses, lambda x: x @ head, clips, labels, classes, 0.125, embedding
    )
    found = {measure: value for measure, condition, value in rows}
    assert {condition for _, condition, _ in rows} == {"7"}
    # Class d has no clip, and class a is music.
    expected = [
        average_precision_score(labels[80:, c], responses[80:] @ head[:, c])
        for c in (1, 2)
    ]
    assert found["training_course_mean_ap"] == pytest.approx(np.mean(expected))
    # Units 0 and 1 are selected on train, and their means are compared on eval.
    means = [responses[80:][of[80:], :2].mean(dtype=float) for of in (music, nonmusic)]
    assert found["training_course_response_ratio"] == pytest.approx(means[0] / means[1])
    points = embedding[["x", "y"]].to_numpy()
    of_music = (embedding["group"] == "music").to_numpy()
    assert found["training_course_segregation_index"] == segregation_index(
        points[of_music], points[~of_music]
    )
