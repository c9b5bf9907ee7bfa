"""Which clips are quilted, which part of them, and how many are left out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.audio.reading import AudioSettings
from music_selectivity.errors import InputError
from music_selectivity.stimuli.filling import padded, sound_samples
from music_selectivity.stimuli.quilt_clips import (
    QuiltSettings,
    quilt_clip_counts,
    quilt_clips,
    segment_samples,
)

RATE = 22_050
QUILTS = QuiltSettings((50, 100, 200, 400, 800, 1600), 8, {})


def audio(fill: str = "zeros") -> AudioSettings:
    return AudioSettings(RATE, 10.0, 0.1, fill, False, -70.0)


def clips(**columns) -> pd.DataFrame:
    """Music and other clips of both splits, of each length of sound."""
    lengths = (10.0, 9.0, 4.8, 4.79, 0.5)
    table = pd.DataFrame(
        [
            (f"{split}-{group}-{seconds}", split, group, seconds)
            for split in ("train", "eval")
            for group in ("music", "nonmusic", "mixed")
            for seconds in lengths
        ],
        columns=["clip_id", "split", "group", "seconds"],
    )
    # As in the clip table.
    table["seconds"] = table["seconds"].astype(np.float32)
    return table.assign(shard=np.arange(len(table)) % 2, excluded="", **columns)


def test_a_clip_needs_three_of_the_longest_segments():
    found = quilt_clips(clips(), audio(), QUILTS, "eval")
    for group in ("music", "nonmusic"):
        left_out = found.loc[found["group"] == group, "left_out"]
        assert list(left_out) == ["", "", "", "too short", "too short"]
    assert list(found.columns) == [
        "clip_id",
        "split",
        "group",
        "shard",
        "seconds",
        "left_out",
    ]


def test_a_clip_that_is_filled_by_repetition_is_left_out():
    table = clips()
    # Resampling rounds, by up to a sample.
    almost = (220_499 / RATE, 220_498 / RATE)
    table.loc[table["seconds"] == 9.0, "seconds"] = np.float32(almost[0])
    table.loc[table["seconds"].round(2) == 4.8, "seconds"] = np.float32(almost[1])
    found = quilt_clips(table, audio("repeat"), QUILTS, "eval")
    of_music = found[found["group"] == "music"]
    assert list(of_music["left_out"]) == [
        "",
        "",
        "filled by repetition",
        "too short",
        "too short",
    ]


@pytest.mark.parametrize("split", ["train", "eval"])
def test_only_usable_clips_of_the_measured_split_and_the_compared_groups(split):
    table = clips()
    table.loc[table["seconds"] == 9.0, "excluded"] = "duplicate"
    found = quilt_clips(table, audio(), QUILTS, split)
    kept = table[
        (table["split"] == split)
        & (table["group"] != "mixed")
        & (table["excluded"] == "")
    ]
    assert list(found["clip_id"]) == list(kept["clip_id"])


def test_clips_are_counted_by_group_and_reason():
    found = quilt_clips(clips(), audio("repeat"), QUILTS, "eval")
    counts = quilt_clip_counts(found)
    assert counts.to_numpy().tolist() == [
        [group, reason, number]
        for group in ("music", "nonmusic")
        for reason, number in (("", 1), ("too short", 2), ("filled by repetition", 2))
    ]
    assert list(counts.columns) == ["group", "reason", "clips"]
    assert counts["clips"].sum() == len(found)


@pytest.mark.parametrize(("group", "name"), [("music", "music"), ("nonmusic", "other")])
def test_a_study_without_a_clip_to_quilt_is_refused(group, name):
    table = clips()
    none = table[(table["group"] != group) | (table["seconds"] < 4.795)]
    message = rf"segment_ms: no clip of {name}.* eval split .*: 2 have less sound than "
    with pytest.raises(InputError, match=message + r"3 segments of 1600 ms, and 0"):
        quilt_clips(none, audio(), QUILTS, "eval")
    filled = table[(table["group"] != group) | (table["seconds"] < 9.5)]
    with pytest.raises(InputError, match=r"2 are filled by repetition; .*audio\.fill"):
        quilt_clips(filled, audio("repeat"), QUILTS, "eval")


@pytest.mark.parametrize(
    ("seconds", "expected"), [(10, 8), (8.1, 8), (7.99, 6.4), (7, 6.4), (3.2, 3.2)]
)
def test_quilts_use_whole_segments_of_the_longest_length(seconds, expected):
    assert QUILTS.samples(round(seconds * RATE), RATE) == round(expected * RATE)


@given(st.integers(8_000, 48_000), st.integers(2, 200))
def test_segments_of_every_length_fill_the_same_sound(rate, longest):
    """Rounding leaves no room for fewer segments than the lengths in ms give."""
    lengths = [50 * 2**power for power in range(6)]
    sound = longest * segment_samples(1600, rate)
    assert QuiltSettings(lengths, 600, {}).samples(sound, rate) == sound
    for length in lengths:
        assert sound // segment_samples(length, rate) >= longest * 1600 // length


@given(st.integers(1, 2**21), st.sampled_from([8_000, 22_050, 48_000]))
def test_seconds_of_the_clip_table_give_the_samples_back(samples, rate):
    """The table has them in single precision."""
    table = pd.DataFrame({"seconds": np.float32([samples / rate])})
    assert list(sound_samples(table, rate)) == [samples]


def test_clips_are_padded_with_zeros():
    assert list(padded(np.ones(2), 4)) == [1, 1, 0, 0]
    assert len(padded(np.ones(4), 4)) == 4
