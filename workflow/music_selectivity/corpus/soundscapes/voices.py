"""Human sounds: a source (glottis or breath) through moving formants, and crowds."""

import numpy as np

from music_selectivity.corpus.soundscapes import synthesis as dsp

# First three formants of a man's vowels, Hz (Peterson & Barney 1952).
VOWELS = np.array(
    [
        [270, 2290, 3010],
        [390, 1990, 2550],
        [530, 1840, 2480],
        [660, 1720, 2410],
        [730, 1090, 2440],
        [570, 840, 2410],
        [440, 1020, 2240],
        [300, 870, 2240],
        [640, 1190, 2390],
    ]
)
FORMANT_WIDTHS = np.array([90.0, 120.0, 180.0, 300.0])
FORMANT_LEVELS = np.array([1.0, 0.6, 0.35, 0.2])


def vocal_tract(
    source: np.ndarray, times: np.ndarray, vowels: np.ndarray, tract: float
) -> np.ndarray:
    """Send `source` through formants that glide between vowels.

    Parameters
    ----------
    source
        Shape (n,).
    times
        Seconds at which each vowel is reached, increasing.
    vowels
        Row of VOWELS for each time.
    tract
        Factor on the formants: about 1 for men, 1.17 for women, 1.35 for children.
    """
    targets = np.column_stack([VOWELS[vowels], np.full(len(vowels), 3500)]) * tract
    at = dsp.frame_times(len(source))
    centres = np.column_stack([np.interp(at, times, track) for track in targets.T])
    gains = dsp.formant_gains(centres, FORMANT_WIDTHS * tract, FORMANT_LEVELS)
    return dsp.spectral_filter(source, gains)


def glottis(
    rng: np.random.Generator, pitch: np.ndarray, breath: float, slope: float = -9.0
) -> np.ndarray:
    """Voiced source at `pitch` Hz (one value per sample) with some breath noise."""
    table = dsp.wavetable(dsp.harmonics(float(pitch.max()), slope))
    voiced = dsp.unit_rms(dsp.oscillate(table, pitch, len(pitch), rng.uniform()))
    if breath == 0:
        return voiced
    return voiced + breath * rng.standard_normal(len(pitch), dtype=np.float32)


def _syllables(
    rng: np.random.Generator, seconds: float, rate: float
) -> list[tuple[float, float, bool]]:
    """(start, length, first of a phrase) of syllables in phrases with pauses."""
    found, now = [], rng.uniform(0, 0.15)
    while now < seconds - 0.1:
        for index in range(rng.integers(3, 9)):
            length = rng.uniform(0.65, 1.45) / rate
            found.append((now, length, index == 0))
            now += length
        now += rng.uniform(0.12, 0.45)
    return found


def utterance(
    rng: np.random.Generator,
    seconds: float,
    pitch: float,
    tract: float,
    rate: float,
    whispered: bool = False,
) -> np.ndarray:
    """Nonsense speech: syllables of consonant and vowel; pitch falls over phrases."""
    n = dsp.samples(seconds)
    syllables = _syllables(rng, seconds, rate)
    loud_times, loud, hiss, pitches = [], [], [], []
    height = 1.0
    for start, length, opens in syllables:
        onset = rng.uniform(0.15, 0.35)
        # A consonant is a hiss, a burst, or (nasal, glide) only a dip of the voice.
        consonant = rng.choice([0.0, 0.25, 0.6], p=[0.45, 0.3, 0.25])
        stress = rng.uniform(0.5, 1.0)
        loud_times += [start + length * part for part in (0, onset, 0.8, 1.0)]
        loud += [0.03, stress, stress * 0.8, 0.03]
        hiss += [consonant, 0.02, 0.0, 0.0]
        height = rng.uniform(1.1, 1.35) if opens else height * rng.uniform(0.9, 1.03)
        pitches.append(pitch * max(height, 0.75) * rng.uniform(0.93, 1.1))
    starts = np.array([start for start, _, _ in syllables])
    vowels = rng.integers(0, len(VOWELS), len(syllables))
    loudness = dsp.curve(n, loud_times, loud)
    if whispered:
        source = rng.standard_normal(n, dtype=np.float32)
    else:
        track = dsp.curve(n, starts + 0.08, pitches)
        track *= 1 + 0.012 * dsp.wander(rng, n, 40)
        source = glottis(rng, track, rng.uniform(0.02, 0.15), rng.uniform(-11, -7))
    voice = vocal_tract(source * loudness, starts + 0.06, vowels, tract)
    edge = rng.uniform(2000, 5000)
    consonants = dsp.noise(rng, n, edge, edge * 2.2) * dsp.curve(n, loud_times, hiss)
    return dsp.unit_rms(voice) + rng.uniform(0.5, 1.2) * consonants


def male_speech(rng: np.random.Generator, seconds: float) -> np.ndarray:
    return utterance(
        rng, seconds, rng.uniform(85, 140), rng.uniform(0.93, 1.06), rng.uniform(3.2, 6)
    )


def female_speech(rng: np.random.Generator, seconds: float) -> np.ndarray:
    return utterance(
        rng,
        seconds,
        rng.uniform(170, 240),
        rng.uniform(1.1, 1.22),
        rng.uniform(3.2, 6),
    )


