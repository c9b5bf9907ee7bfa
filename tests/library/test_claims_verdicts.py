"""The rule by which claims are judged: what counts as replicated, and what is open."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.claims import verdicts as rule
from music_selectivity.claims.catalogue import CLAIMS
from music_selectivity.claims.evaluation import evaluate
from music_selectivity.stats import rank_tests
from true_study import LENGTHS, TRUTH, changed, drawn_clips, judged, study, verdicts


@pytest.mark.parametrize(
    ("kind", "p", "smallest", "distance", "n", "expected"),
    [
        (rule.DIFFERENCE, 0.031, 0.031, 1.0, 5, "replicated"),
        (rule.DIFFERENCE, 0.05, 0.01, 0.9, 5, "replicated"),
        (rule.DIFFERENCE, 0.051, 0.01, 0.9, 5, "not replicated"),
        (rule.DIFFERENCE, 1.0, 0.031, 0.0, 5, "not replicated"),
        (rule.DIFFERENCE, 0.0625, 0.0625, 1.0, 4, "too few networks to tell"),
        (rule.NO_DIFFERENCE, 0.8, 0.012, 0.06, 5, "replicated"),
        (rule.NO_DIFFERENCE, 0.2, 0.012, 0.25, 5, "replicated"),
        (rule.NO_DIFFERENCE, 0.2, 0.012, 0.26, 5, "too few networks to tell"),
        (rule.NO_DIFFERENCE, 0.03, 0.012, 0.0, 5, "not replicated"),
        (rule.NO_DIFFERENCE, 0.03, 0.03, 0.5, 4, "not replicated"),
        (rule.NO_DIFFERENCE, 1.0, 0.03, 0.0, 4, "too few networks to tell"),
        (rule.NO_DIFFERENCE, 1.0, 0.25, 0.0, 5, "too few networks to tell"),
    ],
)
def test_verdict_rule(kind, p, smallest, distance, n, expected):
    assert rule.verdict(kind, p, smallest, distance, n) == expected


def test_a_difference_of_another_size_is_replicated_in_direction():
    for inside, expected in (
        (True, rule.REPLICATED),
        (None, rule.REPLICATED),
        (False, rule.DIRECTION),
    ):
        assert rule.verdict(rule.DIFFERENCE, 0.03, 0.03, 0.5, 5, inside) == expected
    assert rule.verdict(rule.DIFFERENCE, 0.3, 0.03, 0.1, 5, False) != rule.DIRECTION
    larger = judged(study(to=changed("response_ratio", eval=3.5)), "2b").loc["2b"]
    assert larger["verdict"] == rule.DIRECTION
    assert "2.07 lies below the interval" in larger["notes"]


def test_two_seeds_are_too_few_for_any_test():
    """There is one Gabor filter bank, whatever the number of networks."""
    found = verdicts(study(n_seeds=2))
    judged_otherwise = {name for name, value in found.items() if value != rule.TOO_FEW}
    assert judged_otherwise == {"S4"}


def test_three_seeds_are_enough_for_a_correlation_and_for_rank_sums():
    found = verdicts(study(n_seeds=3))
    for claim in ("4b-a", "4b-b", "S8-a", "S8-b", "2b"):
        assert found[claim] in (rule.REPLICATED, rule.DIRECTION), claim
    assert found["5c-a"] == found["4b-c"] == rule.TOO_FEW


sample = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=4)


@given(sample, sample)
def test_fewer_than_five_networks_never_replicate_no_difference(x, y):
    p, effect_size = rank_tests.rank_sum(x, y)
    least = rank_tests.smallest_p("rank_sum", len(x), len(y))
    n = min(len(x), len(y))
    distance = abs(effect_size - 0.5)
    found = rule.verdict(rule.NO_DIFFERENCE, p, least, distance, n)
    assert found != "replicated"


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


def test_no_better_than_untrained_is_not_refuted_by_worse():
    worse = {("memorization", "mean_ap", "all/none"): 0.004}
    assert verdicts(study(to=worse), "M-b")["M-b"] == "replicated"


def test_memorization_needs_every_network():
    table = study()
    one = (table["measure"] == "train_ap") & (table["seed"] == 3)
    table.loc[one, "value"] = 0.94
    assert verdicts(table)["M-a"] == "not replicated"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.02, 0.03, "replicated"),
        (0.01, 0.1, "replicated"),
        (-0.3, 0.2, "too few clips to tell"),
        (0.05, 0.2, "too few clips to tell"),
        (0.11, 0.2, "not replicated"),
        (-0.4, -0.11, "not replicated"),
        (np.nan, np.nan, "too few clips to tell"),
    ],
)
def test_trend_rule(low, high, expected):
    assert rule.trend_verdict(low, high) == expected


def of_gabor(slope, spread):
    """Statistics and replicates of Gabor filters whose response changes by `slope`."""
    lengths = np.array(LENGTHS)
    x = (lengths - lengths.mean()) / np.ptp(lengths)
    value = 0.3 * (1 + slope * x)
    table = study(
        to={
            ("gabor", "quilt_response", f"music/ms/{length}"): response
            for length, response in zip(LENGTHS, value, strict=True)
        }
    )
    replicates = drawn_clips(table, ["gabor"])
    rows = replicates["condition"].str.fullmatch(r"music/ms/\d+")
    order = replicates.loc[rows, "condition"].str.rpartition("/")[2].astype(int)
    slopes = slope + spread * np.random.default_rng(1).normal(size=400)
    place = x[np.searchsorted(lengths, order)]
    replicates.loc[rows, range(400)] = 0.3 * (1 + slopes * place[:, None])
    return table, replicates


@pytest.mark.parametrize(
    ("slope", "spread", "expected"),
    [
        (0.02, 0.01, "replicated"),
        (0.02, 0.1, "too few clips to tell"),
        (0.3, 0.05, "not replicated"),
        (-0.3, 0.05, "not replicated"),
    ],
)
def test_one_filter_bank_is_judged_by_its_change_over_clips(slope, spread, expected):
    chosen = tuple(claim for claim in CLAIMS if claim.id == "S4")
    (row,) = evaluate(*of_gabor(slope, spread), claims=chosen).to_dict("records")
    assert row["measured"] == pytest.approx(slope)
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * spread, rel=0.15)
    assert row["verdict"] == expected
    assert np.isnan(row["p"])


def test_two_lengths_are_no_trend():
    table = study()
    gone = (table["model"] == "gabor") & table["condition"].str.fullmatch(
        r"music/ms/(?:[124]00|1600)"
    )
    assert judged(table[~gone], "S4").loc["S4", "verdict"] == "not run"
