"""What complements a verdict: intervals over clips, contrasts, permuted labels."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from music_selectivity.claims import verdicts as rule
from music_selectivity.claims.claim import CHOSEN_AGAIN
from music_selectivity.claims.evaluation import evaluate
from music_selectivity.claims.measured import Measured
from music_selectivity.measures import KEY
from true_study import CLAIMS, changed, drawn_clips, judged, study


def in_draws(table, sd, n_draws=2000):
    """Replicates in which the luck of the clips moves all networks alike."""
    rng = np.random.default_rng(1)
    draws = np.outer(table["value"], 1 + sd * rng.normal(size=n_draws))
    return pd.concat([table[KEY].reset_index(drop=True), pd.DataFrame(draws)], axis=1)


def claims(*ids):
    return tuple(claim for claim in CLAIMS if claim.id in ids)


def test_intervals_are_over_networks_and_clips():
    """Student's t over networks, and the variance that they share over clips."""
    table = study()
    values = table.query("model == 'without_music' and measure == 'response_ratio'")
    ratios = values["value"].to_numpy()
    (row,) = evaluate(Measured(table), claims=claims("2b")).to_dict("records")
    low, high = stats.t.interval(0.95, 4, ratios.mean(), stats.sem(ratios))
    assert (row["low"], row["high"]) == pytest.approx((low, high))
    assert row["covers"] == "networks"
    measured = Measured(table, in_draws(table, 0.05))
    (row,) = evaluate(measured, claims=claims("2b")).to_dict("records")
    # Networks hardly differ here, so that nearly all of the width is that of clips.
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * 0.05 * 2.07, rel=0.1)
    assert row["covers"] == (
        "networks and clips; units are chosen again in every draw of clips"
    )


def test_every_row_says_what_its_interval_covers():
    """Networks, and clips where these are drawn, also if draws hardly differ."""
    table = study()
    of_networks = ["1d", "1d-own", "S2-a", "S2-b", "S8-a", "S8-b", "S9", "S10-a", "M-a"]
    not_drawn = table["measure"].str.contains(
        "segregation|training_course|train_ap|random_ap|random_ablation|readout_chance"
    )
    for sd in (0.02, 0.0):
        measured = Measured(table, in_draws(table[~not_drawn], sd, 50))
        found = evaluate(measured).set_index("id")
        for claim in CLAIMS:
            expected = "networks and clips"
            if claim.id in of_networks:
                expected = "networks"
            elif claim.id == "S4":
                expected = "clips"
            if claim.chosen and claim.id not in of_networks:
                expected += f"; {claim.chosen}"
            if np.isnan(found.loc[claim.id, "low"]):
                expected = ""
            assert found.loc[claim.id, "covers"] == expected, claim.id
    assert {claim.id for claim in CLAIMS if claim.chosen == CHOSEN_AGAIN} >= {"2b"}


def test_a_slope_that_other_clips_may_not_show_is_open():
    table = study()
    rows = (table["model"] == "without_music") & (
        table["condition"].str.fullmatch(r"music/ms/overath/\d+")
    )
    lengths = table.loc[rows, "condition"].str.rpartition("/")[2].astype(float)
    slopes = 1e-4 * np.tile([0.01, 0.02, 0.03, 0.04, 9.0], 1)
    of_seed = slopes[table.loc[rows, "seed"] - 1]
    table.loc[rows, "value"] = 0.5 + of_seed * lengths
    row = judged(table, "4b-a").loc["4b-a"]
    assert row["p"] == 1 / 32
    assert row["contrast"] == row["measured"]
    assert row["low"] == row["contrast_low"] < 0
    assert row["verdict"] == rule.OPEN
    assert "the interval of the difference includes zero" in row["notes"]


def test_eighths_of_the_same_networks_are_paired():
    """A network that reads well from one eighth reads well from another."""
    table = study()
    level = np.array([-0.2, -0.1, 0, 0.1, 0.2])
    steps = np.array([0.11, 0.09, 0.1, 0.1, 0.1])
    for eighth, value in (("units/1", 0.8 + level), ("units/2", 0.8 + level - steps)):
        table.loc[table["condition"] == eighth, "value"] = value
    row = judged(table, "2d-a").loc["2d-a"]
    ends = stats.t.interval(0.95, 4, 0.1, stats.sem(steps))
    assert (row["contrast_low"], row["contrast_high"]) == pytest.approx(ends)
    assert row["test"] == "rank-sum, one-tailed"


