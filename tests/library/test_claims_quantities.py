"""What claims look up: conditions by their fields, network by network."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity import seeds
from music_selectivity.claims.measured import Measured
from music_selectivity.claims.quantities import (
    along,
    change,
    change_by_seed,
    difference,
    largest_of,
    less_one,
    mean_of,
    of,
    of_networks_that,
    quotient,
    slope,
    together,
)
from music_selectivity.measures import (
    KEY,
    NATURAL_CATEGORY,
    QUILT_RESPONSE,
    READOUT_AP,
    READOUT_AP_OF_EIGHTH,
    READOUT_AP_OF_GENRE,
    RESPONSE_RATIO,
    TRAINING_COURSE_MEAN_AP,
    TRAINING_COURSE_RESPONSE_RATIO,
)
from music_selectivity.stats.intervals import mean_estimate

VALUES = {
    ("response_ratio", "eval"): [2.0, 3.0],
    ("readout_ap", "all"): [0.9, 0.8],
    ("readout_ap", "units/1"): [0.6, 0.5],
    ("readout_ap", "genre/Jazz/1"): [0.2, 0.4],
    ("readout_ap", "genre/Jazz/2"): [0.0, 0.0],
    ("readout_ap", "genre/R&B/Soul/1/1"): [0.4, np.nan],
    ("natural_category", "Music"): [9.0, 9.0],
    ("natural_category", "Nature"): [1.0, 2.0],
    ("natural_category", "EngSpeech"): [2.0, 1.0],
    ("quilt_response", "music/ms/overath/800"): [0.8, 0.9],
    ("quilt_response", "music/ms/overath/50"): [0.5, 0.6],
    ("quilt_response", "music/ms/original"): [1.0, 1.0],
    ("quilt_response", "music/others/overath/100"): [0.3, 0.3],
    ("training_course_mean_ap", "0"): [0.1, 0.1],
    ("training_course_mean_ap", "10"): [0.2, 0.2],
    ("training_course_response_ratio", "10"): [1.5, 1.6],
    ("training_course_response_ratio", "30"): [1.7, 1.8],
}


@pytest.fixture(scope="module")
def measured() -> Measured:
    rows = [
        ("network", seed, *key, value)
        for key, values in VALUES.items()
        for seed, value in enumerate(values, start=1)
    ]
    return Measured(pd.DataFrame(rows, columns=[*KEY, "value"]))


def numbers(values: pd.DataFrame) -> dict[int, float]:
    return values[0].round(9).to_dict()


def test_values_are_by_network(measured):
    ratio = of("network", RESPONSE_RATIO, split="eval")
    eighth = of("network", READOUT_AP_OF_EIGHTH, eighth=1)
    assert numbers(ratio(measured)) == {1: 2.0, 2: 3.0}
    assert numbers(of("network", READOUT_AP)(measured)) == {1: 0.9, 2: 0.8}
    assert numbers(quotient(eighth, ratio)(measured)) == {1: 0.3, 2: 0.166666667}
    assert numbers(difference(ratio, eighth)(measured)) == {1: 1.4, 2: 2.5}
    assert of("other", READOUT_AP)(measured).empty


def test_a_mean_is_over_the_genres_that_a_network_has_all_of(measured):
    """A slash in a genre's name does not take it for another."""
    first = mean_of("network", READOUT_AP_OF_GENRE, over="genre", eighth=1)
    assert numbers(first(measured)) == {1: 0.3}
    second = mean_of("network", READOUT_AP_OF_GENRE, over="genre", eighth=2)
    assert numbers(second(measured)) == {1: 0.0, 2: 0.0}
    third = mean_of("network", READOUT_AP_OF_GENRE, over="genre", eighth=3)
    assert third(measured).empty


def test_the_largest_leaves_out_what_is_excluded(measured):
    largest = largest_of(
        "network", NATURAL_CATEGORY, over="natural_category", excluding=["Music"]
    )
    assert numbers(largest(measured)) == {1: 2.0, 2: 2.0}


def test_points_go_along_numeric_segments_in_their_order(measured):
    points = along(
        "network", QUILT_RESPONSE, group="music", units="ms", order="overath"
    )(measured)
    assert [length for length, _ in points] == [50.0, 800.0]
    assert [numbers(values)[1] for _, values in points] == [0.5, 0.8]


