"""Single clips are read from the files in which they were found, and from no other."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity.audio.reading import AudioSettings, EncodedSound, load_clip
from music_selectivity.corpus.found_clips import found_waveforms
from music_selectivity.errors import InputError
from small_sounds import RATE, encoded, put, write_parquet

AUDIO = AudioSettings(RATE, 0.5, 0.1, "zeros", False, -70.0)


def rows(places: dict[str, object]) -> pd.DataFrame:
    found = [(clip_id, str(path)) for clip_id, path in places.items()]
    return pd.DataFrame(found, columns=["clip_id", "found_in"]).assign(row=0)


def waveform(seed: int) -> np.ndarray:
    return load_clip(EncodedSound(encoded(seed), "x"), AUDIO)[0]


def test_files_are_read_by_their_clips(tmp_path):
    places = {f"clip{n}": put(tmp_path / f"{n}.flac", encoded(n)) for n in range(4)}
    put(tmp_path / "2.flac", b"broken, and not asked for")
    del places["clip2"]
    found = dict(found_waveforms(rows(places), AUDIO))
    assert set(found) == {"clip0", "clip1", "clip3"}
    for clip_id, heard in found.items():
        np.testing.assert_array_equal(heard, waveform(int(clip_id[4:])))


def test_clips_of_parquet_files_come_from_the_file_of_the_table(tmp_path):
    """An id that occurs in two files is read from that in which the table found it."""
    names = [tmp_path / f"{number}.parquet" for number in range(2)]
    first = write_parquet(names[0], [("a", encoded(1)), ("b", b"broken")])
    second = write_parquet(names[1], [("a", encoded(2)), ("c", encoded(3))])
    put(tmp_path / "2.parquet", b"not opened")
    found = dict(found_waveforms(rows({"a": second, "c": second}), AUDIO))
    assert set(found) == {"a", "c"}
    np.testing.assert_array_equal(found["a"], waveform(2))
    found = dict(found_waveforms(rows({"a": first, "c": second}), AUDIO))
    np.testing.assert_array_equal(found["a"], waveform(1))
    np.testing.assert_array_equal(found["c"], waveform(3))


def test_no_clip_reads_nothing():
    assert list(found_waveforms(rows({}), AUDIO)) == []


def test_a_clip_that_is_gone_is_named(tmp_path):
    with pytest.raises(InputError, match="clip 'a' is no longer usable"):
        list(found_waveforms(rows({"a": tmp_path / "a.flac"}), AUDIO))
    file = write_parquet(tmp_path / "0.parquet", [("b", encoded(1))])
    with pytest.raises(InputError, match="clip 'a' is gone"):
        list(found_waveforms(rows({"a": file}), AUDIO))
