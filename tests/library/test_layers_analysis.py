"""Each layer is measured as the main one is: against worked ratios and other code."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from test_reselection import FRACTION, corpus, weights_of

from music_selectivity import seeds
from music_selectivity.analyses.calibration import permutation_rows, permuted_ratios
from music_selectivity.analyses.layers import (
    measures_of_layers,
    ratio_rows,
    unit_rows,
)
from music_selectivity.analyses.reselection import means_of_reselected
from music_selectivity.analyses.selectivity import (
    held_out_ratio,
    music_selectivity_index,
    same_split_ratios,
    top_units,
)
from music_selectivity.errors import InputError
from music_selectivity.measures import measure_table
from music_selectivity.vocabulary import OTHER_SPLIT, SPLITS

DRAWS, PERMUTATIONS = 60, 40


def values_of(rows) -> pd.Series:
    """Values by measure and condition."""
    return measure_table(rows).set_index(["measure", "condition"])["value"]


def replicates_of(rows, measure, condition) -> np.ndarray:
    (found,) = [x for name, of, x in rows if (name, of) == (measure, condition)]
    return found[1:]


def of_group(responses, clips, split, group):
    chosen = (clips["split"] == split) & (clips["group"] == group)
    return responses[chosen.to_numpy()].astype(float)


def test_ratios_are_those_of_the_analyses_of_the_main_layer():
    clips, responses = corpus()
    weights = weights_of(clips, DRAWS)
    rows = ratio_rows(responses, clips, weights, FRACTION, PERMUTATIONS)
    values = values_of(rows)
    reselected = means_of_reselected(responses, clips, weights, FRACTION)
    for split in SPLITS:
        ratio = held_out_ratio(responses, clips, FRACTION, split)
        assert values["response_ratio", split] == ratio
        music, nonmusic = reselected[split]
        found = replicates_of(rows, "response_ratio", split)
        np.testing.assert_array_equal(found, music / nonmusic)
    for name, split, value in same_split_ratios(responses, clips, FRACTION):
        assert values[name, split] == value
    null = permuted_ratios(
        responses, clips, FRACTION, PERMUTATIONS, seeds.generator("permutations")
    )
    expected = values_of(permutation_rows(null, responses, clips, FRACTION))
    p = "ratio_permutation_p", "eval"
    assert values[p] == expected[p]


def test_each_split_is_measured_with_the_units_of_the_other():
    """Units 1 and 2 prefer music on one split each, so that none is found again."""
    clips, responses = corpus()
    responses = np.ones_like(responses)
    for unit, split in enumerate(SPLITS, start=1):
        music = (clips["split"] == split) & (clips["group"] == "music")
        responses[music.to_numpy(), unit] = 3
    one = 1 / responses.shape[1]
    values = values_of(ratio_rows(responses, clips, weights_of(clips, 2), one, 20))
    for split in SPLITS:
        assert values["same_split_ratio", split] == 3
        assert values["response_ratio", split] == 1


def test_the_effect_size_is_that_of_a_rank_sum_test():
    clips, responses = corpus()
    # It needs no zero, unlike a ratio.
    for layer in (responses, responses - 5):
        values = values_of(unit_rows(layer, clips, weights_of(clips, 3), FRACTION))
        for split, other in OTHER_SPLIT.items():
            groups = ("music", "nonmusic")
            chosen_on = [of_group(layer, clips, other, group) for group in groups]
            units = top_units(music_selectivity_index(*chosen_on), FRACTION)
            music, rest = (
                of_group(layer, clips, split, group)[:, units].mean(axis=1)
                for group in groups
            )
            u = stats.mannwhitneyu(music, rest).statistic / len(music) / len(rest)
            assert values["ms_effect_size", split] == pytest.approx(u, abs=1e-12)


def test_replicates_of_the_effect_size_are_those_of_repeated_clips():
    clips, responses = corpus(n=30)
    weights = weights_of(clips, 5)
    rows = unit_rows(responses, clips, weights, FRACTION)
    groups = ("music", "nonmusic")
    for split, other in OTHER_SPLIT.items():
        chosen_on = [of_group(responses, clips, other, group) for group in groups]
        units = top_units(music_selectivity_index(*chosen_on), FRACTION)
        found = replicates_of(rows, "ms_effect_size", split)
        of_split = clips.loc[clips["split"] == split, "group"].to_numpy()
        for draw in range(5):
            music, rest = (
                np.repeat(
                    of_group(responses, clips, split, group)[:, units].mean(axis=1),
                    weights[split][of_split == group, 1 + draw],
                )
                for group in groups
            )
            u = stats.mannwhitneyu(music, rest).statistic / len(music) / len(rest)
            assert found[draw] == pytest.approx(u, abs=1e-12)


def test_dead_units_respond_to_all_compared_clips_equally():
    clips, responses = corpus(n_units=20)
    compared = (clips["group"] != "mixed").to_numpy()
    responses[:, 1] = 0
    # Mixed clips take no part.
    responses[:, 2] = np.where(compared, 4, 7)
    # On one split alone, a unit lives.
    responses[:, 3] = clips["split"] == "train"
    values = values_of(unit_rows(responses, clips, weights_of(clips, 1), FRACTION))
    assert values["n_units", "all_units"] == 20
    # Unit 5 of the corpus is constant, too.
    assert values["dead_units", "all_units"] == 3 / 20


def test_a_layer_with_negative_responses_has_no_ratio():
    """Whether it is the main layer or another one."""
    clips, responses = corpus()
    negative = responses.copy()
    negative[3, 4] = -1e-6
    known = [("response_ratio", "eval", 2.0)]
    layers = {"a": responses, "b": negative, "main": negative}
    table = measures_of_layers(
        layers.items(), ("main", known), clips, weights_of(clips, 2), FRACTION, 20
    )
    of_layers = table.groupby("measure")["layer"].unique()
    assert list(of_layers["response_ratio"]) == ["a"]
    assert list(of_layers["ms_effect_size"]) == list(layers)


@given(st.permutations(["conv1", "conv2", "units", "head"]))
def test_layers_stay_in_order_and_the_main_one_has_the_ratios_it_had(names):
    clips, responses = corpus(n=20, n_units=12)
    weights = weights_of(clips, 2)
    known = [
        ("response_ratio", "eval", np.array([9.0, 8.0, 7.0])),
        ("ratio_permutation_p", "eval", 0.5),
        ("n_clips", "eval/music", 4.0),
    ]
    table = measures_of_layers(
        ((name, responses * (1 + number)) for number, name in enumerate(names)),
        ("units", known),
        clips,
        weights,
        FRACTION,
        10,
    )
    assert list(table["layer"].unique()) == names
    assert not table.duplicated(["layer", "measure", "condition"]).any()
    ratios = table[table["measure"] == "response_ratio"]
    main = ratios[ratios["layer"] == "units"]
    assert main[["value", "draw_0001", "draw_0002"]].to_numpy().tolist() == [[9, 8, 7]]
    # Those of the others do not change with the scale of responses.
    others = ratios[(ratios["layer"] != "units") & (ratios["condition"] == "eval")]
    expected = held_out_ratio(responses, clips, FRACTION)
    np.testing.assert_allclose(others["value"], expected, rtol=1e-6)
    assert "n_clips" not in set(table["measure"])


def test_a_network_that_diverged_is_refused():
    clips, responses = corpus()
    responses[0, 0] = np.nan
    with pytest.raises(InputError, match="NaN or infinity; if the study trained this"):
        unit_rows(responses, clips, weights_of(clips, 1), FRACTION)
