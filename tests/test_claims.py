"""The verdict rule, and every claim on statistics whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity import claims, statistics, store
from music_selectivity.claims import catalogue
from music_selectivity.errors import InputError

# A study in which the paper holds: (model, measure, condition) -> value.
TRUTH = {
    ("without_music", "mean_ap", "nonmusic/none"): 0.109,
    ("without_music", "mean_ap", "nonmusic/msi_bottom"): 0.105,
    ("without_music", "mean_ap", "nonmusic/msi_middle"): 0.100,
    ("without_music", "mean_ap", "nonmusic/l1_top"): 0.090,
    ("without_music", "mean_ap", "nonmusic/msi_top"): 0.080,
    ("without_music", "random_ap", "nonmusic"): 0.0055,
    ("without_music", "mean_ap", "music/none"): 0.0073,
    ("without_music", "random_ap", "music"): 0.0066,
    ("without_music", "mean_response", "music"): 0.3,
    ("without_music", "mean_response", "nonmusic"): 0.2,
    ("without_music", "effect_size", "all_units"): 0.689,
    ("without_music", "response_ratio", "eval"): 2.07,
    ("with_music", "mean_ap", "all/none"): 0.152,
    ("with_music", "response_ratio", "eval"): 2.07,
    ("untrained", "response_ratio", "eval"): 1.03,
    ("untrained", "mean_ap", "nonmusic/none"): 0.006,
    ("untrained", "mean_ap", "all/none"): 0.0056,
    ("memorization", "train_ap", "best epoch"): 0.98,
    ("memorization", "mean_ap", "all/none"): 0.0056,
    ("without_music_and_speech", "response_ratio", "eval"): 1.77,
}
IDS = [
    *("1c-a", "1c-b", "1c-c", "2a", "2b", "3e-a", "3e-b", "3e-c"),
    *("5c-a", "5c-b", "5c-c", "5c-d", "M-a", "M-b", "S10"),
]


def study(n_seeds=5, **changes):
    """statistics.csv of TRUTH with changes; seeds differ by some parts in a thousand.

    The networks of with_music and memorization scatter about those they equal.
    """
    rows = []
    for (model, measure, condition), value in (TRUTH | changes.get("to", {})).items():
        for seed in range(n_seeds):
            scatter = 1 + 0.001 * (seed - (n_seeds - 1) / 2)
            if model == "with_music":
                scatter = 1 - 0.0011 * (seed - (n_seeds - 1) / 2)
            if measure == "random_ap":
                scatter = 1
            rows.append((model, seed + 1, measure, condition, value * scatter))
    columns = ["model", "seed", "measure", "condition", "value"]
    return pd.DataFrame(rows, columns=columns)


def verdicts(table):
    return claims.evaluate(table).set_index("id")["verdict"].to_dict()


def test_columns_and_ids():
    found = claims.evaluate(study())
    assert list(found["id"]) == IDS
    assert list(found) == [
        *("id", "claim", "models", "paper", "where", "measured", "sd", "n"),
        *("test", "p", "effect_size", "verdict", "notes"),
    ]


def test_a_study_in_which_the_paper_holds():
    assert set(verdicts(study()).values()) == {"replicated"}


def test_two_seeds_are_too_few_for_any_test():
    found = verdicts(study(n_seeds=2))
    assert set(found.values()) == {"too few networks to tell"}


REVERSED = {
    "1c-a": {("without_music", "mean_ap", "nonmusic/none"): 0.001},
    "1c-b": {("without_music", "mean_ap", "music/none"): 0.5},
    "1c-c": {("with_music", "mean_ap", "all/none"): 0.001},
    "2a": {("without_music", "mean_response", "music"): 0.1},
    "2b": {("without_music", "response_ratio", "eval"): 0.9},
    "3e-a": {("with_music", "response_ratio", "eval"): 3.0},
    "3e-b": {("untrained", "response_ratio", "eval"): 3.0},
    "3e-c": {("untrained", "response_ratio", "eval"): 3.0},
    "5c-a": {("without_music", "mean_ap", "nonmusic/none"): 0.07},
    "5c-b": {("without_music", "mean_ap", "nonmusic/msi_bottom"): 0.07},
    "5c-c": {("without_music", "mean_ap", "nonmusic/msi_middle"): 0.07},
    "5c-d": {("without_music", "mean_ap", "nonmusic/l1_top"): 0.07},
    "M-a": {("memorization", "train_ap", "best epoch"): 0.95},
    "M-b": {("memorization", "mean_ap", "all/none"): 0.02},
    "S10": {("without_music_and_speech", "response_ratio", "eval"): 0.99},
}


@pytest.mark.parametrize("claim", IDS)
def test_each_claim_fails_where_the_contrary_is_true(claim):
    assert verdicts(study(to=REVERSED[claim]))[claim] == "not replicated"


@pytest.mark.parametrize("claim", IDS)
def test_each_claim_is_not_run_without_its_measures(claim):
    (key,) = REVERSED[claim]
    full = study()
    dropped = (full[["model", "measure", "condition"]].apply(tuple, axis=1)) == key
    found = claims.evaluate(full[~dropped]).set_index("id").loc[claim]
    assert found["verdict"] == "not run"
    assert found["n"] == 0
    assert np.isnan(found["p"])


def test_missing_model_leaves_the_other_claims():
    found = verdicts(study().query("model != 'with_music'"))
    not_run = {name for name, value in found.items() if value == "not run"}
    assert not_run == {"1c-c", "3e-a", "3e-c"}
    assert claims.evaluate(study(0))["verdict"].eq("not run").all()


def test_random_weights_replicate_no_difference_from_random_weights():
    """Whatever untrained networks do by themselves is no finding."""
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
    for claim in ("1c-a", "1c-c", "2b", "3e-b", "3e-c", "S10"):
        assert found[claim] == "not replicated", claim
    assert verdicts(table)["2b"] == "replicated"


def test_numbers_of_a_claim():
    table = study()
    found = claims.evaluate(table).set_index("id")
    values = table.query("model == 'without_music' and measure == 'response_ratio'")[
        "value"
    ]
    row = found.loc["2b"]
    assert row["measured"] == pytest.approx(values.mean())
    assert row["sd"] == pytest.approx(values.std(ddof=1))
    assert (row["n"], round(row["p"], 3), row["effect_size"]) == (5, 0.006, 1)
    assert row["test"] == "rank-sum, one-tailed"
    row = found.loc["5c-a"]
    assert (row["n"], row["p"], row["effect_size"]) == (5, 1 / 32, 1)
    assert row["test"] == "signed-rank, one-tailed"
    assert found.loc["2a", "measured"] == pytest.approx(0.689)
    assert found.loc["1c-b", "measured"] == pytest.approx(0.0073 / 0.0066)
    assert found.loc["5c-d", "measured"] == pytest.approx(0.01)
    assert round(found.loc["3e-b", "p"], 3) == 0.006
    assert found.loc["3e-a", "test"] == "rank-sum, two-tailed"
    assert np.isnan(found.loc["M-a", "p"])


def test_pairs_are_by_seed_not_by_row():
    """Each network's own drop is tested, whatever the order of the rows."""
    table = study()
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(claims.evaluate(shuffled), claims.evaluate(table))


