"""The clip table: every clip with its reason, and those that a stage uses."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity import clips
from music_selectivity.errors import InputError
from small_corpora import NODES


def audit(**reasons):
    """What a shard's log-mels found: a sound of its own in each usable clip."""
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
    table = clips.merge_audits(
        described(d="train", a="eval", b="train", c="train"),
        [audit(b="silent"), audit(), audit(a="", d="")],
    )
    assert table["clip_id"].tolist() == ["a", "b", "c", "d"]
    assert table["excluded"].tolist() == ["", "silent", "missing file", ""]
    assert table["row"].tolist() == [0, -1, -1, 0]
    assert table["shard"].tolist() == [2, 0, -1, 2]
    assert clips.included(table)["clip_id"].tolist() == ["a", "d"]
    assert clips.training_clips(table, "all")["clip_id"].tolist() == ["d"]


def test_a_clip_of_two_shards_is_taken_from_the_first(caplog):
    """As of two Parquet files, even where the first copy is unusable."""
    table = clips.merge_audits(
        described(a="train", b="eval", c="train"),
        [audit(a="", c="silent"), audit(b="", a="", c="")],
    )
    assert table["clip_id"].tolist() == ["a", "b", "c"]
    assert table["shard"].tolist() == [0, 1, 0]
    assert table["excluded"].tolist() == ["", "", "silent"]
    assert "a is in a.wav again; the first is used" in caplog.text


def test_no_clip_left_stops_with_the_reasons():
    with pytest.raises(InputError, match=r"eval split \(1 missing file, 1 silent\)"):
        clips.merge_audits(
            described(a="eval", b="eval", c="train"), [audit(b="silent", c="")]
        )


def test_training_conditions():
    table = clips.merge_audits(
        described(a="train", b="train", c="train", d="train", e="eval"),
        [audit(a="", b="", c="", d="", e="")],
    )
    table["group"] = ["music", "mixed", "nonmusic", "nonmusic", "nonmusic"]
    table["is_speech"] = [False, False, True, False, False]
    kept = {
        condition: "".join(clips.training_clips(table, condition)["clip_id"])
        for condition in ("all", "without_music", "without_music_and_speech")
    }
    assert kept == {
        "all": "abcd",
        "without_music": "cd",
        "without_music_and_speech": "d",
    }


@given(
    st.lists(
        st.sets(st.sampled_from(sorted(NODES)), min_size=1, max_size=4), min_size=1
    )
)
def test_label_matrix_agrees_with_the_labels(label_sets):
    table = pd.DataFrame({"labels": [sorted(labels) for labels in label_sets]})
    classes = pd.DataFrame({"index": range(len(NODES)), "name": list(NODES)})
    matrix = clips.label_matrix(table, classes)
    for row, labels in zip(matrix, label_sets, strict=True):
        assert {name for name, on in zip(NODES, row, strict=True) if on} == labels
