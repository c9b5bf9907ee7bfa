"""Making the clip table: every clip with its reason, duplicates, broken files."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music_selectivity.corpus.clips import (
    check_all_used,
    check_failures,
    merge_audits,
)
from music_selectivity.errors import InputError
from small_corpora import clip_table


def audit(**reasons):
    """Audit of a shard; each usable clip has a sound of its own."""
    usable = [reason == "" for reason in reasons.values()]
    return pd.DataFrame(
        {
            "clip_id": list(reasons),
            "found_in": [f"{clip_id}.wav" for clip_id in reasons],
            "row": [0 if kept else -1 for kept in usable],
            "excluded": list(reasons.values()),
            "content": [c if k else "" for c, k in zip(reasons, usable, strict=True)],
        }
    )


def described(**splits):
    return pd.DataFrame(
        {
            "clip_id": list(splits),
            "split": list(splits.values()),
            "labels": [["Bark"]] * len(splits),
            "group": "nonmusic",
            "is_speech": False,
            "unlabelled_music": False,
        }
    )


def test_the_clip_table_keeps_every_clip_with_its_reason():
    table = merge_audits(
        described(d="train", a="eval", b="train", c="train"),
        [audit(b="silent"), audit(), audit(a="", d="")],
    )
    assert table["clip_id"].tolist() == ["a", "b", "c", "d"]
    assert table["excluded"].tolist() == ["", "silent", "missing file", ""]
    assert table["row"].tolist() == [0, -1, -1, 0]
    assert table["shard"].tolist() == [2, 0, -1, 2]


def test_a_clip_of_two_shards_is_taken_from_the_first(caplog):
    """As with two Parquet files, even if the first copy is unusable."""
    table = merge_audits(
        described(a="train", b="eval", c="train"),
        [audit(a="", c="silent"), audit(b="", a="", c="")],
    )
    assert table["clip_id"].tolist() == ["a", "b", "c"]
    assert table["shard"].tolist() == [0, 1, 0]
    assert table["excluded"].tolist() == ["", "", "silent"]
    assert "a occurs again in a.wav; the first is used" in caplog.text


def test_no_clip_left_stops_with_the_reasons():
    with pytest.raises(InputError, match=r"eval split \(1 missing file, 1 silent\)"):
        merge_audits(
            described(a="eval", b="eval", c="train"), [audit(b="silent", c="")]
        )


def test_of_copies_the_one_in_eval_is_kept_else_the_first():
    clips = clip_table(
        [
            {"content": "x"},
            {"content": "y"},
            {"content": "x", "split": "eval"},
            {"content": "y"},
            {"content": "x", "split": "eval"},
            {"content": "z", "excluded": "silent"},
        ]
    )
    assert clips["duplicate_of"].tolist() == ["c02", "", "", "c01", "c02", ""]
    excluded = ["duplicate", "", "", "duplicate", "duplicate", "silent"]
    assert clips["excluded"].tolist() == excluded


def test_groups_and_speech_of_copies_are_joined():
    clips = clip_table(
        [
            {"content": "x", "split": "eval"},
            {"content": "x", "group": "music"},
            {"content": "y"},
            {"content": "y", "is_speech": True},
            {"content": "u", "group": "music"},
            {"content": "u", "group": "music"},
        ]
    )
    kept = clips[clips["excluded"] == ""].set_index("clip_id")
    assert kept["group"].to_dict() == {
        "c00": "mixed",
        "c02": "nonmusic",
        "c04": "music",
    }
    assert kept["is_speech"].to_dict() == {"c00": False, "c02": True, "c04": False}


@settings(max_examples=50)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "content": st.sampled_from("abcdef"),
                "split": st.sampled_from(["train", "eval"]),
            }
        ),
        min_size=1,
        max_size=20,
    )
)
def test_each_sound_is_used_once_and_none_in_both_splits(rows):
    # These two, with sounds of their own, keep both splits from being empty.
    rows = [*rows, {}, {"split": "eval"}]
    clips = clip_table(rows)
    used = clips[clips["excluded"] == ""]
    assert used["content"].is_unique
    assert set(used["content"]) == set(clips["content"])
    for row in clips[clips["excluded"] == "duplicate"].itertuples():
        stays = used.set_index("clip_id").loc[row.duplicate_of]
        assert stays["content"] == row.content
        assert (stays["split"] == "eval") or row.split == "train"


def test_too_many_broken_files_stop_the_study():
    reasons = [*["unreadable"] * 2, "empty", *["missing file"] * 9, "silent"]
    rows = [{"excluded": reason} for reason in [*reasons, *[""] * 6]]
    clips = clip_table([*rows, {"split": "eval"}])
    # 3 of the 10 with a file: silent clips are not broken, missing ones not counted.
    check_failures(clips, 0.3)
    with pytest.raises(InputError) as raised:
        check_failures(clips, 0.29)
    assert str(raised.value) == (
        "3 of the 10 clips found in the train split are broken (2 unreadable, "
        "1 empty), such as c00 in sounds/c00.wav, c01 in sounds/c01.wav, c02 in "
        "sounds/c02.wav; repair or replace them, or raise corpus.max_failed_share, "
        "which is 0.29"
    )
    clips.loc[clips["split"] == "eval", "excluded"] = "not finite"
    with pytest.raises(
        InputError, match=r"1 of the 1 clips .* eval .*\(1 not finite\)"
    ):
        check_failures(clips, 0.9)
    check_failures(clips, 1)


def test_an_excluded_natural_sound_stops_the_study():
    clips = clip_table([{}, {"split": "eval"}])
    check_all_used(clips)
    clips.loc[1, "excluded"] = "silent"
    with pytest.raises(
        InputError,
        match=r"natural sound c01 is excluded \(silent\), .* replace its file",
    ):
        check_all_used(clips)
