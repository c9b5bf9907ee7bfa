"""Clips of one shard: as files, and in intact or damaged Parquet files."""

import errno

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import RATE
from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings, UnusableClip, load_clip
from music_selectivity.corpus.log_mel_shards import write_shard
from music_selectivity.corpus.shard_clips import (
    DAMAGED,
    ParquetClips,
    chosen_waveforms,
    shard_clips,
)
from music_selectivity.errors import InputError
from music_selectivity.stimuli.equal_rms import write_equal_rms_shard
from small_sounds import encoded, put, write_parquet

AUDIO = AudioSettings(RATE, 0.5, 0.1, "zeros", False, -70.0)
FRONT_END = LogMelSettings(551, 275, 64, 0, 8000)


def test_clips_of_parquet_files_come_in_order_and_once(tmp_path, caplog):
    first = write_parquet(
        tmp_path / "0.parquet",
        [("b", b"1"), ("a", b"2"), ("b", b"3"), (None, b"4"), ("c", None)],
        group=2,
    )
    second = write_parquet(tmp_path / "1.parquet", [("a", b"5"), ("d", b"")])
    clips = shard_clips([], [str(first), str(second)])
    found = [(clip_id, sound.data, str(sound)) for clip_id, sound in clips]
    assert found == [
        ("b", b"1", str(first)),
        ("a", b"2", str(first)),
        ("c", b"", str(first)),
        ("d", b"", str(second)),
    ]
    assert len(clips) == 4
    messages = [record.getMessage() for record in caplog.records]
    assert messages == [
        f"{first}, clip 2: b occurs again; ignored",
        f"{first}, clip 3: no video_id; ignored",
        f"{second}, clip 0: a occurs again; ignored",
    ]


@given(
    st.lists(st.tuples(st.text("abcd", min_size=1, max_size=1), st.binary(max_size=3))),
    st.integers(1, 5),
    st.integers(1, 4),
)
def test_parquet_clips_equal_a_dict_of_first_rows(tmp_path_factory, rows, group, files):
    folder = tmp_path_factory.mktemp("parquet")
    paths = [
        write_parquet(folder / f"{number}.parquet", rows[number::files], group)
        for number in range(files)
    ]
    expected: dict = {}
    for number in range(files):
        for clip_id, data in rows[number::files]:
            expected.setdefault(clip_id, data)
    clips = ParquetClips(paths)
    assert [(clip_id, sound.data) for clip_id, sound in clips] == list(expected.items())
    assert len(clips) == len(expected)


def test_parquet_without_sound_gives_a_reason(tmp_path):
    path = write_parquet(tmp_path / "0.parquet", [("a", None), ("b", b"no sound")])
    reasons = []
    for _, sound in ParquetClips([path]):
        with pytest.raises(UnusableClip) as raised:
            load_clip(sound, AUDIO)
        reasons.append(str(raised.value))
    assert reasons == ["empty", "unreadable"]


def test_broken_parquet_is_reported_with_its_name(tmp_path):
    path = write_parquet(tmp_path / "0.parquet", [("a", encoded(1))])
    whole = path.read_bytes()
    for broken in (whole[:5000], whole[5000:], b"", b"PAR1"):
        path.write_bytes(broken)
        with pytest.raises(
            InputError, match=r"0\.parquet: not a complete Parquet file"
        ):
            list(ParquetClips([path]))
    lacking = {
        "audio.bytes": {"video_id": ["a"], "audio": [[1.0]]},
        "video_id": {"video_id": [1], "audio": [{"bytes": b"1"}]},
    }
    for column, table in lacking.items():
        pq.write_table(pa.table(table), path)
        with pytest.raises(InputError, match=rf"0\.parquet: lacks .*{column} of"):
            ParquetClips([path])


