"""Linear read-out equals that of scikit-learn, on simulated units."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import average_precision_score

from music_selectivity.analyses.readout import read_out, readout_rows
from music_selectivity.errors import InputError
from music_selectivity.stats.bootstrap import split_weights

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


def rows_of(clips, responses, msi, others=None, draws=20):
    weights = split_weights(clips, "eval", draws)
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
    np.testing.assert_allclose(read_out(x, y, other), expected)
    # Units that respond to nothing, and copies of others, do not change the scores.
    more = [np.hstack([z, np.ones((len(z), 1)), z[:, :1]]) for z in (x, other)]
    np.testing.assert_allclose(read_out(more[0], y, more[1]), expected)


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
        np.testing.assert_allclose(
            found["readout_ap", f"genre/Jazz/{part}"],
            found["readout_ap", f"units/{part}"],
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
