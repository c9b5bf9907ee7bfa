"""Waveforms on disk are those that the log-mels of the study are made of."""

import numpy as np
import pytest

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.clip_table import included
from music_selectivity.corpus.log_mel_shards import write_shard
from music_selectivity.errors import InputError
from music_selectivity.stimuli.waveforms import write_waveforms
from small_sounds import RATE, tone

FRONT_END = LogMelSettings(551, 275, 64, 0, 8000)


@pytest.fixture
def files(write_sound) -> dict:
    """Clips of a shard: long, silent, of another rate, short."""
    sounds = {
        "long": (0.3 * tone(3.0), RATE),
        "silent": (np.zeros(RATE), RATE),
        "other": (tone(1.0, 16_000), 16_000),
        "short": (tone(0.4), RATE),
    }
    return {
        name: write_sound(f"{name}.wav", waveform, rate)
        for name, (waveform, rate) in sounds.items()
    }


@pytest.mark.parametrize("full_scale", [1, 32768])
def test_they_give_the_log_mels_of_the_study(files, tmp_path, full_scale):
    audio = AudioSettings(RATE, 1.0, 0.1, "repeat", True, -70.0, full_scale)
    audit = write_shard(files.items(), audio, FRONT_END, tmp_path / "mel.npy")
    usable = included(audit)
    assert list(usable["clip_id"]) == ["long", "other", "short"]
    write_waveforms(usable, files.items(), audio, tmp_path / "waves.npy")
    found = np.load(tmp_path / "waves.npy")
    assert found.shape == (4, RATE)
    assert found.dtype == np.float32
    assert np.abs(found).max() < 0.51
    assert not found[1].any()
    log_mels = LogMel(FRONT_END, RATE)(found[usable["row"]] * np.float32(full_scale))
    expected = np.load(tmp_path / "mel.npy")[usable["row"]]
    np.testing.assert_array_equal(log_mels, expected)


def test_a_clip_that_has_gone_is_named(files, tmp_path):
    audio = AudioSettings(RATE, 1.0, 0.1, "repeat", True, -70.0)
    audit = write_shard(files.items(), audio, FRONT_END, tmp_path / "mel.npy")
    files["other"].unlink()
    with pytest.raises(InputError, match="'other' is no longer usable"):
        write_waveforms(included(audit), files.items(), audio, tmp_path / "waves.npy")
    assert not (tmp_path / "waves.npy").exists()
