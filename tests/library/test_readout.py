"""Linear read-out equals that of scikit-learn, on simulated units."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import average_precision_score

from music_selectivity.analyses.readout import (
    N_PARTS,
    read_out,
    readout_rows,
    refitted_precision,
)
from music_selectivity.analyses.selectivity import music_selectivity_index
from music_selectivity.errors import InputError
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.vocabulary import SPLITS

N_UNITS = 32
CATEGORIES = pd.DataFrame(
    [("genre", "Jazz", "Jazz"), ("genre", "Ska", "Ska"), ("category", "dog", "Bark")],
    columns=["kind", "category", "class"],
)


def study(n=400, seed=0):
    """Clips, and units of which the first eighth separates music best."""
    rng = np.random.default_rng(seed)
    clips = pd.DataFrame(
        {
            "split": rng.permutation(["train", "eval"] * (n // 2)),
            "group": rng.choice(["music", "nonmusic", "mixed"], n, p=[0.3, 0.6, 0.1]),
        }
    )
    labels = {"music": ["Jazz"], "nonmusic": ["Bark"], "mixed": ["Jazz", "Bark"]}
    clips["labels"] = clips["group"].map(labels)
    music = (clips["group"] == "music").to_numpy()
    strength = np.repeat([1.0, 0.5, 0.25, 0.1, 0, 0, 0, 0], N_UNITS // 8)
    responses = np.maximum(rng.normal(size=(n, N_UNITS)) + music[:, None] * strength, 0)
    return clips, responses.astype(np.float32), strength


def weights_of(clips, draws):
    return {split: split_weights(clips, split, draws) for split in SPLITS}


def rows_of(clips, responses, msi, others=None, draws=20):
    weights = weights_of(clips, draws)
    rows = readout_rows(responses, clips, msi, others or {}, CATEGORIES, weights)
    return {(measure, condition): values for measure, condition, values in rows}


def test_read_out_is_least_squares():
    rng = np.random.default_rng(0)
    x, y, other = (
        rng.normal(size=(50, 6)),
        rng.random(50) < 0.3,
        rng.normal(size=(9, 6)),
    )
    expected = LinearRegression().fit(x, y).predict(other)
    np.testing.assert_allclose(read_out(x, y, other), expected, atol=1e-9)
    # Units that respond to nothing, and copies of others, do not change the scores.
    more = [np.hstack([z, np.ones((len(z), 1)), z[:, :1]]) for z in (x, other)]
    np.testing.assert_allclose(read_out(more[0], y, more[1]), expected, atol=1e-9)


def test_average_precision_of_all_units_and_of_each_eighth():
    clips, responses, strength = study()
    found = rows_of(clips, responses, strength)
    known = clips["group"] != "mixed"
    train, evaluation = ((known & (clips["split"] == s)) for s in ("train", "eval"))
    music = clips["group"] == "music"
    for condition, units in (("all", slice(None)), ("units/2", slice(4, 8))):
        model = LinearRegression().fit(responses[train][:, units], music[train])
        scores = model.predict(responses[evaluation][:, units])
        expected = average_precision_score(music[evaluation], scores)
        values = found["readout_ap", condition]
        assert values.shape == (21,)
        assert values[0] == pytest.approx(expected)
        assert 0 < np.std(values[1:]) < 0.1
    assert found["readout_chance", "all"] == music[evaluation].mean()
    precisions = [found["readout_ap", f"units/{part}"][0] for part in (1, 2, 3, 8)]
    assert precisions == sorted(precisions, reverse=True)


def awkward_units(responses, clips):
    """Units without variance, or with it in few draws, and two that respond alike."""
    responses = responses.copy()
    responses[:, 1] = 0
    responses[:, 2] = 0
    # The first clip that is music and to be fitted.
    of = (clips["split"] == "train") & (clips["group"] == "music")
    responses[np.flatnonzero(of)[0], 2] = 5
    responses[:, 9] = responses[:, 8]
    responses[:, 13] = 1 - 2 * responses[:, 12]
    return responses


@pytest.mark.parametrize("n_units", [N_UNITS, N_UNITS - 3])
def test_replicates_of_eighths_are_the_whole_analysis_of_repeated_clips(n_units):
    """Ranked, fitted and scored by scikit-learn, clips as often as they are drawn.

    Eighths need not have the same number of units.
    """
    clips, responses, _ = study(n=300)
    responses = awkward_units(responses, clips)[:, :n_units]
    weights = weights_of(clips, 60)
    found = refitted_precision(responses, clips, weights)
    assert found.shape == (N_PARTS, 60)
    for draw in range(60):
        drawn = {}
        for split in SPLITS:
            of_split = np.flatnonzero(clips["split"] == split)
            rows = np.repeat(of_split, weights[split][:, 1 + draw])
            rows = rows[(clips["group"] != "mixed").to_numpy()[rows]]
            music = (clips["group"] == "music").to_numpy()[rows]
            drawn[split] = responses[rows].astype(float), music
        x, y = drawn["train"]
        order = np.argsort(-music_selectivity_index(x[y], x[~y]), kind="stable")
        for part, units in enumerate(np.array_split(order, N_PARTS)):
            model = LinearRegression().fit(x[:, units], y)
            z, truth = drawn["eval"]
            scores = model.predict(z[:, units])
            # Clips with equal responses must be tied.
            expected = average_precision_score(truth, scores.round(9))
            assert found[part, draw] == pytest.approx(expected, abs=1e-9)


def test_fitting_again_changes_replicates_of_eighths_alone():
    """The value is as without draws, and all other replicates draw the scored clips."""
    clips, responses, strength = study()
    found = rows_of(clips, responses, strength)
    few = rows_of(clips, responses, strength, draws=1)
    for key, values in found.items():
        assert np.ravel(values)[0] == np.ravel(few[key])[0], key
    again = refitted_precision(responses, clips, weights_of(clips, 20))
    for part in range(N_PARTS):
        np.testing.assert_array_equal(
            found["readout_ap", f"units/{part + 1}"][1:], again[part]
        )
    # All music is of one genre, so that its replicates are those without fitting again.
    for part in (1, 4):
        kept = found["readout_ap", f"genre/Jazz/{part}"][1:]
        assert (kept != again[part - 1]).all()


def test_units_are_taken_by_their_index_not_their_number():
    clips, responses, strength = study()
    order = np.random.default_rng(1).permutation(N_UNITS)
    found = rows_of(clips, responses, strength)
    shuffled = rows_of(clips, responses[:, order], strength[order])
    for part in (1, 2, 3, 4):
        key = ("readout_ap", f"units/{part}")
        assert shuffled[key][0] == pytest.approx(found[key][0])


def test_linear_features_add_their_information():
    clips, responses, strength = study()
    music = (clips["group"] == "music").to_numpy()
    known = music[:, None] + 0.1 * np.random.default_rng(0).normal(size=(400, 3))
    found = rows_of(clips, responses, strength, {"pca": known})
    assert found["readout_ap", "with_pca"][0] > 0.99 > found["readout_ap", "all"][0]


def test_genres_are_read_out_against_non_music():
    clips, responses, strength = study()
    found = rows_of(clips, responses, strength)
    # All music belongs to one genre, whose read-out is therefore that of music.
    for part in (1, 4):
        assert found["readout_ap", f"genre/Jazz/{part}"][0] == pytest.approx(
            found["readout_ap", f"units/{part}"][0]
        )
    assert found["readout_chance", "genre/Jazz"] == found["readout_chance", "all"]
    assert not [condition for _, condition in found if "Ska" in condition]
    # A genre with a quarter of the music is read out against all non-music.
    some = (clips["group"] == "music") & (np.arange(len(clips)) % 4 == 0)
    clips["labels"] = clips["labels"].where(~some, pd.Series([["Ska"]] * len(clips)))
    chance = rows_of(clips, responses, strength)["readout_chance", "genre/Ska"]
    scored = (clips["split"] == "eval") & (some | (clips["group"] == "nonmusic"))
    assert chance == some[scored].mean()


def test_clips_to_fit_need_both_groups():
    with pytest.raises(
        InputError, match="of 4 clips for the fit of the read-out, 4 are music"
    ):
        read_out(np.zeros((4, 2)), np.ones(4, bool), np.zeros((1, 2)))


def test_clips_to_score_need_both_groups():
    clips, responses, strength = study()
    clips = clips.assign(labels=[["Bark"]] * len(clips))
    clips.loc[clips["split"] == "eval", "group"] = "nonmusic"
    with pytest.raises(InputError, match="eval split has 0 music and 200 non-music"):
        rows_of(clips, responses, strength)


def test_read_out_from_constant_units_is_at_chance():
    clips, responses, strength = study()
    # The last eighth responds only to the scored clips.
    responses[(clips["split"] == "train").to_numpy(), -4:] = 0.1
    responses[:, -8:-4] = 0
    found = rows_of(clips, responses, strength)
    for part in (7, 8):
        value = found["readout_ap", f"units/{part}"][0]
        assert value == pytest.approx(found["readout_chance", "all"])
