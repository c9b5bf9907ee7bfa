"""What the page shows of a claim: marks, sort keys and drawn intervals."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.claims.verdicts import (
    NOT_RUN,
    OPEN,
    REPLICATED,
    VERDICTS,
)
from music_selectivity.report.cards import (
    MARGIN,
    MARKS,
    WIDTH,
    claim_cards,
    interval,
    verdict_counts,
)

NUMBERS = st.floats(-100, 100) | st.just(math.nan)


def row(**fields):
    return {
        "id": "2b",
        "models": "without_music, pca",
        "verdict": REPLICATED,
        "p": 0.03,
        "effect_size": math.nan,
        "n": 5,
    } | fields


def test_each_verdict_has_a_mark_of_its_own():
    assert list(MARKS) == list(VERDICTS)
    # The two kinds of "not run" look alike, and their words tell them apart.
    assert len({kind for kind, _ in MARKS.values()}) == len(VERDICTS) - 1


def test_cards_name_models_and_sort_by_numbers():
    first, second = claim_cards(
        pd.DataFrame([row(), row(id="3e", verdict=NOT_RUN, p=math.nan, models="")])
    )
    assert first["models"] == ["without music", "PCA"]
    assert first["sort"] == {
        "rank": 0,
        "verdict": 0,
        "p": 0.03,
        "effect_size": "",
        "n": 5.0,
    }
    assert second["models"] == []
    assert second["sort"]["rank"] == 1
    assert second["sort"]["verdict"] == len(VERDICTS) - 1
    assert second["sort"]["p"] == ""


def test_verdicts_are_counted_in_their_order():
    verdicts = [OPEN, REPLICATED, OPEN]
    cards = claim_cards(pd.DataFrame([row(verdict=verdict) for verdict in verdicts]))
    counts = [(each["verdict"], each["count"]) for each in verdict_counts(cards)]
    assert counts == [(REPLICATED, 1), (OPEN, 2)]
    assert verdict_counts([]) == []


def test_a_difference_is_drawn_against_zero():
    found = interval(row(contrast=1.0, contrast_low=-1.0, contrast_high=3.0))
    assert found["band"] is None
    assert found["low"] == MARGIN
    assert found["high"] == WIDTH - MARGIN
    assert found["value"] == WIDTH / 2
    assert found["zero"] == MARGIN + (WIDTH - 2 * MARGIN) / 4
    assert found["text"] == "difference 1, 95 % interval -1 to 3"


def test_no_difference_is_drawn_against_its_margin():
    fields = {"change": 0.0, "change_low": -0.05, "change_high": 0.2, "margin": 0.1}
    found = interval(row(contrast=7.0, **fields))
    assert found["band"][0] == MARGIN
    assert found["zero"] == found["value"]
    assert found["high"] == WIDTH - MARGIN
    assert found["text"] == ("change 0, 90 % interval -0.0500 to 0.200, margin 0.100")


@pytest.mark.parametrize("missing", [{}, {"contrast": math.nan}, {"margin": 0.1}])
def test_nothing_is_drawn_without_a_value(missing):
    assert interval(row(**missing)) is None


@given(NUMBERS, NUMBERS, NUMBERS)
def test_intervals_stay_inside_their_drawing_and_keep_their_order(value, low, high):
    found = interval(row(contrast=value, contrast_low=low, contrast_high=high))
    if math.isnan(value):
        assert found is None
        return
    drawn = {0.0: found["zero"], value: found["value"], low: found["low"]}
    drawn[high] = found["high"]
    known = sorted((x, at) for x, at in drawn.items() if not math.isnan(x))
    places = [at for _, at in known]
    assert places == sorted(places)
    assert all(0 <= at <= WIDTH for at in places)
    assert (found["low"] is None) == math.isnan(low)