def child_speech(rng: np.random.Generator, seconds: float) -> np.ndarray:
    return utterance(
        rng,
        seconds,
        rng.uniform(260, 380),
        rng.uniform(1.28, 1.45),
        rng.uniform(2.8, 5),
    )


def whispering(rng: np.random.Generator, seconds: float) -> np.ndarray:
    return utterance(
        rng, seconds, 1.0, rng.uniform(0.95, 1.3), rng.uniform(3, 5.5), whispered=True
    )


def babble(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Many talkers at once."""
    return sum(
        rng.uniform(0.5, 1.0)
        * utterance(
            rng,
            seconds,
            rng.uniform(90, 240),
            rng.uniform(0.95, 1.2),
            rng.uniform(3, 6),
        )
        for _ in range(4)
    )


def _calls(
    rng: np.random.Generator,
    seconds: float,
    calls: list[tuple[float, float, np.ndarray, float]],
    tract: float,
    breath: float,
    vowels: np.ndarray,
) -> np.ndarray:
    """Voiced calls (start, length, pitches along it, level) through one vocal tract."""
    n = dsp.samples(seconds)
    times, pitches, loud_times, loudness = [], [], [], []
    for start, length, contour, level in calls:
        times += list(start + length * np.linspace(0, 1, len(contour)))
        pitches += list(contour)
        loud_times += [
            start,
            start + 0.2 * length,
            start + 0.7 * length,
            start + length,
        ]
        loudness += [0.0, level, 0.8 * level, 0.0]
    track = dsp.curve(n, times, pitches) * (1 + 0.01 * dsp.wander(rng, n, 50))
    source = glottis(rng, track, breath) * dsp.curve(n, loud_times, loudness)
    starts = np.array([call[0] for call in calls])
    return vocal_tract(source, starts, vowels, tract)


def laughter(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Bouts of breathy "ha" syllables, four to six per second, falling in pitch."""
    pitch, rate = rng.uniform(160, 420), rng.uniform(4, 6.5)
    calls, now = [], rng.uniform(0, 0.2)
    while now < seconds - 0.1:
        height = rng.uniform(1.1, 1.5)
        for _ in range(rng.integers(4, 9)):
            contour = pitch * height * np.array([1.0, 1.12, 0.85])
            calls.append((now, rng.uniform(0.45, 0.65) / rate, contour, height))
            height *= rng.uniform(0.88, 0.98)
            now += 1 / rate
        now += rng.uniform(0.15, 0.5)
    vowels = np.full(len(calls), rng.choice([3, 4, 8]))
    breath = rng.uniform(0.2, 0.5)
    return _calls(rng, seconds, calls, rng.uniform(1.0, 1.35), breath, vowels)


def baby_cry(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Wails of about a second that rise and fall, with gasps between."""
    pitch = rng.uniform(380, 560)
    calls, now = [], rng.uniform(0, 0.2)
    while now < seconds - 0.2:
        length = rng.uniform(0.5, 1.3)
        contour = pitch * rng.uniform(0.95, 1.1) * np.array([0.75, 1.05, 1.1, 1.0, 0.7])
        calls.append((now, length, contour, rng.uniform(0.7, 1.0)))
        now += length + rng.uniform(0.12, 0.35)
    vowels = rng.choice([3, 4], len(calls))
    return _calls(rng, seconds, calls, rng.uniform(1.4, 1.6), 0.15, vowels)


def applause(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Thousands of hand claps, with the different pitches of hollow hands."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    for _ in range(3):
        low = rng.uniform(500, 1300)
        clap = dsp.noise(rng, 500, low, low * 3) * dsp.decay(500, 0.004)
        sound += dsp.scatter(rng, n, rng.uniform(15, 60), clap, 0.6)
    swell = dsp.wander(rng, n, 1.0)
    return sound * np.exp(0.25 * swell)


def footsteps(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Steps of heel and toe, left and right, on a hard or gritty floor."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    grit, low = rng.uniform(0.1, 1.0), rng.uniform(60, 180)
    length = dsp.samples(0.18)
    for index, time in enumerate(dsp.regular(rng, seconds, rng.uniform(1.5, 3), 0.08)):
        foot = 1.0 if index % 2 else 1.12
        thump = dsp.modes(
            length,
            low * foot * np.array([1, 2.3, 4.1]),
            [0.03, 0.02, 0.01],
            [1, 0.6, 0.4],
        )
        scrape = dsp.noise(rng, length, 900 * foot, 5000) * dsp.decay(length, 0.025)
        dsp.add(sound, rng.uniform(0.7, 1) * (thump + grit * scrape), time)
        dsp.add(sound, 0.4 * grit * scrape, time + rng.uniform(0.07, 0.11))
    return sound


SOUNDS = {
    "Male speech, man speaking": male_speech,
    "Female speech, woman speaking": female_speech,
    "Child speech, kid speaking": child_speech,
    "Whispering": whispering,
    "Laughter": laughter,
    "Baby cry, infant cry": baby_cry,
    "Hubbub, speech noise, speech babble": babble,
    "Applause": applause,
    "Walk, footsteps": footsteps,
}
