"""The 165 natural sounds: a made-up folder in their layout, and the real one."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import soundfile

from music_selectivity.analyses.natural_sounds import (
    fmri_rows,
    natural_sound_rows,
    sound_table,
    sound_weights,
)
from music_selectivity.corpus.files import corpus_files
from music_selectivity.corpus.list_clips import list_corpus
from music_selectivity.corpus.natural_sounds import list_natural_sounds, read_categories
from music_selectivity.errors import InputError
from music_selectivity.stimuli.natural_sounds import read_sounds, waveforms
from music_selectivity.vocabulary import COMPONENTS, MUSIC_CATEGORIES
from small_sounds import RATE

KINDS = ["Music", "Song", "EngSpeech", "Mechanical"]


@pytest.fixture
def folder(tmp_path) -> Path:
    """Twelve sounds of 1 s; the responses have another order than the labels."""
    (tmp_path / "sounds/wav").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    rng = np.random.default_rng(0)
    names = [f"stim{number}" for number in range(12)]
    lines = []
    for number, name in enumerate(names):
        waveform = rng.normal(size=44_100) * 0.02 * (number + 1)
        soundfile.write(tmp_path / f"sounds/wav/{name}.wav", waveform, 44_100)
        lines.append(f"{name},{KINDS[number % 4]}\n")
    (tmp_path / "sounds/category_labels.csv").write_text("".join(lines))
    write_components(tmp_path, names[::-1])
    return tmp_path


def write_components(folder: Path, names: list[str], **changes) -> None:
    """Component k of sound n is n + 100 k; both are in reverse order."""
    numbers = np.array([int(name[4:]) for name in names])
    content = {
        "R": (numbers[:, None] + 100.0 * np.arange(6))[:, ::-1],
        "stim_names": np.array([names], dtype=object),
        "component_names": np.array([COMPONENTS[::-1]], dtype=object).T,
    }
    scipy.io.savemat(folder / "data/components.mat", content | changes)


def test_sounds_are_joined_by_name(folder):
    sounds = read_sounds(folder)
    assert list(sounds["sound"]) == [f"stim{number}" for number in range(12)]
    assert list(sounds["component_music"]) == [500 + n for n in range(12)]
    assert list(sounds["component_lowfreq"]) == list(range(12))
    assert list(sounds["category"][:4]) == KINDS


def test_names_of_sounds_are_text(tmp_path):
    (tmp_path / "sounds/wav").mkdir(parents=True)
    for name in ("001", "NA"):
        (tmp_path / f"sounds/wav/{name}.wav").write_bytes(b"")
    rewrite_labels("001,Music\nNA,Song\n")(tmp_path)
    assert list(read_categories(tmp_path)["sound"]) == ["001", "NA"]


def test_as_clips_the_sounds_of_each_category_go_to_the_splits_in_turn(folder):
    clips = list_natural_sounds(folder)
    assert list(clips["clip_id"]) == [f"stim{number}" for number in range(12)]
    # Of each of four kinds, in turn: train, eval, train.
    assert list(clips["split"]) == ["train"] * 4 + ["eval"] * 4 + ["train"] * 4
    assert list(clips["labels"][:5]) == [[kind] for kind in [*KINDS, "Music"]]
    assert list(clips["group"][:4]) == ["music", "music", "nonmusic", "nonmusic"]
    assert list(clips["is_speech"][:4]) == [False, False, True, False]


def test_a_corpus_of_the_sounds_is_listed_with_its_files(folder):
    corpus = {"type": "natural_sounds", "natural_sounds": {"folder": str(folder)}}
    clips, classes = list_corpus(corpus, {}, "")
    assert list(classes["name"]) == sorted(KINDS)
    assert list(classes["music_related"]) == [False, False, True, True]
    assert list(classes["speech"]) == [True, False, False, False]
    files = corpus_files(corpus, "downloads")
    assert set(files) == set(clips["clip_id"])
    assert [str(files[clip]) for clip in clips["clip_id"]] == list(clips["file"])


def test_missing_files_of_a_corpus_are_left_out_unless_none_is_left(folder):
    corpus = {"type": "natural_sounds", "natural_sounds": {"folder": str(folder)}}
    wav = folder / "sounds/wav"
    (wav / "stim3.wav").unlink()
    (wav / "not listed.wav").write_bytes(b"")
    files = corpus_files(corpus, "downloads")
    assert set(files) == {f"stim{number}" for number in range(12)} - {"stim3"}
    shutil.rmtree(wav)
    with pytest.raises(
        InputError, match=r"none of the 12 files .*natural_sounds\.folder"
    ):
        corpus_files(corpus, "downloads")


def test_waveforms_have_one_level_and_length(folder):
    sounds = read_sounds(folder)
    for full_scale in (1, 32768):
        found = waveforms(sounds, RATE, 0.03, full_scale)
        assert found.shape == (12, RATE) and found.dtype == np.float32
        rms = np.sqrt(np.mean(np.square(found, dtype=float), axis=1))
        np.testing.assert_allclose(rms, 0.03 * full_scale, rtol=1e-4)


def test_sounds_are_cut_to_the_shortest_before_their_level_is_set(folder):
    """The part that is cut off, here a loud end, does not affect the level."""
    sounds = read_sounds(folder)
    waveform = np.r_[np.full(44_100, 0.01), np.full(200, 0.99)]
    soundfile.write(folder / "sounds/wav/stim5.wav", waveform, 44_100)
    found = waveforms(sounds, 44_100, 0.03, 1)
    assert found.shape == (12, 44_100)
    np.testing.assert_allclose(found[5], 0.03, rtol=1e-4)


def remove(name):
    return lambda folder: (folder / name).unlink()


def rewrite_labels(text):
    return lambda folder: (folder / "sounds/category_labels.csv").write_text(text)


def rewrite_components(names, **changes):
    return lambda folder: write_components(folder, names, **changes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (remove("sounds/category_labels.csv"), r"category_labels\.csv: cannot be read"),
        (remove("data/components.mat"), r"components\.mat: cannot be read"),
        (remove("sounds/wav/stim3.wav"), r"row 4: .*stim3\.wav is missing"),
        (rewrite_labels("stim0,Music\nstim1,Jazz\n"), r"row 2: category 'Jazz'"),
        (rewrite_labels("stim0,Music\nstim1\n"), r"row 2: category ''; allowed"),
        (rewrite_labels("stim0,Music\nstim0,Music\n"), r"row 2: stim0 occurs twice"),
        (rewrite_components(["stim0"]), r"components\.mat: no response to stim1"),
        (rewrite_components(["stim0", "stim0"]), r"contains stim0 twice"),
        (
            rewrite_components(["stim0"], R=np.ones((1, 5))),
            r"R has shape \(1, 5\), not \(1, 6",
        ),
        (
            rewrite_components(["stim0"], R=np.full((1, 6), np.nan)),
            "R of stim0 contains",
        ),
        (
            rewrite_components(
                ["stim0"], component_names=np.array([list("abcdef")], dtype=object)
            ),
            r"component_names are a, b, .*; required are lowfreq",
        ),
        (
            # The header of MATLAB 7.3, whose files are HDF5.
            lambda folder: (folder / "data/components.mat").write_bytes(
                b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(384)
            ),
            r"components\.mat: in MATLAB's format 7\.3.*save it in format 7",
        ),
        (
            lambda folder: (folder / "data/components.mat").write_bytes(b"MATLAB"),
            r"components\.mat: cannot be read",
        ),
    ],
)
def test_a_folder_in_another_layout_is_refused(folder, change, message):
    change(folder)
    with pytest.raises(InputError, match=message):
        read_sounds(folder)


def test_unusable_sounds_are_refused(folder):
    sounds = read_sounds(folder)
    path = folder / "sounds/wav/stim5.wav"
    for waveform, message in (
        (np.zeros(44_100), r"stim5\.wav: silent"),
        (np.ones(80_000) / 2, r"stim5\.wav: 1\.81 s, but others have 1\.00 s"),
    ):
        soundfile.write(path, waveform, 44_100)
        with pytest.raises(InputError, match=message):
            waveforms(sounds, RATE, 0.03, 1)
    path.write_bytes(b"RIFF")
    with pytest.raises(InputError, match=r"stim5\.wav: unreadable"):
        waveforms(sounds, RATE, 0.03, 1)


def test_measures_are_those_of_the_drawn_sounds(folder):
    sounds = read_sounds(folder)
    responses = np.random.default_rng(1).random((12, 8)).astype(np.float32)
    units = np.array([6, 2])
    weights = sound_weights(sounds, 30)
    rows = {
        row[:2]: row[2] for row in natural_sound_rows(responses, units, sounds, weights)
    }
    music = sounds["category"].isin(MUSIC_CATEGORIES).to_numpy()
    for draw in (0, 7):
        drawn = np.repeat(np.arange(12), weights[:, draw])
        of_ms = responses[:, units].mean(axis=1)[drawn]
        expected = of_ms[music[drawn]].mean() / of_ms[~music[drawn]].mean()
        assert rows["natural_ratio", "ms"][draw] == pytest.approx(expected)
        pitch = sounds["component_pitch"].to_numpy()[drawn]
        assert rows["natural_correlation", "pitch"][draw] == pytest.approx(
            np.corrcoef(of_ms, pitch)[0, 1]
        )
        song = (sounds["category"] == "Song").to_numpy()[drawn]
        assert rows["natural_category", "Song"][draw] == pytest.approx(
            of_ms[song].mean()
        )
    assert {condition for measure, condition in rows if "correlation" in measure} == {
        *COMPONENTS
    }
    table = sound_table(responses, units, sounds)
    np.testing.assert_allclose(table["response"], responses[:, units].mean(axis=1))


def test_constant_units_have_no_correlation(folder):
    sounds = read_sounds(folder)
    rows = natural_sound_rows(
        np.ones((12, 4)), np.arange(2), sounds, sound_weights(sounds, 2)
    )
    values = {row[:2]: row[2] for row in rows}
    assert np.isnan(values["natural_correlation", "music"]).all()
    assert (values["natural_ratio", "ms"] == 1).all()


def test_the_published_sounds_are_read_right(sounds_folder):
    """The music component responds 4.4 times as strongly to music and song."""
    sounds = read_sounds(sounds_folder / "natsound165")
    assert len(sounds) == 165 and sounds["category"].nunique() == 11
    music = sounds["category"].isin(MUSIC_CATEGORIES)
    assert sounds.loc[music, "component_music"].mean() == pytest.approx(
        0.0139, abs=5e-5
    )
    rows = {row[:2]: row[2] for row in fmri_rows(sounds, sound_weights(sounds, 1))}
    assert rows["natural_ratio", "ms"][0] == pytest.approx(4.4, abs=0.05)
    assert waveforms(sounds, RATE, 0.05, 1).shape == (165, 2 * RATE)
