"""The front end against torchaudio's definition, written out in numpy."""

import numpy as np
import scipy.signal

from music_selectivity.audio.log_mel import LogMel, LogMelSettings

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
