"""Quilts: order, joints and lengths, compared with brute force and scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from music_selectivity import seeds
from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.stimuli.quilts import (
    boundary_changes,
    cut_and_pad,
    join,
    lags,
    order,
    quilt,
)

RATE = 22_050
FRONT_END = LogMelSettings(551, 275, 64, 0, 8000)
OF_SEGMENTS = LogMel(FRONT_END, RATE, center=False)
OVERLAP = 552


def sound(seconds: float, seed: int = 0) -> np.ndarray:
    """A gliding tone in noise, without two equal moments."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    glide = np.sin(2 * np.pi * (200 * time + 150 * time**2 + rng.random()))
    noise = rng.normal(size=len(time)) * 0.1
    return ((glide + noise) * 0.3).astype(np.float32)


def one(waveform, segment_ms, seed=0, rule="overath"):
    rng = np.random.default_rng(seed)
    return quilt(waveform, RATE, segment_ms / 1000, rng, rule, OF_SEGMENTS)


# Order


def by_brute_force(changes, first, rule):
    n = len(changes)
    made = [changes[i][i + 1] for i in range(n - 1)]
    made.append(sum(made) / len(made) if made else 0.0)
    chosen = [first]
    while len(chosen) < n:
        i = chosen[-1]
        unused = [j for j in range(n) if j not in chosen]
        allowed = [j for j in unused if j != i + 1] or unused
        value = {"overath": lambda j, i=i: changes[i][j], "notebook": made.__getitem__}
        chosen.append(min(allowed, key=lambda j: (abs(value[rule](j) - made[i]), j)))
    return chosen


@given(
    st.integers(1, 12), st.integers(0, 2**32), st.sampled_from(["overath", "notebook"])
)
def test_order_is_that_of_brute_force_and_uses_every_segment_once(n, seed, rule):
    rng = np.random.default_rng(seed)
    # Small integers, so that there are ties.
    changes = rng.integers(0, 6, (n, n)).astype(float)
    first = int(rng.integers(n))
    found = order(changes, first, rule)
    assert found == by_brute_force(changes, first, rule)
    assert sorted(found) == list(range(n))
    assert found[0] == first


def test_the_next_segment_follows_only_if_no_other_is_left():
    changes = np.ones((6, 6))
    for first in range(6):
        found = order(changes, first, "overath")
        steps = np.diff(found)
        assert (steps[:-1] != 1).all()


def test_changes_are_distances_of_the_frames_at_a_joint():
    waveform, length = sound(0.5), 2205
    changes = boundary_changes(waveform, length, OF_SEGMENTS)
    assert changes.shape == (5, 5)
    for i, j in ((0, 1), (3, 2), (4, 4)):
        tail = waveform[(i + 1) * length - 826 : (i + 1) * length]
        head = waveform[j * length : j * length + 826]
        left = np.stack([spectrum(tail[:551]), spectrum(tail[275:])])
        right = np.stack([spectrum(head[:551]), spectrum(head[275:])])
        expected = np.square(left - right).sum()
        assert changes[i, j] == pytest.approx(expected, rel=1e-4)


def spectrum(frame: np.ndarray) -> np.ndarray:
    """Log-mel of one frame, by itself."""
    (column,) = OF_SEGMENTS(frame).T
    return column.astype(np.float64)


def test_a_segment_without_two_frames_is_refused():
    with pytest.raises(ValueError, match="two frames"):
        boundary_changes(sound(0.5), 800, OF_SEGMENTS)
    with pytest.raises(ValueError, match="no segment"):
        one(sound(0.1), 200)


# Joints


@st.composite
def quilts(draw):
    length = draw(st.integers(OVERLAP, 900))
    n = draw(st.integers(2, 6))
    rest = draw(st.integers(0, length - 1))
    waveform = np.random.default_rng(draw(st.integers(0, 99))).normal(
        size=n * length + rest
    )
    return waveform, draw(st.permutations(range(n))), length


@given(quilts())
@settings(max_examples=40)
def test_joints_are_those_of_a_direct_implementation(case):
    waveform, sequence, length = case
    half = OVERLAP // 2
    place = np.arange(OVERLAP) + 0.5
    fade_out = np.cos(np.pi * place / (2 * OVERLAP)) ** 2
    found = lags(waveform, sequence, length, OVERLAP)
    quilted = join(waveform, sequence, length, OVERLAP)
    assert len(quilted) == len(sequence) * length
    assert np.abs(found).max() <= half
    for joint in range(1, len(sequence)):
        end = (sequence[joint - 1] + 1) * length + found[joint - 1]
        tail = waveform[end - half : end + half]
        assert len(tail) == OVERLAP
        start = sequence[joint] * length
        # Every lag for which the clip has all the samples.
        last = joint == len(sequence) - 1
        allowed = [
            lag
            for lag in range(-half, half + 1)
            if start + lag - half >= 0
            and start + lag + length + (0 if last else half) <= len(waveform)
        ]
        likeness = [
            correlate(waveform[start + lag - half :][:OVERLAP], tail, "valid")[0]
            for lag in allowed
        ]
        assert found[joint] == allowed[int(np.argmax(likeness))]
        head = waveform[start + found[joint] - half :][:OVERLAP]
        expected = tail * fade_out + head * (1 - fade_out)
        at = joint * length
        np.testing.assert_allclose(quilted[at - half : at + half], expected, atol=1e-12)