def test_networks_without_a_value_are_left_out_and_counted():
    table = study()
    gone = (table["model"] == "without_music") & (
        table["condition"] == "nonmusic/msi_top"
    )
    table.loc[table.index[gone][0], "value"] = np.nan
    row = claims.evaluate(table).set_index("id").loc["5c-a"]
    assert row["n"] == 4
    assert row["verdict"] == "too few networks to tell"
    assert "1 of 5 networks without a value left out" in row["notes"]


def test_the_same_from_the_csv_file(tmp_path):
    table = study()
    table.loc[0, "value"] = np.nan
    store.write_table(tmp_path / "statistics.csv", table)
    again = store.read_table(tmp_path / "statistics.csv")
    pd.testing.assert_frame_equal(claims.evaluate(again), claims.evaluate(table))


def test_no_better_than_untrained_is_not_refuted_by_worse():
    worse = {("memorization", "mean_ap", "all/none"): 0.004}
    assert verdicts(study(to=worse))["M-b"] == "replicated"


def test_memorization_needs_every_network():
    table = study()
    one = (table["measure"] == "train_ap") & (table["seed"] == 3)
    table.loc[one, "value"] = 0.94
    assert verdicts(table)["M-a"] == "not replicated"


def test_bad_statistics_are_refused():
    table = study()
    with pytest.raises(InputError, match="seed"):
        claims.evaluate(table.drop(columns="seed"))
    with pytest.raises(InputError, match="twice"):
        claims.evaluate(pd.concat([table, table.iloc[:1]]))


@pytest.mark.parametrize(
    ("kind", "p", "smallest", "effect_size", "n", "expected"),
    [
        (catalogue.DIFFERENCE, 0.031, 0.031, 1.0, 5, "replicated"),
        (catalogue.DIFFERENCE, 0.05, 0.01, 0.9, 5, "replicated"),
        (catalogue.DIFFERENCE, 0.051, 0.01, 0.9, 5, "not replicated"),
        (catalogue.DIFFERENCE, 1.0, 0.031, 0.0, 5, "not replicated"),
        (catalogue.DIFFERENCE, 0.0625, 0.0625, 1.0, 4, "too few networks to tell"),
        (catalogue.NO_DIFFERENCE, 0.8, 0.012, 0.44, 5, "replicated"),
        (catalogue.NO_DIFFERENCE, 0.2, 0.012, 0.75, 5, "replicated"),
        (catalogue.NO_DIFFERENCE, 0.2, 0.012, 0.76, 5, "too few networks to tell"),
        (catalogue.NO_DIFFERENCE, 0.2, 0.012, 0.24, 5, "too few networks to tell"),
        (catalogue.NO_DIFFERENCE, 0.03, 0.012, 0.5, 5, "not replicated"),
        (catalogue.NO_DIFFERENCE, 0.03, 0.03, 1.0, 4, "not replicated"),
        (catalogue.NO_DIFFERENCE, 1.0, 0.03, 0.5, 4, "too few networks to tell"),
        (catalogue.NO_DIFFERENCE, 1.0, 0.25, 0.5, 5, "too few networks to tell"),
    ],
)
def test_verdict_rule(kind, p, smallest, effect_size, n, expected):
    assert claims.verdict(kind, p, smallest, effect_size, n) == expected


sample = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=4)


@given(sample, sample)
def test_fewer_than_five_networks_never_replicate_no_difference(x, y):
    p, effect_size = statistics.rank_sum(x, y)
    least = statistics.smallest_p("rank_sum", len(x), len(y))
    n = min(len(x), len(y))
    found = claims.verdict(catalogue.NO_DIFFERENCE, p, least, effect_size, n)
    assert found != "replicated"
