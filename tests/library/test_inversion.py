"""Inversion of log-mels, by the front end that analyses its result again."""

import numpy as np
import pytest
import torch

from music_selectivity.audio.inversion import Inversion
from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.torchaudio_import import import_transforms
from music_selectivity.corpus.soundscapes.corpus import Spec, plan
from music_selectivity.corpus.soundscapes.rendering import render
from music_selectivity.errors import InputError
from music_selectivity.seeds import generator

RATE = 22_050
PAPER = LogMelSettings(n_fft=551, hop_length=275, n_mels=64, f_min=0, f_max=8000)


def tones(*hertz: float, n_samples: int = RATE // 2) -> np.ndarray:
    times = np.arange(n_samples) / RATE
    waveform = sum(0.2 * np.sin(2 * np.pi * each * times) for each in hertz)
    return waveform.astype(np.float32)[None]


def inverted(log_mels: np.ndarray, n_samples: int, iterations: int = 100):
    """Log-mels of the sounds to which others are inverted."""
    inversion = Inversion(PAPER, RATE, n_samples)
    rng = generator("test of inversion")
    sounds = inversion(torch.from_numpy(log_mels), rng, iterations)
    assert sounds.shape == (len(log_mels), n_samples)
    return LogMel(PAPER, RATE)(sounds.numpy())


def soundscapes(count: int) -> np.ndarray:
    spec = Spec(train=count, eval=1, seconds=1.0, seed=5)
    recipes = plan(spec)[:count]
    return np.stack([render(recipe, spec) for recipe in recipes]).astype(np.float32)


def error_db(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.sqrt(np.mean((found - expected) ** 2)))


@pytest.mark.parametrize("hertz", [(440,), (300, 2500), (5000,)], ids=str)
def test_tones_are_heard_again(hertz):
    waveform = tones(*hertz)
    expected = LogMel(PAPER, RATE)(waveform)[0]
    (found,) = inverted(expected[None], waveform.shape[1])
    assert (found.argmax(axis=0) == expected.argmax(axis=0)).mean() > 0.95
    # What is softer by more than 40 dB is masked by the tone.
    heard, given = (np.maximum(x, expected.max() - 40) for x in (found, expected))
    assert error_db(heard, given) < 3
    assert np.corrcoef(heard.ravel(), given.ravel())[0, 1] > 0.95


def test_soundscapes_come_closer_than_by_torchaudio():
    waveforms = soundscapes(3)
    n_samples = waveforms.shape[1]
    expected = LogMel(PAPER, RATE)(waveforms)
    transforms = import_transforms()
    bins = transforms.InverseMelScale(276, 64, RATE, 0, 8000, driver="gelsd")
    power = bins(torch.from_numpy(10 ** (expected / 10)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        griffin_lim = transforms.GriffinLim(
            551, n_iter=100, hop_length=275, length=n_samples
        )
        by_torchaudio = LogMel(PAPER, RATE)(griffin_lim(power).numpy())
    found = inverted(expected, n_samples)
    assert error_db(found, expected) < min(1.5, 0.6 * error_db(by_torchaudio, expected))


def test_a_sound_with_the_log_mel_is_left_as_it_is():
    """Where bands cover all of its spectrum."""
    waveform = tones(500, 3000)
    log_mels = torch.from_numpy(LogMel(PAPER, RATE)(waveform))
    inversion = Inversion(PAPER, RATE, waveform.shape[1])
    changed = inversion._step(torch.from_numpy(waveform), log_mels).numpy()
    inside = slice(551, -551)
    np.testing.assert_allclose(
        changed[:, inside], waveform[:, inside], rtol=0, atol=1e-3
    )


def test_more_iterations_come_closer():
    expected = LogMel(PAPER, RATE)(soundscapes(2))
    errors = [error_db(inverted(expected, RATE, n), expected) for n in (2, 10, 50)]
    assert errors == sorted(errors, reverse=True)


def test_each_sound_is_inverted_alone():
    """But for its phases, which come from one generator."""
    expected = LogMel(PAPER, RATE)(soundscapes(2))
    inversion = Inversion(PAPER, RATE, RATE)
    start = torch.from_numpy(soundscapes(2))
    log_mels = torch.from_numpy(expected[::-1].copy())
    both = inversion._step(start, log_mels)
    for row in range(2):
        alone = inversion._step(start[row : row + 1], log_mels[row : row + 1])[0]
        torch.testing.assert_close(both[row], alone, rtol=0, atol=1e-5)


def test_the_same_generator_gives_the_same_bytes():
    log_mels = LogMel(PAPER, RATE)(tones(440))
    first, second = (inverted(log_mels, RATE // 2, 5) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_bands_without_bins_and_silence_are_finite():
    narrow = LogMelSettings(n_fft=256, hop_length=128, n_mels=64, f_min=0, f_max=8000)
    silent = LogMel(narrow, RATE)(np.zeros((1, RATE // 4), np.float32))
    inversion = Inversion(narrow, RATE, RATE // 4)
    sounds = inversion(torch.from_numpy(silent), generator("test"), 5)
    assert sounds.isfinite().all()
    assert LogMel(narrow, RATE)(sounds.numpy()).max() < -60


def test_frames_must_overlap():
    apart = LogMelSettings(n_fft=512, hop_length=300, n_mels=64, f_min=0, f_max=8000)
    with pytest.raises(InputError, match=r"log_mel\.hop_length: .*less than half"):
        Inversion(apart, RATE, RATE)