def test_preferences_near_none_leave_equality_open():
    """Each network's own preference would be divided by nearly nothing."""
    table = study()
    for model, ratios in (
        ("without_music", [0.9, 1.02, 1.05, 1.08, 1.1]),
        ("with_music", [1.5, 1.0, 1.1, 1.0, 0.9]),
    ):
        rows = (table["model"] == model) & (table["condition"] == "eval")
        rows &= table["measure"] == "response_ratio"
        table.loc[rows, "value"] = ratios
    row = judged(table, "3e-a").loc["3e-a"]
    assert row["change"] == pytest.approx((0.1 - 0.03) / 0.03)
    assert row["verdict"] == rule.OPEN


def test_a_single_network_is_not_compared_with_the_paper():
    row = judged(study(n_seeds=1), "2b", audioset=True).loc["2b"]
    assert "chance explains" not in row["notes"]
    assert row["verdict"] == rule.TOO_FEW


@pytest.mark.parametrize(
    ("claim", "first", "second"),
    [
        ("5c-a", ("mean_ap", "nonmusic/none"), ("mean_ap", "nonmusic/msi_top")),
        ("3d", ("natural_correlation", "music"), ("natural_correlation", "pitch")),
    ],
)
def test_contrast_is_the_first_less_the_second(claim, first, second):
    table = study().query("model == 'without_music'").set_index(KEY[2:])["value"]
    row = evaluate(Measured(study())).set_index("id").loc[claim]
    difference = table[first].to_numpy() - table[second].to_numpy()
    assert row["contrast"] == pytest.approx(difference.mean())
    ends = stats.t.interval(0.95, 4, difference.mean(), stats.sem(difference))
    assert (row["contrast_low"], row["contrast_high"]) == pytest.approx(ends)


def test_the_luck_of_the_clips_cancels_in_a_contrast():
    """Both samples hear the same draws of clips, in pairs and between models."""
    table = study()
    models = [*table["model"].unique()]
    measured = Measured(table, drawn_clips(table, models, 0.2))
    found = evaluate(measured).set_index("id")
    for claim, value in (("5c-a", 0.109), ("2b", 2.07), ("S3-c", 0.887)):
        row = found.loc[claim]
        width = row["contrast_high"] - row["contrast_low"]
        assert width == pytest.approx(2 * 1.96 * 0.2 * row["contrast"], rel=0.3)
        assert width < 2 * 1.96 * 0.2 * value
    assert found.loc[["M-a", "4b-c", "S4"], "contrast"].isna().all()


def test_a_contrast_that_other_clips_may_not_show_is_open():
    """Five of five networks agree, p = 1/32, by the luck of the clips they share."""
    table = study()
    note = "although p = 0.031, the interval of the difference includes zero"
    clips = drawn_clips(table, ["without_music"], 0.01)
    found = evaluate(Measured(table, clips)).set_index("id")
    assert note not in found.loc["5c-a", "notes"]
    silenced = clips["condition"] == "nonmusic/msi_top"
    draws = clips.loc[silenced, range(400)]
    clips.loc[silenced, range(400)] = draws + np.linspace(-0.1, 0.1, 400)
    row = evaluate(Measured(table, clips)).set_index("id").loc["5c-a"]
    assert note in row["notes"]
    assert row["contrast_low"] < 0 < row["contrast_high"]
    assert row["p"] == 1 / 32
    assert row["verdict"] == rule.OPEN


def test_a_change_is_shown_with_its_margin_and_how_probable_open_is():
    row = judged(study(), "4c-800").loc["4c-800"]
    assert row["change"] == pytest.approx(0.775 / 0.768 - 1, abs=1e-4)
    assert row["change_low"] < row["change"] < row["change_high"]
    assert row["margin"] == rule.MARGIN
    assert row["open_probability"] == pytest.approx(0, abs=1e-6)
    table = study()
    rows = (table["measure"] == "quilt_relative") & (
        table["condition"] == "music/ms/overath/800"
    )
    rows &= table["model"] == "without_music"
    # An SD of 8 % between networks.
    changes = 0.08 * np.array([-1.5, -0.5, 0, 0.5, 1.5]) / np.sqrt(1.25)
    table.loc[rows, "value"] = 1 + changes
    row = judged(table, "4c-800").loc["4c-800"]
    assert row["open_probability"] == pytest.approx(0.47, abs=0.01)
    assert row["verdict"] == rule.REPLICATED


