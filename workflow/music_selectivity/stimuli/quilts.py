"""Sound quilts: a sound's own segments in another order (Overath et al. 2015; Fig. 4).

Structure within a segment is preserved, and longer structure is lost. What the joints
are like depends on the rule that orders the segments, so quilts are made by several.
"""

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from music_selectivity import seeds
from music_selectivity.audio.log_mel import LogMel
from music_selectivity.vocabulary import (
    ADJACENT,
    IDENTITY,
    NOTEBOOK,
    OVERATH,
    OVERLAPPING,
    RANDOM,
)

JOINT_SECONDS = 0.025
"""Length of the raised-cosine cross-fade between two segments."""


class Segments:
    """The segments of a sound, and how its spectrum changes from one to another.

    Two frames before a boundary are compared with two frames after it. The frames of
    all boundaries are computed once, for all orders of the segments.

    Parameters
    ----------
    sound
        (samples,), float. The segments fill its beginning. Of the rest, only the two
        frames that follow the last segment are used.
    length
        Samples of a segment, at least two frames.
    count
        Number of segments, at least two.
    log_mel
        Front end without centring, so that frames lie within a segment.

    Raises
    ------
    ValueError
        There are fewer than two segments, or the sound is shorter than all of them.
    """

    def __init__(
        self, sound: np.ndarray, length: int, count: int, log_mel: LogMel
    ) -> None:
        if count < 2 or len(sound) < count * length:
            raise ValueError(
                f"{len(sound)} samples do not hold {count} segments of {length}, or "
                "these are less than two"
            )
        self.length, self.count = length, count
        self.waveform = sound[: count * length]
        self._sound, self._log_mel = sound, log_mel
        self._ends = functools.cache(self._computed_ends)

    def _computed_ends(self, boundary: str) -> tuple[np.ndarray, np.ndarray]:
        """Frames at the start of each segment, and at the end of each.

        Where the sound goes on long enough after the last segment, the frames that
        follow it count as one more start.
        """
        step = boundary_step(boundary, self._log_mel)
        starts = np.arange(self.count + 1) * self.length
        goes_on = len(self._sound) - starts[-1] >= self._log_mel.settings.n_fft + step
        heads = starts if goes_on else starts[:-1]
        after = frames_after(self._sound, heads, step, self._log_mel)
        return after, frames_before(self._sound, starts[1:], step, self._log_mel)

    def changes(self, boundary: str) -> np.ndarray:
        """Change at each possible joint: D[i, j] from the end of i to the start of j.

        Parameters
        ----------
        boundary
            ``vocabulary.OVERLAPPING`` or ``ADJACENT`` frames.

        Returns
        -------
        array, shape (count, count), dB^2
        """
        heads, tails = self._ends(boundary)
        return np.stack([squared_change(tail, heads[: self.count]) for tail in tails])

    def made(self, boundary: str) -> np.ndarray:
        """Change that the sound itself makes at the end of each segment.

        Returns
        -------
        array, shape (count,) or (count - 1,), dB^2
            Without the last segment's where the sound ends with it.
        """
        heads, tails = self._ends(boundary)
        return squared_change(tails[: len(heads) - 1], heads[1:])

    def original_change(self) -> float:
        """Mean change of the sound where a quilt has joints, as `joint_change`."""
        return float(self.made(OVERLAPPING)[: self.count - 1].mean())


def boundary_step(boundary: str, log_mel: LogMel) -> int:
    """Samples from one of the two compared frames to the other.

    `boundary` is OVERLAPPING for one hop of the front end, or ADJACENT for a frame.
    """
    settings = log_mel.settings
    return {OVERLAPPING: settings.hop_length, ADJACENT: settings.n_fft}[boundary]


def frames_before(
    waveform: np.ndarray, places: np.ndarray, step: int, log_mel: LogMel
) -> np.ndarray:
    """The last two frames that end at each of some places, `step` samples apart.

    Returns
    -------
    array, shape (places, 2, n_mels), float64, dB
    """
    last = places - log_mel.settings.n_fft
    return _frames(waveform, np.stack([last - step, last], axis=-1), log_mel)


