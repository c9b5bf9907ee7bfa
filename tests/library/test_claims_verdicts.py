"""The rules by which claims are judged: what counts as replicated, and what is open."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.claims import verdicts as rule
from music_selectivity.claims.evaluation import evaluate
from music_selectivity.claims.measured import Measured
from true_study import (
    CLAIMS,
    LENGTHS,
    TRUTH,
    changed,
    drawn_clips,
    judged,
    study,
    verdicts,
)


@pytest.mark.parametrize(
    ("p", "smallest", "low", "consistent", "expected"),
    [
        (0.031, 0.031, 0.1, None, rule.REPLICATED),
        (0.05, 0.01, 0.1, True, rule.REPLICATED),
        (0.05, 0.01, np.nan, None, rule.REPLICATED),
        (0.031, 0.031, 0.1, False, rule.DIRECTION),
        (0.031, 0.031, -0.1, None, rule.OPEN),
        (0.031, 0.031, 0.0, False, rule.OPEN),
        (0.051, 0.01, 0.1, None, rule.NOT_REPLICATED),
        (0.051, 0.01, 0.1, False, rule.NOT_REPLICATED),
        (1.0, 0.031, -0.1, None, rule.NOT_REPLICATED),
        (0.0625, 0.0625, 0.1, None, rule.TOO_FEW),
    ],
)
def test_rule_of_a_difference(p, smallest, low, consistent, expected):
    assert rule.difference_verdict(p, smallest, low, consistent) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected", "of_increase"),
    [
        (-0.02, 0.03, rule.REPLICATED, rule.REPLICATED),
        (0.01, 0.1, rule.REPLICATED, rule.REPLICATED),
        (-0.3, 0.05, rule.OPEN, rule.REPLICATED),
        (-0.3, 0.2, rule.OPEN, rule.OPEN),
        (0.05, 0.2, rule.OPEN, rule.OPEN),
        (0.11, 0.2, rule.NOT_REPLICATED, rule.NOT_REPLICATED),
        (-0.4, -0.11, rule.NOT_REPLICATED, rule.REPLICATED),
        (np.nan, np.nan, rule.OPEN, rule.OPEN),
    ],
)
def test_rule_of_no_difference(low, high, expected, of_increase):
    assert rule.equivalence_verdict(low, high, 0.1) == expected
    assert rule.equivalence_verdict(low, high, 0.1, upper_only=True) == of_increase


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0.01, 0.5))
def test_a_wider_interval_never_decides_what_a_narrower_leaves_open(low, width, margin):
    narrow = rule.equivalence_verdict(low, low + width, margin)
    wide = rule.equivalence_verdict(low - 0.1, low + width + 0.1, margin)
    assert wide in (narrow, rule.OPEN)


def test_every_network_passes_only_with_enough_of_them():
    assert rule.every_network_verdict(True, 5) == rule.REPLICATED
    assert rule.every_network_verdict(True, 4) == rule.TOO_FEW
    assert rule.every_network_verdict(False, 5) == rule.NOT_REPLICATED


def test_the_numbers_of_the_paper_judge_only_its_sounds():
    larger = study(to=changed("response_ratio", eval=3.5))
    row = judged(larger, "2b", audioset=True).loc["2b"]
    assert row["verdict"] == rule.DIRECTION
    assert "the paper's 2.07 differs by 1.4, beyond the" in row["notes"]
    row = judged(larger, "2b").loc["2b"]
    assert row["verdict"] == rule.REPLICATED
    assert row["paper"] == "2.07"


def test_two_seeds_are_too_few_for_any_claim_about_networks():
    """There is one Gabor filter bank, whatever the number of networks."""
    found = judged(study(n_seeds=2))
    others = {name for name, row in found.iterrows() if row["verdict"] != rule.TOO_FEW}
    assert others == {"S4"}
    of_networks = found.drop("S4")
    assert (
        of_networks[["low", "high", "contrast_low", "change_low"]].isna().all(axis=None)
    )


def test_two_networks_of_a_model_decide_nothing_whatever_the_other_has():
    """The rank-sum test of five against two can reach .05, without an interval."""
    table = study()
    few = (table["model"] == "untrained") & (table["seed"] > 2)
    found, all_five = judged(table[~few], "2b"), judged(table, "2b")
    assert all_five.loc["2b", "verdict"] == rule.REPLICATED
    assert found.loc["2b", "p"] < 0.05 and np.isnan(found.loc["2b", "contrast_low"])
    assert found.loc["2b", "verdict"] == rule.TOO_FEW


def test_three_seeds_are_enough_for_rank_sums_and_equivalence():
    found = judged(study(n_seeds=3))
    for claim in ("2b", "4b-c", "4c-400"):
        assert found.loc[claim, "verdict"] == rule.REPLICATED, claim
    for claim in ("5c-a", "4b-a", "S8-a"):
        assert found.loc[claim, "verdict"] == rule.TOO_FEW, claim
    assert found["low"].notna().any()


def test_random_weights_replicate_no_difference_from_random_weights():
    """What untrained networks do as well is no finding."""
    table = study()
    untrained = {
        ("mean_ap", group): value
        for group, value in (("nonmusic/none", 0.006), ("all/none", 0.0056))
    }
    same = {
        (model, measure, condition): untrained.get((measure, condition), 1.03)
        for model, measure, condition in TRUTH
        if measure == "response_ratio" or (measure, condition) in untrained
    }
    found = verdicts(study(to=same))
    for claim in ("1c-a", "1c-c", "2b", "3e-b", "3e-c", "S10-b"):
        assert found[claim] == "not replicated", claim
    assert verdicts(table)["2b"] == "replicated"


@pytest.mark.parametrize("claim", ["4b-c", "4b-d"])
def test_networks_that_all_respond_a_fifth_less_refute_no_difference(claim):
    """They differ in level, so that the pooled r of all lengths has a large p."""
    group = {"4b-c": "music", "4b-d": "nonmusic"}[claim]
    table = study()
    losses = dict(zip(LENGTHS, (0.2, 0.2, 0.2, 0.1, 0, 0), strict=True))
    for length, loss in losses.items():
        rows = (
            (table["model"] == "without_music")
            & (table["measure"] == "quilt_response")
            & (table["condition"] == f"{group}/others/overath/{length}")
        )
        levels = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
        steps = loss * np.array([0.9, 0.95, 1, 1.05, 1.1])
        table.loc[rows, "value"] = levels * (1 - steps)
    row = judged(table, claim).loc[claim]
    p = float(re.search(r"two-tailed p = (\S+)", row["notes"])[1])
    assert p > 0.2
    assert row["change"] > 0.2
    assert row["verdict"] == rule.NOT_REPLICATED


def test_consistent_losses_do_not_replicate_no_less():
    """p = .0625 by the signed-rank test, although four of five networks lose much."""
    table = study()
    losses = np.array([0.05, 0.06, 0.07, 0.08, -0.001]) / [0.5, 0.6, 0.7, 0.8, 0.9]
    for length in (400, 800, 1600):
        rows = (table["model"] == "without_music") & (
            table["condition"] == f"music/ms/overath/{length}"
        )
        relative = rows & (table["measure"] == "quilt_relative")
        table.loc[relative, "value"] = 1 - losses
    found = judged(table, "4c-400", "4c-800", "4c-1600")
    assert (found["verdict"] == rule.OPEN).all()
    assert (found["change_low"] < -rule.MARGIN).all()


def test_no_better_than_untrained_is_not_refuted_by_worse():
    worse = {("memorization", "mean_ap", "all/none"): 0.004}
    assert verdicts(study(to=worse), "M-b")["M-b"] == "replicated"
    better = {("memorization", "mean_ap", "all/none"): 0.03}
    assert verdicts(study(to=better), "M-b")["M-b"] == "not replicated"


def test_memorization_needs_every_network():
    table = study()
    one = (table["measure"] == "train_ap") & (table["seed"] == 3)
    table.loc[one, "value"] = 0.94
    found = judged(table)
    assert found.loc["M-a", "verdict"] == "not replicated"
    # Claims about memorization are about the networks that did.
    assert found.loc["5b-50", "n"] == found.loc["M-b", "n"] == 4
    assert "or did not memorize" in found.loc["M-b", "notes"]


def test_claims_about_memorization_are_not_run_if_no_network_memorized():
    found = verdicts(
        study(to=changed("train_ap", "memorization", **{"best epoch": 0.2}))
    )
    about = {claim.id for claim in CLAIMS if claim.needs_memorization}
    assert about == {"M-b", *(f"5b-{length}" for length in LENGTHS)}
    assert {found[name] for name in about} == {rule.NOT_MEMORIZED}
    assert found["M-a"] == "not replicated"


def of_gabor(slope, spread):
    """Statistics and replicates of Gabor filters whose response changes by `slope`."""
    lengths = np.array(LENGTHS)
    x = (lengths - lengths.mean()) / np.ptp(lengths)
    value = 0.3 * (1 + slope * x)
    table = study(
        to={
            ("gabor", "quilt_response", f"music/ms/overath/{length}"): response
            for length, response in zip(LENGTHS, value, strict=True)
        }
    )
    replicates = drawn_clips(table, ["gabor"])
    rows = replicates["condition"].str.fullmatch(r"music/ms/overath/\d+")
    order = replicates.loc[rows, "condition"].str.rpartition("/")[2].astype(int)
    slopes = slope + spread * np.random.default_rng(1).normal(size=400)
    place = x[np.searchsorted(lengths, order)]
    replicates.loc[rows, range(400)] = 0.3 * (1 + slopes * place[:, None])
    return Measured(table, replicates)


@pytest.mark.parametrize(
    ("slope", "spread", "expected"),
    [
        (0.02, 0.01, "replicated"),
        (0.02, 0.1, "open"),
        (0.3, 0.05, "not replicated"),
        (-0.3, 0.05, "not replicated"),
    ],
)
def test_one_filter_bank_is_judged_by_its_change_over_clips(slope, spread, expected):
    chosen = tuple(claim for claim in CLAIMS if claim.id == "S4")
    (row,) = evaluate(of_gabor(slope, spread), claims=chosen).to_dict("records")
    assert row["measured"] == row["change"] == pytest.approx(slope)
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * spread, rel=0.15)
    width = row["change_high"] - row["change_low"]
    assert width == pytest.approx(2 * 1.645 * spread, rel=0.15)
    assert row["covers"].startswith("clips")
    assert row["verdict"] == expected


def test_two_lengths_are_enough_for_a_change_and_one_is_not():
    table = study()
    lengths = table["condition"].str.fullmatch(r"music/ms/overath/(?:[124]00|1600)")
    gone = (table["model"] == "gabor") & lengths
    assert judged(table[~gone], "S4").loc["S4", "verdict"] == "replicated"
    gone |= (table["model"] == "gabor") & table["condition"].str.endswith("/800")
    assert judged(table[~gone], "S4").loc["S4", "verdict"] == "not run"
