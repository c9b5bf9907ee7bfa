"""Simulated studies: the generator plants what it says, and the tables count right."""

import sys
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from conftest import ROOT
from music_selectivity.claims.verdicts import (
    DIRECTION,
    NOT_REPLICATED,
    OPEN,
    REPLICATED,
    TOO_FEW,
)
from music_selectivity.stats.rank_tests import rank_sum
from music_selectivity.stimuli.sets import CLIPS, UNQUILTED
from music_selectivity.vocabulary import (
    EVAL,
    GABOR,
    MS_UNITS,
    UNTRAINED,
    WITHOUT_MUSIC,
)

sys.path.append(str(ROOT / "benchmarks"))

from simulation import kinds, tables, units, worlds
from simulation import truth as planted
from simulation.mixed import CONTRASTS, effect
from simulation.responses import Luck, heard_by, responses
from simulation.studies import Plan, judged

ALIKE = worlds.Spread(clips=0, versions=0, own_clips=0, own_versions=0, drawn=0)


def rng(seed=0):
    return np.random.default_rng(seed)


def rows(model, stimulus, units, preferred, split=EVAL):
    keys = heard_by(model).keys
    chosen = (keys["stimulus"] == stimulus) & (keys["split"] == split)
    return chosen.to_numpy() & (heard_by(model).preferred[units] == preferred)


@pytest.mark.parametrize("world", worlds.WORLDS, ids=lambda world: world.name)
def test_cells_have_their_planted_mean_and_spread(world):
    found = responses(world, WITHOUT_MUSIC, 1500, Luck(ALIKE, rng()), rng(1))
    cells = worlds.planted_cells(world, WITHOUT_MUSIC)
    for (units_, stimulus, split, side), (base, slope) in cells.items():
        chosen = rows(WITHOUT_MUSIC, stimulus, units_, side, split)
        means = found[units_][:, chosen].mean(axis=1)
        assert means.mean() == pytest.approx(base + slope, rel=0.02)
    # Relative to the original, the gain of a network cancels.
    quilted, original = (
        found[MS_UNITS][:, rows(WITHOUT_MUSIC, name, MS_UNITS, True)].mean(axis=1)
        for name in (worlds.QUILTS[0], UNQUILTED.name)
    )
    relative = quilted / original
    assert relative.std() / relative.mean() == pytest.approx(0.05, rel=0.1)


def test_networks_share_the_luck_of_clips():
    spread = worlds.Spread(networks=0, gains=0)
    found = responses(worlds.VIOLATED, UNTRAINED, 400, Luck(spread, rng()), rng(1))
    music = found[MS_UNITS][:, rows(UNTRAINED, CLIPS.name, MS_UNITS, True)]
    other = found[MS_UNITS][:, rows(UNTRAINED, CLIPS.name, MS_UNITS, False)]
    of_clips = np.log(np.hstack([music / worlds.RATIO, other]))
    shared = of_clips.mean(axis=0)
    assert shared.std() == pytest.approx(np.sqrt(np.log1p([0.16, 0.01]).sum()), rel=0.1)
    own = (of_clips - shared).std()
    assert own == pytest.approx(np.sqrt(np.log1p([0.04, 0.01]).sum()), rel=0.05)


def test_linear_features_are_one():
    assert len(responses(worlds.AS_CLAIMED, GABOR, 1, Luck(ALIKE, rng()), rng())) == 1
    assert worlds.planted_cells(worlds.AS_CLAIMED, GABOR)[
        MS_UNITS, CLIPS.name, EVAL, True
    ] == (1.0, pytest.approx(0.12))


@pytest.fixture(scope="module")
def truths():
    return {
        world.name: planted.truth(world, worlds.TYPICAL, networks=10).set_index("id")
        for world in worlds.WORLDS
    }