def frames_after(
    waveform: np.ndarray, places: np.ndarray, step: int, log_mel: LogMel
) -> np.ndarray:
    """The first two frames that start at each of some places, as `frames_before`."""
    return _frames(waveform, np.stack([places, places + step], axis=-1), log_mel)


def _frames(waveform: np.ndarray, starts: np.ndarray, log_mel: LogMel) -> np.ndarray:
    """Frames that start at `starts`, of any shape: (*starts, n_mels)."""
    windows = np.lib.stride_tricks.sliding_window_view(waveform, log_mel.settings.n_fft)
    return log_mel(windows[starts])[..., 0].astype(np.float64)


def squared_change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Mean squared difference of frames (..., 2, n_mels) over frames and bands."""
    return np.square(before - after).mean(axis=(-2, -1))


def joint_change(quilted: np.ndarray, length: int, log_mel: LogMel) -> float:
    """Mean change at the joints of a quilt, between overlapping frames.

    Parameters
    ----------
    quilted
        (samples,), at least two segments.
    length
        Samples of a segment.
    log_mel
        Front end without centring.

    Returns
    -------
    float, dB^2
    """
    joints = np.arange(length, len(quilted), length)
    step = boundary_step(OVERLAPPING, log_mel)
    before = frames_before(quilted, joints, step, log_mel)
    after = frames_after(quilted, joints, step, log_mel)
    return float(squared_change(before, after).mean())


def quilt(segments: Segments, sequence: Sequence[int], sample_rate: int) -> np.ndarray:
    """Quilt of a sound whose segments are joined in the order `sequence`.

    Parameters
    ----------
    segments
        The segments of a sound.
    sequence
        `order`.
    sample_rate
        Hz.

    Returns
    -------
    array, shape (segments.count * segments.length,)
    """
    overlap = 2 * round(JOINT_SECONDS * sample_rate / 2)
    return join(segments.waveform, sequence, segments.length, overlap)


def order(
    segments: Segments,
    rule: str,
    boundary: Mapping[str, str],
    clip_id: str,
    segment_ms: int,
) -> list[int]:
    """Order in which a rule joins all segments of a sound.

    Parameters
    ----------
    segments
        The segments of a sound.
    rule
        Of ``vocabulary.QUILT_ORDERS``: OVERATH (`overath_order`), NOTEBOOK
        (`notebook_order`), RANDOM (a uniform permutation) or IDENTITY (the original
        order).
    boundary
        The frames that OVERATH and NOTEBOOK each compare: OVERLAPPING or ADJACENT.
    clip_id, segment_ms
        Clip, and length of its segments in ms; both name the random draws.

    Returns
    -------
    list of int
        Every number of a segment once.

    Raises
    ------
    ValueError
        There is no such rule.
    """
    if rule == OVERATH:
        first = seeds.generator("quilt", clip_id, segment_ms).integers(segments.count)
        return overath_order(segments.changes(boundary[OVERATH]), int(first))
    if rule == NOTEBOOK:
        made = segments.made(boundary[NOTEBOOK])
        first = seeds.generator("quilt", clip_id, segment_ms).integers(len(made))
        return notebook_order(made, segments.count, int(first))
    if rule == RANDOM:
        rng = seeds.generator("random_quilt", clip_id, segment_ms)
        return rng.permutation(segments.count).tolist()
    if rule == IDENTITY:
        return list(range(segments.count))
    raise ValueError(f"there is no order of segments {rule!r}")


def overath_order(changes: np.ndarray, first: int) -> list[int]:
    """Order by Overath's rule, which the paper's text names.

    The original changes by D[i, i + 1] from segment i to i + 1. In the quilt, segment i
    is followed by the unused segment j, other than i + 1, whose D[i, j] is closest to
    that change. The last segment has no such change; the mean of all the others is used
    for it. Segment i + 1 follows i only if no other is left. Ties go to the earlier
    segment.

    Parameters
    ----------
    changes
        D, (segments, segments).
    first
        Number of the first segment.
    """
    count = len(changes)
    made = np.diagonal(changes, 1)
    made = np.append(made, made.mean())
    chosen = [first]
    unused = np.ones(count, bool)
    unused[first] = False
    while unused.any():
        last = chosen[-1]
        distance = np.where(unused, np.abs(changes[last] - made[last]), np.inf)
        if last + 1 < count and np.count_nonzero(unused) > 1:
            distance[last + 1] = np.inf
        chosen.append(int(np.argmin(distance)))
        unused[chosen[-1]] = False
    return chosen


def notebook_order(made: np.ndarray, count: int, first: int) -> list[int]:
    """Order by the chain of the study's public notebook.

    Segment i is followed by the unused segment j whose own change D[j, j + 1] in the
    original is closest to D[i, i + 1]; it may be i + 1. Ties go to the earlier segment.

    The notebook leaves out the clip's last segment, which has no such change, and cuts
    the quilt afterwards. Here, the change of the last segment is measured where the
    sound goes on after it. Where it does not, the last segment comes last, so that the
    quilt contains the same sound as its original.

    From the notebook's own changes and first segment, this gives the notebook's order:
    in all of 100 recorded clips of music, at each of six lengths. The changes differ,
    because the notebook centres its frames half a frame before ADJACENT ones.

    Parameters
    ----------
    made
        D[j, j + 1] of all segments, or of all but the last.
    count
        Number of segments.
    first
        Number of the first segment.
    """
    chosen = [first]
    unused = made.copy()
    while len(chosen) < len(made):
        last = chosen[-1]
        unused[last] = np.inf
        chosen.append(int(np.argmin(np.abs(unused - made[last]))))
    return [*chosen, *range(len(made), count)]


def join(
    waveform: np.ndarray, sequence: Sequence[int], length: int, overlap: int
) -> np.ndarray:
    """Segments of a waveform in the order `sequence`, joined by overlap-add.

    Around each joint, the earlier segment continues into the samples that followed it
    in the clip and fades out, while the later segment fades in from the samples that
    preceded it. `lags` gives the exact starts.

    Parameters
    ----------
    waveform
        (samples,).
    sequence
        Numbers of the segments.
    length
        Samples of a segment.
    overlap
        Samples of a cross-fade; even.

    Returns
    -------
    array, shape (len(sequence) * length,)
    """
    half = overlap // 2
    fade_in = 0.5 - 0.5 * np.cos(np.pi * (np.arange(overlap) + 0.5) / overlap)
    starts = np.asarray(sequence) * length + lags(waveform, sequence, length, overlap)
    quilted = np.empty(len(sequence) * length, waveform.dtype)
    for place, start in enumerate(starts):
        at = place * length
        quilted[at : at + length] = waveform[start : start + length]
    for place in range(1, len(sequence)):
        at = place * length
        before = waveform[starts[place - 1] + length - half :][:overlap]
        after = waveform[starts[place] - half :][:overlap]
        quilted[at - half : at + half] = before * (1 - fade_in) + after * fade_in
    return quilted


def lags(
    waveform: np.ndarray, sequence: Sequence[int], length: int, overlap: int
) -> np.ndarray:
    """Shift of each segment of a quilt against its regular start, samples.

    The shift, at most half an overlap either way, is the one at which the segment's
    head has the largest cross-correlation with the tail that it joins; ties go to the
    earliest. Shifts that would need samples outside the clip are not allowed, so that
    every sample of a quilt comes from the clip. Because of this, even the first segment
    of a quilt may be shifted.

    Parameters
    ----------
    waveform, sequence, length, overlap
        As for `join`.

    Returns
    -------
    array of int, shape (len(sequence),)
    """
    half = overlap // 2
    found = np.zeros(len(sequence), int)
    for place, segment in enumerate(sequence):
        start = segment * length
        # Each joint, before and after, needs half an overlap more.
        earliest = half if place > 0 else 0
        latest = len(waveform) - length
        latest -= half if place + 1 < len(sequence) else 0
        low = max(-half, earliest - start)
        high = min(half, latest - start)
        if place == 0:
            found[place] = min(0, high)
            continue
        tail_start = sequence[place - 1] * length + found[place - 1] + length - half
        tail = waveform[tail_start : tail_start + overlap]
        heads = waveform[start + low - half : start + high + half]
        likeness = np.correlate(heads, tail, mode="valid")
        found[place] = low + int(np.argmax(likeness))
    return found
