"""Sounds as MP3: what was encoded is heard."""

import io

import numpy as np
import pytest
import soundfile

from music_selectivity.audio.mp3 import encode_mp3
from music_selectivity.errors import InputError
from small_sounds import tone


@pytest.mark.parametrize("rate", [22_050, 16_000, 20_000, 50_000])
def test_a_tone_comes_back(rate):
    waveform = tone(1.0, rate).astype(np.float32)
    decoded, found_rate = soundfile.read(io.BytesIO(encode_mp3(waveform, rate)))
    assert len(decoded) / found_rate == pytest.approx(1, abs=0.001)
    inside = slice(found_rate // 10, -found_rate // 10)
    expected = tone(1.0, found_rate)[: len(decoded)]
    assert np.corrcoef(decoded[inside], expected[inside])[0, 1] > 0.99


def test_the_same_waveform_gives_the_same_bytes():
    assert encode_mp3(tone(0.5), 22_050) == encode_mp3(tone(0.5), 22_050)


def test_a_libsndfile_without_mp3_is_reported(monkeypatch):
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": ""})
    with pytest.raises(InputError, match="cannot write MP3; install version"):
        encode_mp3(tone(0.5), 22_050)
