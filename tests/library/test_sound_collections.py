"""The corpus of two collections: the planned clips, and their tables."""

import json
import tarfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from music_selectivity.corpus.archives import ARCHIVES
from music_selectivity.corpus.sound_collections.esc50 import (
    ADDED_CLASSES,
    ESC50_CLASSES,
)
from music_selectivity.corpus.sound_collections.gtzan import GENRES
from music_selectivity.corpus.sound_collections.planning import plan
from music_selectivity.corpus.sound_collections.tables import write_tables
from music_selectivity.corpus.unpack import unpack
from music_selectivity.errors import InputError
from small_collections import CATEGORIES, COLUMNS


def test_every_clip_is_planned_and_no_track_is_in_both_splits(collections, recipes):
    sounds = recipes[recipes["clip_id"].str.startswith("esc50-")]
    music = recipes.drop(sounds.index)
    # One clip of the unreadable track is listed, and two of each other track.
    assert len(sounds) == 5 * 2 * len(CATEGORIES) and len(music) == 2 * 2 * 5 - 1
    fold = sounds["file"].map(lambda file: Path(file).name[0])
    assert ((fold == "5") == (sounds["split"] == "eval")).all()
    assert (sounds["file"] == sounds["silence_of"]).all()
    assert not recipes["clip_id"].duplicated().any()
    splits = music.groupby("file")["split"].nunique()
    assert (splits == 1).all() and len(splits) == 10
    assert (music.groupby("label")["split"].nunique() == 2).all()
    assert (music.groupby(["label", "split"]).size() == [2, 8, 2, 7]).all()
    # Clips of a track do not overlap, and their silence comes from their own split.
    starts = music.groupby("file")["start"].agg(["min", "max"])
    starts = starts.drop(str(collections[1] / "jazz/jazz.00000.wav"))
    assert (starts["max"] - starts["min"] >= 5).all() and (starts["max"] <= 7).all()
    of = sounds.set_index("file")["split"]
    assert (music["silence_of"].map(of) == music["split"]).all()


def test_the_plan_depends_on_the_seed(collections, recipes):
    again = plan(*collections, clips_per_track=2, seed=1)
    pd.testing.assert_frame_equal(recipes, again)
    other = plan(*collections, clips_per_track=2, seed=2)
    assert not recipes["start"].equals(other["start"])


def test_other_layouts_are_refused(collections, tmp_path):
    esc50, music = collections
    with pytest.raises(InputError, match=r"not in the layout of ESC-50.*esc50\.csv"):
        plan(music, music, 1, 1)
    with pytest.raises(
        InputError, match=r"no track with a name such as genres/blues/blues\.0"
    ):
        plan(esc50, esc50, 1, 1)
    (tmp_path / "meta").mkdir()
    table = (esc50 / "meta/esc50.csv").read_text().replace("rain", "raisin", 1)
    (tmp_path / "meta/esc50.csv").write_text(table)
    with pytest.raises(InputError, match=r"row 4: category 'raisin' is not one of"):
        plan(tmp_path, music, 1, 1)
    (tmp_path / "meta/esc50.csv").write_text(table.replace("wav,1,", "wav,6,", 1))
    with pytest.raises(InputError, match=r"row 2: fold '6' is not one of 1, 2"):
        plan(tmp_path, music, 1, 1)
    (tmp_path / "meta/esc50.csv").write_text(",".join(COLUMNS))
    with pytest.raises(InputError, match="lists no clip"):
        plan(tmp_path, music, 1, 1)


@pytest.mark.parametrize(
    ("there", "lacking"),
    [
        ("12345", None),
        ("1234", "fold 5, so the eval"),
        ("5", "fold 1 or 2 or 3 or 4, so the"),
    ],
)
def test_a_table_without_a_split_is_refused(collections, tmp_path, there, lacking):
    esc50, music = collections
    (tmp_path / "meta").mkdir()
    head, *rows = (esc50 / "meta/esc50.csv").read_text().splitlines()
    rows = [row for row in rows if row.split(",")[1] in there]
    (tmp_path / "meta/esc50.csv").write_text("\n".join([head, *rows]))
    if lacking:
        with pytest.raises(InputError, match=rf"esc50\.csv: no clip is in {lacking}"):
            plan(tmp_path, music, 1, 1)
    else:
        plan(tmp_path, music, 1, 1)


def test_an_ontology_of_other_classes_is_refused(recipes, tmp_path):
    nodes = [{"id": "/m/1", "name": "Music", "child_ids": []}]
    (tmp_path / "ontology.json").write_text(json.dumps(nodes))
    with pytest.raises(InputError, match=r"no class named 'Blues'; give AudioSet's"):
        write_tables(recipes, tmp_path / "ontology.json", tmp_path)


def test_archives_are_unpacked_to_these_layouts(collections, tmp_path):
    esc50, music = collections
    with zipfile.ZipFile(tmp_path / "esc50.zip", "w") as archive:
        for path in esc50.rglob("*.*"):
            archive.write(path, f"ESC-50-1a2b/{path.relative_to(esc50)}")
        archive.writestr("ESC-50-1a2b/README.md", "")
    with tarfile.open(tmp_path / "gtzan.tar.gz", "w:gz") as archive:
        archive.add(music, "genres")
    unpack(tmp_path / "esc50.zip", tmp_path / "esc50", ARCHIVES["esc50"].place)
    unpack(tmp_path / "gtzan.tar.gz", tmp_path / "gtzan", ARCHIVES["gtzan"].place)
    assert not list((tmp_path / "gtzan").rglob("._*"))
    found = plan(tmp_path / "esc50", tmp_path / "gtzan", 1, 1)
    expected = plan(esc50, music, 1, 1)
    assert found["clip_id"].tolist() == expected["clip_id"].tolist()


def test_all_classes_except_three_are_those_of_audioset(sounds_folder):
    nodes = json.loads((sounds_folder / "audioset/ontology.json").read_text())
    names = {node["name"] for node in nodes}
    ours = {*ESC50_CLASSES.values()}
    assert len(ours) == len(ESC50_CLASSES) == 50
    assert ours - names == set(ADDED_CLASSES)
    assert set(ADDED_CLASSES.values()) <= names
    (genres,) = (node for node in nodes if node["name"] == "Music genre")
    mids = {node["id"]: node["name"] for node in nodes}
    below = {mids[child] for child in genres["child_ids"]}
    listed = set(GENRES.values())
    # Heavy metal is below Rock music.
    assert listed - below <= {"Heavy metal"} and listed <= names
