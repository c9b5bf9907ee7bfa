"""From a recipe to sound: sources are mixed, coloured, and set in background noise.

All properties other than the sources are drawn from the same distributions for all
clips: length, level, band, spectral balance and background carry no information about
the sources.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile
from scipy import fft

from music_selectivity.corpus.soundscapes import music, nature, things, voices
from music_selectivity.corpus.soundscapes import synthesis as dsp
from music_selectivity.corpus.soundscapes.corpus import Recipe, Source, Spec
from music_selectivity.seeds import generator
from music_selectivity.store import atomic_path

NATURAL = {**voices.SOUNDS, **nature.SOUNDS, **things.SOUNDS}

LEVELS = (-34.0, -22.0)
"""RMS level of a clip, dB re full scale; uniform in this range."""

SIGNAL_TO_NOISE = (4.0, 20.0)
"""Level of the sources over the background, dB; uniform in this range."""

FILLED = (0.7, 1.0)
"""Duration of a source as a share of the clip; uniform in this range."""

BALANCE = (0.7, 1.0)
"""How far the sources' long-term spectrum is flattened, uniform; 1 is completely."""

EDGES = np.geomspace(50, dsp.NYQUIST, 25)
"""Edges of the bands of the spectral balance, Hz; about a third of an octave each."""

TILT = (-7.0, 1.0)
"""Slope of a clip's spectrum, dB per octave; uniform in this range."""

BUMPS = 7.0
"""Standard deviation of broad bumps on that slope, dB."""

QUIETEST = 45.0
"""Bands this many dB below the strongest are not raised, because they have no sound."""

CREST = 8.0
"""Peaks above about this multiple of the RMS are compressed, so that no file clips."""


def render(recipe: Recipe, spec: Spec) -> np.ndarray:
    """Waveform of one clip: float32, shape (seconds * 22,050,), within [-1, 1].

    It depends only on the recipe and the length.
    """
    n = dsp.samples(spec.seconds)
    mix = np.zeros(n, dtype=np.float32)
    for index, source in enumerate(recipe.sources):
        rng = generator(recipe.seed, "source", index)
        part = _sound(rng, spec.seconds * rng.uniform(*FILLED), source)
        part = dsp.fade(dsp.unit_rms(part), *rng.uniform(0.02, 0.35, 2))
        start = rng.integers(0, max(1, n - len(part)))
        level = 10 ** (rng.uniform(-8, 0) / 20)
        dsp.add(mix, level * part, start / dsp.SAMPLE_RATE)
    rng = generator(recipe.seed, "channel")
    clip = dsp.unit_rms(_channel(rng, mix))
    clip = dsp.unit_rms(CREST * np.tanh(clip / CREST))
    return (clip * 10 ** (rng.uniform(*LEVELS) / 20)).astype(np.float32)


def write_audio(spec: Spec, recipes: Iterable[Recipe], folder: str | Path) -> None:
    """Write ``<ytid>.flac``, 16-bit mono at 22,050 Hz, for each of `recipes`."""
    # A shard without clips is an empty folder.
    Path(folder).mkdir(parents=True, exist_ok=True)
    for recipe in recipes:
        with atomic_path(Path(folder, f"{recipe.ytid}.flac")) as path:
            soundfile.write(
                path, render(recipe, spec), dsp.SAMPLE_RATE, subtype="PCM_16"
            )


def _sound(rng: np.random.Generator, seconds: float, source: Source) -> np.ndarray:
    if source.parts:
        return music.perform(rng, seconds, source.parts, swing=source.kind == "Jazz")
    return NATURAL[source.kind](rng, seconds)


def _channel(rng: np.random.Generator, mix: np.ndarray) -> np.ndarray:
    """Effect of a recording: spectral balance, band limit, coloured background noise.

    The long-term spectrum in third octaves is moved towards a random smooth one, so
    that it says little about the sources. Their time course and their fine structure in
    frequency are preserved.
    """
    n = len(mix)
    size = fft.next_fast_len(n, real=True)
    spectrum = fft.rfft(mix, size)
    frequency = np.arange(len(spectrum)) * (dsp.SAMPLE_RATE / size)
    own = _third_octaves(spectrum, frequency)
    change = _colour(rng) - rng.uniform(*BALANCE) * own
    change -= change.max()  # The scale is arbitrary; this keeps float32 in range.
    signal = spectrum * _response(frequency, change)
    signal *= dsp.band_gain(frequency, rng.uniform(20, 150), _highest(rng))
    hiss = rng.standard_normal((2, len(spectrum)), dtype=np.float32)
    # The background is wider than the band of the sources, like a recorder's noise.
    background = (hiss[0] + 1j * hiss[1]) * _response(frequency, _colour(rng))
    ratio = 10 ** (-rng.uniform(*SIGNAL_TO_NOISE) / 20)
    background *= ratio * np.linalg.norm(signal) / np.linalg.norm(background)
    return fft.irfft((signal + background).astype(np.complex64), size)[:n]


def _third_octaves(spectrum: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Mean power in each band, dB, at most QUIETEST below the strongest."""
    edges = np.r_[0, np.searchsorted(frequency, EDGES[1:])]
    power = np.add.reduceat(np.abs(spectrum) ** 2, edges[:-1]) / np.diff(edges)
    return 10 * np.log10(power + 10 ** (-QUIETEST / 10) * power.max())


def _response(frequency: np.ndarray, bands: np.ndarray) -> np.ndarray:
    """Gain at `frequency` (Hz) of an equaliser set to `bands` (dB), as an amplitude."""
    position = np.log(np.maximum(frequency, EDGES[0]))
    centres = np.log(np.sqrt(EDGES[1:] * EDGES[:-1]))
    return 10 ** (np.interp(position, centres, bands) / 20)


def _colour(rng: np.random.Generator) -> np.ndarray:
    """Random smooth spectrum, dB in each band: a tilt with broad bumps."""
    bands = len(EDGES) - 1
    octaves = np.log2(EDGES[1:] / EDGES[0])
    window = np.hanning(9)[1:-1]
    steps = rng.standard_normal(bands + len(window) - 1)
    bumps = np.convolve(steps, window / np.linalg.norm(window), "valid")
    return rng.uniform(*TILT) * octaves + BUMPS * bumps


def _highest(rng: np.random.Generator) -> float:
    """Upper band edge, Hz; a third of the clips have less than the full band."""
    return rng.choice([dsp.NYQUIST * 2, rng.uniform(3500, 10000)], p=[0.65, 0.35])
