"""The claims' mixed-effects models: which clips, units and networks each compares."""

import json
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from music_selectivity.analyses.contrasts import (
    KINDS,
    MusicResponse,
    QuiltLoss,
    SegmentSlope,
    Selectivity,
    SilencingLoss,
    as_data,
    from_data,
)
from music_selectivity.analyses.mixed_effects import (
    _clip_responses,
    counts,
    mixed_effects_table,
)
from music_selectivity.claims.catalogue import all_claims, mixed_contrasts
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.study.code_digest import code_followed
from small_studies import ROOT

N_CLIPS = 100
CLASSES = pd.DataFrame({"name": list("abc"), "music_related": [True, False, False]})
# By clip number modulo 5: what kinds of clip there are.
LABELS = (["Jazz"], ["Speech"], ["Rain"], ["Jazz", "Speech"], ["Ska"])
GROUPS = ("music", "nonmusic", "nonmusic", "mixed", "music")
CATEGORIES = pd.DataFrame(
    [
        ("genre", "Jazz", "Jazz"),
        ("genre", "Ska", "Ska"),
        ("genre", "Polka", "Polka"),
        ("category", "speech", "Speech"),
    ],
    columns=["kind", "category", "class"],
)
# How much more each model's MS units respond to music, and the share of their response
# that quilting at 50 ms costs.
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


CONTRASTS = {name: from_data(data) for name, data in mixed_contrasts(DEFAULT).items()}


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
    """Responses of a network that prefers music, and responds less to its quilts.

    Only music is quilted in the notebook's order, which costs nothing. Mixed clips
    drive it more than anything else. Its speech-selective units prefer speech, and
    respond to its quilts as to the original.
    """
    table = clips()
    music = (table["group"] == "music").to_numpy()
    mixed = (table["group"] == "mixed").to_numpy()
    own = 2 + 0.3 * rng.normal(size=N_CLIPS)
    tables = []
    for stimulus, kept, split in (
        ("original", 1.0, "eval"),
        ("original", 0.2, "train"),
        *((f"power_{k}", kept, s) for k, kept in POWERS for s in ("train", "eval")),
        ("quilt_original", 1.0, "eval"),
        ("quilt_overath_50", 1 - lost, "eval"),
        ("quilt_overath_200", 1 - lost / 2, "eval"),
        ("quilt_notebook_50_music", 1.0, "eval"),
    ):
        values = own + selectivity * music * kept + 20 * mixed
        found = table[["clip_id"]].assign(split=split, stimulus=stimulus)
        found["ms"] = values + 0.1 * rng.normal(size=N_CLIPS)
        found["all"] = values / 2 + 0.1 * rng.normal(size=N_CLIPS)
        found["others"] = own + 0.1 * rng.normal(size=N_CLIPS)
        speech = np.array([names == ["Speech"] for names in table["labels"]])
        found["category:speech"] = own + speech + 0.1 * rng.normal(size=N_CLIPS)
        if stimulus in ("power_64", "quilt_notebook_50_music"):
            found = found[music | mixed]
        tables.append(found)
    return pd.concat(tables, ignore_index=True)


# Powers of music, and what they keep of its response.
POWERS = ((1, 1.0), (64, 0.6))