def test_preference_for_music_is_what_exceeds_a_ratio_of_one():
    """Ratios of 2.07 and 2.2 differ by 6 %, but preferences by 12 %."""
    table = study(to=changed("response_ratio", "with_music", eval=2.2))
    row = judged(table, "3e-a").loc["3e-a"]
    assert row["change"] == pytest.approx(0.13 / 1.07, rel=0.02)
    assert row["verdict"] == rule.NOT_REPLICATED


def test_numbers_of_the_second_sample_are_compared_too():
    row = judged(study(), "3c-a", audioset=True).loc["3c-a"]
    assert "the paper's 1.03 for the second differs by" in row["notes"]
    assert "beyond" not in row["notes"]
    higher = study(to=changed("natural_ratio", "untrained", ms=1.2))
    row = judged(higher, "3c-a", audioset=True).loc["3c-a"]
    assert "the paper's 1.03 for the second differs by 0.17, beyond" in row["notes"]
    assert row["verdict"] == rule.DIRECTION
    for claim, figure in (("S3-b", 0.437), ("S3-c", 0.828), ("3e-d", 1.12)):
        notes = judged(study(), claim, audioset=True).loc[claim, "notes"]
        assert f"the paper's {figure} for the second differs by 0, within" in notes


def test_mean_ratio_is_compared_with_shared_permutations():
    """The luck that networks share in a permutation is not averaged out."""
    table, rng = study(), np.random.default_rng(0)
    luck = 1.5 + 0.5 * rng.normal(size=200).clip(-2.5, 2.5)
    permutations = pd.DataFrame(
        [
            (model, seed, number, value + 0.001 * seed)
            for model in ("without_music", "without_music_and_speech", "untrained")
            for seed in range(1, 6)
            for number, value in enumerate(luck)
        ],
        columns=["model", "seed", "permutation", "ratio"],
    )
    found = evaluate(Measured(table), permutations=permutations).set_index("id")
    means = luck + 0.003
    for claim, ratio in (("2b", 2.07), ("S10-b", 1.77)):
        expected = (1 + (means >= ratio).sum()) / 201
        assert 0.05 < expected < 1
        assert found.loc[claim, "permutation_p"] == pytest.approx(expected)
        assert found.loc[claim, "verdict"] == rule.REPLICATED
    assert found["permutation_p"].notna().sum() == 2
    assert evaluate(Measured(table))["permutation_p"].isna().all()
    # Where responses change sign there is no ratio.
    permutations["ratio"] -= 1
    found = evaluate(Measured(table), permutations=permutations)
    assert found["permutation_p"].isna().all()


def test_calibration_is_noted_with_selectivity():
    rows = [
        (model, seed, measure, condition, float(model != "untrained" or seed > 1))
        for model in ("without_music", "untrained")
        for seed in range(1, 6)
        for measure, condition in (
            ("calibrated_ratio", "eval"),
            ("calibrated_p", "uniformity"),
        )
    ]
    table = pd.concat([study(), pd.DataFrame(rows, columns=[*KEY, "value"])])
    notes = judged(table, "2b").loc["2b", "notes"]
    for model, n in (("without_music", 5), ("untrained", 4)):
        assert (
            f"with permuted labels, {model} has ratios about 1 in {n} of 5 networks, "
            f"and uniform p-values in {n} of 5" in notes
        )


def test_a_single_network_against_several_has_no_interval():
    """Networks vary, unlike linear features, but one does not show by how much."""
    table = study()
    table = table[(table["model"] != "untrained") | (table["seed"] == 1)]
    row = evaluate(Measured(table, in_draws(table, 0.05, 50)), claims=claims("2b"))
    assert row["contrast"].notna().all()
    assert row[["contrast_low", "contrast_high"]].isna().all(axis=None)
