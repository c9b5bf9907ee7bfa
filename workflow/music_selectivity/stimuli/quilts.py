"""Sound quilts: a clip's own segments in another order (Overath et al. 2015; Fig. 4).

Structure within a segment is preserved, and longer structure is lost. The changes of
the spectrum at the joints are similar to those in the original.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.signal import correlate

from music_selectivity import seeds
from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.log_mel_shards import open_shards
from music_selectivity.corpus.shard_clips import Clips, chosen_waveforms

JOINT_SECONDS = 0.025
"""Length of the raised-cosine cross-fade between two segments."""


@dataclass(frozen=True)
class QuiltSettings:
    """Config section `quilts`.

    Attributes
    ----------
    segment_ms : sequence of int
        Lengths of segments, ms.
    sound_seconds : float
        Length to which quilts and originals are cut; the rest of the clip is silence.
    order : str
        Rule of `order`: "overath" or "notebook".
    """

    segment_ms: Sequence[int]
    sound_seconds: float
    order: str


def quilt(
    waveform: np.ndarray,
    sample_rate: int,
    segment_seconds: float,
    rng: np.random.Generator,
    rule: str,
    log_mel: LogMel,
) -> np.ndarray:
    """Quilt of a waveform, as long as its complete segments (paper, Methods).

    Parameters
    ----------
    waveform
        (samples,), float.
    sample_rate
        Hz.
    segment_seconds
        Length of the segments, s.
    rng
        Draws the first segment of the quilt; a named generator for each clip and
        length, such as ``seeds.generator("quilt", clip_id, segment_ms)``.
    rule
        See `order`.
    log_mel
        Front end without centring, so that frames lie within a segment.

    Raises
    ------
    ValueError
        The waveform is shorter than a segment.
    """
    length = round(segment_seconds * sample_rate)
    n_segments = len(waveform) // length
    if n_segments == 0:
        raise ValueError(f"{len(waveform)} samples contain no segment of {length}")
    first = int(rng.integers(n_segments))
    changes = boundary_changes(waveform, length, log_mel)
    return join(
        waveform,
        order(changes, first, rule),
        length,
        2 * round(JOINT_SECONDS * sample_rate / 2),
    )


def boundary_changes(waveform: np.ndarray, length: int, log_mel: LogMel) -> np.ndarray:
    """Change of the log-mel spectrogram at each possible joint of two segments.

    D[i, j] is the squared distance between the last two frames of segment i and the
    first two frames of segment j.

    Parameters
    ----------
    waveform
        (samples,); at least one segment.
    length
        Samples of a segment.
    log_mel
        Front end without centring.

    Returns
    -------
    array, shape (segments, segments), float64

    Raises
    ------
    ValueError
        A segment is shorter than two frames.
    """
    n_segments = len(waveform) // length
    segments = waveform[: n_segments * length].reshape(n_segments, length)
    span = log_mel.settings.span(2)
    if span > length:
        raise ValueError(
            f"a segment of {length} samples is shorter than two frames ({span})"
        )
    ends = log_mel(np.stack([segments[:, :span], segments[:, -span:]]))
    heads, tails = ends.reshape(2, n_segments, -1).astype(np.float64)
    # |t - h|^2 from differences, because the expanded square would lose digits.
    return np.stack([np.square(tail - heads).sum(axis=1) for tail in tails])


def order(changes: np.ndarray, first: int, rule: str) -> list[int]:
    """Order of all segments in a quilt that starts with segment `first`.

    The original changes by D[i, i + 1] from segment i to i + 1. In the quilt, segment i
    is followed by the unused segment j, other than i + 1,

    - overath: whose D[i, j] is closest to that change;
    - notebook: whose own D[j, j + 1] is closest to it, as in the public notebook.

    The last segment of the clip has no such change; the mean of all the others is used
    for it. Segment i + 1 follows i only if no other is left. Ties go to the earlier
    segment.

    Parameters
    ----------
    changes
        `boundary_changes`, (segments, segments).
    first
        Number of the first segment.
    rule
        "overath" or "notebook".
    """
    n_segments = len(changes)
    made = np.diagonal(changes, 1)
    made = np.append(made, made.mean() if len(made) else 0.0)
    chosen = [first]
    unused = np.ones(n_segments, bool)
    unused[first] = False
    while unused.any():
        last = chosen[-1]
        candidates = changes[last] if rule == "overath" else made
        distance = np.where(unused, np.abs(candidates - made[last]), np.inf)
        if last + 1 < n_segments and np.count_nonzero(unused) > 1:
            distance[last + 1] = np.inf
        chosen.append(int(np.argmin(distance)))
        unused[chosen[-1]] = False
    return chosen


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
        likeness = correlate(heads, tail, mode="valid")
        found[place] = low + int(np.argmax(likeness))
    return found


def cut_and_pad(waveform: np.ndarray, sound: int, n_samples: int) -> np.ndarray:
    """First `sound` samples, padded with zeros to `n_samples` (quilts and originals).

    Returns
    -------
    array, shape (n_samples,)
    """
    kept = waveform[: min(sound, n_samples)]
    return np.pad(kept, (0, n_samples - len(kept)))


def write_quilt_shards(
    chosen: pd.DataFrame,
    clips: Clips,
    audio: AudioSettings,
    settings: LogMelSettings,
    quilts: QuiltSettings,
    paths: Sequence[str | os.PathLike],
) -> None:
    """Write log-mels of quilts of one shard's clips, and of the originals (Fig. 4).

    Each clip and length has its own random first segment.

    Parameters
    ----------
    chosen
        Rows of ``arrays.stimulus_clips`` for this shard.
    clips
        ``shard_clips.shard_clips``.
    audio, settings
        How clips are read, and the front end.
    quilts
        Segment lengths, and the rule of their order.
    paths
        .npy files to write: one for each length, and one for the originals. Each is
        float32, shape (len(chosen), n_mels, frames).

    Raises
    ------
    InputError
        A chosen clip is no longer there, or no longer usable.
    """
    log_mel = LogMel(settings, audio.sample_rate)
    of_segments = LogMel(settings, audio.sample_rate, center=False)
    sound = round(quilts.sound_seconds * audio.sample_rate)
    with open_shards(paths, len(chosen), audio, settings) as shards:
        for row, clip_id, waveform in chosen_waveforms(chosen, clips, audio):
            versions = [
                quilt(
                    waveform,
                    audio.sample_rate,
                    length / 1000,
                    seeds.generator("quilt", clip_id, length),
                    quilts.order,
                    of_segments,
                )
                for length in quilts.segment_ms
            ]
            for shard, version in zip(shards, [*versions, waveform], strict=True):
                shard[row] = log_mel(cut_and_pad(version, sound, audio.n_samples))
