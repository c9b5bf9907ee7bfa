"""Examples: which clips, and that their quilts are those that the networks heard."""

import io

import numpy as np
import pandas as pd
import pytest
import soundfile

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.log_mel_picture import log_mel_picture
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.stimuli import examples
from music_selectivity.stimuli.examples import (
    QUILTED_PER_GROUP,
    example_pictures,
    example_sounds,
    quilted_examples,
)
from music_selectivity.stimuli.filling import padded
from music_selectivity.stimuli.quilt_clips import QuiltSettings
from music_selectivity.stimuli.quilt_shards import write_quilt_shards
from music_selectivity.stimuli.sets import CLIPS, UNQUILTED, quilts_of
from music_selectivity.vocabulary import QUILT_ORDERS
from small_sounds import RATE

FRONT_END = LogMelSettings(551, 275, 64, 0, 8000)
QUILTS = QuiltSettings(
    (100, 400), 1.6, {"overath": "overlapping", "notebook": "adjacent"}
)
SETS = [
    quilts_of(100, "overath"),
    quilts_of(400, "overath"),
    *(quilts_of(100, order, ("music",)) for order in QUILT_ORDERS[1:]),
    UNQUILTED,
]
GROUPS = {"a": "music", "b": "nonmusic", "c": "music"}


def settings(full_scale: int) -> AudioSettings:
    return AudioSettings(RATE, 2.0, 0.1, "zeros", False, -70.0, full_scale)


@pytest.fixture
def clips(tmp_path) -> pd.DataFrame:
    """Clip table of three clips; one has less sound than the others."""
    rows = []
    for number, (clip_id, group) in enumerate(GROUPS.items()):
        seconds = 1.9 if clip_id == "c" else 2.0
        noise = np.random.default_rng(number).normal(size=round(seconds * RATE))
        path = tmp_path / f"{clip_id}.wav"
        soundfile.write(path, 0.1 * noise, RATE, "FLOAT")
        rows.append((clip_id, group, str(path), seconds, number))
    columns = ["clip_id", "group", "found_in", "seconds", "row"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(split="eval", excluded="", shard=0)


def sounds(clips, whole, quilted, full_scale=1):
    """Waveforms by clip and set, as they would be encoded."""
    return {
        key: np.frombuffer(waveform, np.float32)
        for key, waveform in example_sounds(
            clips[clips["clip_id"].isin(whole)],
            clips[clips["clip_id"].isin(quilted)],
            SETS,
            settings(full_scale),
            QUILTS,
            FRONT_END,
        )
    }


@pytest.fixture
def unencoded(monkeypatch):
    monkeypatch.setattr(
        examples,
        "encode_mp3",
        lambda waveform, rate: waveform.astype(np.float32).tobytes(),
    )


@pytest.mark.parametrize("full_scale", [1, 32768])
def test_quilts_are_those_that_the_networks_heard(
    clips, tmp_path, unencoded, full_scale
):
    quilt_clips = clips.assign(left_out="")
    paths = [tmp_path / f"{stimuli.name}.npy" for stimuli in SETS]
    files = {row.clip_id: row.found_in for row in clips.itertuples()}
    audio = settings(full_scale)
    write_quilt_shards(
        SETS, quilt_clips, files.items(), audio, FRONT_END, QUILTS, paths
    )
    heard = sounds(clips, [], GROUPS, full_scale)
    log_mel = LogMel(FRONT_END, RATE)
    n_sounds = 0
    for stimuli, path in zip(SETS, paths, strict=True):
        members = [name for name, group in GROUPS.items() if group in stimuli.groups]
        for row, clip_id in enumerate(members):
            waveform = heard[clip_id, stimuli.name] * np.float32(full_scale)
            expected = np.load(path)[row]
            found = log_mel(padded(waveform, audio.n_samples))
            np.testing.assert_allclose(found, expected, atol=1e-3)
            n_sounds += 1
    assert n_sounds == len(heard)


def test_whole_clips_are_heard_as_they_are(clips, unencoded):
    heard = sounds(clips, ["b", "c"], ["a"])
    whole = {key: sound for key, sound in heard.items() if key[1] == CLIPS.name}
    assert {clip_id for clip_id, _ in whole} == {"b", "c"}
    for (clip_id, _), sound in whole.items():
        file = clips.loc[clips["clip_id"] == clip_id, "found_in"].item()
        expected = padded(soundfile.read(file, dtype="float32")[0], 2 * RATE)
        np.testing.assert_array_equal(sound, expected)
    assert {clip_id for clip_id, name in heard if name != CLIPS.name} == {"a"}


def test_sounds_are_mp3_of_their_length(clips):
    audio = settings(1)
    found = dict(example_sounds(clips[:1], clips[:1], SETS, audio, QUILTS, FRONT_END))
    assert len(found) == 1 + len(SETS)
    for (_, name), data in found.items():
        info = soundfile.info(io.BytesIO(data))
        assert info.format == "MP3"
        assert info.duration == pytest.approx(2 if name == CLIPS.name else 1.6)


def test_pictures_show_the_part_that_is_sound(clips, tmp_path):
    log_mels = np.random.default_rng(0).normal(-30, 9, (3, 64, 161)).astype(np.float32)
    np.save(tmp_path / "0.npy", log_mels)
    samples = pd.Series({"c": round(1.6 * RATE), "a": 2 * RATE, "absent": 5})
    found = example_pictures(
        samples, CLIPS, clips, [tmp_path / "0.npy"], RATE, FRONT_END
    )
    assert list(found["clip_id"]) == ["c", "a"]
    assert set(found["stimulus"]) == {CLIPS.name}
    np.testing.assert_allclose(found["seconds"], [1.6, 2])
    assert found["picture"][0] == log_mel_picture(log_mels[2, :, :129])
    assert found["picture"][1] == log_mel_picture(log_mels[0])


def many_clips(music: int, nonmusic: int) -> pd.DataFrame:
    groups = ["music"] * music + ["nonmusic"] * nonmusic
    ids = [f"{number:03d}" for number in range(len(groups))]
    reasons = ["too short" if number % 3 == 0 else "" for number in range(len(ids))]
    return pd.DataFrame({"clip_id": ids, "group": groups, "left_out": reasons})


def test_quilted_examples_are_drawn_from_each_group():
    table = many_clips(60, 90)
    drawn = quilted_examples(table)
    assert list(drawn["group"]) == ["music"] * 6 + ["nonmusic"] * 6
    assert not drawn["clip_id"].duplicated().any()
    assert (drawn["left_out"] == "").all()
    pd.testing.assert_frame_equal(drawn, quilted_examples(table))
    # They are not the first, and those of one group do not depend on the other.
    assert list(drawn["clip_id"]) != sorted(drawn["clip_id"])
    fewer = quilted_examples(table[table["group"] == "music"])
    pd.testing.assert_frame_equal(fewer, drawn[:QUILTED_PER_GROUP])


def test_all_clips_are_examples_where_there_are_few():
    assert len(quilted_examples(many_clips(5, 90))) == 3 + QUILTED_PER_GROUP
