"""Measures over the course of training: those that the other modules give."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from music_selectivity.course import course_rows
from music_selectivity.selectivity import response_ratio, top_units, unit_table


def test_each_measure_is_that_of_its_module():
    rng = np.random.default_rng(0)
    clips = pd.DataFrame(
        {
            "split": np.repeat(["train", "eval"], 60),
            "group": np.tile(["music", "nonmusic", "nonmusic"], 40),
        }
    )
    music = (clips["group"] == "music").to_numpy()
    responses = rng.random((120, 16)).astype(np.float32)
    responses[:, :2] += music[:, None]
    labels = np.stack([music, ~music, rng.random(120) < 0.2, np.zeros(120)], axis=1)
    classes = pd.DataFrame(
        {"name": list("abcd"), "music_related": [True, False, False, False]}
    )
    head = rng.normal(size=(16, 4)).astype(np.float32)
    rows = course_rows(
        7, responses, lambda x: x @ head, clips, labels, classes, 0.125, seed=1
    )
    found = {measure: value for measure, condition, value in rows}
    assert {condition for _, condition, _ in rows} == {"7"}
    # Class d has no clip, and class a is music.
    expected = [
        average_precision_score(labels[60:, c], responses[60:] @ head[:, c])
        for c in (1, 2)
    ]
    assert found["course_mean_ap"] == pytest.approx(np.mean(expected))
    units = top_units(unit_table(responses, clips)["msi_train"].to_numpy(), 0.125)
    assert set(units) == {0, 1}
    ratio = response_ratio(responses[60:][music[60:]], responses[60:][~music[60:]])
    assert found["course_response_ratio"] > ratio
    assert 0 < found["course_segregation_index"] <= 1
