"""Instruments by timbre. Each factory draws one instrument and returns its notes.

A factory takes the generator and returns ``note(frequency, seconds, loud)``, whose
sound may ring longer than `seconds`.
"""

from collections.abc import Callable

import numpy as np

from music_selectivity.corpus.soundscapes import synthesis as dsp

NoteMaker = Callable[[float, float, float], np.ndarray]


def piano(rng: np.random.Generator) -> NoteMaker:
    """Hammered strings, bright at first and then dark; two strings that beat."""
    bright, dark = rng.uniform(-7, -4), rng.uniform(-14, -10)
    detune = 1 + rng.uniform(3e-4, 1.2e-3)
    knock = dsp.noise(rng, 700, 100, 3000) * dsp.decay(700, 0.006)

    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        n = dsp.samples(seconds + 0.12)
        strike = dsp.wavetable(dsp.harmonics(frequency, bright))
        ring = dsp.wavetable(dsp.harmonics(frequency, dark))
        life = 1.2 * (220 / frequency) ** 0.4
        sound = loud * dsp.oscillate(strike, frequency, n) * dsp.decay(n, life * 0.12)
        sound += 0.7 * dsp.oscillate(ring, frequency * detune, n) * dsp.decay(n, life)
        dsp.add(sound, 0.25 * loud * knock, 0)
        return loud * dsp.fade(sound, 0.001, 0.12)

    return note


def acoustic_guitar(rng: np.random.Generator) -> NoteMaker:
    """Plucked string (Karplus-Strong) with a softer or harder pick."""
    pick, pluck_at = rng.uniform(0.2, 0.9), rng.uniform(0.1, 0.35)
    life = rng.uniform(0.5, 1.5)

    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        n = dsp.samples(seconds + 0.1)
        period = max(8, int(dsp.SAMPLE_RATE / frequency))
        burst = rng.standard_normal(period)
        burst -= np.roll(burst, max(1, int(pluck_at * period)))
        burst = pick * burst + (1 - pick) * (burst + np.roll(burst, 1)) / 2
        damping = np.exp(-1 / (life * frequency))
        # The loop sounds at rate / (period + 1/2); the reading speed tunes it.
        speed = frequency * (period + 0.5) / dsp.SAMPLE_RATE
        string = dsp.karplus_strong(burst, int(n * speed) + 2, damping)
        sound = np.interp(np.arange(n) * speed, np.arange(len(string)), string)
        return loud * dsp.fade(sound, 0.001, 0.08)

    return note


def electric_guitar(rng: np.random.Generator) -> NoteMaker:
    """The same string, sustained and driven into distortion."""
    string, drive = acoustic_guitar(rng), rng.uniform(2, 12)

    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        sound = string(frequency, seconds, 1.0) + 0.5 * string(
            1.5 * frequency, seconds, 1
        )
        return loud * np.tanh(drive * sound)

    return note


def organ(rng: np.random.Generator) -> NoteMaker:
    """Drawbars: a few steady partials, with the tremolo of a rotating speaker."""
    stops = np.zeros(16)
    stops[[0, 1, 2, 3, 5, 7, 9, 15]] = rng.uniform(0.1, 1, 8) * rng.choice(
        [0, 1], 8, p=[0.25, 0.75]
    )
    stops[0] = 1
    rate, depth = rng.uniform(4, 7), rng.uniform(0, 0.3)

    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        n = dsp.samples(seconds)
        table = dsp.wavetable(stops[: max(1, int(9000 / frequency))])
        tremolo = 1 + depth * dsp.oscillate(dsp.SINE, rate, n)
        return loud * dsp.fade(
            dsp.oscillate(table, frequency, n) * tremolo, 0.015, 0.04
        )

    return note


def violin(rng: np.random.Generator) -> NoteMaker:
    """Bowed string: sawtooth, slow attack, vibrato that starts late, body comb."""
    rate, depth = rng.uniform(4.5, 6.5), rng.uniform(0.004, 0.012)
    attack, slope = rng.uniform(0.04, 0.12), rng.uniform(-8, -4)
    body = np.exp(0.6 * rng.standard_normal(60))

    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        n = dsp.samples(seconds + 0.05)
        late = dsp.curve(n, [0.1, 0.35], [0.0, depth])
        pitch = frequency * (1 + late * dsp.oscillate(dsp.SINE, rate, n, rng.uniform()))
        strength = dsp.harmonics(frequency, slope)
        sound = dsp.oscillate(dsp.wavetable(strength * body[: len(strength)]), pitch, n)
        sound += 0.02 * rng.standard_normal(n, dtype=np.float32)
        return loud * dsp.fade(sound, min(attack, seconds / 2), 0.07)

    return note


def flute(rng: np.random.Generator) -> NoteMaker:
    """Nearly a sine, with breath noise and gentle tremolo."""
    overtones = np.array([1, *rng.uniform(0.02, [0.45, 0.25, 0.08, 0.05])])
    breath, rate = rng.uniform(0.03, 0.15), rng.uniform(4.5, 6)

    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        n = dsp.samples(seconds + 0.03)
        waver = dsp.oscillate(dsp.SINE, rate, n, rng.uniform())
        count = max(1, int(10000 / frequency))
        table = dsp.wavetable(overtones[:count])
        tone = dsp.oscillate(table, frequency * (1 + 0.003 * waver), n)
        air = dsp.noise(rng, n, frequency * 0.8, frequency * 4)
        return loud * dsp.fade(tone * (1 + 0.15 * waver) + breath * air, 0.04, 0.05)

    return note


