"""Stimulus sets: their names, and the clips and arrays that they are made from."""

import pytest

from music_selectivity.stimuli.sets import (
    CLIPS,
    NATURAL_SOUNDS,
    UNQUILTED,
    at_power,
    quilts_of,
    set_named,
    sets_of_clips,
)

QUILTS = {
    "segment_ms": [50, 100, 1600],
    "order": "overath",
    "other_orders": {"groups": ["music"], "lengths": "ends"},
}


def test_every_set_is_found_by_its_name():
    sets = [*sets_of_clips([1, 2, 64], QUILTS), NATURAL_SOUNDS]
    names = [stimuli.name for stimuli in sets]
    assert names == [
        "original",
        "power_1",
        "power_2",
        "power_64",
        "quilt_overath_50",
        "quilt_overath_100",
        "quilt_overath_1600",
        "quilt_notebook_50_music",
        "quilt_notebook_1600_music",
        "quilt_random_50_music",
        "quilt_random_1600_music",
        "quilt_identity_50_music",
        "quilt_identity_1600_music",
        "quilt_original",
        "natural_sounds",
    ]
    assert [set_named(name) for name in names] == sets


def test_quilts_of_other_orders_are_of_the_chosen_groups():
    other = {"groups": ["nonmusic", "music"], "lengths": "all"}
    quilts = QUILTS | {"order": "random", "other_orders": other}
    sets = [stimuli for stimuli in sets_of_clips([1], quilts) if stimuli.is_quilt]
    assert [stimuli.name for stimuli in sets] == [
        f"quilt_{order}_{length}"
        for order in ("random", "overath", "notebook", "identity")
        for length in (50, 100, 1600)
    ]
    assert {stimuli.groups for stimuli in sets} == {("music", "nonmusic")}
    none = QUILTS | {"other_orders": other | {"groups": []}}
    sets = [stimuli for stimuli in sets_of_clips([1], none) if stimuli.is_quilt]
    assert [stimuli.order for stimuli in sets] == 3 * ["overath"]


@pytest.mark.parametrize(
    "name", ["", "power_x", "quilt_50", "quilt_overath", "quilt_overath_50_mixed"]
)
def test_a_name_of_no_set_is_refused(name):
    with pytest.raises(ValueError, match="no stimulus set"):
        set_named(name)


def test_music_alone_loses_power():
    assert at_power(1).groups == ("music", "nonmusic")
    assert at_power(4).groups == ("music",)
    assert at_power(4).divisor == 4
    assert at_power(1).arrays == at_power(4).arrays


def test_quilts_and_their_originals_are_listed_by_the_table_of_quilted_clips():
    quilts = quilts_of(50, "overath"), quilts_of(50, "identity", ("music",)), UNQUILTED
    assert [stimuli.segment for stimuli in quilts] == ["50", "50", "original"]
    assert [stimuli.is_quilt for stimuli in quilts] == [True, True, False]
    assert {stimuli.table for stimuli in quilts} == {"quilt_clips"}
    for stimuli, table in (
        (CLIPS, "clips"),
        (at_power(4), "clips"),
        (NATURAL_SOUNDS, "sounds"),
    ):
        assert (stimuli.segment, stimuli.table) == ("", table)
