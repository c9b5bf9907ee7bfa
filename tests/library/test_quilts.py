"""Quilts: order, joints and lengths, compared with brute force and scipy."""

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate
from scipy.stats import chisquare

from cut_sounds import BOUNDARY, OF_SEGMENTS, segments_of, sound
from music_selectivity import seeds
from music_selectivity.stimuli.quilts import (
    join,
    lags,
    notebook_order,
    order,
    overath_order,
    quilt,
)
from music_selectivity.stimuli.segments import (
    Frames,
    Segments,
    joint_change,
)
from music_selectivity.vocabulary import (
    IDENTITY,
    NOTEBOOK,
    OVERATH,
    OVERLAPPING,
    QUILT_ORDERS,
    RANDOM,
)
from small_sounds import RATE

OVERLAP = 552
LENGTHS = (50, 100, 200, 400, 800, 1600)


def one(waveform, segment_ms, clip_id="clip", rule=OVERATH) -> np.ndarray:
    segments = segments_of(waveform, segment_ms)
    return quilt(segments, order(segments, rule, BOUNDARY, clip_id, segment_ms), RATE)


# Order


def overath_by_brute_force(tails, heads, first):
    n = len(tails)
    changes = [
        [float(np.square(tail - head).mean()) for head in heads] for tail in tails
    ]
    made = [changes[i][i + 1] for i in range(n - 1)]
    made.append(sum(made) / len(made))
    chosen = [first]
    while len(chosen) < n:
        i = chosen[-1]
        unused = [j for j in range(n) if j not in chosen]
        allowed = [j for j in unused if j != i + 1] or unused
        chosen.append(min(allowed, key=lambda j: (abs(changes[i][j] - made[i]), j)))
    return chosen


def notebook_by_brute_force(made, first):
    """The notebook's chain: the nearest change of the sound itself, then the next."""
    chosen, left = [first], dict(enumerate(made))
    current = left.pop(first)
    while left:
        nearest = min(left, key=lambda j: (abs(left[j] - current), j))
        current = left.pop(nearest)
        chosen.append(nearest)
    return chosen


@given(st.integers(2, 12), st.integers(0, 2**32))
def test_overaths_order_is_that_of_brute_force(n, seed):
    rng = np.random.default_rng(seed)
    # Small integers, so that there are ties.
    tails, heads = rng.integers(0, 3, (2, n, 2, 4)).astype(float)
    first = int(rng.integers(n))
    found = overath_order(tails, heads, first)
    assert found == overath_by_brute_force(tails, heads, first)
    assert sorted(found) == list(range(n))


@given(st.integers(2, 12), st.integers(1, 4), st.integers(0, 2**32))
def test_nearly_equal_changes_are_told_apart_and_equal_ones_are_not(n, kinds, seed):
    """Closer to each other than the rounding of a matrix product."""
    rng = np.random.default_rng(seed)
    levels = rng.normal(-40, 20, (kinds, 2, 64))
    tails, heads = levels[rng.integers(kinds, size=(2, n))]
    heads += 1e-12 * rng.integers(0, 3, (n, 1, 1))
    first = int(rng.integers(n))
    found = overath_order(tails, heads, first)
    assert found == overath_by_brute_force(tails, heads, first)


@given(st.integers(2, 12), st.booleans(), st.integers(0, 2**32))
def test_the_notebooks_order_is_that_of_brute_force(n, goes_on, seed):
    """The last segment, where it has no change of its own, comes last."""
    rng = np.random.default_rng(seed)
    made = rng.integers(0, 6, n if goes_on else n - 1).astype(float)
    first = int(rng.integers(len(made)))
    found = notebook_order(made, n, first)
    expected = notebook_by_brute_force(made, first)
    assert found == (expected if goes_on else [*expected, n - 1])
    assert sorted(found) == list(range(n))