@given(quilts())
@settings(max_examples=40)
def test_outside_the_joints_segments_keep_their_samples(case):
    waveform, sequence, length = case
    half = OVERLAP // 2
    found = lags(waveform, sequence, length, OVERLAP)
    quilted = join(waveform, sequence, length, OVERLAP)
    for place, segment in enumerate(sequence):
        inside = slice(
            half if place > 0 else 0,
            length - (half if place + 1 < len(sequence) else 0),
        )
        start = segment * length + found[place]
        np.testing.assert_array_equal(
            quilted[place * length : (place + 1) * length][inside],
            waveform[start : start + length][inside],
        )


def test_the_original_order_gives_the_original_back():
    """Each segment fits best at its own place, where it continues exactly."""
    waveform = np.random.default_rng(0).normal(size=5000)
    np.testing.assert_allclose(
        join(waveform, range(4), 1100, OVERLAP), waveform[:4400], atol=1e-12
    )


# Whole quilts


def test_one_segment_gives_the_original_back():
    waveform = sound(0.7)
    np.testing.assert_array_equal(one(waveform, 600), waveform[: round(0.6 * RATE)])


def test_quilts_and_originals_are_cut_and_padded():
    waveform = sound(10)
    for version in (one(waveform, 1600), waveform):
        clip = cut_and_pad(version, 8 * RATE, 10 * RATE)
        assert len(clip) == 10 * RATE
        np.testing.assert_array_equal(clip[: 8 * RATE], version[: 8 * RATE])
        assert not clip[8 * RATE :].any()
    assert len(cut_and_pad(waveform[:RATE], 8 * RATE, 10 * RATE)) == 10 * RATE


def test_a_start_of_its_own_for_each_clip_and_length():
    waveform = sound(2)
    first = one(waveform, 100)
    np.testing.assert_array_equal(first, one(waveform, 100))
    assert not np.array_equal(first, one(waveform, 100, seed=1))
    starts = {
        int(seeds.generator("quilt", "clip", length).integers(1000))
        for length in (50, 100, 200, 400)
    }
    assert len(starts) > 1


@pytest.mark.parametrize("segment_ms", [50, 200])
def test_quilts_keep_the_level_and_make_no_clicks(segment_ms):
    waveform = sound(3)
    quilted = one(waveform, segment_ms)
    assert np.std(quilted) == pytest.approx(np.std(waveform[: len(quilted)]), rel=0.1)
    steps = np.abs(np.diff(waveform)).max()
    assert np.abs(np.diff(quilted)).max() < 1.1 * steps


def test_a_tone_goes_on_in_phase_across_joints():
    """A lag of up to half a window covers a period, so that it always finds the phase.

    The first and last segment of the clip cannot be shifted freely, and are left out.
    Without alignment, joints could be silent.
    """
    frequency, length = 443.0, 1100
    waveform = np.sin(2 * np.pi * frequency * np.arange(20 * length) / RATE)
    sequence = 1 + np.random.default_rng(0).permutation(18)
    quilted = join(waveform, sequence, length, OVERLAP)
    half = OVERLAP // 2
    for joint in range(1, len(sequence)):
        overlap = quilted[joint * length - half : joint * length + half]
        spectrum = np.abs(np.fft.rfft(overlap * np.hanning(OVERLAP), 1 << 14))
        peak = np.argmax(spectrum) * RATE / (1 << 14)
        assert peak == pytest.approx(frequency, abs=3)
        assert np.std(overlap) == pytest.approx(np.sqrt(0.5), rel=0.02)


def test_white_noise_stays_white():
    noise = np.random.default_rng(0).normal(size=10 * RATE).astype(np.float32)
    half = OVERLAP // 2
    quilted = one(noise, 100)
    inside = quilted.reshape(-1, 2205)[:, half:-half].astype(np.float64)
    power = np.square(np.abs(np.fft.rfft(inside))).mean(axis=0)[1:-1]
    bands = power[: len(power) // 16 * 16].reshape(16, -1).mean(axis=1)
    np.testing.assert_allclose(bands / bands.mean(), 1, atol=0.1)
    assert np.std(quilted) == pytest.approx(1, rel=0.1)
