"""The front end equals torchaudio's, and its definition written out in numpy."""

import numpy as np
import pytest
import scipy.signal
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.torchaudio_import import import_transforms

RATE = 22_050
PAPER = LogMelSettings(n_fft=551, hop_length=275, n_mels=64, f_min=0, f_max=8000)


def test_log_mel_equals_its_definition():
    """Hann STFT, HTK mel triangles and dB written out: the paper's front end."""
    waveform = np.random.default_rng(1).normal(size=RATE).astype(np.float32)
    window = scipy.signal.get_window("hann", 551, fftbins=True)
    padded = np.pad(waveform, 551 // 2, mode="reflect")
    starts = range(0, len(padded) - 551 + 1, 275)
    frames = np.stack([padded[start : start + 551] * window for start in starts])
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    top = 2595 * np.log10(1 + 8000 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, 66) / 2595) - 1)
    hertz = np.linspace(0, RATE // 2, 551 // 2 + 1)
    rise = (hertz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - hertz) / np.diff(edges)[1:, None]
    bands = np.maximum(0, np.minimum(rise, fall))
    expected = 10 * np.log10(np.maximum(bands @ power.T, 1e-10))
    got = LogMel(PAPER, RATE)(waveform)
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, atol=2e-3)


def test_ten_seconds_give_802_frames():
    assert PAPER.n_frames(220_500) == 802
    assert LogMel(PAPER, RATE)(np.zeros(220_500, np.float32)).shape == (64, 802)


def by_torchaudio(settings: LogMelSettings, waveform: np.ndarray, center: bool):
    transforms = import_transforms()
    mel = transforms.MelSpectrogram(
        sample_rate=RATE,
        n_fft=settings.n_fft,
        hop_length=settings.hop_length,
        n_mels=settings.n_mels,
        f_min=settings.f_min,
        f_max=settings.f_max,
        center=center,
    )
    decibels = transforms.AmplitudeToDB(stype="power")
    return decibels(mel(torch.from_numpy(waveform))).numpy()


def check_against_torchaudio(waveform, settings=PAPER, center=True):
    """Within 0.01 dB up to 80 dB below the loudest band of a frame."""
    expected = by_torchaudio(settings, waveform, center)
    got = LogMel(settings, RATE, center)(waveform)
    assert got.shape == expected.shape
    assert got.dtype == np.float32
    audible = expected > expected.max(axis=-2, keepdims=True) - 80
    assert audible.any()
    np.testing.assert_allclose(got[audible], expected[audible], rtol=0, atol=0.01)
    # Quieter bands approach the rounding errors of both, and stay quiet.
    loudest = np.broadcast_to(got.max(axis=-2, keepdims=True), got.shape)
    assert (got[~audible] < loudest[~audible] - 79.9).all()


def tone(hertz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)


@pytest.mark.parametrize(
    "waveform",
    [
        np.zeros(RATE),
        tone(100),
        tone(1000),
        tone(300) + 1e-3 * tone(5000),
        np.sign(tone(440)),
        1e-6 * np.random.default_rng(2).normal(size=RATE),
        np.random.default_rng(3).normal(size=(3, 2, RATE // 2)),
    ],
    ids=["silence", "low", "tone", "two", "clipped", "faint", "batch"],
)
@pytest.mark.parametrize("center", [True, False])
def test_log_mel_equals_torchaudio(waveform, center):
    check_against_torchaudio(waveform.astype(np.float32), center=center)


@given(st.integers(8, 70), st.integers(1, 40), st.booleans(), st.integers(0, 2**32 - 1))
def test_frames_of_any_length_equal_torchaudio(n_fft, hop, center, seed):
    settings = LogMelSettings(n_fft, hop, n_mels=3, f_min=0, f_max=RATE / 2)
    waveform = np.random.default_rng(seed).normal(size=300).astype(np.float32)
    check_against_torchaudio(waveform, settings, center)


def test_a_clip_is_the_same_alone_and_among_others():
    clips = np.random.default_rng(4).normal(size=(5, RATE)).astype(np.float32)
    log_mel = LogMel(PAPER, RATE)
    for clip, among in zip(clips, log_mel(clips), strict=True):
        np.testing.assert_allclose(log_mel(clip), among, rtol=0, atol=1e-4)


def test_log_mel_of_recorded_sounds_equals_torchaudio(sounds_folder):
    files = sorted(sounds_folder.rglob("*.ogg"))[::40]
    assert len(files) > 50
    for file in files:
        check_against_torchaudio(soundfile.read(file, dtype="float32")[0])
