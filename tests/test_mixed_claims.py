"""Mixed models of claims: which clips, units and networks each one compares."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity.claims.catalogue import CLAIMS
from music_selectivity.claims.mixed import mixed_table

N_CLIPS = 80
CLASSES = pd.DataFrame({"name": list("abc"), "music_related": [True, False, False]})


def clips() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "clip_id": [f"clip{n}" for n in range(N_CLIPS)],
            "group": ["music", "nonmusic"] * (N_CLIPS // 2),
        }
    )


def tuning(selectivity: float, lost: float, rng) -> pd.DataFrame:
    """Responses of a network that prefers music, and loses some of it in quilts."""
    music = (clips()["group"] == "music").to_numpy()
    own = rng.normal(size=N_CLIPS)
    tables = []
    for stimulus, kept in (
        *(("original", 1.0), ("quilt_original", 1.0)),
        *(("quilt_50", 1 - lost), ("quilt_200", 1 - lost / 2)),
    ):
        values = own + selectivity * music * kept
        table = clips()[["clip_id"]].assign(split="eval", stimulus=stimulus)
        table["ms"] = values + 0.1 * rng.normal(size=N_CLIPS)
        table["all"] = values / 2 + 0.1 * rng.normal(size=N_CLIPS)
        table["others"] = own + 0.1 * rng.normal(size=N_CLIPS)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


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
def found() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    selectivity = {
        "without_music": 2.0,
        "with_music": 2.0,
        "untrained": 0.1,
        "without_music_and_speech": 1.5,
    }
    networks = [(model, seed) for model in selectivity for seed in range(5)]
    table = mixed_table(
        {network: tuning(selectivity[network[0]], 0.5, rng) for network in networks},
        {network: sounds(selectivity[network[0]], rng) for network in networks},
        {network: ablation(rng) for network in networks},
        clips(),
        CLASSES,
    )
    return table.set_index("id")


def test_every_estimate_is_of_a_claim(found):
    assert set(found.index) <= {claim.id for claim in CLAIMS}
    assert len(found) >= 15


@pytest.mark.parametrize(
    "claim",
    [
        *("2a", "2b", "3e-b", "3e-c", "S10-b", "4b-a", "4c-50", "4c-200"),
        *("3c-a", "3c-b", "5c-a", "5c-b", "5c-c", "5c-d"),
    ],
)
def test_true_effects_are_found_with_the_claimed_sign(found, claim):
    assert found.loc[claim, "low"] > 0, found.loc[claim]
    assert found.loc[claim, "p"] < 0.05


@pytest.mark.parametrize("claim", ["3e-a", "4b-b", "4b-c", "4b-d"])
def test_what_is_alike_is_not_told_apart(found, claim):
    """Quilts of other sounds, the other units, and networks of equal selectivity."""
    assert abs(found.loc[claim, "estimate"]) < 0.1
    assert found.loc[claim, "low"] < 0 < found.loc[claim, "high"]


def test_only_classes_that_are_not_music_count(found):
    assert found.loc["5c-a", "estimate"] == pytest.approx(0.1, abs=0.005)


def test_one_network_or_no_model_gives_no_number():
    rng = np.random.default_rng(1)
    network = ("without_music", 1)
    table = mixed_table(
        {network: tuning(2.0, 0.5, rng)}, {}, {network: ablation(rng)}, clips(), CLASSES
    )
    assert table["estimate"].isna().all()
    assert table["model"].str.startswith("none").all()
    assert mixed_table({}, {}, {}, clips(), CLASSES).empty
