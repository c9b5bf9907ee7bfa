"""Log-mels of a shard: bad clips, memory, full disks."""

import contextlib
import resource
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings, load_clip
from music_selectivity.corpus.log_mel_shards import open_shards, write_shard
from music_selectivity.errors import InputError
from small_sounds import RATE, tone

SETTINGS = AudioSettings(
    sample_rate=RATE,
    clip_seconds=1.0,
    min_seconds=0.1,
    fill="repeat",
    trim_silence=False,
    silence_dbfs=-70.0,
)
PAPER = LogMelSettings(n_fft=551, hop_length=275, n_mels=64, f_min=0, f_max=8000)


def test_a_shard_excludes_bad_clips_and_keeps_the_rest(write_sound, tmp_path):
    files = {
        "good": write_sound("good.wav", tone(1.0)),
        "silent": write_sound("silent.wav", np.zeros(RATE)),
        "empty": write_sound("empty.wav", np.zeros(0)),
        "also": write_sound("also.flac", tone(0.3)),
    }
    audit = write_shard(files.items(), SETTINGS, PAPER, tmp_path / "shard.npy")
    shard = np.load(tmp_path / "shard.npy")
    assert audit["excluded"].tolist() == ["", "silent", "empty", ""]
    assert audit["row"].tolist() == [0, -1, -1, 3]
    waveform, _ = load_clip(files["also"], SETTINGS)
    np.testing.assert_array_equal(shard[3], LogMel(PAPER, RATE)(waveform))
    bands = audit.filter(regex="^mel_").to_numpy()
    np.testing.assert_allclose(bands[0], shard[0].mean(axis=1), rtol=1e-6)
    assert np.isnan(bands[1]).all()


def test_a_file_that_vanishes_stops_the_shard(write_sound, tmp_path):
    """If a mount were gone, every clip would otherwise be excluded as missing."""
    files = {"good": write_sound("good.wav", tone(1.0)), "gone": tmp_path / "gone.wav"}
    with pytest.raises(
        InputError, match=r"gone\.wav has vanished since this run was planned; check"
    ):
        write_shard(files.items(), SETTINGS, PAPER, tmp_path / "shard.npy")
    assert [path.name for path in tmp_path.iterdir()] == ["good.wav"]


def test_a_sound_too_loud_for_its_power_is_excluded(write_sound, tmp_path):
    loud = write_sound("loud.wav", 1e25 * tone(1.0), subtype="FLOAT")
    audit = write_shard([("loud", loud)], SETTINGS, PAPER, tmp_path / "shard.npy")
    assert audit["excluded"].tolist() == ["not finite"]


def test_an_empty_shard_has_the_same_columns(write_sound, tmp_path):
    some = write_shard(
        [("a", write_sound("a.wav", tone(1)))], SETTINGS, PAPER, tmp_path / "some.npy"
    )
    none = write_shard([], SETTINGS, PAPER, tmp_path / "none.npy")
    assert list(none.columns) == list(some.columns)
    assert len(np.load(tmp_path / "none.npy")) == 0


ROW = (PAPER.n_mels, PAPER.n_frames(RATE))


@given(st.integers(0, 4), st.lists(st.integers(0, 3)))
def test_a_shard_has_the_bytes_of_a_saved_array(tmp_path_factory, n_clips, rows):
    """Whatever rows are written, in any order; the other rows are zeros."""
    folder = tmp_path_factory.mktemp("shard")
    whole = np.zeros((n_clips, *ROW), np.float32)
    with open_shards([folder / "a.npy"], n_clips, SETTINGS, PAPER) as (shard,):
        for number, row in enumerate(row for row in rows if row < n_clips):
            whole[row] = np.random.default_rng(number).normal(size=ROW)
            shard[row] = whole[row]
    np.save(folder / "whole.npy", whole)
    assert (folder / "a.npy").read_bytes() == (folder / "whole.npy").read_bytes()


def test_a_shard_takes_no_row_that_is_not_its_own(tmp_path):
    with open_shards([tmp_path / "a.npy"], 2, SETTINGS, PAPER) as (shard,):
        for row, shape in ((2, ROW), (-1, ROW), (0, ROW[1:]), (0, (1, *ROW))):
            with pytest.raises(IndexError, match=f"cannot be row {row} of an array"):
                shard[row] = np.ones(shape)
    assert not np.load(tmp_path / "a.npy").any()


def resident_bytes() -> int:
    """Memory of this process, including pages of mapped files."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def test_memory_does_not_grow_with_a_shard(tmp_path):
    """Nor with two shards at once, which together have 97 MB."""
    paths = [tmp_path / "a.npy", tmp_path / "b.npy"]
    spectrogram = np.ones(ROW)
    with open_shards(paths, 2_200, SETTINGS, PAPER) as shards:
        before = resident_bytes()
        for row in range(2_200):
            for shard in shards:
                shard[row] = spectrogram
        assert resident_bytes() - before < 10e6
    assert sum(path.stat().st_size for path in paths) > 90e6


@contextlib.contextmanager
def files_no_larger_than(size: int):
    """Limit the size of files, which has the effect of a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_is_reported_before_any_work(tmp_path):
    with (
        files_no_larger_than(20_000),
        pytest.raises(OSError, match="File too large"),
        open_shards([tmp_path / "a.npy"], 2, SETTINGS, PAPER),
    ):
        raise AssertionError("went on to work")
    assert list(tmp_path.iterdir()) == []
    # The space is reserved, not only promised.
    with open_shards([tmp_path / "a.npy"], 2, SETTINGS, PAPER):
        (begun,) = map(Path.stat, tmp_path.iterdir())
        assert begun.st_blocks * 512 >= begun.st_size > 8 * np.prod(ROW)


def test_a_disk_that_fills_up_meanwhile_is_reported(tmp_path):
    """As on file systems where space cannot be reserved."""
    with (
        pytest.raises(OSError, match="File too large"),
        open_shards([tmp_path / "a.npy"], 2, SETTINGS, PAPER) as (shard,),
        files_no_larger_than(20_000),
    ):
        shard[0] = shard[1] = np.ones(ROW)
    assert list(tmp_path.iterdir()) == []
