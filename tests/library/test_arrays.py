"""Arrays of stimulus sets: their clips, tables, and equal levels."""

import numpy as np
import pandas as pd
import pytest
import soundfile

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.stimuli.arrays import open_stimuli, sound_table, stimulus_clips
from music_selectivity.stimuli.equal_rms import write_equal_rms_shard
from music_selectivity.stimuli.sets import (
    CLIPS,
    NATURAL_SOUNDS,
    UNQUILTED,
    StimulusSet,
    at_power,
    quilts_of,
)
from music_selectivity.store import write_table
from small_sounds import RATE

AUDIO = AudioSettings(RATE, 2.0, 0.1, "zeros", False, -70.0)
FRONT_END = LogMelSettings(551, 275, 64, 0, 8000)
HALF_FILLED = 4


def table() -> pd.DataFrame:
    """Clips of both splits and all groups in two shards, two excluded."""
    rows = []
    for number in range(24):
        rows.append(
            {
                "clip_id": f"clip{number:02d}",
                "split": "train" if number % 2 else "eval",
                "group": ("music", "nonmusic", "mixed")[number % 3],
                "shard": number // 12,
                "row": number % 12,
                "excluded": "silent" if number in (0, 13) else "",
                "seconds": 1.0 if number == HALF_FILLED else 2.0,
                "level_dbfs": -20.0 - number,
            }
        )
    return pd.DataFrame(rows)


def test_clips_of_each_set():
    clips = table()
    usable = clips[clips["excluded"] == ""]
    known = usable[usable["group"] != "mixed"]
    expected = {
        CLIPS: usable,
        at_power(1): known,
        at_power(4): known[known["group"] == "music"],
    }
    for stimuli, held in expected.items():
        assert list(stimulus_clips(clips, stimuli)["clip_id"]) == list(held["clip_id"])
    assert list(stimulus_clips(clips, CLIPS)["row"]) == list(usable["row"])


def test_clips_of_quilts_are_those_that_are_not_left_out():
    """Sets of music alone have rows of their own."""
    clips = table()
    known = clips[(clips["split"] == "eval") & (clips["group"] != "mixed")]
    listed = known[["clip_id", "split", "group", "shard"]].assign(left_out="")
    listed.loc[listed["clip_id"] == "clip06", "left_out"] = "too short"
    used = listed[listed["left_out"] == ""]
    music = used[used["group"] == "music"]
    for stimuli, held in (
        (UNQUILTED, used),
        (quilts_of(100, "overath"), used),
        (quilts_of(100, "random", ("music",)), music),
    ):
        found = stimulus_clips(listed, stimuli)
        assert list(found["clip_id"]) == list(held["clip_id"])
        for shard, rows in found.groupby("shard")["row"]:
            assert list(rows) == list(range(len(rows))), shard


def test_rows_count_the_clips_of_each_shard():
    """Sets of lower power are read from the rows of the sets of equal level."""
    clips = table()
    equal = stimulus_clips(clips, at_power(1)).set_index("clip_id")
    for shard, rows in equal.groupby("shard")["row"]:
        assert list(rows) == list(range(len(rows))), shard
    quieter = stimulus_clips(clips, at_power(64)).set_index("clip_id")
    assert (quieter["row"] == equal.loc[quieter.index, "row"]).all()


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """One file per clip: noise of various levels; one is partly silent, one short."""
    folder = tmp_path_factory.mktemp("sounds")
    files = {}
    for number, clip_id in enumerate(table()["clip_id"]):
        rng = np.random.default_rng(number)
        waveform = 0.02 * (1 + number) * rng.normal(size=2 * RATE)
        if number == 3:
            waveform[RATE:] = 0
        if number == HALF_FILLED:
            waveform = waveform[:RATE]
        files[clip_id] = folder / f"{clip_id}.wav"
        soundfile.write(files[clip_id], np.clip(waveform, -1, 1), RATE, "FLOAT")
    return files


def waveform_of(path) -> np.ndarray:
    return soundfile.read(path, dtype="float32")[0]


def clips_of_shard(stimuli: StimulusSet, shard: int) -> pd.DataFrame:
    chosen = stimulus_clips(table(), stimuli)
    return chosen[chosen["shard"] == shard]


def test_equal_levels_and_less_power(sounds, tmp_path):
    paths = [tmp_path / "000.npy", tmp_path / "001.npy"]
    for shard, path in enumerate(paths):
        clips = clips_of_shard(at_power(1), shard)
        write_equal_rms_shard(clips, sounds.items(), AUDIO, FRONT_END, 0.05, path)
    log_mel = LogMel(FRONT_END, RATE)
    for divisor in (1, 64):
        names, log_mels = open_stimuli(table(), at_power(divisor), paths)
        assert len(names) == len(log_mels)
        found = log_mels.take(np.arange(len(names)))
        for name, log_mels_of_clip in zip(names, found, strict=True):
            # The level is that of the sound, and not of the zeros that fill a clip.
            waveform = waveform_of(sounds[name])
            rms = np.sqrt(np.mean(np.square(waveform)))
            gain = np.float32(0.05 / rms / np.sqrt(divisor))
            filled = np.pad(waveform, (0, 2 * RATE - len(waveform)))
            expected = log_mel(filled * gain)
            np.testing.assert_allclose(log_mels_of_clip, expected, atol=2e-3)
    # Silence stays at the floor.
    for divisor in (1, 64):
        names, log_mels = open_stimuli(table(), at_power(divisor), paths)
        position = list(names).index("clip03")
        assert log_mels.take(np.array([position]))[0, :, -1].max() == -100


def test_a_set_is_listed_by_its_table(tmp_path):
    tables = {
        name: tmp_path / f"{name}.parquet"
        for name in ("clips", "quilt_clips", "sounds")
    }
    for name, path in tables.items():
        write_table(path, pd.DataFrame({"name": [name]}))
    for stimuli, name in (
        (CLIPS, "clips"),
        (at_power(4), "clips"),
        (quilts_of(50, "overath"), "quilt_clips"),
        (UNQUILTED, "quilt_clips"),
        (NATURAL_SOUNDS, "sounds"),
    ):
        assert list(sound_table(stimuli, tables)["name"]) == [name]


def test_the_natural_sounds_are_one_array(tmp_path):
    values = np.arange(3 * 64 * 5, dtype=np.float32).reshape(3, 64, 5)
    np.save(tmp_path / "sounds.npy", values)
    table = pd.DataFrame({"sound": ["a", "b", "c"]})
    names, log_mels = open_stimuli(table, NATURAL_SOUNDS, [tmp_path / "sounds.npy"])
    assert list(names) == ["a", "b", "c"]
    np.testing.assert_array_equal(log_mels.take(np.array([2, 0])), values[[2, 0]])
