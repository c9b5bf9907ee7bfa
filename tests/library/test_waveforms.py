"""Waveforms on disk are those that the log-mels of the study are made of."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.log_mel_shards import write_shard
from music_selectivity.errors import InputError
from music_selectivity.stimuli.waveforms import clips_with_waveforms, write_waveforms
from small_sounds import RATE, tone

FRONT_END = LogMelSettings(551, 275, 64, 0, 8000)


@pytest.fixture
def files(write_sound) -> dict:
    """Clips of a shard: long, of another rate, short, silent."""
    sounds = {
        "long": (0.3 * tone(3.0), RATE),
        "other": (tone(1.0, 16_000), 16_000),
        "short": (tone(0.4), RATE),
        "silent": (np.zeros(RATE), RATE),
    }
    return {
        name: write_sound(f"{name}.wav", waveform, rate)
        for name, (waveform, rate) in sounds.items()
    }


def clip_table(*shards) -> pd.DataFrame:
    """Of audits, in the order of shards."""
    tables = [audit.assign(shard=shard) for shard, audit in enumerate(shards)]
    return pd.concat(tables, ignore_index=True)


@pytest.mark.parametrize("full_scale", [1, 32768])
def test_they_give_the_log_mels_of_the_study(files, tmp_path, full_scale):
    audio = AudioSettings(RATE, 1.0, 0.1, "repeat", True, -70.0, full_scale)
    audit = write_shard(files.items(), audio, FRONT_END, tmp_path / "mel.npy")
    chosen = clips_with_waveforms(clip_table(audit))
    assert list(chosen["clip_id"]) == ["long", "other", "short"]
    write_waveforms(chosen, files.items(), audio, tmp_path / "waves.npy")
    found = np.load(tmp_path / "waves.npy")
    assert found.shape == (3, RATE)
    assert found.dtype == np.float32
    assert np.abs(found).max() < 0.51
    log_mels = LogMel(FRONT_END, RATE)(found * np.float32(full_scale))
    np.testing.assert_array_equal(log_mels, np.load(tmp_path / "mel.npy")[:3])


def test_rows_count_the_usable_clips_of_each_shard():
    clips = pd.DataFrame(
        {
            "clip_id": list("abcdef"),
            "shard": [0, 1, 0, 1, 0, 1],
            "row": [2, 0, 0, 2, 1, 1],
            "excluded": ["", "", "silent", "", "", ""],
        }
    )
    found = clips_with_waveforms(clips).set_index("clip_id")
    assert found["row"].to_dict() == {"a": 0, "b": 0, "d": 1, "e": 1, "f": 2}


def test_a_clip_that_has_gone_is_named(files, tmp_path):
    audio = AudioSettings(RATE, 1.0, 0.1, "repeat", True, -70.0)
    audit = write_shard(files.items(), audio, FRONT_END, tmp_path / "mel.npy")
    files["other"].unlink()
    chosen = clips_with_waveforms(clip_table(audit))
    with pytest.raises(InputError, match="'other' is no longer usable"):
        write_waveforms(chosen, files.items(), audio, tmp_path / "waves.npy")
    assert not (tmp_path / "waves.npy").exists()