def test_the_next_segment_follows_only_in_the_notebooks_order():
    for first in range(6):
        steps = np.diff(overath_order(*np.ones((2, 6, 2, 4)), first))
        assert (steps[:-1] != 1).all()
    assert notebook_order(np.arange(6.0), 6, 0) == list(range(6))


def test_random_orders_are_uniform_permutations():
    segments = segments_of(sound(0.6), 200)
    found = [
        tuple(order(segments, RANDOM, BOUNDARY, f"clip{number}", 200))
        for number in range(3000)
    ]
    permutations, counts = np.unique(found, axis=0, return_counts=True)
    assert len(permutations) == 6
    assert chisquare(counts).pvalue > 0.01


@pytest.mark.parametrize("rule", QUILT_ORDERS)
def test_every_order_uses_each_segment_once(rule):
    waveform = sound(1.7)
    for count in (16, 17):
        segments = segments_of(waveform, 100, count)
        found = order(segments, rule, BOUNDARY, "clip", 100)
        assert sorted(found) == list(range(count))
        assert found == order(segments, rule, BOUNDARY, "clip", 100)
    assert (found == list(range(17))) == (rule == IDENTITY)


def test_the_first_segment_is_drawn_for_each_clip_and_length():
    waveform = sound(2)
    for segment_ms in (50, 200):
        segments = segments_of(waveform, segment_ms)
        for clip_id in ("a", "b", "c"):
            of_overath, of_notebook = (
                order(segments, rule, BOUNDARY, clip_id, segment_ms)[0]
                for rule in (OVERATH, NOTEBOOK)
            )
            rng = seeds.generator("quilt", clip_id, segment_ms)
            assert of_overath == rng.integers(segments.count)
            # The sound ends with the last segment, which is not drawn.
            rng = seeds.generator("quilt", clip_id, segment_ms)
            assert of_notebook == rng.integers(segments.count - 1)


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="no order"):
        order(segments_of(sound(0.5), 100), "reversed", BOUNDARY, "clip", 100)


def test_orders_differ_in_their_changes_at_joints():
    """Overath's rule keeps them; the notebook's chain and random order do not."""
    waveform = sound(3)
    original = segments_of(waveform, 50).original_change()
    ratio = {
        rule: joint_change(one(waveform, 50, rule=rule), 1102, OF_SEGMENTS) / original
        for rule in QUILT_ORDERS
    }
    assert ratio[IDENTITY] == pytest.approx(1, abs=0.1)
    assert ratio[OVERATH] < 2
    assert min(ratio[NOTEBOOK], ratio[RANDOM]) > 1.5 * ratio[OVERATH]


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


def lags_by_brute_force(waveform, sequence, length, overlap):
    """The first of the largest products of a tail with the heads that it may join."""
    half, last = overlap // 2, len(sequence) - 1
    found = []
    for place, segment in enumerate(sequence):
        start, likeness = segment * length, {}
        for lag in range(-half, half + 1):
            low = start + lag - (half if place > 0 else 0)
            high = start + lag + length + (half if place < last else 0)
            if low < 0 or high > len(waveform):
                continue
            if place > 0:
                end = (sequence[place - 1] + 1) * length + found[-1]
                head = waveform[start + lag - half : start + lag + half]
                likeness[lag] = np.dot(waveform[end - half : end + half], head)
            else:
                # The first segment keeps its place, if it can.
                likeness[lag] = -abs(lag)
        found.append(max(likeness, key=lambda lag: (likeness[lag], -lag)))
    return found


@st.composite
def sounds_with_ties(draw):
    """Integers, whose products are exact: silence, constants, cycles or steps."""
    samples, seed = 5 * 40 + draw(st.integers(0, 39)), draw(st.integers(0, 2**32))
    cycle = draw(st.sampled_from([1, 2, 7, 40, samples]))
    rng = np.random.default_rng(seed)
    waveform = np.resize(rng.integers(-1, 2, cycle), samples)
    waveform[: draw(st.integers(0, samples))] = draw(st.sampled_from([0, 1]))
    return waveform.astype(np.float32), draw(st.permutations(range(5)))


