"""Composition: key, tempo, chords, and the notes of each part, drawn at random."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

SCALES = {
    "major": np.array([0, 2, 4, 5, 7, 9, 11]),
    "minor": np.array([0, 2, 3, 5, 7, 8, 10]),
    "dorian": np.array([0, 2, 3, 5, 7, 9, 10]),
}

# Roots as scale degrees from 0; common progressions of Western music.
PROGRESSIONS = (
    (0, 4, 5, 3),
    (0, 3, 4, 0),
    (0, 5, 3, 4),
    (1, 4, 0, 5),
    (5, 3, 0, 4),
    (0, 2, 3, 4),
)

# Beats of the notes in half a bar of four.
RHYTHMS = (
    (1, 1),
    (1, 0.5, 0.5),
    (0.5, 0.5, 1),
    (0.5, 0.5, 0.5, 0.5),
    (1.5, 0.5),
    (0.75, 0.75, 0.5),
    (2,),
    (0.5, 1, 0.5),
    (0.5, 0.25, 0.25, 1),
)


class Note(NamedTuple):
    """One note: start and length in s, pitch as a MIDI number, loudness up to 1."""

    start: float
    seconds: float
    pitch: float
    loud: float


@dataclass(frozen=True)
class Score:
    """What all parts of one performance share."""

    seconds: float
    tonic: int
    scale: np.ndarray
    beat: float
    swing: float
    progression: tuple[int, ...]
    chord_beats: int

    def chord(self, beats: float) -> int:
        """Root, as a scale degree, of the chord that sounds at this beat."""
        return self.progression[int(beats // self.chord_beats) % len(self.progression)]

    def pitch(self, degree: int) -> int:
        """MIDI number of a scale degree; degree 0 is the tonic above middle C."""
        return 60 + self.tonic + 12 * (degree // 7) + int(self.scale[degree % 7])

    def time(self, beats: float) -> float:
        """Time of a beat, s; off-beat eighths are delayed by the swing."""
        late = self.swing if beats % 1 == 0.5 else 0.0
        return (beats + late) * self.beat

    @property
    def beats(self) -> int:
        """Number of beats in the performance, rounded up."""
        return int(np.ceil(self.seconds / self.beat))


def compose(rng: np.random.Generator, seconds: float, swing: bool = False) -> Score:
    """Draw key, mode, tempo (80 to 180 beats per minute) and chord progression."""
    return Score(
        seconds=seconds,
        tonic=int(rng.integers(-6, 6)),
        scale=SCALES[rng.choice(list(SCALES), p=[0.5, 0.35, 0.15])],
        beat=60 / rng.uniform(80, 180),
        swing=1 / 6 if swing else 0.0,
        progression=PROGRESSIONS[rng.integers(len(PROGRESSIONS))],
        chord_beats=int(rng.choice([2, 4])),
    )


def in_range(pitch: float, low: int, high: int) -> float:
    """`pitch` moved by octaves into [low, high], at least an octave wide."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def melody(rng: np.random.Generator, score: Score, low: int, high: int) -> list[Note]:
    """Steps and small leaps around a motif; chord tones where a chord begins."""
    motif = [RHYTHMS[index] for index in rng.integers(0, len(RHYTHMS), 2)]
    steps = rng.choice([-2, -1, -1, 0, 1, 1, 2, 3, -3], 8)
    notes, beats, degree, count = [], 0.0, int(rng.choice([0, 2, 4])), 0
    while beats < score.beats:
        for length in motif[int(beats // 2) % 2]:
            if beats % score.chord_beats == 0:
                tones = score.chord(beats) + np.array([-7, -5, -3, 0, 2, 4, 7])
                degree = int(tones[np.argmin(np.abs(tones - degree))])
            start = score.time(beats)
            end = score.time(beats + length)
            if rng.uniform() > 0.06:
                pitch = in_range(score.pitch(degree), low, high)
                loud = rng.uniform(0.7, 1.0) * (1.0 if beats % 2 == 0 else 0.85)
                notes.append(Note(start, end - start, pitch, loud))
            degree = int(np.clip(degree + steps[count % 8], -5, 9))
            beats, count = beats + length, count + 1
    return notes


def chords(rng: np.random.Generator, score: Score, low: int, high: int) -> list[Note]:
    """Accompaniment: held chords, repeated chords, or broken chords."""
    style = rng.choice(["held", "repeated", "broken"])
    size = int(rng.choice([3, 4]))
    figure = rng.permutation(size) if rng.uniform() < 0.4 else np.arange(size)
    step = {"held": score.chord_beats, "repeated": 1.0, "broken": 0.5}[style]
    notes = []
    for index, beats in enumerate(np.arange(0, score.beats, step)):
        root = score.chord(beats)
        tones = [root + third for third in (0, 2, 4, 7)[:size]]
        if style == "broken":
            tones = [tones[figure[index % size]]]
        start = score.time(beats)
        length = (1.6 if style == "broken" else 0.95) * step * score.beat
        for degree in tones:
            pitch = in_range(score.pitch(degree), low, high)
            notes.append(Note(start, length, pitch, rng.uniform(0.6, 0.8)))
    return notes


def bass_line(
    rng: np.random.Generator, score: Score, low: int, high: int
) -> list[Note]:
    """Roots, fifths and octaves of the chords, on beats or eighths."""
    step = float(rng.choice([0.5, 1.0]))
    figure = rng.choice([0, 0, 0, 4, 7, 2], 4)
    notes = []
    for index, beats in enumerate(np.arange(0, score.beats, step)):
        first = beats % score.chord_beats == 0
        degree = score.chord(beats) + (0 if first else int(figure[index % 4]))
        pitch = in_range(score.pitch(degree), low, high)
        loud = 1.0 if first else 0.75
        notes.append(Note(score.time(beats), 0.9 * step * score.beat, pitch, loud))
    return notes


def hertz(pitch: float) -> float:
    """Frequency of a MIDI number, equal temperament, A4 = 440 Hz."""
    return 440.0 * 2 ** ((pitch - 69) / 12)
