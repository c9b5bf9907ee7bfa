"""Reading the clip table: the clips in use, those a model learns, and their labels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.corpus.clip_table import (
    draw_clips,
    included,
    label_matrix,
    training_clips,
)
from music_selectivity.errors import InputError
from small_corpora import NODES, clip_table


def table() -> pd.DataFrame:
    """Clips c00 to c06: music, mixed, speech, non-music; one excluded, two of eval."""
    return clip_table(
        [
            {"group": "music"},
            {"group": "mixed"},
            {"is_speech": True},
            {},
            {"excluded": "silent"},
            {"split": "eval"},
            {"split": "eval", "group": "music"},
        ]
    )


def ids(clips: pd.DataFrame) -> str:
    return "".join(clips["clip_id"].str[-1])


def test_included_clips_are_those_without_a_reason():
    assert ids(included(table())) == "012356"
    assert list(included(table()).index) == list(range(6))


@pytest.mark.parametrize(
    ("condition", "kept"),
    [("all", "0123"), ("without_music", "23"), ("without_music_and_speech", "3")],
)
def test_clips_that_a_model_learns(condition, kept):
    assert ids(training_clips(table(), condition)) == kept


def test_speech_that_no_clip_contains_cannot_be_left_out():
    clips = table().assign(is_speech=False)
    with pytest.raises(
        InputError, match="no training clip without music contains speech"
    ):
        training_clips(clips, "without_music_and_speech")


@given(st.integers(1, 6), st.integers(0, 9))
def test_draw_clips_are_in_order_and_follow_the_seed(number, seed):
    clips = table()
    drawn = draw_clips(clips, number, np.random.default_rng(seed))
    assert len(drawn) == number
    assert list(drawn["clip_id"]) == sorted(set(drawn["clip_id"]))
    assert list(drawn.index) == list(range(number))
    assert drawn.equals(draw_clips(clips, number, np.random.default_rng(seed)))


def test_every_clip_is_drawn_as_often():
    clips, rng = table(), np.random.default_rng(0)
    drawn = pd.concat([draw_clips(clips, 2, rng) for _ in range(700)])
    # 200 draws are expected of each clip, with an SD of 12.
    assert drawn["clip_id"].value_counts().between(150, 250).all()


@pytest.mark.parametrize("number", [None, 7, 8])
def test_all_clips_are_kept_if_no_fewer_are_asked_for(number):
    assert draw_clips(table(), number, np.random.default_rng(0)).equals(table())


@given(
    st.lists(
        st.sets(st.sampled_from(sorted(NODES)), min_size=1, max_size=4), min_size=1
    )
)
def test_label_matrix_agrees_with_the_labels(label_sets):
    clips = pd.DataFrame({"labels": [sorted(labels) for labels in label_sets]})
    classes = pd.DataFrame({"index": range(len(NODES)), "name": list(NODES)})
    matrix = label_matrix(clips, classes)
    for row, labels in zip(matrix, label_sets, strict=True):
        assert {name for name, on in zip(NODES, row, strict=True) if on} == labels
