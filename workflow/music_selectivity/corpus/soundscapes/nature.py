"""Animals, water, weather and fire."""

import numpy as np

from music_selectivity.corpus.soundscapes import synthesis as dsp
from music_selectivity.corpus.soundscapes.voices import FORMANT_LEVELS, glottis


def _muzzle(
    source: np.ndarray, times: object, openings: object, size: float
) -> np.ndarray:
    """Filter by the mouth of an animal: formants of a tract of `size` (a man's: 1).

    `openings` at `times` (s) move the lower formants: 0 is closed, 1 is wide.
    """
    opening = np.interp(dsp.frame_times(len(source)), times, openings)[:, None]
    closed, wide = np.array([300, 800, 2300, 3300]), np.array([900, 1700, 2700, 3700])
    centres = (closed + opening * (wide - closed)) / size
    widths = np.array([120, 180, 250, 400]) / size
    return dsp.spectral_filter(
        source, dsp.formant_gains(centres, widths, FORMANT_LEVELS)
    )


def bark(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Short rough calls whose pitch jumps up and falls, in groups."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    size, pitch = rng.uniform(0.6, 1.5), rng.uniform(250, 600)
    pitch, length, now = pitch / size, rng.uniform(0.12, 0.24), rng.uniform(0, 0.2)
    while now < seconds:
        for _ in range(rng.integers(1, 5)):
            m = dsp.samples(length * rng.uniform(0.85, 1.2))
            end = m / dsp.SAMPLE_RATE
            track = pitch * dsp.curve(m, [0, 0.3 * end, end], [0.8, 1.25, 0.6])
            rough = 1 + 0.5 * dsp.wander(rng, m, 90)
            source = glottis(rng, track, 0.5, -6) * rough
            call = _muzzle(source, [0, 0.4 * end, end], [0.1, 0.9, 0.2], size)
            dsp.add(sound, dsp.fade(call, 0.012, 0.6 * end), now)
            now += end + rng.uniform(0.08, 0.3)
        now += rng.uniform(0.1, 0.5)
    return sound


def meow(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """A gliding voiced call; the mouth opens and shuts once."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    pitch, now = rng.uniform(400, 750), rng.uniform(0, 0.2)
    while now < seconds - 0.2:
        m = dsp.samples(rng.uniform(0.5, 1.1))
        end = m / dsp.SAMPLE_RATE
        shape = [0.8, 1.15, 1.05, rng.uniform(0.6, 0.85)]
        track = pitch * dsp.curve(m, np.array([0, 0.3, 0.6, 1]) * end, shape)
        track *= 1 + 0.01 * dsp.wander(rng, m, 30)
        source = glottis(rng, track, 0.1, -5)
        call = _muzzle(source, [0, 0.45 * end, end], [0.0, 1.0, 0.1], 0.75)
        dsp.add(sound, dsp.fade(call, 0.08, 0.3 * end), now)
        now += end + rng.uniform(0.2, 0.6)
    return sound


def moo(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """A long low call that opens slowly."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    pitch, now = rng.uniform(90, 180), rng.uniform(0, 0.2)
    while now < seconds - 0.3:
        m = dsp.samples(rng.uniform(1.0, 2.2))
        end = m / dsp.SAMPLE_RATE
        shape = [0.85, 1.0, 1.2, rng.uniform(0.8, 1.1)]
        track = pitch * dsp.curve(m, np.array([0, 0.3, 0.7, 1]) * end, shape)
        track *= 1 + 0.015 * dsp.wander(rng, m, 25)
        source = glottis(rng, track, 0.15, -6)
        call = _muzzle(source, [0, 0.5 * end, end], [0.0, 0.7, 0.4], 1.6)
        dsp.add(sound, dsp.fade(call, 0.15, 0.25), now)
        now += end + rng.uniform(0.2, 0.5)
    return sound


def bird_song(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Phrases of whistled syllables: sweeps, trills and warbles, each repeated."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    centre, now = rng.uniform(2000, 5500), rng.uniform(0, 0.15)
    overtone = dsp.wavetable([1.0, rng.uniform(0, 0.25)])
    while now < seconds:
        length, gap = rng.uniform(0.04, 0.22), rng.uniform(0.02, 0.09)
        m = dsp.samples(length)
        ends = centre * np.exp(rng.uniform(-0.45, 0.45, 3))
        track = dsp.curve(m, [0, length / 2, length], ends)
        depth, rate = rng.choice([0, 0.08]), rng.uniform(25, 60)
        track = track * (1 + depth * dsp.oscillate(dsp.SINE, rate, m))
        syllable = dsp.fade(dsp.oscillate(overtone, track, m), length / 4, length / 3)
        level = rng.uniform(0.4, 1.0)
        for _ in range(rng.integers(1, 7)):
            dsp.add(sound, level * syllable, now)
            now += length + gap
        now += rng.uniform(0.05, 0.35)
    return sound


def croak(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Calls of regular pulses, 20 to 60 per second, ringing in the throat sac."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    ring, rate = rng.uniform(400, 1600), rng.uniform(20, 60)
    pulse = dsp.modes(
        dsp.samples(0.05), ring * np.array([1, 1.9, 3.1]), [0.008] * 3, [1, 0.5, 0.25]
    )
    length, gap = rng.uniform(0.2, 0.6), rng.uniform(0.1, 0.4)
    now = rng.uniform(0, 0.15)
    while now < seconds:
        times = dsp.regular(rng, length, rate, 0.06)
        for time in times:
            swell = np.sin(np.pi * (time / length * 0.9 + 0.1))
            dsp.add(sound, swell * pulse, now + time)
        now += length + gap * rng.uniform(0.8, 1.3)
    return sound


def cricket(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Chirps of three to five pulses of one high tone, evenly spaced."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    for _ in range(rng.integers(1, 4)):
        tone, rate = rng.uniform(3000, 6500), rng.uniform(1.8, 4.5)
        pulses, pulse_rate = rng.integers(3, 6), rng.uniform(28, 50)
        m = dsp.samples(0.7 / pulse_rate)
        pulse = dsp.oscillate(dsp.SINE, tone, m) * np.hanning(m)
        level = rng.uniform(0.3, 1.0)
        for time in dsp.regular(rng, seconds, rate, 0.04):
            for index in range(pulses):
                rise = 0.5 + 0.5 * index / pulses
                dsp.add(sound, level * rise * pulse, time + index / pulse_rate)
    return sound


def mosquito(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Wing beat of a bee or mosquito that comes and goes, with a gliding pitch."""
    n = dsp.samples(seconds)
    pitch = rng.uniform(180, 650) * np.exp(0.06 * dsp.wander(rng, n, 3))
    table = dsp.wavetable(dsp.harmonics(pitch.max(), rng.uniform(-7, -3), 20))
    nearness = np.exp(0.8 * dsp.wander(rng, n, 1.2))
    flutter = 1 + 0.2 * dsp.wander(rng, n, 60)
    return dsp.oscillate(table, pitch, n) * nearness * flutter


def rain(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """A hiss of distant drops and the patter of near ones."""
    n = dsp.samples(seconds)
    ring = rng.uniform(1500, 5000)
    drop = dsp.noise(rng, 220, ring * 0.7, ring * 1.6) * dsp.decay(220, 0.0025)
    patter = dsp.scatter(rng, n, rng.uniform(60, 250), drop, 0.8)
    hiss = dsp.noise(rng, n, rng.uniform(300, 900), dsp.NYQUIST, rng.uniform(-4, 1))
    hiss *= np.exp(0.1 * dsp.wander(rng, n, 2))
    return dsp.unit_rms(patter) + rng.uniform(0.3, 1.0) * hiss


def _bubble(rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    """Ringing air bubble: a decaying sine that rises (Minnaert resonance)."""
    frequency = np.exp(rng.uniform(np.log(low), np.log(high)))
    seconds = 20 / frequency
    m = dsp.samples(6 * seconds)
    track = frequency * (1 + rng.uniform(0.05, 0.5) * np.linspace(0, 1, m))
    return dsp.oscillate(dsp.SINE, track, m) * dsp.decay(m, seconds) * (800 / frequency)


def stream(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Running water: hundreds of bubbles over a soft rush."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    low = rng.uniform(300, 700)
    bubbles = [_bubble(rng, low, low * 7) for _ in range(24)]
    for time in dsp.regular(rng, seconds, rng.uniform(60, 140), 0.95):
        bubble = bubbles[rng.integers(len(bubbles))]
        dsp.add(sound, rng.uniform(0.2, 1.0) * bubble, time)
    rush = dsp.noise(rng, n, 400, 6000, -4)
    return dsp.unit_rms(sound) + rng.uniform(0.15, 0.45) * rush


def drip(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Single drops, each a click and a rising bubble, from a leaking tap."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    low = rng.uniform(500, 1500)
    for time in dsp.regular(rng, seconds, rng.uniform(1.5, 5), rng.uniform(0.05, 0.5)):
        bubble = _bubble(rng, low, low * 1.6)
        bubble /= np.abs(bubble).max()
        dsp.add(sound, bubble, time + 0.012)
        dsp.add(sound, 0.5 * bubble[::2], time + 0.05)
        dsp.add(sound, dsp.noise(rng, 90, 2000) * dsp.decay(90, 0.001) * 0.4, time)
    return sound


def waves(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Surf: noise that swells, breaks and hisses back, brightest as it breaks."""
    n = dsp.samples(seconds)
    period = rng.uniform(1.6, 3.5)
    phase = (np.arange(n) / dsp.SAMPLE_RATE / period + rng.uniform()) % 1
    swell = np.interp(phase, [0, 0.35, 0.45, 0.75, 1], [0.1, 0.5, 1.0, 0.4, 0.1])
    swell *= np.exp(0.15 * dsp.wander(rng, n, 4))
    dull = dsp.noise(rng, n, 80, rng.uniform(400, 900))
    bright = dsp.noise(rng, n, 800, rng.uniform(5000, 9000), -2)
    return dull * swell + bright * swell**2


def wind(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Gusts: noise through a resonance that wanders with its strength."""
    n = dsp.samples(seconds)
    gust = np.interp(
        dsp.frame_times(n),
        np.arange(n) / dsp.SAMPLE_RATE,
        dsp.wander(rng, n, rng.uniform(1.0, 2.5)),
    )
    centre = rng.uniform(250, 700) * np.exp(0.4 * gust)[:, None] * np.array([1, 2.7])
    gains = dsp.formant_gains(centre, [rng.uniform(60, 200), 400], [1.0, 0.3])
    gains *= np.exp(0.6 * gust)[:, None]
    return dsp.spectral_filter(dsp.noise(rng, n, 60, 6000, -3), gains)


def fire(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Crackles of all sizes, hisses, and the low roar of the flame."""
    n = dsp.samples(seconds)
    roar = dsp.noise(rng, n, 30, rng.uniform(150, 400)) * np.exp(
        0.4 * dsp.wander(rng, n, 8)
    )
    sound = 0.5 * roar
    for _ in range(2):
        low = rng.uniform(700, 3000)
        snap = dsp.noise(rng, 260, low, low * 4) * dsp.decay(
            260, rng.uniform(5e-4, 3e-3)
        )
        crackle = dsp.scatter(rng, n, rng.uniform(8, 40), snap, 1.1)
        sound += rng.uniform(0.7, 1.5) * dsp.unit_rms(crackle)
    return sound + 0.1 * dsp.noise(rng, n, 3000)


def thunder(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """A crack of many strokes, then a rumble that continues and darkens."""
    n = dsp.samples(seconds)
    start = rng.uniform(0, 0.15) * seconds
    after = np.maximum(np.arange(n) / dsp.SAMPLE_RATE - start, 0)
    began = dsp.curve(n, [start, start + 0.02], [0.1, 1.0])
    rolls = np.exp(0.7 * dsp.wander(rng, n, rng.uniform(3, 7)))
    rumble = dsp.noise(rng, n, 25, rng.uniform(120, 300)) * rolls
    crack = dsp.noise(rng, n, 150, rng.uniform(3000, 7000), -3)
    crack *= np.exp(0.9 * dsp.wander(rng, n, 25) - after / rng.uniform(0.25, 0.7))
    return began * (rumble * np.exp(-after / 2.5) + rng.uniform(0.7, 1.5) * crack)


SOUNDS = {
    "Bark": bark,
    "Meow": meow,
    "Moo": moo,
    "Bird vocalization, bird call, bird song": bird_song,
    "Croak": croak,
    "Cricket": cricket,
    "Mosquito": mosquito,
    "Rain": rain,
    "Stream": stream,
    "Drip": drip,
    "Waves, surf": waves,
    "Wind": wind,
    "Fire": fire,
    "Thunder": thunder,
}
