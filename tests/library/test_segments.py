"""Segments: frames at their ends, and changes where they meet, by their definition."""

import numpy as np
import pytest

from cut_sounds import BOUNDARY, FRONT_END, OF_SEGMENTS, segments_of, sound
from music_selectivity.stimuli.quilts import order
from music_selectivity.stimuli.segments import Frames, Segments, joint_change
from music_selectivity.vocabulary import ADJACENT, OVERLAPPING, QUILT_ORDERS
from small_sounds import RATE


def spectrum(frame: np.ndarray) -> np.ndarray:
    """Log-mel of one frame, by itself."""
    (column,) = OF_SEGMENTS(frame).T
    return column.astype(np.float64)


def change_between(before: np.ndarray, after: np.ndarray, step: int) -> float:
    """From the last two frames of one sound to the first two of another."""
    end = len(before)
    tails = [before[end - 551 - step : end - step], before[end - 551 :]]
    heads = [after[:551], after[step : step + 551]]
    frames = [np.stack([spectrum(frame) for frame in side]) for side in (tails, heads)]
    return float(np.square(frames[0] - frames[1]).mean())


@pytest.mark.parametrize(("boundary", "step"), [(OVERLAPPING, 275), (ADJACENT, 551)])
def test_changes_are_distances_of_the_frames_at_a_joint(boundary, step):
    waveform, length = sound(0.5), 2205
    parts = waveform.reshape(5, length)
    segments = segments_of(waveform, 100)
    (tails, heads), made = segments.ends(boundary), segments.made(boundary)
    assert tails.shape == heads.shape == (5, 2, 64) and made.shape == (4,)
    for i, j in ((0, 1), (3, 2), (4, 4)):
        expected = change_between(parts[i], parts[j], step)
        found = np.square(tails[i] - heads[j]).mean()
        assert found == pytest.approx(expected, rel=1e-4)
    np.testing.assert_array_equal(made, np.square(tails[:-1] - heads[1:]).mean((1, 2)))


@pytest.mark.parametrize(("boundary", "needed"), [(OVERLAPPING, 826), (ADJACENT, 1102)])
def test_the_last_segment_has_a_change_where_the_sound_goes_on(boundary, needed):
    waveform, length = sound(0.5), 2205
    whole = segments_of(waveform, 100)
    for rest, known in ((needed, True), (needed - 1, False)):
        part = segments_of(waveform[: 4 * length + rest], 100, 4)
        expected = whole.made(boundary)[: 4 if known else 3]
        np.testing.assert_allclose(part.made(boundary), expected, rtol=1e-6)
        tails, heads = part.ends(boundary)
        assert len(tails) == 4 and len(heads) == (5 if known else 4)
        assert len(part.waveform) == 4 * length


def test_adjacent_frames_fill_segments_of_50_ms():
    segments = segments_of(sound(1), 50)
    assert segments.length == 1102
    assert len(segments.made(ADJACENT)) == 19


def test_the_change_at_joints_is_that_of_overlapping_frames():
    waveform, length = sound(0.5), 2205
    expected = np.mean(
        [
            change_between(waveform[:at], waveform[at:], 275)
            for at in range(length, 5 * length, length)
        ]
    )
    assert joint_change(waveform, length, OF_SEGMENTS) == pytest.approx(expected, 1e-4)
    for count in (4, 5):
        original = segments_of(waveform, 100, count).original_change()
        at_joints = joint_change(waveform[: count * length], length, OF_SEGMENTS)
        assert original == pytest.approx(at_joints, rel=1e-6)


def test_frames_are_computed_once_for_all_lengths_and_orders():
    computed = []

    class Recording:
        settings = FRONT_END

        def __call__(self, windows):
            computed.extend(map(bytes, windows))
            return OF_SEGMENTS(windows)

    # The lengths in samples are no multiples of each other: 1102, 2205, 4410.
    waveform, lengths = sound(1), (50, 100, 200)
    frames = Frames(waveform, Recording())
    starts = set()
    for segment_ms in lengths:
        length = segment_ms * RATE // 1000
        count = len(waveform) // length
        segments = Segments(frames, length, count)
        for rule in QUILT_ORDERS:
            order(segments, rule, BOUNDARY, "clip", segment_ms)
            segments.original_change()
        for at in range(0, (count + 1) * length, length):
            around = (-1102, -826, -551, 0, 275, 551)
            starts |= {at + place for place in around if at + place >= 0}
    # Each segment's head and tail, but nothing that goes beyond the last one.
    expected = {waveform[start : start + 551].tobytes() for start in starts}
    assert len(set(computed)) == len(computed)
    assert set(computed) == {frame for frame in expected if len(frame) == 4 * 551}


def test_too_little_sound_is_refused():
    for samples, count in ((2205, 1), (4409, 2)):
        with pytest.raises(ValueError, match="segments"):
            segments_of(np.zeros(samples, np.float32), 100, count)
