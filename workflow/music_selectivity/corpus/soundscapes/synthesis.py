"""Building blocks of sound: noise, oscillators, resonators, events in time.

Signals are arrays at `SAMPLE_RATE`. Their level is arbitrary, because the mixer sets
it. No function loops over samples, so that a clip takes milliseconds.
"""

import numpy as np
from scipy import fft

SAMPLE_RATE = 22050
"""Samples per second, Hz."""

NYQUIST = SAMPLE_RATE / 2

# Frames of 23 ms: short enough for syllables, long enough to separate formants.
FRAME = 512
HOP = FRAME // 2

TABLE = 4096
"""Samples of a wavetable: reading the nearest one is about 60 dB clean."""


def samples(seconds: float) -> int:
    """Number of samples in `seconds`, at least one."""
    return max(1, round(seconds * SAMPLE_RATE))


def band_gain(frequency: np.ndarray, low: float, high: float) -> np.ndarray:
    """Amplitude of a band-pass with edges of 24 dB per octave, at `frequency` in Hz."""
    frequency = np.maximum(frequency, 1.0)
    return 1 / np.sqrt((1 + (low / frequency) ** 8) * (1 + (frequency / high) ** 8))


def noise(
    rng: np.random.Generator,
    n: int,
    low: float = 0.0,
    high: float = NYQUIST,
    slope: float = 0.0,
) -> np.ndarray:
    """`n` samples of Gaussian noise of unit RMS between `low` and `high` Hz.

    The spectrum falls or rises by `slope` dB per octave; it is flat below 50 Hz.
    """
    size = fft.next_fast_len(max(n, 64), real=True)
    frequency = fft.rfftfreq(size, 1 / SAMPLE_RATE)
    gain = band_gain(frequency, low, high)
    gain *= (np.maximum(frequency, 50.0) / 1000.0) ** (slope / 6.02)
    spectrum = rng.standard_normal((2, len(frequency)), dtype=np.float32)
    sound = fft.irfft((spectrum[0] + 1j * spectrum[1]) * gain.astype(np.float32), size)
    return unit_rms(sound[:n])


def unit_rms(sound: np.ndarray) -> np.ndarray:
    """`sound` scaled to an RMS of 1; silence stays silent."""
    return sound / (np.sqrt(np.mean(np.square(sound))) + 1e-12)


def curve(n: int, times: object, values: object) -> np.ndarray:
    """Control signal of `n` samples: straight lines through (times in s, values)."""
    return np.interp(np.arange(n) / SAMPLE_RATE, times, values)


def wander(rng: np.random.Generator, n: int, rate: float) -> np.ndarray:
    """Slow random control signal, about N(0, 1), with `rate` new values per second."""
    points = rng.standard_normal(int(n / SAMPLE_RATE * rate) + 3)
    times = (np.arange(len(points)) - rng.uniform()) / rate
    return curve(n, times, points)