def trumpet(rng: np.random.Generator) -> NoteMaker:
    """Brass, brighter where it is louder: each note opens from dark to bright."""
    bright, dark = rng.uniform(-4, -1), rng.uniform(-14, -10)
    opening, rate = rng.uniform(0.04, 0.12), rng.uniform(4.5, 6)

    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        n = dsp.samples(seconds)
        scoop = 1 - 0.02 * dsp.decay(n, 0.02)
        pitch = frequency * scoop * (1 + 0.004 * dsp.oscillate(dsp.SINE, rate, n))
        mute = dsp.wavetable(dsp.harmonics(frequency, dark, 30))
        blare = dsp.wavetable(dsp.harmonics(frequency, bright, 20))
        times = [0, opening, 2.5 * opening, max(seconds, 3 * opening)]
        brass = dsp.curve(n, times, [0, loud, 0.7 * loud, 0.4 * loud])
        sound = dsp.oscillate(mute, pitch, n) + brass * dsp.oscillate(blare, pitch, n)
        return loud * dsp.fade(sound, 0.025, 0.05)

    return note


def _struck_bar(ratios: np.ndarray, decays: np.ndarray, gains: np.ndarray) -> NoteMaker:
    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        n = dsp.samples(max(seconds, 0.3))
        lives = decays * (440 / frequency) ** 0.5
        return loud * dsp.fade(
            dsp.modes(n, frequency * ratios, lives, gains), 0.001, 0.05
        )

    return note


def marimba(rng: np.random.Generator) -> NoteMaker:
    """Wooden bars tuned 1 : 4 : 10, quickly damped."""
    decays = rng.uniform(0.15, 0.4) * np.array([1, 0.3, 0.12])
    return _struck_bar(np.array([1, 3.93, 9.8]), decays, np.array([1, 0.4, 0.25]))


def glockenspiel(rng: np.random.Generator) -> NoteMaker:
    """Steel bars with the partials of a free bar, which ring for long."""
    decays = rng.uniform(0.4, 1.0) * np.array([1, 0.5, 0.25, 0.15])
    gains = np.array([1, *rng.uniform(0.15, 0.6, 3)])
    return _struck_bar(np.array([1, 2.76, 5.4, 8.93]), decays, gains)


def synthesizer(rng: np.random.Generator) -> NoteMaker:
    """Detuned saw or pulse waves, with a filter sweep from bright to dark or back."""
    odd = rng.uniform() < 0.4
    detune = 1 + rng.uniform(0.002, 0.01)
    sweep = rng.uniform(0.06, 0.4)
    start, end = rng.permutation([1.0, rng.uniform(0.0, 0.3)])

    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        n = dsp.samples(seconds)
        bright = dsp.harmonics(frequency, -6)
        if odd:
            bright[1::2] = 0
        dark = bright * np.exp(-np.arange(len(bright)) / 2)
        mix = dsp.curve(n, [0, sweep], [start, end])
        opened, closed = dsp.wavetable(bright - dark), dsp.wavetable(dark)
        sound = dsp.oscillate(closed, frequency, n)
        sound += dsp.oscillate(closed, frequency * detune, n)
        sound += 2 * mix * dsp.oscillate(opened, frequency * detune, n)
        return loud * dsp.fade(sound, 0.008, 0.03)

    return note


def bass_guitar(rng: np.random.Generator) -> NoteMaker:
    """Low plucked string or synth bass: dark, with a short bright onset."""
    bright, dark = rng.uniform(-6, -3), rng.uniform(-12, -8)
    snap, life = rng.uniform(0.02, 0.1), rng.uniform(0.4, 1.5)

    def note(frequency: float, seconds: float, loud: float) -> np.ndarray:
        n = dsp.samples(seconds)
        onset = dsp.wavetable(dsp.harmonics(frequency, bright, 50))
        body = dsp.wavetable(dsp.harmonics(frequency, dark, 30))
        sound = dsp.oscillate(body, frequency, n) * dsp.decay(n, life)
        sound += 0.7 * dsp.oscillate(onset, frequency, n) * dsp.decay(n, snap)
        return loud * dsp.fade(sound, 0.003, 0.04)

    return note


def drum_kit(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One hit of each drum: kick, snare, hat, open hat, tom, crash."""
    n = dsp.samples(0.35)
    drop = rng.uniform(45, 60) + rng.uniform(80, 200) * dsp.decay(n, 0.025)
    kick = dsp.oscillate(dsp.SINE, drop, n) * dsp.decay(n, rng.uniform(0.06, 0.15))
    kick[:150] += 0.4 * dsp.noise(rng, 150, 800, 5000) * dsp.decay(150, 0.002)
    shell = rng.uniform(160, 260)
    rattle = dsp.noise(rng, n, 1200, 9000) * dsp.decay(n, rng.uniform(0.05, 0.13))
    snare = 0.35 * rattle + dsp.modes(
        n, shell * np.array([1, 1.6]), [0.06, 0.04], [1, 0.6]
    )
    metal = dsp.noise(rng, n, rng.uniform(5000, 7500))
    fall = rng.uniform(90, 140) * (1 + 0.4 * dsp.decay(n, 0.06))
    m = dsp.samples(1.2)
    return {
        "kick": 1.6 * kick,
        "snare": snare,
        "hat": 0.35 * metal * dsp.decay(n, rng.uniform(0.012, 0.035)),
        "open hat": 0.35 * metal * dsp.decay(n, 0.13),
        "tom": dsp.oscillate(dsp.SINE, fall, n) * dsp.decay(n, 0.12),
        "crash": 0.45 * dsp.noise(rng, m, 2500) * dsp.decay(m, 0.35),
    }
