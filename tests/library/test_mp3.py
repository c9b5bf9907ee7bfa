"""MP3: the sound comes back, at every sample rate, and a lack of MP3 is named."""

import io

import numpy as np
import pytest
import soundfile

from music_selectivity.audio import mp3
from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.mp3 import encode_mp3
from music_selectivity.errors import InputError
from small_sounds import RATE, tone


def decoded(data: bytes) -> tuple[np.ndarray, int]:
    return soundfile.read(io.BytesIO(data), dtype="float32")


def test_a_sound_comes_back_in_time_and_in_every_mel_band():
    noise = 0.1 * np.random.default_rng(0).normal(size=2 * RATE)
    rising = np.sin(2 * np.pi * np.cumsum(np.linspace(50, 8000, 2 * RATE)) / RATE)
    waveform = (0.3 * rising + 0.1 * noise).astype(np.float32)
    data = encode_mp3(waveform, RATE)
    found, rate = decoded(data)
    assert rate == RATE
    assert found.shape == waveform.shape
    # No delay: at the true place, the two are most alike.
    lags = range(-1200, 1201, 50)
    alike = [np.dot(np.roll(found, lag), waveform) for lag in lags]
    assert lags[int(np.argmax(alike))] == 0
    log_mel = LogMel(LogMelSettings(551, 275, 64, 0, 8000), RATE)
    before, after = log_mel(waveform), log_mel(found)
    heard = before > before.max() - 50
    differences = np.abs(before - after)
    assert differences[heard].mean() < 2
    bands = [differences[band][heard[band]].mean() for band in range(64)]
    assert max(bands) < 6
    assert len(data) < 15_000


@pytest.mark.parametrize(
    ("rate", "written"),
    [(8000, 8000), (20000, 22050), (22050, 22050), (44100, 44100), (96000, 48000)],
)
def test_every_sample_rate_can_be_heard(rate, written):
    found, found_rate = decoded(encode_mp3(tone(1.0, rate), rate))
    assert found_rate == written
    assert len(found) / written == pytest.approx(1.0, abs=0.01)
    spectrum = np.abs(np.fft.rfft(found))
    assert np.argmax(spectrum) * found_rate / len(found) == pytest.approx(440, abs=2)


def test_the_same_sound_gives_the_same_bytes():
    assert encode_mp3(tone(0.5), RATE) == encode_mp3(tone(0.5), RATE)


def test_a_libsndfile_without_mp3_is_named(monkeypatch):
    monkeypatch.setattr(mp3.soundfile, "available_formats", lambda: {"WAV": ""})
    with pytest.raises(InputError, match="cannot write MP3; install version"):
        encode_mp3(tone(0.5), RATE)
