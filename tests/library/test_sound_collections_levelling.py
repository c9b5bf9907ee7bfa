"""Clips of both collections differ only in their sound."""

import csv
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from music_selectivity.analyses.baseline import baseline_auc
from music_selectivity.audio.reading import AudioSettings, UnusableClip, load_clip
from music_selectivity.corpus.sound_collections.levelling import (
    clip_waveform,
    write_audio,
)
from music_selectivity.corpus.sound_collections.planning import plan
from small_collections import COLUMNS, write_collections

SETTINGS = AudioSettings(22_050, 5.0, 0.1, "zeros", False, -70)


def low_level(sound: np.ndarray, measures: dict) -> dict[str, np.ndarray | float]:
    """Features of the low-level baseline, which might identify the collection."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    bands = np.array_split(power, 40)
    return {
        "level": measures["level_dbfs"],
        "silence": measures["silent_share"],
        "offset": sound.mean(),
        "spectrum": np.log([band.mean() for band in bands]),
    }


def aucs(clips: list[dict], music: np.ndarray, split: np.ndarray) -> pd.Series:
    features = {name: np.array([clip[name] for clip in clips]) for name in clips[0]}
    return baseline_auc(features, music, split).set_index("features")["auc"]


def separation(esc50: Path, music: Path, written: Path) -> tuple[pd.Series, pd.Series]:
    """AUC between the collections, before and after they are written."""
    recipes = plan(esc50, music, clips_per_track=1, seed=1)
    write_audio(recipes, written)
    before, after, usable = [], [], []
    for row in recipes.itertuples():
        clip = written / f"{row.clip_id}.flac"
        try:
            pair = [low_level(*load_clip(file, SETTINGS)) for file in (row.file, clip)]
        except UnusableClip:
            continue
        before.append(pair[0])
        after.append(pair[1])
        usable.append(row)
    is_music = np.array([not row.clip_id.startswith("esc50-") for row in usable])
    split = np.array([row.split for row in usable])
    return aucs(before, is_music, split), aucs(after, is_music, split)


def repacked(sounds: Path, folder: Path) -> tuple[Path, Path]:
    """Recorded sounds in both layouts: padded short ones as in ESC-50, and music."""
    table = pd.read_csv(sounds / "clips.csv")
    esc50, music = folder / "ESC-50", folder / "genres"
    for place in (esc50 / "audio", esc50 / "meta", music / "blues"):
        place.mkdir(parents=True)
    short = table[(table["group"] == "nonmusic") & (table["duration_s"] <= 5)]
    rows = []
    for row in some_of(short, train=160, evaluation=80).itertuples():
        sound, rate = soundfile.read(sounds / row.file)
        sound = np.pad(sound[: 5 * rate], (0, max(0, 5 * rate - len(sound))))
        fold = 5 if row.split == "eval" else 1 + len(rows) % 4
        rows.append((f"{fold}-{row.clip_id}-A-0.wav", fold, 0, "dog", False, 0, "A"))
        soundfile.write(esc50 / "audio" / rows[-1][0], sound, rate)
    with open(esc50 / "meta/esc50.csv", "w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    long = table[(table["group"] == "music") & (table["duration_s"] >= 5)]
    # The eval clips are last, and a fifth of all, because tracks are split there.
    chosen = some_of(long, train=320, evaluation=80)
    for number, row in enumerate(chosen.itertuples()):
        track = music / f"blues/blues.{number:05d}.wav"
        track.symlink_to(sounds / row.file)
    return esc50, music


def some_of(clips: pd.DataFrame, train: int, evaluation: int) -> pd.DataFrame:
    """Random clips of each split, train first."""
    parts = (
        clips[clips["split"] == split].sample(size, random_state=1)
        for split, size in (("train", train), ("eval", evaluation))
    )
    return pd.concat(parts)


@pytest.mark.full
def test_the_collection_cannot_be_identified(tmp_path):
    # The same noise in both, with different rates, bands, levels, offsets and lengths.
    made = write_collections(tmp_path, per_fold=10, tracks=60)
    before, after = separation(*made, tmp_path / "written")
    assert (before > 0.8).all()
    # With 63 eval clips, the SD by chance is 0.08.
    assert (np.abs(after - 0.5) < 0.2).all()


@pytest.mark.full
def test_recorded_collections_have_equal_levels_and_silence(sounds_folder, tmp_path):
    made = repacked(sounds_folder / "realsounds", tmp_path)
    before, after = separation(*made, tmp_path / "written")
    print("before:", before.round(3).to_dict(), "after:", after.round(3).to_dict())
    assert before["silence"] > 0.8 and before["level"] > 0.6
    # With 160 eval clips, the SD by chance is 0.05.
    assert np.abs(after[["level", "silence"]] - 0.5).max() < 0.1


def test_decays_become_silence_in_music_too(write_sound):
    rng = np.random.default_rng(0)
    # Above the level of silence as recorded, and below it when the level is set.
    dying = rng.normal(size=110_250) * np.where(np.arange(110_250) < 44_100, 0.3, 1e-3)
    sound = write_sound("dying.wav", dying)
    music = write_sound("music.wav", 0.1 * rng.normal(size=6 * 22_050))
    levels = []
    for file in (sound, music):
        waveform = clip_waveform(file, 0.0, sound)
        assert (waveform[44_100 + 2 * 551 :] == 0).all() and waveform[:43_000].all()
        levels.append(10 * np.log10(np.mean(waveform**2)))
    assert levels[0] == pytest.approx(levels[1], abs=1e-4)


def test_clips_are_written_in_one_format(collections, recipes, tmp_path):
    write_audio(recipes, tmp_path)
    faded = 0
    unreadable = recipes["file"].str.contains("jazz.00000")
    there = recipes[["file", "silence_of"]].map(os.path.exists).all(axis=1)
    for row in recipes[there & ~unreadable].itertuples():
        sound, rate = soundfile.read(tmp_path / f"{row.clip_id}.flac")
        assert rate == 22_050 and len(sound) == 5 * rate
        own, _ = soundfile.read(row.silence_of)
        # The sound ends where that of ESC-50's clip does, in whole frames of 25 ms.
        silence_from = (np.flatnonzero(own)[-1] // 2 // 551 + 1) * 551
        # After the fade, and one frame in which the resampler rings.
        assert (sound[silence_from + 2 * 551 :] == 0).all()
        sounding = sound[: min(silence_from, len(sound))]
        assert 10 * np.log10(np.mean(sounding**2)) == pytest.approx(-35, abs=0.1)
        assert abs(sound.mean()) < 1e-4
        power = np.abs(np.fft.rfft(sound)) ** 2
        hz = np.fft.rfftfreq(len(sound), 1 / rate)
        assert power[hz > 9500].sum() < 1e-3 * power.sum()
        if silence_from < len(sound) - 4 * 551:
            last = np.flatnonzero(sound)[-1]
            assert sound[last - 110 : last].std() < 0.3 * sounding.std()
            faded += 1
    assert faded > 10


def test_files_are_reproducible_and_bad_ones_are_left_to_the_audit(
    collections, recipes, tmp_path
):
    some = recipes.iloc[[0, 1, -1]]
    broken = recipes[recipes["file"].str.contains("jazz.00000")]
    some = pd.concat([some, broken])
    for name in ("a", "b"):
        write_audio(some, tmp_path / name)
    found = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert found == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()}
    missing = f"{some['clip_id'].iloc[0]}.flac"
    assert missing not in found and len(found) == 3
    for clip_id in broken["clip_id"]:
        with pytest.raises(UnusableClip, match="unreadable"):
            load_clip(tmp_path / f"a/{clip_id}.flac", SETTINGS)


def test_a_clip_that_is_silent_stays_so(collections, recipes, tmp_path):
    # Its track ends before it, or contains only an offset.
    soundfile.write(tmp_path / "offset.wav", np.full(6 * 22_050, 0.3), 22_050)
    row = recipes[recipes["label"] == "Blues"].iloc[[0]]
    for number, change in enumerate(
        ({"start": 40.0}, {"start": 0.0, "file": str(tmp_path / "offset.wav")})
    ):
        folder = tmp_path / str(number)
        write_audio(row.assign(**change), folder)
        with pytest.raises(UnusableClip, match="silent"):
            load_clip(next(folder.iterdir()), SETTINGS)
