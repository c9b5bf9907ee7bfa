"""Sound quilts: a sound's own segments in another order (Overath et al. 2015; Fig. 4).

Structure within a segment is preserved, and longer structure is lost. What the joints
are like depends on the rule that orders the segments, so quilts are made by several.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from music_selectivity import seeds
from music_selectivity.stimuli.segments import Segments, squared_change
from music_selectivity.vocabulary import (
    IDENTITY,
    NOTEBOOK,
    OVERATH,
    RANDOM,
)

JOINT_SECONDS = 0.025
"""Length of the raised-cosine cross-fade between two segments."""


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
        tails, heads = segments.ends(boundary[OVERATH])
        return overath_order(tails, heads[: segments.count], int(first))
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


def overath_order(tails: np.ndarray, heads: np.ndarray, first: int) -> list[int]:
    """Order by Overath's rule, which the paper's text names.

    With D[i, j] the change from the end of segment i to the start of j
    (`squared_change`), the original changes by D[i, i + 1] from segment i to i + 1. In
    the quilt, segment i is followed by the unused segment j, other than i + 1, whose
    D[i, j] is closest to that change. The last segment has no such change; the mean of
    all the others is used for it. Segment i + 1 follows i only if no other is left.
    Ties go to the earlier segment.

    Parameters
    ----------
    tails, heads
        (segments, 2, n_mels), dB: frames at the end of each segment, and at the start.
    first
        Number of the first segment.
    """
    made = squared_change(tails[:-1], heads[1:])
    made = np.append(made, made.mean())
    # The product narrows the choice, and `squared_change` decides it.
    changes, error = _product_changes(tails, heads)
    distance = np.abs(changes - made[:, None])
    np.fill_diagonal(distance[:, 1:], np.inf)
    distance[:, first] = np.inf
    chosen = [first]
    while len(chosen) < len(made) - 1:
        last = chosen[-1]
        row = distance[last]
        nearest = (row <= row.min() + 2 * error).nonzero()[0]
        if len(nearest) > 1:
            exact = squared_change(tails[last], heads[nearest])
            nearest = nearest[[np.abs(exact - made[last]).argmin()]]
        chosen.append(int(nearest[0]))
        distance[:, chosen[-1]] = np.inf
    return [*chosen, *set(range(len(made))).difference(chosen)]


def _product_changes(tails: np.ndarray, heads: np.ndarray) -> tuple[np.ndarray, float]:
    """D[i, j] of all pairs by one matrix product, and a bound of its rounding error.

    This takes a twentieth of the time of `squared_change`, but rounds equal changes
    differently.
    """
    tails, heads = (frames.reshape(len(frames), -1) for frames in (tails, heads))
    squares = np.square(tails).sum(axis=1)[:, None], np.square(heads).sum(axis=1)
    changes = (squares[0] + squares[1] - 2 * tails @ heads.T) / tails.shape[1]
    # A sum of n products errs by at most n / 2 * eps * the larger squared length. Four
    # of these, over n, err by 2 * eps * it; the rest is for rounding anywhere else.
    return changes, 4 * np.finfo(float).eps * max(map(np.max, squares))


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
    overlaps = sliding_window_view(waveform, overlap)
    before = overlaps[starts[:-1] + length - half]
    after = overlaps[starts[1:] - half]
    joints = before * (1 - fade_in) + after * fade_in
    quilted = sliding_window_view(waveform, length)[starts]
    quilted[:-1, length - half :] = joints[:, :half]
    quilted[1:, :half] = joints[:, half:]
    return quilted.reshape(-1)


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
    regular = np.asarray(sequence) * length
    # Each joint, before and after, needs half an overlap more.
    earliest = np.maximum(regular - half, half)
    latest = np.minimum(regular + half, len(waveform) - length - half)
    latest[-1] = min(regular[-1] + half, len(waveform) - length)
    starts = [int(min(regular[0], latest[0]))]
    for low, high in zip(earliest[1:].tolist(), latest[1:].tolist(), strict=True):
        end = starts[-1] + length
        tail = waveform[end - half : end + half]
        heads = waveform[low - half : high + half]
        starts.append(low + int(np.correlate(heads, tail, mode="valid").argmax()))
    return starts - regular
