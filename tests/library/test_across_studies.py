"""Claims of several studies: aligned by id, and their agreement by every verdict."""

import itertools

import numpy as np
import pandas as pd
import pytest

from music_selectivity.claims import across_studies, verdicts
from music_selectivity.claims.across_studies import agreement, side_by_side
from music_selectivity.errors import InputError
from small_claims import claims


@pytest.mark.parametrize(
    ("of_studies", "expected"),
    [
        ([verdicts.REPLICATED, verdicts.DIRECTION], across_studies.IN_ALL),
        ([verdicts.NOT_REPLICATED] * 3, across_studies.IN_NONE),
        (
            [verdicts.REPLICATED, verdicts.OPEN, verdicts.NOT_REPLICATED],
            across_studies.CONTRADICTORY,
        ),
        ([verdicts.REPLICATED, verdicts.OPEN], across_studies.UNDECIDED),
        ([verdicts.NOT_REPLICATED, verdicts.TOO_FEW], across_studies.UNDECIDED),
        ([verdicts.REPLICATED, verdicts.NOT_RUN], across_studies.UNDECIDED),
        ([verdicts.OPEN, verdicts.OPEN], across_studies.UNDECIDED),
        ([verdicts.NOT_RUN, verdicts.NOT_MEMORIZED], across_studies.NOT_TESTED),
    ],
)
def test_agreement(of_studies, expected):
    assert agreement(of_studies) == expected


def test_agreement_does_not_depend_on_the_order_of_studies():
    for three in itertools.product(verdicts.VERDICTS, repeat=3):
        found = {agreement(each) for each in itertools.permutations(three)}
        assert len(found) == 1
        assert found <= set(across_studies.AGREEMENTS)


def test_claims_are_joined_by_their_id():
    first = claims(a=verdicts.REPLICATED, b=verdicts.OPEN, c=verdicts.REPLICATED)
    second = claims(c=verdicts.NOT_REPLICATED, a=verdicts.DIRECTION, d=verdicts.OPEN)
    table = side_by_side({"one": first, "two": second})
    assert list(table["id"]) == ["a", "b", "c", "d"]
    assert list(table["agreement"]) == [
        across_studies.IN_ALL,
        across_studies.UNDECIDED,
        across_studies.CONTRADICTORY,
        across_studies.UNDECIDED,
    ]
    np.testing.assert_array_equal(table["one_measured"], [1, 2, 3, np.nan])
    np.testing.assert_array_equal(table["two_measured"], [2, np.nan, 1, 3])
    np.testing.assert_array_equal(table["two_low"], [1.5, np.nan, 0.5, 2.5])
    assert list(table["one_verdict"])[-1] == verdicts.NOT_RUN
    assert table.columns.tolist()[-4:] == [
        *("two_measured", "two_low", "two_high", "two_verdict")
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (claims(a=verdicts.OPEN).drop(columns="low"), "one has no column low"),
        (claims(a="proven"), "claims.csv of one, claim a: proven is no verdict"),
        (pd.concat([claims(a=verdicts.OPEN)] * 2), "one has claim a twice"),
    ],
)
def test_other_tables_are_refused(table, message):
    with pytest.raises(InputError, match=f"{message}.*run the study again"):
        side_by_side({"one": table})
