"""The baseline on features that identify music fully, partly, and not at all."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from music_selectivity.analyses.baseline import baseline_auc
from music_selectivity.errors import InputError


def corpus(n=600, seed=0):
    rng = np.random.default_rng(seed)
    is_music = rng.random(n) < 0.4
    split = np.where(rng.random(n) < 0.6, "train", "eval")
    return rng, is_music, split


def test_area_under_the_curve_matches_the_information_in_a_feature():
    rng, is_music, split = corpus()
    shifted = rng.normal(size=600) + is_music
    features = {
        "perfect": is_music * 1000.0 - 40,
        "none": rng.normal(size=600),
        "partly": shifted,
        "constant": np.full(600, 7.0),
        "vector": np.column_stack([rng.normal(size=(600, 8)), shifted]),
    }
    table = baseline_auc(features, is_music, split).set_index("features")
    assert list(table.index) == [*features, "all"]
    auc = table["auc"]
    assert auc["perfect"] == auc["all"] == 1
    assert auc["constant"] == 0.5
    assert auc["none"] == pytest.approx(0.5, abs=0.1)
    # With one increasing feature, the area is that of the feature's ranks.
    music = shifted[is_music & (split == "eval")]
    other = shifted[~is_music & (split == "eval")]
    area = stats.mannwhitneyu(music, other).statistic / (len(music) * len(other))
    assert auc["partly"] == pytest.approx(area, abs=1e-12)
    assert 0.65 < auc["vector"] < 0.9
    assert (table["n_train"] == (split == "train").sum()).all()
    assert (table["n_eval"] == (split == "eval").sum()).all()


def test_scale_of_a_feature_does_not_matter_and_nothing_is_random():
    rng, is_music, split = corpus()
    level = rng.normal(size=(600, 3)) + 0.5 * is_music[:, None]
    first = baseline_auc({"level": level}, is_music, split)
    rescaled = baseline_auc(
        {"level": level * [1e-6, 1, 1e6] + [1, 0, -1e6]}, is_music, split
    )
    pd.testing.assert_frame_equal(first, rescaled)
    pd.testing.assert_frame_equal(
        first, baseline_auc({"level": level}, is_music, split)
    )


def test_eval_clips_do_not_reach_the_fit():
    """Noise that can memorize any labels predicts nothing for other clips."""
    rng, is_music, split = corpus()
    noise = rng.normal(size=(600, 400))
    table = baseline_auc({"noise": noise}, is_music, split).set_index("features")
    assert table.loc["noise", "auc"] == pytest.approx(0.5, abs=0.1)


def test_bad_input_is_named():
    _, is_music, split = corpus()
    level = np.zeros(600)
    with pytest.raises(InputError, match="eval split has 0 music"):
        baseline_auc({"level": level}, is_music & (split == "train"), split)
    with pytest.raises(InputError, match="train split has 0 music and 0 non-music"):
        baseline_auc({"level": level}, is_music, np.full(600, "eval"))
    level[3] = np.nan
    with pytest.raises(InputError, match="'level'"):
        baseline_auc({"level": level}, is_music, split)