def test_a_damaged_page_costs_the_clips_of_its_row_group(tmp_path, caplog):
    """The 32 clips before the page are intact, and so is the next row group."""
    sounds = {f"{number:011d}": encoded(number) for number in range(120)}
    pages = {"use_dictionary": False, "write_batch_size": 8, "data_page_size": 1}
    path = write_parquet(tmp_path / "0.parquet", sounds.items(), group=60, **pages)
    data = bytearray(path.read_bytes())
    place = data.index(sounds["00000000040"])
    data[place - 4 : place] = b"\xff\xff\xff\x7f"  # The length in front of the sound.
    put(path, bytes(data))
    expected = dict(sounds)
    expected |= {f"{n:011d}": DAMAGED for n in range(32, 60)}
    clips = ParquetClips([path])
    assert {clip_id: sound.data for clip_id, sound in clips} == expected
    (message,) = [record.getMessage() for record in caplog.records]
    expected = f"{path}, row group 0: the sounds of its last 28 clips cannot be read"
    assert expected in message
    audit = write_shard(clips, AUDIO, FRONT_END, tmp_path / "shard.npy")
    assert (audit["excluded"] == "unreadable").tolist() == [
        32 <= number < 60 for number in range(120)
    ]


def test_a_damaged_page_of_ids_stops_the_file(tmp_path):
    path = write_parquet(tmp_path / "0.parquet", [("an id", b"sound")])
    data = bytearray(path.read_bytes())
    place = data.index(b"an id")
    data[place - 4 : place] = b"\xff\xff\xff\x7f"
    put(path, bytes(data))
    with pytest.raises(InputError, match=r"0\.parquet: not a complete Parquet file"):
        ParquetClips([path])


@pytest.mark.parametrize(
    "failure",
    [OSError(errno.EIO, "Input/output error"), pa.ArrowMemoryError("malloc failed")],
)
def test_a_failing_machine_is_not_a_fault_of_a_row_group(
    tmp_path, monkeypatch, failure
):
    path = write_parquet(tmp_path / "0.parquet", [("a", b"sound")])
    clips = ParquetClips([path])

    def failing(file, group, name):
        if name == "audio.bytes":
            raise failure
        return iter(["a"])

    monkeypatch.setattr("music_selectivity.corpus.shard_clips._column", failing)
    with pytest.raises(type(failure)):
        list(clips)


def test_mutilated_parquet_gives_clips_or_an_input_error(tmp_path):
    """300 fixed cases: bytes changed anywhere, mostly in the footer, or cut off."""
    rng = np.random.default_rng(20240131)
    clips = [(f"{number:011d}", rng.bytes(200)) for number in range(30)]
    whole = write_parquet(tmp_path / "0.parquet", clips, group=10).read_bytes()
    refused = 0
    for number in range(300):
        data = bytearray(whole)
        for place in rng.integers(len(data) // 2 if number % 2 else 0, len(data), 3):
            data[place] = rng.integers(256)
        if number % 5 == 0:
            del data[rng.integers(len(data)) :]
        path = put(tmp_path / "0.parquet", bytes(data))
        try:
            assert len(list(ParquetClips([path]))) <= 30
        except InputError:
            refused += 1
    assert 0 < refused < 300


def test_a_stimulus_set_takes_its_clips_in_any_order(tmp_path):
    """Rows follow the clip table; clips come in the order of the files."""
    sounds = {clip_id: encoded(seed) for seed, clip_id in enumerate("dbca")}
    path = write_parquet(tmp_path / "0.parquet", sounds.items())
    files = {clip_id: put(tmp_path / clip_id, data) for clip_id, data in sounds.items()}
    chosen = pd.DataFrame(
        {"clip_id": ["a", "b", "d"], "row": [0, 1, 2], "seconds": AUDIO.clip_seconds}
    )
    shards = []
    for clips in (files.items(), shard_clips([], [path])):
        array = tmp_path / "set.npy"
        write_equal_rms_shard(chosen, clips, AUDIO, FRONT_END, 0.1, array)
        shards.append(np.load(array))
    np.testing.assert_array_equal(*shards)
    assert len(np.unique(shards[0].mean(axis=(1, 2)))) == 3
    gone = pd.DataFrame({"clip_id": ["a", "e"], "row": [0, 1]})
    with pytest.raises(InputError, match="clip 'e' is gone since the clip table"):
        list(chosen_waveforms(gone, files.items(), AUDIO))
    put(tmp_path / "a", b"overwritten")
    with pytest.raises(InputError, match=r"clip 'a' is no longer usable \(unreadable"):
        list(chosen_waveforms(chosen, files.items(), AUDIO))
