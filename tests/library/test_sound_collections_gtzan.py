"""Tracks of music: each recording once, with its true length, in one split."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from music_selectivity.corpus.sound_collections.formats import SECONDS
from music_selectivity.corpus.sound_collections.gtzan import (
    GENRES,
    GTZAN_REPEATS,
    MAX_TRACK_SECONDS,
    list_tracks,
)
from music_selectivity.corpus.sound_collections.planning import plan


@pytest.fixture
def write_tracks(write_sound):
    """Write tracks with GTZAN's names below music/: noise of 6 s, or a waveform."""
    rng = np.random.default_rng(0)

    def write(*names: str, sound: np.ndarray | None = None) -> None:
        for name in names:
            noise = 0.1 * rng.normal(size=6 * 22_050)
            place = f"music/{name.partition('.')[0]}/{name}"
            write_sound(place, noise if sound is None else sound)

    return write


def named(tracks: list[tuple]) -> list[tuple[str, str]]:
    """Split and file name of each track."""
    return [(split, file.name) for split, _, file, _ in tracks]


def test_small_collections_of_music_have_both_splits(tmp_path):
    blues = tmp_path / "blues"
    blues.mkdir()
    names = ("blues.00000.wav", "blues.00000.wav.txt", "blues.00001.au")
    for name in (*names, "blues.00001.wav", "rock.1.wav"):
        (blues / name).write_bytes(b"")
    assert named(list_tracks(tmp_path)) == [
        ("train", "blues.00000.wav"),
        ("eval", "blues.00001.wav"),
    ]


def test_known_repeats_of_gtzan_count_once(write_tracks, tmp_path, caplog):
    numbers = (0, 1, 2, 3, 55, 60, 61, 62, 63, 89)
    write_tracks(*(f"disco.{number:05d}.wav" for number in numbers))
    write_tracks("metal.00058.wav", "metal.00059.wav", "rock.00016.wav", "rock.1.wav")
    found = named(list_tracks(tmp_path / "music"))
    evaluated = [name for split, name in found if split == "eval"]
    assert evaluated == ["disco.00063.wav", "metal.00059.wav", "rock.1.wav"]
    assert len(found) == 8 + 2 + 1
    left_out = [record.args[0].name for record in caplog.records]
    assert left_out == ["disco.00060.wav", "disco.00089.wav", "rock.00016.wav"]
    assert "disco.00089.wav is left out because it repeats" in caplog.text


def test_the_known_repeats_are_the_fifty_of_the_published_analysis():
    names = [name for repeats in GTZAN_REPEATS for name in repeats]
    assert len(names) - len(GTZAN_REPEATS) == 50 and len(set(names)) == len(names)
    assert {name.partition(".")[0] for name in names} <= GENRES.keys()
    # Torchaudio's fault-filtered split of GTZAN has at most one of each.
    source = importlib.util.find_spec("torchaudio").submodule_search_locations[0]
    text = (Path(source) / "datasets/gtzan.py").read_text()
    for repeats in GTZAN_REPEATS:
        assert sum(f'"{name}"' in text for name in repeats) <= 1, repeats


def test_tracks_of_one_sound_count_once(write_tracks, tmp_path, caplog):
    sound = 0.1 * np.random.default_rng(1).normal(size=6 * 22_050)
    write_tracks("blues.00000.wav", "blues.00004.au", "jazz.00001.wav", sound=sound)
    write_tracks("blues.00001.wav", "blues.00002.wav", "blues.00003.wav")
    write_tracks("jazz.00000.wav", "jazz.00002.wav")
    # Unreadable tracks are no repeats; they are left to the audit.
    for name in ("jazz.00003.wav", "jazz.00004.wav"):
        (tmp_path / "music/jazz" / name).write_bytes(b"<html>404</html>")
    found = named(list_tracks(tmp_path / "music"))
    assert found == [
        ("train", "blues.00000.wav"),
        ("train", "blues.00001.wav"),
        ("train", "blues.00002.wav"),
        ("eval", "blues.00003.wav"),
        ("train", "jazz.00000.wav"),
        ("train", "jazz.00002.wav"),
        ("train", "jazz.00003.wav"),
        ("eval", "jazz.00004.wav"),
    ]
    left_out = [record.args[0].name for record in caplog.records]
    assert left_out == ["blues.00004.au", "jazz.00001.wav"]


def test_clips_lie_within_the_sound_of_a_track(collections, write_tracks, tmp_path):
    write_tracks("blues.00000.wav", sound=0.1 * np.ones(7 * 22_050))
    claiming = tmp_path / "music/blues/blues.00000.wav"
    data = bytearray(claiming.read_bytes())
    place = data.index(b"data") + 4
    data[place : place + 4] = (2**31 - 2**20).to_bytes(4, "little")
    claiming.write_bytes(data)
    long = np.random.default_rng(2).normal(size=600 * 1000)
    soundfile.write(tmp_path / "music/blues/blues.00001.wav", 0.1 * long, 1000)
    os.mkfifo(tmp_path / "music/blues/blues.00002.wav")
    recipes = plan(collections[0], tmp_path / "music", 6, seed=1)
    music = recipes[recipes["label"] == "Blues"]
    starts = music.groupby(music["file"].map(lambda file: Path(file).stem))["start"]
    assert starts.size().tolist() == [1, 6, 1]
    assert starts.max()["blues.00000"] <= 2
    latest = MAX_TRACK_SECONDS - SECONDS
    assert 60 < starts.max()["blues.00001"] <= latest