def test_truth_is_what_the_worlds_state(truths):
    as_claimed, violated, margin = (truths[world.name] for world in worlds.WORLDS)
    assert as_claimed.loc["2b", ["measured", "contrast"]].tolist() == pytest.approx(
        [2.07, 2.07 - 1.03], rel=2e-3
    )
    assert as_claimed.loc["4c-50", "measured"] == pytest.approx(0.78, rel=2e-3)
    for name, change in (("4c-400", 1), ("5b-800", 1), ("S4", 1), ("S11-e", -1)):
        assert as_claimed.loc[name, "change"] == pytest.approx(0, abs=2e-3), name
        assert violated.loc[name, "change"] == pytest.approx(0.2 * change, abs=3e-3)
    assert margin.loc["4c-400", "change"] == pytest.approx(-0.1, abs=2e-3)
    assert margin.loc["3e-a", "change"] == pytest.approx(-0.1, abs=2e-3)
    assert margin.loc["M-b", "change"] == pytest.approx(0.01)
    for world, names in (
        (as_claimed, {planted.PRESENT, planted.UNCHANGED}),
        (violated, {planted.ABSENT, planted.OPPOSITE, planted.BEYOND}),
        (margin, {planted.ABSENT, planted.OPPOSITE, planted.AT_MARGIN}),
    ):
        assert set(world["planted"]) <= names


def test_true_effect_size_is_that_of_many_clips(truths):
    """Against clips of one network without variation between networks."""
    spread = worlds.Spread(networks=0)
    draws = rng(1).normal(size=(2, 200_000)) * spread.of_logs
    exceeds = np.log(worlds.MEAN_RATIO) + draws[0] > draws[1]
    found = truths[worlds.AS_CLAIMED.name].loc["2a", "measured"]
    assert found == pytest.approx(exceeds.mean(), abs=0.005)