@given(sounds_with_ties())
def test_lags_are_the_first_of_the_best(case):
    waveform, sequence = case
    found = lags(waveform, sequence, 40, 24)
    exact = waveform.astype(int)
    assert list(found) == lags_by_brute_force(exact, sequence, 40, 24)


@pytest.mark.parametrize("level", [0.1, -0.3])
def test_constant_sounds_are_shifted_to_the_earliest_start(level):
    waveform = np.full(6 * 1102, level, np.float32)
    found = lags(waveform, [3, 0, 5, 2, 4, 1], 1102, OVERLAP)
    # A start at sample 276 is the earliest that leaves room for a joint.
    assert list(found) == [0, 276, -276, -276, -276, -276]


@pytest.mark.parametrize("number", range(6))
def test_quilts_of_recorded_sounds_are_those_of_brute_force(sounds_folder, number):
    """Segments and lags at every length, of music and other sounds."""
    files = sorted((sounds_folder / "realsounds/clips").glob("*.ogg"))
    waveform, rate = soundfile.read(files[number * len(files) // 6], dtype="float32")
    assert rate == RATE
    frames = Frames(waveform, OF_SEGMENTS)
    for segment_ms in LENGTHS:
        length = segment_ms * RATE // 1000
        if len(waveform) < 2 * length:
            break
        segments = Segments(frames, length, len(waveform) // length)
        found = order(segments, OVERATH, BOUNDARY, "clip", segment_ms)
        tails, heads = segments.ends(OVERLAPPING)
        heads = heads[: segments.count]
        assert found == overath_by_brute_force(tails, heads, found[0])
        # In single precision, as `lags`.
        expected = lags_by_brute_force(segments.waveform, found, length, OVERLAP)
        assert list(lags(segments.waveform, found, length, OVERLAP)) == expected


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


@pytest.mark.parametrize("rule", QUILT_ORDERS)
@pytest.mark.parametrize("segment_ms", LENGTHS)
def test_outside_the_joints_a_quilt_has_the_samples_of_its_segments(rule, segment_ms):
    """At most 12.5 ms away from their regular place, and nothing from elsewhere."""
    waveform = sound(4, seed=segment_ms)
    count = 3200 // segment_ms
    segments = segments_of(waveform, segment_ms, count)
    sequence = order(segments, rule, BOUNDARY, "clip", segment_ms)
    length, half = segments.length, OVERLAP // 2
    original = waveform[: count * length]
    quilted = quilt(segments, sequence, RATE)
    assert quilted.shape == original.shape and quilted.dtype == np.float32
    inside = length - OVERLAP
    windows = np.lib.stride_tricks.sliding_window_view(original, inside)
    for place, segment in enumerate(sequence):
        at, regular = place * length + half, segment * length + half
        found = quilted[at : at + inside]
        near = windows[max(0, regular - half) : regular + half + 1]
        # The first sample excludes nearly all shifts.
        assert (near[near[:, 0] == found[0]] == found).all(axis=1).any()


def test_a_quilt_of_its_own_for_each_clip_and_order():
    waveform = sound(2)
    quilts = [one(waveform, 100, clip, rule) for clip in "ac" for rule in QUILT_ORDERS]
    np.testing.assert_array_equal(quilts[0], one(waveform, 100, "a", OVERATH))
    # Both clips have the same identity quilt, because they have the same sound.
    assert len({quilted.tobytes() for quilted in quilts}) == 2 * len(QUILT_ORDERS) - 1


@pytest.mark.parametrize("rule", QUILT_ORDERS)
@pytest.mark.parametrize("segment_ms", [50, 200])
def test_quilts_keep_the_level_and_make_no_clicks(segment_ms, rule):
    waveform = sound(3)
    quilted = one(waveform, segment_ms, rule=rule)
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
