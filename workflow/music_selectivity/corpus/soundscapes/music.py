"""Performances: instruments, singers and drums that play one score together."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from music_selectivity.corpus.soundscapes import instruments, scores, voices
from music_selectivity.corpus.soundscapes import synthesis as dsp
from music_selectivity.corpus.soundscapes.scores import Note, Score


class Player(NamedTuple):
    """An instrument, its range as MIDI numbers, and whether it plays chords."""

    factory: Callable[[np.random.Generator], instruments.NoteMaker]
    low: int
    high: int
    polyphonic: bool


PLAYERS = {
    "Piano": Player(instruments.piano, 50, 86, True),
    "Acoustic guitar": Player(instruments.acoustic_guitar, 43, 76, True),
    "Electric guitar": Player(instruments.electric_guitar, 40, 74, False),
    "Organ": Player(instruments.organ, 48, 84, True),
    "Violin, fiddle": Player(instruments.violin, 56, 90, False),
    "Flute": Player(instruments.flute, 60, 93, False),
    "Trumpet": Player(instruments.trumpet, 54, 82, False),
    "Marimba, xylophone": Player(instruments.marimba, 52, 88, True),
    "Glockenspiel": Player(instruments.glockenspiel, 74, 98, True),
    "Synthesizer": Player(instruments.synthesizer, 45, 84, True),
    "Bass guitar": Player(instruments.bass_guitar, 28, 50, False),
}

# Lowest note and vocal tract of each singer.
SINGERS = {
    "Male singing": (45, 0.98),
    "Female singing": (57, 1.15),
    "Child singing": (62, 1.35),
}

# Hits of each drum in a bar of 16 sixteenths.
GROOVES = (
    {"kick": (0, 8), "snare": (4, 12), "hat": range(0, 16, 2)},
    {"kick": (0, 6, 8), "snare": (4, 12), "hat": range(16)},
    {"kick": (0, 4, 8, 12), "snare": (4, 12), "open hat": (2, 6, 10, 14)},
    {"kick": (0, 7, 10), "snare": (4, 12, 15), "hat": range(0, 16, 2)},
    {"kick": (0, 10), "tom": (6, 12, 14), "hat": range(0, 16, 4)},
    {"kick": (0,), "snare": (6, 14), "hat": (0, 4, 6, 8, 12, 14)},
)


def perform(
    rng: np.random.Generator, seconds: float, parts: tuple[str, ...], swing: bool
) -> np.ndarray:
    """Play one score on `parts`, names of PLAYERS, SINGERS, "Choir" or "Drum kit".

    The first part that is able to carries the melody; the others accompany it.
    """
    n = dsp.samples(seconds)
    score = scores.compose(rng, seconds, swing)
    sound = np.zeros(n)
    led = False
    for part in parts:
        if part == "Drum kit":
            line = _drums(rng, score, n)
        elif part == "Choir":
            line = _choir(rng, score, n)
        elif part in SINGERS:
            line = _sing(rng, score, n, part)
            led = True
        else:
            line = _play(rng, PLAYERS[part], _notes(rng, score, part, led, parts), n)
            led = led or part != "Bass guitar"
        sound += rng.uniform(0.6, 1.0) * dsp.unit_rms(line)
    return sound


def _notes(
    rng: np.random.Generator, score: Score, part: str, led: bool, parts: tuple[str, ...]
) -> list[Note]:
    """Notes of one part: a bass line, the melody, the chords, or both if alone."""
    player = PLAYERS[part]
    span = (player.low, player.high)
    if part == "Bass guitar":
        return scores.bass_line(rng, score, *span)
    if led:
        return scores.chords(rng, score, *span)
    alone = len(parts) == 1 and player.polyphonic
    roles = rng.choice(["melody", "chords", "both"]) if alone else "melody"
    notes = []
    if roles != "chords":
        notes += scores.melody(rng, score, player.low + 10, player.high)
    if roles != "melody":
        notes += scores.chords(rng, score, player.low, player.low + 16)
    return notes


def _play(
    rng: np.random.Generator, player: Player, notes: list[Note], n: int
) -> np.ndarray:
    sound = np.zeros(n)
    make = player.factory(rng)
    for note in notes:
        dsp.add(
            sound,
            make(scores.hertz(note.pitch), note.seconds, note.loud),
            note.start + rng.uniform(0, 0.008),
        )
    return sound


def _drums(rng: np.random.Generator, score: Score, n: int) -> np.ndarray:
    """One groove repeated, with softer notes and sometimes a crash at the start."""
    sound = np.zeros(n)
    kit, groove = instruments.drum_kit(rng), GROOVES[rng.integers(len(GROOVES))]
    for bar in range(0, score.beats, 4):
        for drum, steps in groove.items():
            for step in steps:
                hit = rng.uniform(0.8, 1.0) if step % 4 == 0 else rng.uniform(0.5, 0.8)
                dsp.add(sound, hit * kit[drum], score.time(bar + step / 4))
    if rng.uniform() < 0.4:
        dsp.add(sound, kit["crash"], 0.0)
    return sound


def _sing(rng: np.random.Generator, score: Score, n: int, singer: str) -> np.ndarray:
    """A melody on changing vowels: steady pitches with vibrato, joined by slides."""
    low, tract = SINGERS[singer]
    notes = scores.melody(rng, score, low, low + 15)
    track, loudness = _voice_tracks(rng, notes, n)
    source = voices.glottis(rng, track, rng.uniform(0.01, 0.06)) * loudness
    starts = np.array([note.start for note in notes])
    vowels = rng.integers(0, len(voices.VOWELS), len(notes))
    tract *= rng.uniform(0.94, 1.06)
    sound = voices.vocal_tract(source, starts, vowels, tract)
    consonants = np.zeros(n)
    hiss = dsp.noise(rng, 1300, rng.uniform(2500, 5000)) * np.hanning(1300)
    for start in starts[rng.uniform(size=len(starts)) < 0.35]:
        dsp.add(consonants, hiss, start - 0.04)
    return dsp.unit_rms(sound) + rng.uniform(0.1, 0.4) * consonants


def _voice_tracks(
    rng: np.random.Generator, notes: list[Note], n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pitch in Hz and loudness of a sung line, one value per sample."""
    times, pitches, loud_times, loudness = [], [], [], []
    for note in notes:
        end = note.start + note.seconds
        times += [note.start + 0.03, max(end - 0.03, note.start + 0.04)]
        pitches += [note.pitch] * 2
        loud_times += [
            note.start,
            note.start + 0.05,
            max(end - 0.06, note.start + 0.06),
        ]
        loudness += [0.25, note.loud, 0.8 * note.loud]
    rate, depth = rng.uniform(4.5, 6.5), rng.uniform(0.1, 0.5)
    vibrato = depth * dsp.oscillate(dsp.SINE, rate, n)
    pitch = dsp.curve(n, times, pitches) + vibrato + 0.08 * dsp.wander(rng, n, 8)
    return scores.hertz(pitch), dsp.curve(n, loud_times, loudness)


def _choir(rng: np.random.Generator, score: Score, n: int) -> np.ndarray:
    """Three or four voices on held chords, each with its own vibrato."""
    step = score.chord_beats
    starts = np.arange(0, score.beats, step)
    source = np.zeros(n)
    for third in (0, 2, 4, 7)[: rng.integers(3, 5)]:
        notes = [
            Note(
                score.time(beats),
                step * score.beat,
                scores.in_range(score.pitch(score.chord(beats) + third), 48, 72),
                0.9,
            )
            for beats in starts
        ]
        track, loudness = _voice_tracks(rng, notes, n)
        source += voices.glottis(rng, track, 0.03) * loudness
    vowels = rng.integers(0, len(voices.VOWELS), len(starts))
    times = starts * score.beat
    return voices.vocal_tract(source, times, vowels, rng.uniform(1.0, 1.2))