def test_a_study_is_judged_at_each_size_and_drawn_by_name(truths):
    ids = ("2b", "4c-50", "4c-400", "S4")
    plan = Plan(worlds.AS_CLAIMED, networks=(2, 3))
    found = judged(plan, 1, ids)
    assert len(found) == len(ids) * 2
    few = found[(found["networks"] == 2) & (found["id"] != "S4")]
    assert (few["verdict"] == TOO_FEW).all()
    assert few[["low", "change_low"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(found, judged(plan, 1, ids))
    again = judged(plan, 2, ids)
    assert not np.isclose(found["measured"], again["measured"]).any()


def test_an_effect_of_mixed_models_is_the_difference_of_means_in_sds():
    found = {
        model: responses(
            worlds.AS_CLAIMED, model, 2, Luck(worlds.TYPICAL, rng()), rng()
        )
        for model in (WITHOUT_MUSIC, UNTRAINED)
    }
    expected = []
    for values in found[WITHOUT_MUSIC]["all"]:
        music, other = (
            values[rows(WITHOUT_MUSIC, CLIPS.name, "all", side)]
            for side in (True, False)
        )
        pooled = np.concatenate([music, other])
        expected.append((music.mean() - other.mean()) / pooled.std())
    assert effect(CONTRASTS["2a"], found) == pytest.approx(np.mean(expected))


def test_planted_units_prefer_music_and_others_do_not():
    corpus = units.Corpus(rng())
    found, chosen = units.unit_responses(WITHOUT_MUSIC, corpus, rng(1))
    music, other = (
        found[CLIPS][(corpus.clips["group"] == group).to_numpy()].mean(axis=0)
        for group in ("music", "nonmusic")
    )
    ratio = music / other
    assert len(chosen) == 32
    assert ratio[chosen].mean() == pytest.approx(worlds.RATIO, rel=0.25)
    assert np.delete(ratio, chosen).mean() == pytest.approx(1, abs=0.06)


def judgements(**columns):
    """Verdicts of claims with one truth, in a study each."""
    table = pd.DataFrame(columns)
    defaults = {"networks": 5, "id": "2a", "kind": kinds.PAIRED, "world": "as claimed"}
    return table.assign(study=range(len(table)), **defaults)


def cells(table, start):
    """Numbers of the row of a Markdown table that starts with a text."""
    (row,) = [line for line in table.splitlines() if line.startswith(f"| {start} ")]
    return [cell.strip() for cell in row.strip("|").split("|")[1:]]


def test_verdicts_are_counted():
    found = judgements(
        verdict=[REPLICATED, DIRECTION, NOT_REPLICATED, OPEN],
        planted=planted.PRESENT,
    )
    errors = [
        f"{100 * np.std(hits, ddof=1) / 2:.1f}" for hits in ([1, 1, 0, 0], [1, 0, 0, 0])
    ]
    row = cells(tables.verdict_table(found), kinds.PAIRED)
    few = f"25.0 ± {errors[1]}"
    assert row[3:] == [f"50.0 ± {errors[0]}", "", few, few]
    table = tables.replication_table(found)
    assert cells(table, "one number (2a)")[1].startswith("50.0 ±")


def test_replications_by_chance_are_counted():
    found = judgements(
        verdict=[REPLICATED, OPEN, NOT_REPLICATED, TOO_FEW],
        p=[0.03, 0.03, 0.06, 0.12],
        planted=planted.ABSENT,
    )
    never = found.assign(id="4b-a", p=1.0, verdict=NOT_REPLICATED)
    table = tables.chance_table(pd.concat([found, never]))
    for name, shares in (("2a", ["66.7", "33.3"]), ("4b-a", ["0.0", "0.0"])):
        assert [cell.split(" ")[0] for cell in cells(table, name)] == shares


@pytest.mark.parametrize(
    ("truth", "shares"),
    [
        (planted.UNCHANGED, ["25.0", "", "50.0", "25.0"]),
        (planted.BEYOND, ["50.0", "25.0", "", "25.0"]),
        (planted.AT_MARGIN, ["", "25.0", "50.0", "25.0"]),
    ],
)
def test_verdicts_on_no_difference_are_counted(truth, shares):
    verdicts = [REPLICATED, OPEN, NOT_REPLICATED, NOT_REPLICATED]
    found = judgements(verdict=verdicts, planted=truth).assign(kind=kinds.EQUIVALENCE)
    row = cells(tables.verdict_table(found), kinds.EQUIVALENCE)
    assert [share.split(" ")[0] for share in row[3:]] == shares


def test_coverage_is_counted_where_there_is_an_interval():
    found = judgements(
        low=[0.0, 2.0, 0.0, np.nan],
        high=[2.0, 3.0, 2.0, np.nan],
        true_measured=[1.0, 1.0, 1.0, 1.0],
        verdict=REPLICATED,
    )
    found = found.assign(**dict.fromkeys(["contrast_low", "contrast_high"], np.nan))
    found = found.assign(true_contrast=np.nan, true_change=np.nan)
    found = found.assign(change_low=np.nan, change_high=np.nan)
    row = cells(tables.coverage_table(found), "mean over networks")
    assert row[3].startswith("66.7 ±")
    assert row[4] == "66.7 (2a, as claimed)"


@pytest.mark.parametrize("n", [3, 4, 5])
def test_the_level_of_the_rank_sum_test_is_that_of_all_orders(n):
    p = []
    for chosen in combinations(range(2 * n), n):
        first, second = np.array(chosen), np.setdiff1d(np.arange(2 * n), chosen)
        p.append(rank_sum(first, second, "greater").p)
    level = np.mean(np.array(p) <= 0.05)
    assert tables.level_of(kinds.UNPAIRED, n) == pytest.approx(level)


def test_the_level_of_the_signed_rank_test_is_that_of_all_signs():
    assert tables.level_of(kinds.PAIRED, 5) == 1 / 32
    ranks = stats.wilcoxon(np.arange(1, 11), alternative="greater").pvalue
    assert tables.level_of(kinds.RISES, 10) >= ranks
