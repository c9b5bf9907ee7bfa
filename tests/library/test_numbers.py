"""Numbers as the pages show them."""

import numpy as np
import pytest

from music_selectivity.report import numbers


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.88712, "0.887"),
        (0.5, "0.500"),
        (2.0, "2"),
        (1234.5, "1,234"),
        (12345, "12,345"),
        (123.4, "123"),
        (999.4, "999"),
        (999.6, "1,000"),
        (-999.5, "-1,000"),
        (0, "0"),
        (-0.05, "-0.0500"),
        (1.2e-5, "1.20e-05"),
        (np.nan, "—"),
        (np.inf, "—"),
        ("", "—"),
        (None, "—"),
    ],
)
def test_numbers_have_three_significant_digits(value, shown):
    assert numbers.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1 / 32, "0.031"), (0.417, "0.42"), (4.4e-4, "< 0.001"), (1, "1"), (None, "—")],
)
def test_p_values_are_never_zero(value, shown):
    assert numbers.p_value(value) == shown


@pytest.mark.parametrize(
    ("mean", "sd", "shown"),
    [
        (0.33312, 0.00551, "0.333 ± 0.006"),
        (2.07, np.nan, "2.07"),
        (0.31, 0.00002, "0.310 ± <0.001"),
        (-12.34, 1.26, "-12.3 ± 1.3"),
        (0.0, 0.5, "0.00 ± 0.50"),
        (np.nan, 0.5, "—"),
    ],
)
def test_sd_has_the_decimals_of_its_mean(mean, sd, shown):
    assert numbers.plus_minus(mean, sd) == shown