def ablation(rng) -> pd.DataFrame:
    rows = []
    for condition, loss in (
        ("none", 0.0),
        ("msi_bottom", 0.01),
        ("msi_middle", 0.02),
        ("l1_top", 0.03),
        ("msi_top", 0.1),
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
    """Arguments of `mixed_effects_table`, with the contrasts of all claims."""
    rng = np.random.default_rng(0)
    networks = [(model, seed) for model in SELECTIVITY for seed in range(5)]
    return {
        "contrasts": CONTRASTS,
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
    return mixed_effects_table(**arguments).set_index("id")


@pytest.fixture(scope="module")
def found(study) -> pd.DataFrame:
    return estimated(study)


def test_what_the_study_has_is_estimated(found):
    lacking = """
    4c-100 4c-400 4c-800 4c-1600
    5b-100 5b-400 5b-800 5b-1600
    S11-f S11-g S11-h
    """
    assert set(CONTRASTS) - set(found.index) == set(lacking.split())
    assert list(found.index) == [name for name in CONTRASTS if name in found.index]
    assert found["estimate"].notna().all()


TRUE_EFFECTS = """
2a 2b 2c-a 2c-b 2c-c 2c-d 3e-b 3e-c S10-b
4b-a 4c-50 4c-200 S7 5b-50 5b-200 S10-c
3c-a 3c-b 5c-a 5c-b 5c-c 5c-d
"""


@pytest.mark.parametrize("claim", TRUE_EFFECTS.split())
def test_true_effects_are_found_with_the_claimed_sign(found, claim):
    assert found.loc[claim, "low"] > 0, found.loc[claim]
    assert found.loc[claim, "p"] < 0.05


@pytest.mark.parametrize("claim", ["3e-a", "4b-b", "4b-c", "4b-d", "S11-e"])
def test_equal_conditions_do_not_differ(found, claim):
    """Quilts of other sounds, the other units, and networks of equal selectivity."""
    assert abs(found.loc[claim, "estimate"]) < 0.1
    assert found.loc[claim, "low"] < 0 < found.loc[claim, "high"]


def test_mixed_clips_are_excluded(study, found):
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
    # They would count: as non-music clips they reverse the effect.
    groups = study["clips"]["group"].replace("mixed", "nonmusic")
    other = estimated(
        study,
        contrasts={"2a": CONTRASTS["2a"]},
        clips=study["clips"].assign(group=groups),
    )
    assert other.loc["2a", "estimate"] < 0 < found.loc["2a", "estimate"]


def test_losses_are_shares_of_the_response_to_the_original(study, found):
    """5b, S10-c and S7 computed directly: means over clips, networks and genres."""
    group = study["clips"].set_index("clip_id")["group"]

    def lost(model, stimulus="quilt_overath_50", label=None):
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
        lost("without_music", "quilt_overath_200")
        - lost("memorization", "quilt_overath_200"),
        rel=1e-4,
    )
    by_genre = [lost("without_music", label=name) for name in ("Jazz", "Ska")]
    assert found.loc["S7", "estimate"] == pytest.approx(np.mean(by_genre), rel=1e-4)


def test_train_clips_count_only_in_the_claims_about_them(study, found):
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


def test_a_split_may_be_chosen(study, found):
    """Music raises the responses to train clips a fifth as much."""
    chosen = {
        "2a": MusicResponse(model="without_music", units="all", split="train"),
        "2b": Selectivity(model="without_music", than="untrained", split="train"),
    }
    table = estimated(study, contrasts=chosen)
    for claim in chosen:
        assert table.loc[claim, "low"] > 0
        assert table.loc[claim, "estimate"] < 0.8 * found.loc[claim, "estimate"]


def test_each_order_of_quilts_is_compared_by_itself(study, found):
    """Quilts in the notebook's order, of music alone, cost nothing."""
    loss = {"model": "without_music", "segment": 50}
    chosen = {
        "overath": QuiltLoss(order="overath", **loss),
        "notebook": QuiltLoss(order="notebook", **loss),
        "random": QuiltLoss(order="random", **loss),
        "of others": SegmentSlope(
            model="without_music", group="nonmusic", units="ms", order="notebook"
        ),
    }
    table = estimated(study, contrasts=chosen)
    assert list(table.index) == ["overath", "notebook"]
    for column in ("estimate", "low", "high"):
        assert table.loc["overath", column] == found.loc["4c-50", column]
    assert table.loc["overath", "low"] > 0.5
    assert abs(table.loc["notebook", "estimate"]) < 0.1
    # Without other orders, nothing changes.
    only = {
        network: responses[~responses["stimulus"].str.contains("notebook")]
        for network, responses in study["tuning"].items()
    }
    pd.testing.assert_frame_equal(found, estimated(study, tuning=only))


def test_clips_that_were_not_quilted_do_not_count(study, found):
    """Their responses to the original would move the mean and the SD."""

    def with_more(table):
        rows = table["stimulus"] == "quilt_original"
        is_odd = table["clip_id"].isin([f"clip{n}" for n in (5, 6, 20)])
        units = ["ms", "category:speech"]
        more = table[rows & is_odd].assign(**dict.fromkeys(units, 100.0))
        return pd.concat([table[~is_odd], more]), table[~is_odd]

    tables = {network: with_more(t) for network, t in study["tuning"].items()}
    of_quilts = {
        claim: contrast
        for claim, contrast in CONTRASTS.items()
        if claim in found.index and claim in ("4c-50", "5b-50", "S7", "S11-e")
    }
    assert len(of_quilts) == 4
    more, without = (
        estimated(
            study,
            contrasts=of_quilts,
            tuning={network: pair[which] for network, pair in tables.items()},
        )
        for which in (0, 1)
    )
    pd.testing.assert_frame_equal(more, without)


def test_only_classes_that_are_not_music_count(found):
    assert found.loc["5c-a", "estimate"] == pytest.approx(0.1, abs=0.005)


def test_silencing_is_also_tested_over_classes_and_networks_together(study, found):
    """As in the paper's text; five networks and two classes that are not music."""
    pooled = ["pooled_p", "pooled_effect_size", "pooled_n"]
    is_silencing = [isinstance(CONTRASTS[name], SilencingLoss) for name in found.index]
    assert any(is_silencing)
    assert found.loc[is_silencing, pooled].notna().all(axis=None)
    assert found.loc[np.invert(is_silencing), pooled].isna().all(axis=None)
    rng = np.random.default_rng(2)
    noisy = {
        network: table.assign(
            average_precision=table["average_precision"] + 0.05 * rng.normal(size=15)
        )
        for network, table in study["ablations"].items()
    }
    scored = pd.concat(noisy["without_music", seed] for seed in range(5))
    scored = scored[scored["class"] != "a"].set_index("condition")["average_precision"]
    for silenced, reference in (("msi_middle", "none"), ("none", "l1_top")):
        contrast = SilencingLoss(
            model="without_music", silenced=silenced, reference=reference
        )
        (row,) = estimated(
            study, contrasts={"5c": contrast}, ablations=noisy
        ).itertuples()
        differences = (scored[reference] - scored[silenced].to_numpy()).to_numpy()
        test = stats.wilcoxon(differences, alternative="greater")
        assert row.pooled_n == len(differences) == 10
        assert row.pooled_p == pytest.approx(test.pvalue)
        # The sum of the positive ranks, over the sum of all.
        assert 0 < row.pooled_effect_size < 1
        assert row.pooled_effect_size == pytest.approx(test.statistic / 55)


def test_tables_are_read_one_by_one_and_reduced(study):
    """Of each network a contrast keeps the rows and units that it compares."""
    read = []

    def one_by_one():
        for network, table in study["tuning"].items():
            read.append(network)
            yield network, table.copy()

    compared = study["clips"][study["clips"]["group"] != "mixed"]
    responses = _clip_responses(CONTRASTS.values(), one_by_one(), compared)
    assert read == list(study["tuning"])
    n_music = (compared["group"] == "music").sum()
    for claim, models, n_rows in (
        ("2a", ["without_music"], len(compared)),
        ("2b", ["without_music", "untrained"], len(compared)),
        ("2c-b", ["without_music", "untrained"], len(compared)),
        ("4b-a", ["without_music"], 2 * n_music),
        ("4b-d", ["without_music"], 2 * (len(compared) - n_music)),
        ("4c-50", ["without_music"], 2 * n_music),
        ("5b-50", ["without_music", "memorization"], 2 * n_music),
        ("S11-e", ["without_music"], 2 * len(compared)),
    ):
        tables = responses[CONTRASTS[claim]]
        assert list(tables) == [(m, seed) for m in models for seed in range(5)], claim
        for table in tables.values():
            assert list(table) == ["clip", "stimulus", "response", "music"]
            assert len(table) == n_rows, claim


@pytest.mark.parametrize("contrast", CONTRASTS.values(), ids=CONTRASTS)
def test_contrasts_are_plain_data_and_back(contrast):
    data = as_data(contrast)
    assert json.loads(json.dumps(data)) == data
    assert from_data(data) == contrast
    assert set(data) == {"kind", *(field.name for field in fields(contrast))}


def test_every_kind_of_contrast_belongs_to_a_claim():
    assert {type(contrast) for contrast in CONTRASTS.values()} == set(KINDS.values())


def test_contrasts_of_a_claim_are_about_its_models():
    for claim in all_claims(DEFAULT):
        if claim.mixed is not None:
            # The mean response, and power ratios, are compared with untrained networks.
            assert set(claim.mixed.models) <= {*claim.models, "untrained"}, claim.id


def test_a_kind_or_field_that_is_unknown():
    data = as_data(Selectivity(model="without_music", than="untrained"))
    with pytest.raises(KeyError, match="Selectivities"):
        from_data(data | {"kind": "Selectivities"})
    with pytest.raises(TypeError, match="units"):
        from_data(data | {"units": "ms"})


def test_contrasts_do_not_depend_on_each_other(study, found):
    """A contrast of its own, under any name, gives what it gives among all."""
    chosen = {
        "one": CONTRASTS["2c-b"],
        "two": CONTRASTS["5c-d"],
        "three": CONTRASTS["2b"],
    }
    table = estimated(study, contrasts=chosen)
    expected = found.loc[["2c-b", "5c-d", "2b"]].set_axis(table.index)
    pd.testing.assert_frame_equal(table, expected)


def test_the_sign_of_a_contrast_follows_its_order(study, found):
    """Models and sets of units exchanged, the estimate changes its sign alone."""
    exchanged = {
        "2b": Selectivity(model="untrained", than="without_music"),
        "5c-b": SilencingLoss(
            model="without_music", silenced="msi_bottom", reference="msi_top"
        ),
    }
    table = estimated(study, contrasts=exchanged)
    for claim in exchanged:
        assert table.loc[claim, "estimate"] == pytest.approx(
            -found.loc[claim, "estimate"], rel=1e-3
        )


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


def test_an_edit_of_a_claim_does_not_rerun_its_model():
    """The rule's script gets the contrasts as data, and imports nothing of claims."""
    imported = code_followed(ROOT / "workflow/scripts/mixed_effects.py")
    folders = {path.parent.name for path in imported}
    assert {"analyses", "stats"} <= folders
    assert "claims" not in folders


@pytest.mark.parametrize(
    ("model", "train_ap", "counted"),
    [
        ("memorization", 0.95, True),
        ("memorization", 0.949, False),
        ("without_music", 0.3, True),
        ("untrained", np.nan, True),
    ],
)
def test_networks_that_did_not_memorize_do_not_count(model, train_ap, counted):
    summary = pd.DataFrame({"train_ap": [train_ap]})
    assert counts((model, 1), summary) == counted
