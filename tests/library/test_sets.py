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


def test_every_set_is_found_by_its_name():
    sets = [*sets_of_clips([1, 2, 64], [50, 1600]), NATURAL_SOUNDS]
    names = [stimuli.name for stimuli in sets]
    assert names == [
        "original",
        "power_1",
        "power_2",
        "power_64",
        "quilt_50",
        "quilt_1600",
        "quilt_original",
        "natural_sounds",
    ]
    assert [set_named(name) for name in names] == sets


@pytest.mark.parametrize("name", ["", "power", "power_x", "quilt_-1", "quilts_50"])
def test_a_name_of_no_set_is_refused(name):
    with pytest.raises(ValueError, match="no stimulus set"):
        set_named(name)


def test_music_alone_loses_power():
    assert at_power(1).groups == ("music", "nonmusic")
    assert at_power(4).groups == ("music",)
    assert at_power(4).divisor == 4
    assert at_power(1).arrays == at_power(4).arrays


def test_quilts_are_of_the_measured_split():
    assert quilts_of(50).splits == UNQUILTED.splits == ("eval",)
    assert [quilts_of(50).segment, UNQUILTED.segment, CLIPS.segment] == [
        "50",
        "original",
        "",
    ]
