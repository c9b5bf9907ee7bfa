"""The segments of a sound, and how its spectrum changes where they meet."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from music_selectivity.audio.log_mel import LogMel
from music_selectivity.vocabulary import ADJACENT, OVERLAPPING


class Frames:
    """Log-mel frames before and after the boundaries of a sound's segments.

    Segments of several lengths, and the rules that order them, share many frames, so
    each frame is computed once.

    Parameters
    ----------
    sound
        (samples,), float, at least one frame.
    log_mel
        Front end without centring, so that frames lie within the sound.
    """

    def __init__(self, sound: np.ndarray, log_mel: LogMel) -> None:
        self.sound, self.settings = sound, log_mel.settings
        self._log_mel = log_mel
        self._windows = sliding_window_view(sound, self.settings.n_fft)
        self._computed = np.empty((0, self.settings.n_mels))
        # Row of `_computed` with the frame that starts at each sample, or -1.
        self._row = np.full(len(self._windows), -1, np.int32)

    def step(self, boundary: str) -> int:
        """Samples from one to the other of two frames on a side of a boundary.

        `boundary` is OVERLAPPING for one hop of the front end, or ADJACENT for a frame.
        """
        hop, frame = self.settings.hop_length, self.settings.n_fft
        return {OVERLAPPING: hop, ADJACENT: frame}[boundary]

    def around(
        self, ends: np.ndarray, starts: np.ndarray, boundary: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """Frames around boundaries: the last two before, and the first two after.

        Parameters
        ----------
        ends, starts
            (boundaries,), samples: where segments end, and where others start.
        boundary
            ``vocabulary.OVERLAPPING`` or ``ADJACENT`` frames.

        Returns
        -------
        before : array, shape (len(ends), 2, n_mels), float64, dB
        after : array, shape (len(starts), 2, n_mels), float64, dB
        """
        step, frame = self.step(boundary), self.settings.n_fft
        before = ends[:, None] - [frame + step, frame]
        after = starts[:, None] + [0, step]
        found = self._at(np.concatenate([before, after]))
        return found[: len(ends)], found[len(ends) :]

    def _at(self, starts: np.ndarray) -> np.ndarray:
        new = np.unique(starts[self._row[starts] < 0])
        if len(new):
            frames = self._log_mel(self._windows[new])[..., 0]
            self._row[new] = len(self._computed) + np.arange(len(new))
            self._computed = np.concatenate([self._computed, frames])
        return self._computed[self._row[starts]]


class Segments:
    """The segments of a sound, and how its spectrum changes from one to another.

    Two frames before a boundary are compared with two frames after it.

    Parameters
    ----------
    frames
        Frames of the sound. The segments fill its beginning. Of the rest, only the two
        frames that follow the last segment are used.
    length
        Samples of a segment, at least two frames.
    count
        Number of segments, at least two.

    Raises
    ------
    ValueError
        There are fewer than two segments, or the sound is shorter than all of them.
    """

    def __init__(self, frames: Frames, length: int, count: int) -> None:
        samples = len(frames.sound)
        if count < 2 or samples < count * length:
            raise ValueError(
                f"{samples} samples do not hold {count} segments of {length}, or "
                "these are less than two"
            )
        self.length, self.count = length, count
        self.waveform = frames.sound[: count * length]
        self._frames = frames

    def ends(self, boundary: str) -> tuple[np.ndarray, np.ndarray]:
        """Frames at the end of each segment, and at the start of each.

        Where the sound goes on long enough after the last segment, the frames that
        follow it count as one more start.

        Parameters
        ----------
        boundary
            ``vocabulary.OVERLAPPING`` or ``ADJACENT`` frames.

        Returns
        -------
        tails : array, shape (count, 2, n_mels), dB
        heads : array, shape (count, 2, n_mels) or (count + 1, 2, n_mels), dB
        """
        places = np.arange(self.count + 1) * self.length
        needed = self._frames.step(boundary) + self._frames.settings.n_fft
        goes_on = len(self._frames.sound) - places[-1] >= needed
        heads = places if goes_on else places[:-1]
        return self._frames.around(places[1:], heads, boundary)

    def made(self, boundary: str) -> np.ndarray:
        """Change that the sound itself makes at the end of each segment.

        Returns
        -------
        array, shape (count,) or (count - 1,), dB^2
            Without the last segment's where the sound ends with it.
        """
        tails, heads = self.ends(boundary)
        return squared_change(tails[: len(heads) - 1], heads[1:])

    def original_change(self) -> float:
        """Mean change of the sound where a quilt has joints, as `joint_change`."""
        return float(self.made(OVERLAPPING)[: self.count - 1].mean())


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
    frames = Frames(quilted, log_mel)
    return float(squared_change(*frames.around(joints, joints, OVERLAPPING)).mean())
