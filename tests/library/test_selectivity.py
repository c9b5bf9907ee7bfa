"""Selectivity equals scipy's Welch test and worked tables; invariances."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from music_selectivity.analyses import selectivity
from music_selectivity.errors import InputError

FRACTION = 0.125


def corpus(n_units=16, n=40, seed=0):
    """Responses and clip table: units 3 and 7 are driven by music on both splits."""
    rng = np.random.default_rng(seed)
    clips = pd.DataFrame(
        {
            "split": np.repeat(["train", "eval"], n),
            "group": np.tile(["music", "nonmusic", "mixed", "nonmusic"], n // 2),
        }
    )
    responses = rng.gamma(2.0, size=(2 * n, n_units)).astype(np.float32)
    is_music = (clips["group"] == "music").to_numpy()
    responses[np.ix_(is_music, [3, 7])] += [[9, 6]]
    return responses, clips


def rows_of(responses, clips, split, group):
    return responses[((clips["split"] == split) & (clips["group"] == group)).to_numpy()]


@pytest.mark.parametrize("offset", [0, 1e6])
def test_index_is_welchs_t(offset):
    rng = np.random.default_rng(1)
    music = rng.normal(1, 2, (30, 5)) + offset
    nonmusic = rng.normal(0, 1, (70, 5)) + offset
    expected = stats.ttest_ind(music, nonmusic, equal_var=False).statistic
    found = selectivity.music_selectivity_index(music, nonmusic)
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_index_of_float32_is_computed_in_float64():
    rng = np.random.default_rng(2)
    music = (1000 + rng.normal(size=(500, 3))).astype(np.float32)
    nonmusic = (1000 + rng.normal(size=(900, 3))).astype(np.float32)
    found = selectivity.music_selectivity_index(music, nonmusic)
    assert found.dtype == np.float64
    wide = selectivity.music_selectivity_index(
        music.astype(np.float64), nonmusic.astype(np.float64)
    )
    np.testing.assert_array_equal(found, wide)


def test_index_without_variance():
    """A dead unit, and different constants; 0.1 has no exact binary mean."""
    music = np.tile([0.0, 0.1, 2.0, 1.0], (7, 1))
    nonmusic = np.tile([0.0, 0.1, 1.0, 2.0], (3, 1))
    found = selectivity.music_selectivity_index(music, nonmusic)
    np.testing.assert_array_equal(found, [0, 0, np.inf, -np.inf])


values = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 6), st.just(3)),
    elements=st.integers(0, 8).map(float),
)


@given(values, values)
def test_index_is_antisymmetric_and_scale_free_and_never_nan(music, nonmusic):
    index = selectivity.music_selectivity_index
    found = index(music, nonmusic)
    assert not np.isnan(found).any()
    np.testing.assert_allclose(index(nonmusic, music), -found, atol=1e-12)
    np.testing.assert_allclose(index(4 * music, 4 * nonmusic), found)
    np.testing.assert_allclose(index(-music, -nonmusic), -found, atol=1e-12)


def test_ranked_sets_of_the_papers_size():
    msi = np.random.default_rng(3).permutation(256).astype(float)
    top = selectivity.top_units(msi, FRACTION)
    middle = selectivity.middle_units(msi, FRACTION)
    bottom = selectivity.bottom_units(msi, FRACTION)
    np.testing.assert_array_equal(msi[top], np.arange(255, 223, -1))
    np.testing.assert_array_equal(msi[middle], np.arange(143, 111, -1))
    np.testing.assert_array_equal(msi[bottom], np.arange(31, -1, -1))


def test_ties_go_by_unit_number_and_a_tiny_fraction_keeps_one():
    msi = np.array([1.0, 2.0, 1.0, 2.0, 1.0])
    np.testing.assert_array_equal(selectivity.top_units(msi, 0.6), [1, 3, 0])
    np.testing.assert_array_equal(selectivity.top_units(msi, 0.01), [1])
    np.testing.assert_array_equal(selectivity.bottom_units(msi, 0.01), [4])
    np.testing.assert_array_equal(selectivity.middle_units(msi, 0.01), [0])
    # Many ties: small arrays are sorted stably by any method.
    np.testing.assert_array_equal(
        selectivity.top_units(np.arange(256) % 2, 0.5), range(1, 256, 2)
    )


@pytest.mark.parametrize("fraction", [0, -0.1, 1.5])
def test_impossible_fraction(fraction):
    with pytest.raises(InputError, match="ms_fraction"):
        selectivity.top_units(np.arange(4), fraction)


def test_response_ratio():
    music = np.array([[1.0, 3.0], [2.0, 6.0]])
    nonmusic = np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 2.0]])
    assert selectivity.response_ratio(music, nonmusic) == 3.0
    assert selectivity.response_ratio(music, np.zeros((2, 2))) == np.inf
    assert np.isnan(selectivity.response_ratio(np.zeros((1, 2)), np.zeros((2, 2))))


def test_unit_table():
    responses, clips = corpus()
    responses[:, 5] *= -1
    table = selectivity.unit_table(responses, clips)
    assert list(table) == [
        "unit",
        "msi_train",
        "msi_eval",
        "l1_train",
        "l1_eval",
        "mean_music_train",
        "mean_nonmusic_train",
        "mean_music_eval",
        "mean_nonmusic_eval",
    ]
    np.testing.assert_array_equal(table["unit"], range(16))
    for split in ("train", "eval"):
        music = rows_of(responses, clips, split, "music")
        nonmusic = rows_of(responses, clips, split, "nonmusic")
        welch = stats.ttest_ind(music, nonmusic, equal_var=False).statistic
        np.testing.assert_allclose(table[f"msi_{split}"], welch, rtol=1e-4)
        l1 = np.abs(np.vstack([music, nonmusic])).mean(axis=0)
        np.testing.assert_allclose(table[f"l1_{split}"], l1, rtol=1e-5)
        np.testing.assert_allclose(table[f"mean_music_{split}"], music.mean(0), 1e-5)
        np.testing.assert_allclose(
            table[f"mean_nonmusic_{split}"], nonmusic.mean(0), 1e-5
        )
    assert (table["l1_train"] > 0).all()


def test_selecting_and_measuring_on_the_same_clips_inflates():
    """With noise, the ratio is about 1 on the other split, and above 1 on the same."""
    rng = np.random.default_rng(4)
    _, clips = corpus(n=60)
    responses = rng.gamma(1.0, size=(len(clips), 256))
    rows = selectivity.same_split_ratios(responses, clips, FRACTION)
    assert [row[:2] for row in rows] == [
        ("same_split_ratio", "train"),
        ("same_split_ratio", "eval"),
    ]
    units = selectivity.unit_table(responses, clips)
    for (_, split, inflated), other in zip(rows, ("eval", "train"), strict=True):
        chosen = selectivity.top_units(units[f"msi_{other}"].to_numpy(), FRACTION)
        groups = [
            rows_of(responses, clips, split, group)[:, chosen]
            for group in ("music", "nonmusic")
        ]
        assert selectivity.response_ratio(*groups) == pytest.approx(1, abs=0.1)
        assert inflated > 1.4


def test_mixed_clips_are_not_used():
    responses, clips = corpus()
    mixed = (clips["group"] == "mixed").to_numpy()
    altered = responses.copy()
    altered[mixed] = 1e6
    tables = [selectivity.unit_table(each, clips) for each in (responses, altered)]
    pd.testing.assert_frame_equal(*tables)
    ratios = [
        selectivity.same_split_ratios(each, clips, FRACTION)
        for each in (responses, altered)
    ]
    assert ratios[0] == ratios[1]


def test_split_with_too_few_clips_is_named():
    responses, clips = corpus()
    few = clips.copy()
    music = few.index[(few["split"] == "eval") & (few["group"] == "music")]
    few.loc[music[1:], "group"] = "mixed"
    with pytest.raises(InputError, match=r"eval split has 1 music and 20 non-music"):
        selectivity.unit_table(responses, few)
    with pytest.raises(InputError, match="eval split"):
        selectivity.same_split_ratios(responses, few, FRACTION)


def test_responses_that_are_not_finite_are_refused():
    responses, clips = corpus()
    responses[0, 0] = np.nan
    with pytest.raises(InputError, match="diverged"):
        selectivity.unit_table(responses, clips)


def test_unaligned_clips_are_refused():
    responses, clips = corpus()
    with pytest.raises(ValueError, match="80 responses for 79 clips"):
        selectivity.unit_table(responses, clips.iloc[1:])
