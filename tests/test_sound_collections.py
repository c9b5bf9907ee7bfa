"""The corpus of two collections: split by track, and alike in all but the sound."""

import csv
import importlib.util
import json
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.signal
import soundfile
import yaml

from music_selectivity import fetch, sound_collections, soundscapes
from music_selectivity.audio import AudioSettings, UnusableClip, load_clip
from music_selectivity.errors import InputError
from music_selectivity.sound_collections import GENRES, GTZAN_REPEATS, _tracks
from music_selectivity.trivial import trivial_auc
from small_studies import checkout_into, natural_sounds, run

CATEGORIES = ("dog", "rain", "washing_machine", "church_bells")
COLUMNS = ("filename", "fold", "target", "category", "esc10", "src_file", "take")


def collections(folder: Path, per_fold: int = 2, tracks: int = 5) -> tuple[Path, Path]:
    """Small copies of both layouts: white noise, told apart by all but its sound."""
    rng = np.random.default_rng(0)
    esc50, music = folder / "ESC-50", folder / "genres"
    for place in (esc50 / "audio", esc50 / "meta", music / "blues", music / "jazz"):
        place.mkdir(parents=True)
    rows = []
    for fold in range(1, 6):
        for category in CATEGORIES:
            for take in range(per_fold):
                name = f"{fold}-{len(rows)}-{'AB'[take % 2]}-0.wav"
                # Quiet, at 44.1 kHz, and filled up with silence after 1 to 5 s.
                sound = 0.01 * rng.normal(size=220_500)
                sound[rng.integers(44_100, 220_500) :] = 0
                soundfile.write(esc50 / "audio" / name, sound, 44_100)
                rows.append((name, fold, 0, category, False, 0, "A"))
    with open(esc50 / "meta/esc50.csv", "w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    mp3 = scipy.signal.butter(8, 9500, fs=22_050, output="sos")
    for genre in ("blues", "jazz"):
        for number in range(tracks):
            # Loud, with an offset, at half the rate and without the highest.
            sound = scipy.signal.sosfilt(mp3, 0.2 * rng.normal(size=12 * 22_050)) + 0.1
            soundfile.write(music / genre / f"{genre}.{number:05d}.wav", sound, 22_050)
    (music / "jazz/jazz.00000.wav").write_bytes(b"no sound")
    (music / "jazz/._jazz.00001.wav").write_bytes(b"resource fork")
    (esc50 / "audio" / rows[0][0]).unlink()
    return esc50, music


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return collections(tmp_path_factory.mktemp("collections"))


@pytest.fixture(scope="module")
def recipes(made):
    return sound_collections.plan(*made, clips_per_track=2, seed=1)


def test_every_clip_is_planned_and_no_track_is_in_both_splits(made, recipes):
    sounds = recipes[recipes["clip_id"].str.startswith("esc50-")]
    music = recipes.drop(sounds.index)
    # Of the track that cannot be read one clip is listed, of the others two.
    assert len(sounds) == 5 * 2 * len(CATEGORIES) and len(music) == 2 * 2 * 5 - 1
    fold = sounds["file"].map(lambda file: Path(file).name[0])
    assert ((fold == "5") == (sounds["split"] == "eval")).all()
    assert (sounds["file"] == sounds["silence_of"]).all()
    assert not recipes["clip_id"].duplicated().any()
    splits = music.groupby("file")["split"].nunique()
    assert (splits == 1).all() and len(splits) == 10
    assert (music.groupby("label")["split"].nunique() == 2).all()
    assert (music.groupby(["label", "split"]).size() == [2, 8, 2, 7]).all()
    # Clips of a track overlap by nothing; their silence is of their own split.
    starts = music.groupby("file")["start"].agg(["min", "max"])
    starts = starts.drop(str(made[1] / "jazz/jazz.00000.wav"))
    assert (starts["max"] - starts["min"] >= 5).all() and (starts["max"] <= 7).all()
    of = sounds.set_index("file")["split"]
    assert (music["silence_of"].map(of) == music["split"]).all()


def test_the_same_seed_gives_the_same_plan_and_another_another(made, recipes):
    again = sound_collections.plan(*made, clips_per_track=2, seed=1)
    pd.testing.assert_frame_equal(recipes, again)
    other = sound_collections.plan(*made, clips_per_track=2, seed=2)
    assert not recipes["start"].equals(other["start"])


SETTINGS = AudioSettings(22_050, 5.0, 0.1, "zeros", False, -70)


def telling(sound: np.ndarray, measures: dict) -> dict[str, np.ndarray | float]:
    """What might tell a clip's collection: the trivial classifier's features."""
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
    return trivial_auc(features, music, split).set_index("features")["auc"]


def test_source_does_not_stand_for_group(tmp_path):
    # The same noise in both, at other rates, bands, levels, offsets and lengths.
    made = collections(tmp_path, per_fold=10, tracks=60)
    before, after = told_apart(*made, tmp_path / "written")
    assert (before > 0.8).all()
    # 63 clips evaluate: chance itself spreads by 0.08.
    assert (np.abs(after - 0.5) < 0.2).all()


def told_apart(esc50: Path, music: Path, written: Path) -> tuple[pd.Series, pd.Series]:
    """How well the collections are told apart as they are, and as they are written."""
    recipes = sound_collections.plan(esc50, music, clips_per_track=1, seed=1)
    sound_collections.write_audio(recipes, written)
    before, after, usable = [], [], []
    for row in recipes.itertuples():
        clip = written / f"{row.clip_id}.flac"
        try:
            pair = [telling(*load_clip(file, SETTINGS)) for file in (row.file, clip)]
        except UnusableClip:
            continue
        before.append(pair[0])
        after.append(pair[1])
        usable.append(row)
    is_music = np.array([not row.clip_id.startswith("esc50-") for row in usable])
    split = np.array([row.split for row in usable])
    return aucs(before, is_music, split), aucs(after, is_music, split)


def repacked(sounds: Path, folder: Path) -> tuple[Path, Path]:
    """Recorded sounds in both layouts: short ones filled up, as ESC-50's, and music."""
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
    # Those of the eval split last, and a fifth of all: there the tracks are parted.
    chosen = some_of(long, train=320, evaluation=80)
    for number, row in enumerate(chosen.itertuples()):
        track = music / f"blues/blues.{number:05d}.wav"
        track.symlink_to(sounds / row.file)
    return esc50, music


def some_of(clips: pd.DataFrame, train: int, evaluation: int) -> pd.DataFrame:
    """So many clips of each split, at random, the train split first."""
    parts = (
        clips[clips["split"] == split].sample(size, random_state=1)
        for split, size in (("train", train), ("eval", evaluation))
    )
    return pd.concat(parts)


def test_recorded_collections_are_not_told_by_level_or_silence(sounds_folder, tmp_path):
    made = repacked(sounds_folder / "realsounds", tmp_path)
    before, after = told_apart(*made, tmp_path / "written")
    print("before:", before.round(3).to_dict(), "after:", after.round(3).to_dict())
    assert before["silence"] > 0.8 and before["level"] > 0.6
    # 160 clips evaluate: chance itself spreads by 0.05.
    assert np.abs(after[["level", "silence"]] - 0.5).max() < 0.1


def test_what_dies_away_is_silent_in_music_too(write_sound):
    rng = np.random.default_rng(0)
    # Above the level of silence as recorded, and below once the clip is quieter.
    dying = rng.normal(size=110_250) * np.where(np.arange(110_250) < 44_100, 0.3, 1e-3)
    sound = write_sound("dying.wav", dying)
    music = write_sound("music.wav", 0.1 * rng.normal(size=6 * 22_050))
    levels = []
    for file in (sound, music):
        waveform = sound_collections.clip_waveform(file, 0.0, sound)
        assert (waveform[44_100 + 2 * 551 :] == 0).all() and waveform[:43_000].all()
        levels.append(10 * np.log10(np.mean(waveform**2)))
    assert levels[0] == pytest.approx(levels[1], abs=1e-4)


def test_clips_are_written_in_one_form(made, recipes, tmp_path):
    sound_collections.write_audio(recipes, tmp_path)
    faded = 0
    unreadable = recipes["file"].str.contains("jazz.00000")
    there = recipes[["file", "silence_of"]].map(os.path.exists).all(axis=1)
    for row in recipes[there & ~unreadable].itertuples():
        sound, rate = soundfile.read(tmp_path / f"{row.clip_id}.flac")
        assert rate == 22_050 and len(sound) == 5 * rate
        own, _ = soundfile.read(row.silence_of)
        # ESC-50's clip, in whole frames of 25 ms, tells what sounds.
        silence_from = (np.flatnonzero(own)[-1] // 2 // 551 + 1) * 551
        # The fade, and a frame more where the resampler rings.
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


def test_files_are_written_alike_each_time_and_bad_ones_left_to_the_audit(
    made, recipes, tmp_path
):
    some = recipes.iloc[[0, 1, -1]]
    broken = recipes[recipes["file"].str.contains("jazz.00000")]
    some = pd.concat([some, broken])
    for name in ("a", "b"):
        sound_collections.write_audio(some, tmp_path / name)
    found = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert found == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()}
    missing = f"{some['clip_id'].iloc[0]}.flac"
    assert missing not in found and len(found) == 3
    for clip_id in broken["clip_id"]:
        with pytest.raises(UnusableClip, match="unreadable"):
            load_clip(tmp_path / f"a/{clip_id}.flac", SETTINGS)


def test_a_clip_that_is_silent_stays_so(made, recipes, tmp_path):
    # As one whose track ends before it, or holds an offset and no sound.
    soundfile.write(tmp_path / "offset.wav", np.full(6 * 22_050, 0.3), 22_050)
    row = recipes[recipes["label"] == "Blues"].iloc[[0]]
    for number, change in enumerate(
        ({"start": 40.0}, {"start": 0.0, "file": str(tmp_path / "offset.wav")})
    ):
        folder = tmp_path / str(number)
        sound_collections.write_audio(row.assign(**change), folder)
        with pytest.raises(UnusableClip, match="silent"):
            load_clip(next(folder.iterdir()), SETTINGS)


def test_small_collections_of_music_have_both_splits(tmp_path):
    blues = tmp_path / "blues"
    blues.mkdir()
    names = ("blues.00000.wav", "blues.00000.wav.txt", "blues.00001.au")
    for name in (*names, "blues.00001.wav", "rock.1.wav"):
        (blues / name).write_bytes(b"")
    assert named(_tracks(tmp_path)) == [
        ("train", "blues.00000.wav"),
        ("eval", "blues.00001.wav"),
    ]


def named(tracks: list[tuple]) -> list[tuple[str, str]]:
    """Split and file name of each track."""
    return [(split, file.name) for split, _, file, _ in tracks]


@pytest.fixture
def write_tracks(write_sound):
    """Write tracks named as GTZAN's below music/: 6 s of noise, or given waveforms."""
    rng = np.random.default_rng(0)

    def write(*names: str, sound: np.ndarray | None = None) -> None:
        for name in names:
            noise = 0.1 * rng.normal(size=6 * 22_050)
            place = f"music/{name.partition('.')[0]}/{name}"
            write_sound(place, noise if sound is None else sound)

    return write


def test_gtzan_s_known_repeats_count_once(write_tracks, tmp_path, caplog):
    numbers = (0, 1, 2, 3, 55, 60, 61, 62, 63, 89)
    write_tracks(*(f"disco.{number:05d}.wav" for number in numbers))
    write_tracks("metal.00058.wav", "metal.00059.wav", "rock.00016.wav", "rock.1.wav")
    found = named(_tracks(tmp_path / "music"))
    assert [name for split, name in found if split == "eval"] == [
        *("disco.00063.wav", "metal.00059.wav", "rock.1.wav")
    ]
    assert len(found) == 8 + 2 + 1
    left_out = [record.args[0].name for record in caplog.records]
    assert left_out == ["disco.00060.wav", "disco.00089.wav", "rock.00016.wav"]
    assert "disco.00089.wav: left out, for it repeats" in caplog.text


def test_the_known_repeats_are_the_fifty_of_the_published_analysis():
    names = [name for repeats in GTZAN_REPEATS for name in repeats]
    assert len(names) - len(GTZAN_REPEATS) == 50 and len(set(names)) == len(names)
    assert {name.partition(".")[0] for name in names} <= GENRES.keys()
    # Torchaudio's split of GTZAN without faults keeps at most one of each.
    source = importlib.util.find_spec("torchaudio").submodule_search_locations[0]
    text = (Path(source) / "datasets/gtzan.py").read_text()
    for repeats in GTZAN_REPEATS:
        assert sum(f'"{name}"' in text for name in repeats) <= 1, repeats


def test_tracks_of_one_sound_count_once(write_tracks, tmp_path, caplog):
    sound = 0.1 * np.random.default_rng(1).normal(size=6 * 22_050)
    write_tracks("blues.00000.wav", "blues.00004.au", "jazz.00001.wav", sound=sound)
    write_tracks("blues.00001.wav", "blues.00002.wav", "blues.00003.wav")
    write_tracks("jazz.00000.wav", "jazz.00002.wav")
    # What cannot be read repeats nothing, but is left to the audit.
    for name in ("jazz.00003.wav", "jazz.00004.wav"):
        (tmp_path / "music/jazz" / name).write_bytes(b"<html>404</html>")
    found = named(_tracks(tmp_path / "music"))
    assert found == [
        *(("train", f"blues.0000{number}.wav") for number in (0, 1, 2)),
        ("eval", "blues.00003.wav"),
        *(("train", f"jazz.0000{number}.wav") for number in (0, 2, 3)),
        ("eval", "jazz.00004.wav"),
    ]
    left_out = [record.args[0].name for record in caplog.records]
    assert left_out == ["blues.00004.au", "jazz.00001.wav"]


def test_clips_lie_within_what_is_there_of_a_track(made, write_tracks, tmp_path):
    write_tracks("blues.00000.wav", sound=0.1 * np.ones(7 * 22_050))
    claiming = tmp_path / "music/blues/blues.00000.wav"
    data = bytearray(claiming.read_bytes())
    place = data.index(b"data") + 4
    data[place : place + 4] = (2**31 - 2**20).to_bytes(4, "little")
    claiming.write_bytes(data)
    long = np.random.default_rng(2).normal(size=600 * 1000)
    soundfile.write(tmp_path / "music/blues/blues.00001.wav", 0.1 * long, 1000)
    os.mkfifo(tmp_path / "music/blues/blues.00002.wav")
    recipes = sound_collections.plan(made[0], tmp_path / "music", 6, seed=1)
    music = recipes[recipes["label"] == "Blues"]
    starts = music.groupby(music["file"].map(lambda file: Path(file).stem))["start"]
    assert starts.size().tolist() == [1, 6, 1]
    assert starts.max()["blues.00000"] <= 2
    latest = sound_collections.MAX_TRACK_SECONDS - sound_collections.SECONDS
    assert 60 < starts.max()["blues.00001"] <= latest


def test_other_layouts_are_told(made, tmp_path):
    esc50, music = made
    with pytest.raises(InputError, match=r"not in the layout of ESC-50.*esc50\.csv"):
        sound_collections.plan(music, music, 1, 1)
    with pytest.raises(InputError, match=r"no track named as genres/blues/blues\.0"):
        sound_collections.plan(esc50, esc50, 1, 1)
    (tmp_path / "meta").mkdir()
    table = (esc50 / "meta/esc50.csv").read_text().replace("rain", "raisin", 1)
    (tmp_path / "meta/esc50.csv").write_text(table)
    with pytest.raises(InputError, match=r"row 4: category 'raisin' is none of"):
        sound_collections.plan(tmp_path, music, 1, 1)
    (tmp_path / "meta/esc50.csv").write_text(table.replace("wav,1,", "wav,6,", 1))
    with pytest.raises(InputError, match=r"row 2: fold '6' is none of 1, 2"):
        sound_collections.plan(tmp_path, music, 1, 1)
    (tmp_path / "meta/esc50.csv").write_text(",".join(COLUMNS))
    with pytest.raises(InputError, match="lists no clip"):
        sound_collections.plan(tmp_path, music, 1, 1)


@pytest.mark.parametrize(
    ("there", "lacking"),
    [
        ("12345", None),
        ("1234", "fold 5, so the eval"),
        ("5", "fold 1 or 2 or 3 or 4, so the"),
    ],
)
def test_a_table_without_a_split_is_told(made, tmp_path, there, lacking):
    esc50, music = made
    (tmp_path / "meta").mkdir()
    head, *rows = (esc50 / "meta/esc50.csv").read_text().splitlines()
    rows = [row for row in rows if row.split(",")[1] in there]
    (tmp_path / "meta/esc50.csv").write_text("\n".join([head, *rows]))
    if lacking:
        with pytest.raises(InputError, match=rf"esc50\.csv: no clip is of {lacking}"):
            sound_collections.plan(tmp_path, music, 1, 1)
    else:
        sound_collections.plan(tmp_path, music, 1, 1)


def test_an_ontology_of_other_classes_is_told(recipes, tmp_path):
    nodes = [{"id": "/m/1", "name": "Music", "child_ids": []}]
    (tmp_path / "ontology.json").write_text(json.dumps(nodes))
    with pytest.raises(InputError, match=r"no class named 'Blues'; give AudioSet's"):
        sound_collections.write_tables(recipes, tmp_path / "ontology.json", tmp_path)


def test_archives_are_unpacked_to_these_layouts(made, tmp_path):
    esc50, music = made
    with zipfile.ZipFile(tmp_path / "esc50.zip", "w") as archive:
        for path in esc50.rglob("*.*"):
            archive.write(path, f"ESC-50-1a2b/{path.relative_to(esc50)}")
        archive.writestr("ESC-50-1a2b/README.md", "")
    with tarfile.open(tmp_path / "gtzan.tar.gz", "w:gz") as archive:
        archive.add(music, "genres")
    place = sound_collections.esc50_place
    fetch.unpack(tmp_path / "esc50.zip", tmp_path / "esc50", place)
    place = sound_collections.music_place
    fetch.unpack(tmp_path / "gtzan.tar.gz", tmp_path / "gtzan", place)
    assert not list((tmp_path / "gtzan").rglob("._*"))
    found = sound_collections.plan(tmp_path / "esc50", tmp_path / "gtzan", 1, 1)
    expected = sound_collections.plan(esc50, music, 1, 1)
    assert found["clip_id"].tolist() == expected["clip_id"].tolist()


def test_all_classes_are_audiosets_but_three(sounds_folder):
    nodes = json.loads((sounds_folder / "audioset/ontology.json").read_text())
    names = {node["name"] for node in nodes}
    ours = {*sound_collections.ESC50_CLASSES.values()}
    assert len(ours) == len(sound_collections.ESC50_CLASSES) == 50
    assert ours - names == set(sound_collections.ADDED_CLASSES)
    assert set(sound_collections.ADDED_CLASSES.values()) <= names
    (genres,) = (node for node in nodes if node["name"] == "Music genre")
    mids = {node["id"]: node["name"] for node in nodes}
    below = {mids[child] for child in genres["child_ids"]}
    listed = set(sound_collections.GENRES.values())
    # Heavy metal stands below Rock music.
    assert listed - below <= {"Heavy metal"} and listed <= names


def ontology(folder: Path) -> Path:
    """The synthetic corpus's ontology with the classes of the small copies."""
    soundscapes.write_tables(
        soundscapes.Spec(train=30, eval=30, seconds=2.0, seed=1), folder
    )
    path = folder / "ontology.json"
    nodes = json.loads(path.read_text())
    names = {node["name"]: node for node in nodes}
    below = {"Church bell": "Music", "Blues": "Music genre", "Jazz": "Music genre"}
    below |= {"Dog": "Animal", "Rain": "Water", "Human sounds": None}
    below |= {"Domestic sounds, home sounds": None}
    for name, parent in below.items():
        if name not in names:
            nodes.append({"id": f"/y/{len(nodes)}", "name": name, "child_ids": []})
            names[name] = nodes[-1]
            if parent:
                names[parent]["child_ids"].append(nodes[-1]["id"])
    path.write_text(json.dumps(nodes))
    return path


# The laptop study in a minute: one network a model, two models, no linear features.
SHORT = """
seeds: [1]
device: cpu
corpus: {shards: 1}
models:
  without_music: {clips: without_music, epochs: 1, snapshots: [0, 1]}
  with_music: null
  untrained: {clips: without_music, epochs: 0}
  memorization: null
  without_music_and_speech: null
quilts: {segment_ms: [50, 400]}
amplitude: {power_ratios: [1, 64]}
linear_features: {pca: null, gabor: null}
natsound165: {fetch: false}
analysis:
  bootstrap_draws: 20
  permutations: 20
  random_ablation: {sets: 50}
  categories: {speech: null, vehicle: null}
"""


def test_the_laptop_study_runs_from_two_collections_to_the_report(made, tmp_path):
    checkout = checkout_into(tmp_path / "checkout")
    natural_sounds(tmp_path / "natural")
    study = yaml.safe_load(SHORT)
    esc50, music = map(str, made)
    given = {"esc50": esc50, "music": music, "ontology": str(ontology(tmp_path))}
    study["corpus"]["collections"] = given
    study["natsound165"]["folder"] = str(tmp_path / "natural")
    (checkout / "own.yaml").write_text(yaml.safe_dump(study))
    run(checkout, "--configfile", "studies/laptop.yaml", "own.yaml")
    results = checkout / "results/laptop"
    clips = pd.read_parquet(results / "clips.parquet")
    assert clips["excluded"].value_counts().to_dict() == {
        "": 48,
        "missing file": 1,
        "unreadable": 1,
    }
    groups = clips.groupby(["split", "group"]).size().unstack(fill_value=0)
    # Of music, the clips of two genres and the church bells.
    assert groups.loc["eval"].to_dict() == {"music": 2 + 2, "nonmusic": 6}
    assert groups.loc["train"].to_dict() == {"music": 8 + 8, "nonmusic": 24}
    used = clips[clips["excluded"] == ""]
    assert used["seconds"].unique() == [5.0]
    claims = pd.read_csv(results / "claims.csv")
    assert claims["verdict"].notna().all()
    page = (results / "report.html").read_text()
    for text in [*claims["id"], "laptop"]:
        assert text in page
