"""Profiles of units against plain recomputation, and what they list."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from music_selectivity.analyses.selectivity import unit_table
from music_selectivity.analyses.unit_profiles import (
    NO_UNIT,
    shown_units,
    silencing,
    unit_profiles,
)
from music_selectivity.vocabulary import LISTED, OTHERS_SHOWN

UNITS, CLIPS = 40, 160
NAMES = [f"class {k:02d}" for k in range(14)] + ["rare"]
RNG = np.random.default_rng(3)
RESPONSES = RNG.gamma(1, size=(CLIPS, UNITS)).astype(np.float32)
RESPONSES[:, 7] = 0.25
WEIGHTS = RNG.normal(size=(UNITS, len(NAMES))).astype(np.float32)


def clips():
    """Every second clip is of eval; two eval clips have a rare class."""
    labels = [
        sorted(RNG.choice(NAMES[:-1], size=2, replace=False)) for _ in range(CLIPS)
    ]
    for clip in (1, 3):
        labels[clip] = [*labels[clip], "rare"]
    groups = ["music", "music", "nonmusic", "nonmusic", "nonmusic", "mixed", "music"]
    return pd.DataFrame(
        {
            "clip_id": [f"clip{number:03d}" for number in range(CLIPS)],
            "split": ["train", "eval"] * (CLIPS // 2),
            "group": [groups[number % 7] for number in range(CLIPS)],
            "labels": labels,
        }
    )


TABLE = clips()
CLASSES = pd.DataFrame({"name": NAMES, "index": range(len(NAMES))})
EVAL = (TABLE["split"] == "eval").to_numpy()
LABELS = np.array([[name in labels for name in NAMES] for labels in TABLE["labels"]])


def head(responses):
    return np.tanh(responses) @ WEIGHTS


def precision(responses):
    scores = head(responses[EVAL])
    return np.array(
        [
            average_precision_score(LABELS[EVAL, k], scores[:, k])
            for k in range(len(NAMES))
        ]
    )


@pytest.fixture(scope="module")
def expected_changes():
    """Change of average precision by silencing each unit, (units, classes)."""
    found = []
    for unit in range(UNITS):
        silenced = RESPONSES.copy()
        silenced[:, unit] = 0
        found.append(precision(silenced) - precision(RESPONSES))
    return np.array(found)


@pytest.fixture(scope="module")
def profiles():
    units = unit_table(RESPONSES, TABLE)
    quilted = TABLE.iloc[[*range(40, 60), *range(5)]]
    stimuli = [("quilt_overath_50", quilted["clip_id"], RESPONSES[quilted.index] * 2)]
    return unit_profiles(units, RESPONSES, stimuli, head, TABLE, CLASSES, 0.125)


def of(profiles, quantity, unit=None):
    rows = profiles[profiles["quantity"] == quantity]
    return rows if unit is None else rows[rows["unit"] == unit]


@given(st.integers(2, 300), st.floats(0.01, 0.5), st.integers(0, 100))
def test_selective_units_are_shown_and_others_evenly_spaced(n, fraction, seed):
    index = np.random.default_rng(seed).normal(size=n)
    ranking = np.argsort(-index, kind="stable").tolist()
    selective = max(1, round(fraction * n))
    shown = [ranking.index(unit) for unit in shown_units(index, fraction)]
    assert shown[:selective] == list(range(selective))
    others = shown[selective:]
    assert others == sorted(set(others))
    assert others[0] == selective
    assert others[-1] == n - 1
    steps = np.diff(others)
    if n - selective >= OTHERS_SHOWN:
        assert len(others) == OTHERS_SHOWN
        assert np.ptp(steps) <= 1


def test_silencing_equals_scoring_without_the_unit(expected_changes):
    ones = np.ones((EVAL.sum(), 1), np.uint8)
    found, changes = silencing(head, RESPONSES[EVAL], LABELS[EVAL], ones)
    np.testing.assert_allclose(found, precision(RESPONSES), atol=1e-12)
    np.testing.assert_allclose(changes, expected_changes, atol=1e-12)


def test_every_unit_has_its_index_and_rank(profiles):
    units = unit_table(RESPONSES, TABLE)
    for split in ("train", "eval"):
        rows = of(profiles, "msi").query("place == @split")
        np.testing.assert_array_equal(rows["value"], units[f"msi_{split}"])
    ranks = of(profiles, "rank").set_index("unit")
    assert set(ranks["place"]) == {"train"}
    ordered = units.sort_values("msi_train", ascending=False, kind="stable")["unit"]
    np.testing.assert_array_equal(ranks.loc[ordered, "value"], range(1, UNITS + 1))
    assert list(ranks.loc[ordered, "group"]) == ["ms"] * 5 + ["others"] * 35


def test_classes_of_most_and_least_response_are_listed(profiles):
    assert len(of(profiles, "mean_response")) == 5 + OTHERS_SHOWN
    for row in of(profiles, "mean_response").itertuples():
        answers = RESPONSES[EVAL, row.unit]
        assert row.value == pytest.approx(answers.mean(), rel=1e-6)
        assert row.clips == EVAL.sum()
        # Without the class of two eval clips.
        means = {
            name: answers[LABELS[EVAL, k]].mean() for k, name in enumerate(NAMES[:-1])
        }
        ranking = sorted(means, key=means.get)
        listed = of(profiles, "class_response", row.unit).set_index("place")
        if row.unit != 7:
            assert set(listed.index) == {*ranking[:LISTED], *ranking[-LISTED:]}
        for name, found in listed.iterrows():
            assert found["value"] == pytest.approx(means[name], rel=1e-6)
            assert found["clips"] == LABELS[EVAL, NAMES.index(name)].sum()


def test_clips_of_most_response_are_held_out(profiles):
    for unit in of(profiles, "mean_response")["unit"]:
        found = of(profiles, "clip_response", unit)
        best = TABLE.assign(answer=RESPONSES[:, unit])[EVAL]
        best = best.sort_values("answer", ascending=False, kind="stable").head(LISTED)
        if unit == 7:
            # It responds to all clips alike.
            assert found.empty
            continue
        assert list(found["place"]) == list(best["clip_id"])
        np.testing.assert_array_equal(found["value"], best["answer"].astype(float))


def test_largest_changes_of_units_and_of_classes_are_listed(profiles, expected_changes):
    found = of(profiles, "precision_change").set_index(["unit", "place"])["value"]
    for (unit, name), value in found.items():
        expected = expected_changes[unit, NAMES.index(name)]
        assert value == pytest.approx(expected, abs=1e-12)
    changes = expected_changes[:, :-1]
    for unit in of(profiles, "mean_response")["unit"]:
        if unit != 7:
            ranking = np.argsort(changes[unit])
            ends = [*ranking[:LISTED], *ranking[-LISTED:]]
            assert {NAMES[k] for k in ends} <= set(found[unit].index)
    for k, name in enumerate(NAMES[:-1]):
        worst = np.sort(changes[:, k])[:LISTED]
        listed = found.xs(name, level="place").nsmallest(LISTED)
        np.testing.assert_allclose(listed, worst, atol=1e-12)
    base = of(profiles, "average_precision").set_index("place")
    assert (base["unit"] == NO_UNIT).all()
    assert "rare" not in base.index
    np.testing.assert_allclose(
        base.loc[NAMES[:-1], "value"], precision(RESPONSES)[:-1], atol=1e-12
    )


def test_responses_to_stimuli_are_means_over_measured_clips(profiles):
    rows = of(profiles, "stimulus_response")
    quilted = TABLE.iloc[[*range(40, 60), *range(5)]]
    for row in rows.itertuples():
        chosen = (quilted["group"] == row.group) & (quilted["split"] == "eval")
        of_clips = RESPONSES[quilted.index[chosen], row.unit]
        assert row.value == pytest.approx(2 * of_clips.mean(), rel=1e-6)
        assert row.clips == len(of_clips)
    assert set(rows["group"]) == {"music", "nonmusic"}


def test_units_are_ranked_on_the_split_that_is_not_measured():
    units = unit_table(RESPONSES, TABLE)
    found = unit_profiles(units, RESPONSES, [], head, TABLE, CLASSES, 0.125, "train")
    ranks = of(found, "rank")
    assert set(ranks["place"]) == {"eval"}
    best = ranks.loc[ranks["value"] == 1, "unit"].item()
    assert best == units["msi_eval"].idxmax()


def test_a_study_of_few_clips_lists_no_class():
    few = TABLE.iloc[:14]
    responses = RESPONSES[:14]
    units = unit_table(responses, few)
    found = unit_profiles(units, responses, [], head, few, CLASSES, 0.125)
    assert of(found, "class_response").empty
    assert of(found, "precision_change").empty
    assert len(of(found, "mean_response")) == 5 + OTHERS_SHOWN
