"""Units selected again in each draw equal those of clips repeated as often as drawn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.analyses import reselection
from music_selectivity.analyses.selectivity import (
    music_selectivity_index,
    response_ratio,
    top_units,
)
from music_selectivity.errors import InputError
from music_selectivity.stats.bootstrap import split_weights, weighted_mean
from music_selectivity.vocabulary import OTHER_SPLIT, SPLITS

FRACTION = 0.125


def corpus(n=90, n_units=32, seed=0, offset=0.0):
    """Clips of two splits, in any order, and responses without and with music.

    Unit 5 responds to nothing, unit 6 to a single clip, and units 10 and 11 alike.
    """
    rng = np.random.default_rng(seed)
    clips = pd.DataFrame(
        {
            "split": rng.permutation(np.repeat(SPLITS, n)),
            "group": rng.choice(
                ["music", "nonmusic", "mixed"], 2 * n, p=[0.3, 0.5, 0.2]
            ),
        }
    )
    responses = np.maximum(rng.normal(size=(2 * n, n_units)), 0)
    music = (clips["group"] == "music").to_numpy()
    responses[music] += rng.choice([0, 0.2, 0.4], n_units)
    responses[:, 5] = 0.1
    responses[:, 6] = 0
    train_music = np.flatnonzero(music & (clips["split"] == "train"))
    responses[train_music[0], 6] = 3
    responses[:, 11] = responses[:, 10]
    return clips, (responses + offset).astype(np.float32)


def weights_of(clips, draws):
    return {split: split_weights(clips, split, draws) for split in SPLITS}


def repeated(clips, responses, weights, split, group, draw):
    """Responses to a split's clips of a group, each as often as it is drawn."""
    of_split = (clips["split"] == split).to_numpy()
    chosen = (clips["group"][of_split] == group).to_numpy()
    counts = weights[split][chosen, draw]
    return np.repeat(responses[of_split][chosen].astype(float), counts, axis=0)


@pytest.mark.parametrize("offset", [0, 1000])
def test_ratios_are_those_of_units_that_repeated_clips_select(offset):
    clips, responses = corpus(offset=offset)
    weights = weights_of(clips, reselection.BLOCK + 3)
    found = reselection.means_of_reselected(responses, clips, weights, FRACTION)
    without_clip = 0
    for split, other in OTHER_SPLIT.items():
        music, nonmusic = found[split]
        assert len(music) == len(nonmusic) == reselection.BLOCK + 3
        for draw in range(1, reselection.BLOCK + 4):
            chosen_on = [
                repeated(clips, responses, weights, other, group, draw)
                for group in ("music", "nonmusic")
            ]
            without_clip += np.ptp(chosen_on[0][:, 6]) == 0
            units = top_units(music_selectivity_index(*chosen_on), FRACTION)
            measured = [
                repeated(clips, responses, weights, split, group, draw)[:, units]
                for group in ("music", "nonmusic")
            ]
            assert music[draw - 1] / nonmusic[draw - 1] == pytest.approx(
                response_ratio(*measured), rel=1e-9
            )
    # In such draws, unit 6 is constant: rounding must not make it selective.
    assert without_clip > reselection.BLOCK


def test_index_is_that_of_repeated_clips():
    clips, responses = corpus()
    weights = weights_of(clips, 20)
    for split in SPLITS:
        blocks = reselection.bootstrap_statistics(
            responses, clips, split, weights[split]
        )
        (found,) = blocks
        assert found.index.shape == (20, 32)
        for draw in range(20):
            groups = [
                repeated(clips, responses, weights, split, group, draw + 1)
                for group in ("music", "nonmusic")
            ]
            np.testing.assert_allclose(
                found.index[draw], music_selectivity_index(*groups), rtol=1e-9
            )
            for means, of_group in zip(found[1:], groups, strict=True):
                np.testing.assert_allclose(
                    means[draw], of_group.mean(axis=0), rtol=1e-9, atol=1e-12
                )


@given(st.data())
def test_any_samples_of_any_clips(data):
    """Weights of zero, clips on neither side, units that do not vary."""
    n, n_units = data.draw(st.integers(4, 8)), 3
    small = st.integers(0, 4)

    def draw_table(rows, columns):
        row = st.lists(small, min_size=columns, max_size=columns)
        return np.array(data.draw(st.lists(row, min_size=rows, max_size=rows)))

    responses = draw_table(n, n_units).astype(float)
    music, nonmusic = draw_table(2, n), draw_table(2, n)
    # The index needs two clips on each side.
    music[:, 0] += 2
    nonmusic[:, -1] += 2
    found = reselection.SampledUnits(responses).statistics(music, nonmusic)
    for sample in range(2):
        sides = [
            np.repeat(responses, side[sample], axis=0) for side in (music, nonmusic)
        ]
        expected = music_selectivity_index(*sides)
        # Without variance the index is infinite; here it is at least huge.
        finite = np.isfinite(expected)
        np.testing.assert_allclose(
            found.index[sample][finite], expected[finite], rtol=1e-6, atol=1e-6
        )
        infinite = found.index[sample][~finite]
        assert (np.abs(infinite) > 1e6).all()
        assert (np.sign(infinite) == np.sign(expected[~finite])).all()


def fixed_ratios(clips, responses, weights, split):
    """Replicates of the ratio of the units that the true clips select."""
    sides = {}
    for of in SPLITS:
        of_split = (clips["split"] == of).to_numpy()
        for group in ("music", "nonmusic"):
            chosen = (clips["group"][of_split] == group).to_numpy()
            sides[of, group] = responses[of_split][chosen], weights[of][chosen]
    other = OTHER_SPLIT[split]
    index = music_selectivity_index(
        *(sides[other, group][0] for group in ("music", "nonmusic"))
    )
    units = top_units(index, FRACTION)
    music, nonmusic = (
        weighted_mean(values[:, units].mean(axis=1), drawn)
        for values, drawn in (sides[split, g] for g in ("music", "nonmusic"))
    )
    return (music / nonmusic)[1:]


@pytest.mark.parametrize("case", ["clear", "near the threshold"])
def test_selecting_again_adds_the_uncertainty_of_the_selection(case):
    """Which units are selected decides the ratio, where many are equally selective.

    All units prefer music a little, those of low level more in proportion. If eight
    units are clearly selective, every draw selects these.
    """
    rng = np.random.default_rng(1)
    clips = pd.DataFrame(
        {
            "split": np.repeat(SPLITS, 400),
            "group": np.tile(["music", "nonmusic"], 400),
        }
    )
    music = (clips["group"] == "music").to_numpy()
    responses = rng.normal(1, 0.3, size=(800, 64))
    if case == "clear":
        responses[np.ix_(music, range(8))] += 1
    else:
        responses[:, ::2] += 8
        responses[music] += 0.02
    weights = weights_of(clips, 150)
    again = np.divide(
        *reselection.means_of_reselected(responses, clips, weights, FRACTION)["eval"]
    )
    fixed = fixed_ratios(clips, responses, weights, "eval")
    if case == "clear":
        np.testing.assert_allclose(again, fixed, rtol=1e-9)
    else:
        assert again.std() > 1.3 * fixed.std()


def test_what_cannot_be_sampled_is_named():
    clips, responses = corpus()
    weights = weights_of(clips, 2)
    short = {**weights, "eval": weights["eval"][1:]}
    with pytest.raises(ValueError, match="89 weights for 90 eval clips"):
        reselection.means_of_reselected(responses, clips, short, FRACTION)
    with pytest.raises(InputError, match="diverged"):
        reselection.means_of_reselected(responses * np.nan, clips, weights, FRACTION)