def test_points_of_two_measures_share_their_condition(measured):
    points = together(
        "network", TRAINING_COURSE_MEAN_AP, TRAINING_COURSE_RESPONSE_RATIO
    )(measured)
    assert [(numbers(x)[1], numbers(y)[1]) for x, y in points] == [(0.2, 1.5)]


def test_a_slope_is_the_change_along_the_regression_over_the_mean(measured):
    points = along(
        "network", QUILT_RESPONSE, group="music", units="ms", order="overath"
    )
    assert numbers(slope(points)(measured)) == {1: 0.461538462, 2: 0.4}
    assert slope(lambda measured: points(measured)[:1])(measured).empty
    assert slope(lambda measured: [])(measured).empty


def test_a_slope_over_a_measure_has_an_x_for_each_network(measured):
    points = [
        (
            pd.DataFrame({0: [0.1, 0.2]}, index=[1, 2]),
            pd.DataFrame({0: [1.0, 3.0]}, index=[1, 2]),
        ),
        (
            pd.DataFrame({0: [0.3, 0.2]}, index=[1, 2]),
            pd.DataFrame({0: [2.0, 4.0]}, index=[1, 2]),
        ),
    ]
    # The second network's x does not vary.
    assert numbers(slope(lambda measured: points)(measured)) == {1: 0.666666667}


def test_changes_are_relative_and_paired_by_network(measured):
    ratio = of("network", RESPONSE_RATIO, split="eval")
    doubled = lambda measured: 2 * ratio(measured)  # noqa: E731
    assert numbers(change(doubled, ratio)(measured)) == {1: 1.0, 2: 1.0}
    assert numbers(less_one(ratio)(measured)) == {1: 1.0, 2: 2.0}


def test_changes_between_models_are_relative_to_the_mean(measured):
    """A network whose reference is near 0 would otherwise decide."""
    first = of("network", READOUT_AP)
    second = of("network", READOUT_AP_OF_EIGHTH, eighth=1)
    # Means of .85 and .55; contributions of (.9, .6) and (.8, .5).
    found = change_by_seed(first, second)(measured)
    assert numbers(found) == {1: 0.495867769, 2: 0.595041322}
    assert found[0].mean() == pytest.approx(0.85 / 0.55 - 1)
    assert change_by_seed(first, of("other", READOUT_AP))(measured).empty


def test_intervals_of_changes_between_models_cover():
    """Also where there is a change, and the mean of the second varies as well."""
    rng = seeds.generator("quantities", "changes")
    for truth in (-0.2, 0.0, 0.2):
        covered = []
        for _ in range(400):
            own, other = ((1 + truth, 1) + 0.05 * rng.normal(size=(5, 2))).T
            tables = [pd.DataFrame({0: values}) for values in (own, other)]
            first, second = (lambda _, table=table: table for table in tables)
            values = change_by_seed(first, second)(None).to_numpy()
            low, high = mean_estimate(values).interval(0.9)
            covered.append(low <= truth <= high)
        # The SD of a share of 400 studies is .015.
        assert np.mean(covered) == pytest.approx(0.9, abs=0.04), truth


def test_networks_are_chosen_by_another_quantity(measured):
    ratio = of("network", RESPONSE_RATIO, split="eval")
    readout = of("network", READOUT_AP)
    assert numbers(of_networks_that(readout, 0.9, ratio)(measured)) == {1: 2.0}
    assert of_networks_that(of("other", READOUT_AP), 0.9, ratio)(measured).empty


@pytest.mark.parametrize(
    "build",
    [
        lambda: of("network", RESPONSE_RATIO, split="test"),
        lambda: of("network", RESPONSE_RATIO),
        lambda: mean_of("network", READOUT_AP_OF_GENRE, over="genre", eighth=9),
        lambda: mean_of("network", READOUT_AP_OF_GENRE, over="genres", eighth=1),
        lambda: mean_of("network", READOUT_AP_OF_GENRE, over="genre"),
        lambda: mean_of("network", READOUT_AP_OF_GENRE, over="genre", genre="Jazz"),
        lambda: along("network", QUILT_RESPONSE, group="music"),
        lambda: along(
            "network", QUILT_RESPONSE, group="music", units="all", order="overath"
        ),
        lambda: largest_of("network", NATURAL_CATEGORY, over="group", excluding=[]),
    ],
)
def test_a_misspelt_field_is_an_error_when_a_quantity_is_built(build):
    with pytest.raises(ValueError, match=r"no \w|not "):
        build()
