"""Mixed models of claims: which clips, units and networks each one compares."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity.claims.catalogue import CLAIMS
from music_selectivity.claims.mixed import MODELS, mixed_table

N_CLIPS = 100
CLASSES = pd.DataFrame({"name": list("abc"), "music_related": [True, False, False]})
# By clip number modulo 5: what kinds of clip there are.
LABELS = (["Jazz"], ["Speech"], ["Rain"], ["Jazz", "Speech"], ["Ska"])
GROUPS = ("music", "nonmusic", "nonmusic", "mixed", "music")
CATEGORIES = pd.DataFrame(
    [
        *(("genre", "Jazz", "Jazz"), ("genre", "Ska", "Ska")),
        *(("genre", "Polka", "Polka"), ("category", "speech", "Speech")),
    ],
    columns=["kind", "category", "class"],
)
# How much more each model's MS units answer to music, and the share of it that quilts
# of 50 ms lose.
SELECTIVITY = {
    "without_music": 2.0,
    "with_music": 2.0,
    "untrained": 0.1,
    "memorization": 2.0,
    "without_music_and_speech": 1.5,
    "gabor": 0.0,
}
LOST = dict.fromkeys(SELECTIVITY, 0.5) | {
    "memorization": 0.1,
    "without_music_and_speech": 0.25,
}


def clips() -> pd.DataFrame:
    """Clips of every kind, mixed ones too."""
    numbers = np.arange(N_CLIPS)
    return pd.DataFrame(
        {
            "clip_id": [f"clip{n}" for n in numbers],
            "group": [GROUPS[n % 5] for n in numbers],
            "labels": [LABELS[n % 5] for n in numbers],
        }
    )


def tuning(selectivity: float, lost: float, rng) -> pd.DataFrame:
    """Responses of a network that prefers music, and loses some of it in quilts.

    Mixed clips drive it more than anything else. Its speech-selective units prefer
    speech, and lose nothing.
    """
    table = clips()
    music = (table["group"] == "music").to_numpy()
    mixed = (table["group"] == "mixed").to_numpy()
    own = 2 + 0.3 * rng.normal(size=N_CLIPS)
    tables = []
    for stimulus, kept, split in (
        ("original", 1.0, "eval"),
        *((f"power_{k}", kept, s) for k, kept in POWERS for s in ("train", "eval")),
        *(("quilt_original", 1.0, "eval"), ("quilt_50", 1 - lost, "eval")),
        ("quilt_200", 1 - lost / 2, "eval"),
    ):
        values = own + selectivity * music * kept + 20 * mixed
        found = table[["clip_id"]].assign(split=split, stimulus=stimulus)
        found["ms"] = values + 0.1 * rng.normal(size=N_CLIPS)
        found["all"] = values / 2 + 0.1 * rng.normal(size=N_CLIPS)
        found["others"] = own + 0.1 * rng.normal(size=N_CLIPS)
        speech = np.array([names == ["Speech"] for names in table["labels"]])
        found["category:speech"] = own + speech + 0.1 * rng.normal(size=N_CLIPS)
        if stimulus == "power_64":
            found = found[music | mixed]
        tables.append(found)
    return pd.concat(tables, ignore_index=True)


# Powers of music, and what they keep of its response.
POWERS = ((1, 1.0), (64, 0.6))


def ablation(rng) -> pd.DataFrame:
    rows = []
    for condition, loss in (
        *(("none", 0.0), ("msi_bottom", 0.01), ("msi_middle", 0.02)),
        *(("l1_top", 0.03), ("msi_top", 0.1)),
    ):
        for name in CLASSES["name"]:
            value = 0.5 - loss * (name != "a") + 0.001 * rng.normal()
            rows.append((condition, name, value, 5))
    columns = ["condition", "class", "average_precision", "positives"]
    return pd.DataFrame(rows, columns=columns)


def sounds(selectivity: float, rng) -> pd.DataFrame:
    table = pd.DataFrame({"category": ["Music", "Song", "Nature", "EnvSound"] * 20})
    music = table["category"].isin(["Music", "Song"])
    return table.assign(response=selectivity * music + rng.normal(size=80))


@pytest.fixture(scope="module")
def study() -> dict:
    """Arguments of `mixed_table`."""
    rng = np.random.default_rng(0)
    networks = [(model, seed) for model in SELECTIVITY for seed in range(5)]
    return {
        "tuning": {
            network: tuning(SELECTIVITY[network[0]], LOST[network[0]], rng)
            for network in networks
        },
        "sounds": {n: sounds(SELECTIVITY[n[0]], rng) for n in networks},
        "ablations": {network: ablation(rng) for network in networks},
        "clips": clips(),
        "classes": CLASSES,
        "categories": CATEGORIES,
    }


def estimated(study, **changes) -> pd.DataFrame:
    arguments = study | changes
    arguments["tuning"] = arguments["tuning"].items()
    return mixed_table(**arguments).set_index("id")


@pytest.fixture(scope="module")
def found(study) -> pd.DataFrame:
    return estimated(study)


def test_every_estimate_is_of_a_claim(found):
    assert set(found.index) <= {claim.id for claim in CLAIMS}
    assert len(found) == 28
    assert found["estimate"].notna().all()


@pytest.mark.parametrize(
    "claim",
    [
        *("2a", "2b", "2c-a", "2c-b", "2c-c", "2c-d", "3e-b", "3e-c", "S10-b"),
        *("4b-a", "4c-50", "4c-200", "S7", "5b-50", "5b-200", "S10-c"),
        *("3c-a", "3c-b", "5c-a", "5c-b", "5c-c", "5c-d"),
    ],
)
def test_true_effects_are_found_with_the_claimed_sign(found, claim):
    assert found.loc[claim, "low"] > 0, found.loc[claim]
    assert found.loc[claim, "p"] < 0.05


@pytest.mark.parametrize("claim", ["3e-a", "4b-b", "4b-c", "4b-d", "S11-e"])
def test_what_is_alike_is_not_told_apart(found, claim):
    """Quilts of other sounds, the other units, and networks of equal selectivity."""
    assert abs(found.loc[claim, "estimate"]) < 0.1
    assert found.loc[claim, "low"] < 0 < found.loc[claim, "high"]


def test_mixed_clips_take_no_part(study, found):
    kept = study["clips"]["group"] != "mixed"
    ids = set(study["clips"].loc[kept, "clip_id"])
    without = estimated(
        study,
        clips=study["clips"][kept],
        tuning={
            network: table[table["clip_id"].isin(ids)]
            for network, table in study["tuning"].items()
        },
    )
    pd.testing.assert_frame_equal(found, without)
    # They would count: called non-music, as they are not music, they turn effects.
    groups = study["clips"]["group"].replace("mixed", "nonmusic")
    other = estimated(study, clips=study["clips"].assign(group=groups))
    assert other.loc["2a", "estimate"] < 0 < found.loc["2a", "estimate"]


def test_losses_are_shares_of_the_response_to_the_original(study, found):
    """5b, S10-c and S7 by hand: means over clips, networks and genres."""
    group = study["clips"].set_index("clip_id")["group"]

    def lost(model, stimulus="quilt_50", label=None):
        shares = []
        for (of, _), table in study["tuning"].items():
            music = table["clip_id"].map(group) == "music"
            if of == model:
                quilts = music & table["stimulus"].str.startswith("quilt_")
                rows = table[quilts].pivot(index="clip_id", columns="stimulus")["ms"]
                share = (rows["quilt_original"] - rows[stimulus]) / rows[
                    "quilt_original"
                ].mean()
                labels = study["clips"].set_index("clip_id")["labels"].loc[rows.index]
                chosen = [label is None or label in names for names in labels]
                shares.append(share[chosen].mean())
        return np.mean(shares)

    whole = lost("without_music")
    for claim, model in (
        ("5b-50", "memorization"),
        ("S10-c", "without_music_and_speech"),
    ):
        expected = whole - lost(model)
        assert found.loc[claim, "estimate"] == pytest.approx(expected, rel=1e-4)
    assert found.loc["5b-200", "estimate"] == pytest.approx(
        lost("without_music", "quilt_200") - lost("memorization", "quilt_200"), rel=1e-4
    )
    by_genre = [lost("without_music", label=name) for name in ("Jazz", "Ska")]
    assert found.loc["S7", "estimate"] == pytest.approx(np.mean(by_genre), rel=1e-4)


def test_only_eval_clips_count_but_in_the_claims_of_train(study, found):
    def of_train(table):
        """Other responses to the clips of train."""
        other = table.copy()
        rows = other["split"] == "train"
        other.loc[rows, "ms"] = np.random.default_rng(1).permutation(other[rows]["ms"])
        return other

    changed = {network: of_train(table) for network, table in study["tuning"].items()}
    again = estimated(study, tuning=changed)
    differ = (again["estimate"] - found["estimate"]).abs() > 1e-9
    assert set(found.index[differ]) == {"2c-c", "2c-d"}


def test_only_classes_that_are_not_music_count(found):
    assert found.loc["5c-a", "estimate"] == pytest.approx(0.1, abs=0.005)


def test_tables_are_read_one_by_one_and_reduced(study):
    """Of most networks a single set of units is kept, of linear features nothing."""
    from music_selectivity.claims import mixed

    responses = mixed._Responses(study["tuning"].items(), study["clips"])
    assert set(responses._tables) == {
        (model, seed) for model in MODELS for seed in range(5)
    }
    for (model, _), table in responses._tables.items():
        units = {"ms"} if model != "without_music" else {"ms", "all", "others"}
        units |= {"category:speech"} if model == "without_music" else set()
        assert set(table) == {"clip", "split", "stimulus", *units}


def test_one_network_or_no_model_gives_no_number(study):
    rng = np.random.default_rng(1)
    network = ("without_music", 1)
    nothing = {"sounds": {}, "ablations": {}}
    table = estimated(
        study,
        tuning={network: tuning(2.0, 0.5, rng)},
        **nothing | {"ablations": {network: ablation(rng)}},
    )
    assert table["estimate"].isna().all()
    assert table["model"].str.startswith("none").all()
    assert estimated(study, tuning={}, **nothing).empty


def test_a_corpus_without_genres_and_categories_has_the_other_estimates(study, found):
    table = estimated(study, categories=CATEGORIES.iloc[:0])
    assert set(found.index) - set(table.index) == {"S7", "S11-e"}