def wavetable(amplitudes: np.ndarray, phases: np.ndarray | None = None) -> np.ndarray:
    """One cycle of a tone whose harmonics 1, 2, ... have these amplitudes."""
    spectrum = np.zeros(TABLE // 2 + 1, dtype=complex)
    turn = -1j if phases is None else np.exp(1j * phases)
    spectrum[1 : len(amplitudes) + 1] = np.asarray(amplitudes) * turn
    return fft.irfft(spectrum, TABLE) * (TABLE / 2)


def harmonics(frequency: float, slope: float, most: int = 60) -> np.ndarray:
    """Amplitudes of the harmonics of `frequency` to 10 kHz; `slope` dB per octave."""
    count = int(np.clip(10000 / frequency, 1, most))
    return np.arange(1, count + 1) ** (slope / 6.02)


SINE = wavetable(np.ones(1))


def oscillate(
    table: np.ndarray, frequency: float | np.ndarray, n: int, phase: float = 0.0
) -> np.ndarray:
    """Read a wavetable at `frequency` Hz (a number, or one value per sample)."""
    if np.ndim(frequency) == 0:
        cycles = np.arange(n) * (frequency / SAMPLE_RATE)
    else:
        cycles = np.cumsum(frequency) / SAMPLE_RATE
    return table[((cycles + phase) * TABLE).astype(np.int64) & (TABLE - 1)]


def decay(n: int, seconds: float) -> np.ndarray:
    """Exponential decay to 1/e in `seconds`."""
    return np.exp(-np.arange(n, dtype=np.float32) / (seconds * SAMPLE_RATE))


def fade(sound: np.ndarray, attack: float, release: float) -> np.ndarray:
    """`sound` with straight ramps of `attack` and `release` seconds at its ends."""
    n = len(sound)
    position = np.arange(n)
    rise = (position + 1) / (attack * SAMPLE_RATE + 1)
    fall = (n - position) / (release * SAMPLE_RATE + 1)
    return sound * np.minimum(1.0, np.minimum(rise, fall))


def modes(n: int, frequencies: object, decays: object, gains: object) -> np.ndarray:
    """Sum of decaying sines: a struck body. Frequencies in Hz, decays in s."""
    sound = np.zeros(n)
    for frequency, seconds, gain in zip(frequencies, decays, gains, strict=True):
        if frequency < NYQUIST:
            sound += gain * decay(n, seconds) * oscillate(SINE, frequency, n)
    return sound


def karplus_strong(burst: np.ndarray, n: int, damping: float) -> np.ndarray:
    """Plucked string: ``y[t] = damping * (y[t - N] + y[t - N - 1]) / 2`` after `burst`.

    The loop over one period of N samples is solved in closed form: the averaging
    filter acts on each period as a circular convolution, so period k is the burst
    times the filter's response to the power k (Karplus & Strong 1983, made periodic).

    Parameters
    ----------
    burst
        The first period, shape (N,).
    n
        Samples wanted.
    damping
        Gain of one turn, below 1.
    """
    period = len(burst)
    turns = np.arange(-(-n // period))
    loop = damping * (1 + np.exp(-2j * np.pi * np.arange(period // 2 + 1) / period)) / 2
    powers = np.exp(np.outer(turns, np.log(loop + 1e-9))).astype(np.complex64)
    return fft.irfft(fft.rfft(burst) * powers, period, axis=1).ravel()[:n]


def frame_times(n: int) -> np.ndarray:
    """Times of the centres of `spectral_filter`'s frames, s."""
    return np.arange(-(-n // HOP) + 1) * HOP / SAMPLE_RATE


def spectral_filter(sound: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Filter whose response changes over time (short-time Fourier transform).

    Parameters
    ----------
    sound
        Shape (n,).
    gains
        Amplitude response, shape (len(frame_times(n)), FRAME // 2 + 1).
    """
    n = len(sound)
    window = np.sin(np.pi * (np.arange(FRAME, dtype=np.float32) + 0.5) / FRAME)
    padded = np.zeros((len(gains) + 1) * HOP, dtype=np.float32)
    padded[HOP : HOP + n] = sound
    halves = padded.reshape(-1, HOP)
    frames = np.hstack([halves[:-1], halves[1:]]) * window
    frames = fft.irfft(fft.rfft(frames) * gains.astype(np.float32), FRAME) * window
    halves[:] = 0
    halves[:-1] += frames[:, :HOP]
    halves[1:] += frames[:, HOP:]
    return padded[HOP : HOP + n]


def formant_gains(
    centres: np.ndarray, widths: np.ndarray, levels: np.ndarray
) -> np.ndarray:
    """Amplitude response of parallel formants, for `spectral_filter`.

    Parameters
    ----------
    centres
        Hz, shape (frames, formants).
    widths
        Hz, shape (formants,).
    levels
        Amplitude of each formant's peak, shape (formants,).
    """
    bins = np.linspace(0, NYQUIST, FRAME // 2 + 1, dtype=np.float32)
    gains = np.full((len(centres), len(bins)), 0.01, dtype=np.float32)
    for index, (width, level) in enumerate(zip(widths, levels, strict=True)):
        centre = centres[:, index, None].astype(np.float32)
        distance = (bins - centre) * np.float32(2 / width)
        gains += np.float32(level) / np.sqrt(1 + distance * distance)
    return gains


def add(sound: np.ndarray, event: np.ndarray, start: float) -> None:
    """Add `event` to `sound`, in place, from `start` seconds on; cut at the end."""
    first = max(0, round(start * SAMPLE_RATE))
    length = min(len(event), len(sound) - first)
    if length > 0:
        sound[first : first + length] += event[:length]


def regular(
    rng: np.random.Generator, seconds: float, rate: float, jitter: float
) -> np.ndarray:
    """Times of about `rate` events per second; gaps vary by the share `jitter`."""
    gaps = 1 + jitter * rng.uniform(-1, 1, int(seconds * rate * 1.5) + 3)
    times = (np.cumsum(gaps) - gaps[0] * rng.uniform(0.7, 1.0)) / rate
    return times[times < seconds]


def scatter(
    rng: np.random.Generator, n: int, rate: float, grain: np.ndarray, spread: float
) -> np.ndarray:
    """Poisson shower of `rate` grains per second, levels log-normal (`spread`, ln)."""
    count = rng.poisson(rate * n / SAMPLE_RATE) + 1
    impulses = np.zeros(n, dtype=np.float32)
    levels = np.exp(spread * rng.standard_normal(count)) * rng.choice([-1, 1], count)
    np.add.at(impulses, rng.integers(0, n, count), levels)
    return convolve(impulses, grain)


def convolve(sound: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Convolution with a short response, cut to the length of `sound`."""
    n = len(sound)
    size = fft.next_fast_len(n + len(response), real=True)
    response = response.astype(np.float32)
    product = fft.rfft(sound.astype(np.float32), size) * fft.rfft(response, size)
    return fft.irfft(product, size)[:n]
