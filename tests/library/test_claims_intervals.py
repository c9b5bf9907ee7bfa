"""What complements a verdict: intervals over clips, contrasts, permuted labels."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity.claims import verdicts as rule
from music_selectivity.claims.catalogue import CLAIMS
from music_selectivity.claims.evaluation import evaluate
from music_selectivity.measures import KEY
from true_study import changed, drawn_clips, judged, study


def test_intervals_are_over_clips_and_networks():
    """With one network, the replicates alone give the interval."""
    table = study(n_seeds=1)
    rng = np.random.default_rng(1)
    draws = np.outer(table["value"], 1 + 0.05 * rng.normal(size=2000))
    replicates = pd.concat([table[KEY], pd.DataFrame(draws)], axis=1)
    chosen = tuple(claim for claim in CLAIMS if claim.id == "2b")
    (row,) = evaluate(table, replicates, claims=chosen).to_dict("records")
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * 0.05 * 2.07, rel=0.1)
    (row,) = evaluate(table, claims=chosen).to_dict("records")
    assert np.isnan(row["low"])


@pytest.mark.parametrize(
    ("claim", "first", "second"),
    [
        ("5c-a", ("mean_ap", "nonmusic/none"), ("mean_ap", "nonmusic/msi_top")),
        ("3d", ("natural_correlation", "music"), ("natural_correlation", "pitch")),
    ],
)
def test_contrast_is_the_first_less_the_second(claim, first, second):
    table = study().query("model == 'without_music'").set_index(KEY[2:])["value"]
    row = evaluate(study()).set_index("id").loc[claim]
    difference = table[first].to_numpy() - table[second].to_numpy()
    assert row["contrast"] == pytest.approx(difference.mean())
    # Networks alone are drawn here: 1,000 means of five.
    half = 1.96 * difference.std() / np.sqrt(5)
    assert row["contrast_high"] - row["contrast_low"] == pytest.approx(
        2 * half, rel=0.15
    )


def test_the_luck_of_the_clips_cancels_in_a_contrast():
    """Both samples hear the same draws of clips, in pairs and between models."""
    table = study()
    models = [*table["model"].unique()]
    found = evaluate(table, drawn_clips(table, models, 0.2)).set_index("id")
    for claim, value in (("5c-a", 0.109), ("2b", 2.07), ("S3-c", 0.887)):
        row = found.loc[claim]
        width = row["contrast_high"] - row["contrast_low"]
        assert width == pytest.approx(2 * 1.96 * 0.2 * row["contrast"], rel=0.3)
        assert width < 2 * 1.96 * 0.2 * value
    assert found.loc[["M-a", "4b-a", "S4"], "contrast"].isna().all()


def test_a_contrast_that_other_clips_may_not_show_is_noted():
    """Five of five networks agree, p = 1/32, by the luck of the clips they share."""
    table = study()
    note = "although p = 0.031, the interval of the difference includes zero"
    models = ["without_music"]
    clips = drawn_clips(table, models, 0.01)
    found = evaluate(table, clips).set_index("id")
    assert note not in found.loc["5c-a", "notes"]
    silenced = clips["condition"] == "nonmusic/msi_top"
    draws = clips.loc[silenced, range(400)]
    clips.loc[silenced, range(400)] = draws + np.linspace(-0.1, 0.1, 400)
    row = evaluate(table, clips).set_index("id").loc["5c-a"]
    assert note in row["notes"]
    assert row["contrast_low"] < 0 < row["contrast_high"]
    assert row["verdict"] == rule.REPLICATED  # by the paper's own test


def test_numbers_of_the_second_sample_are_compared_too():
    row = judged(study(), "3c-a").loc["3c-a"]
    assert "the paper's 1.03 for the second lies inside the interval" in row["notes"]
    higher = study(to=changed("natural_ratio", "untrained", ms=1.2))
    row = judged(higher, "3c-a").loc["3c-a"]
    assert "the paper's 1.03 for the second lies below the interval" in row["notes"]
    assert row["verdict"] == rule.DIRECTION
    for claim, figure in (("S3-b", 0.437), ("S3-c", 0.828), ("3e-d", 1.12)):
        notes = judged(study(), claim).loc[claim, "notes"]
        assert f"the paper's {figure} for the second lies inside" in notes


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
    found = evaluate(table, permutations=permutations).set_index("id")
    means = luck + 0.003
    for claim, ratio in (("2b", 2.07), ("S10-b", 1.77)):
        expected = (1 + (means >= ratio).sum()) / 201
        assert 0.05 < expected < 1
        assert found.loc[claim, "permutation_p"] == pytest.approx(expected)
        assert found.loc[claim, "verdict"] == rule.REPLICATED
    assert found["permutation_p"].notna().sum() == 2
    assert evaluate(table)["permutation_p"].isna().all()
    # Where responses change sign there is no ratio.
    permutations["ratio"] -= 1
    found = evaluate(table, permutations=permutations)
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
