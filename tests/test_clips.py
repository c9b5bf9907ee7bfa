"""Clip tables: every form of corpus, groups, and errors that name the row."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity import clips, sources
from music_selectivity.errors import InputError
from music_selectivity.ontology import Ontology

NODES = {
    "Sounds": ["Human voice", "Music"],
    "Human voice": ["Speech", "Singing"],
    "Speech": ["Whispering"],
    "Whispering": [],
    "Singing": ["Choir", "Yodeling"],
    "Yodeling": [],
    "Music": ["Musical instrument"],
    "Musical instrument": ["Choir", "Piano"],
    "Choir": [],
    "Piano": [],
    "Bark": [],
}
MIDS = {name: f"/m/{number:02d}" for number, name in enumerate(NODES)}
CATEGORIES = {
    "music": {"subtrees": ["Music"], "classes": ["Singing"]},
    "speech": {"subtrees": ["Speech"], "classes": []},
}


@pytest.fixture
def corpus(tmp_path):
    """A small corpus in AudioSet's form, and its config section."""
    ontology = [
        {"id": MIDS[name], "name": name, "child_ids": [MIDS[c] for c in children]}
        for name, children in NODES.items()
    ]
    (tmp_path / "ontology.json").write_text(json.dumps(ontology))
    rows = [f'{i},{MIDS[name]},"{name}"' for i, name in enumerate(NODES)]
    (tmp_path / "classes.csv").write_text(
        "index,mid,display_name\n" + "\n".join(rows) + "\n"
    )
    write_segments(tmp_path / "train.csv", [("-aaaaaaaaaa", "Bark", "Whispering")])
    write_segments(
        tmp_path / "eval.csv",
        [("bbbbbbbbbbb", "Piano"), ("ccccccccccc", "Bark", "Choir")],
    )
    return {
        "form": "audioset",
        "audioset": {
            "folder": str(tmp_path),
            "classes": str(tmp_path / "classes.csv"),
            "ontology": str(tmp_path / "ontology.json"),
            "train_segments": str(tmp_path / "train.csv"),
            "eval_segments": str(tmp_path / "eval.csv"),
            "exclusions": None,
        },
    }


def write_segments(path, rows):
    text = "# made\n# num_ytids=1\n# YTID, start_seconds, end_seconds, labels\n"
    for ytid, *names in rows:
        mids = ",".join(MIDS.get(name, name) for name in names)
        text += f'{ytid}, 0.000, 10.000, "{mids}"\n'
    path.write_text(text)


def write_table(folder, rows, columns="clip_id,file,labels,group,is_speech,split"):
    folder.mkdir(exist_ok=True)
    (folder / "clips.csv").write_text("\n".join([columns, *rows]) + "\n")
    return {
        "form": "table",
        "table": {
            "folder": str(folder),
            "table": "clips.csv",
            "ontology": None,
            "exclusions": None,
        },
    }


def test_a_class_of_several_parents_belongs_to_each(corpus):
    ontology = Ontology.read(corpus["audioset"]["ontology"])
    assert "Choir" in ontology.subtree("Music") & ontology.subtree("Human voice")
    assert ontology.category(["Music"], ["Singing"]) == {
        "Music",
        "Musical instrument",
        "Choir",
        "Piano",
        "Singing",
    }
    with pytest.raises(InputError, match="'Musik'"):
        ontology.category(["Musik"], [])
    with pytest.raises(InputError, match="'Raping'"):
        ontology.category([], ["Raping"])


def test_audioset_corpus_is_listed_with_groups(corpus):
    listed, classes = clips.list_corpus(corpus, CATEGORIES, "")
    assert listed["group"].tolist() == ["nonmusic", "music", "mixed"]
    assert listed["is_speech"].tolist() == [True, False, False]
    assert listed["split"].tolist() == ["train", "eval", "eval"]
    assert listed["labels"][2] == ["Bark", "Choir"]
    assert classes["name"].tolist() == list(NODES)


def test_the_exclusion_list_takes_clips_from_training_without_music(corpus, tmp_path):
    (tmp_path / "listed.txt").write_text("-aaaaaaaaaa_30.000.wav\n\nbbbbbbbbbbb\n")
    corpus["audioset"]["exclusions"] = str(tmp_path / "listed.txt")
    listed, _ = clips.list_corpus(corpus, CATEGORIES, "")
    assert listed["group"].tolist() == ["mixed", "music", "mixed"]
    assert listed["unlabelled_music"].tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("bbbbbbbbbbb", "/m/none"), r"train\.csv, row 5: label '/m/none'"),
        (("-aaaaaaaaaa", "Bark"), r"row 5: '-aaaaaaaaaa' stands already .*row 4"),
    ],
)
def test_bad_segment_rows_are_named(corpus, tmp_path, row, told):
    write_segments(tmp_path / "train.csv", [("-aaaaaaaaaa", "Bark"), row])
    with pytest.raises(InputError, match=told):
        clips.list_corpus(corpus, CATEGORIES, "")


def test_segment_rows_of_the_wrong_shape_and_empty_tables_are_told(corpus, tmp_path):
    (tmp_path / "train.csv").write_text("# YTID\naaaaaaaaaaa, 0\n")
    with pytest.raises(InputError, match="row 2: expected YTID"):
        clips.list_corpus(corpus, CATEGORIES, "")
    (tmp_path / "train.csv").write_text("# YTID\n")
    with pytest.raises(InputError, match="holds no clip"):
        clips.list_corpus(corpus, CATEGORIES, "")


def test_a_table_of_ones_own(tmp_path):
    corpus = write_table(
        tmp_path / "own",
        ["b,b.wav,Dog|Animal,nonmusic,0,train", "a,x/a.wav,Piano,music,0,eval"],
    )
    listed, classes = clips.list_corpus(corpus, CATEGORIES, "")
    assert listed["labels"].tolist() == [["Dog", "Animal"], ["Piano"]]
    assert classes["name"].tolist() == ["Animal", "Dog", "Piano"]
    assert classes["music_related"].tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a,y.wav,Dog,nonmusic,0,train", "row 3: clip_id 'a' stands already in row 2"),
        ("b,y.wav,,nonmusic,0,train", "row 3: the clip has no label"),
        ("b,a.wav,Dog,nonmusic,0,eval", "row 3: file 'a.wav' stands already in row 2"),
        ("b,y.wav,Dog,none,0,train", "row 3: group is 'none'; allowed: music"),
        ("b,y.wav,Dog,music,0,test", "row 3: split is 'test'; allowed: train, eval"),
        ("b,y.wav,Dog,music,yes,train", "row 3: is_speech is 'yes'"),
        ("b,../y.wav,Dog,music,0,train", "row 3: file '../y.wav' lies outside"),
        ("b,a{1}.wav,Dog,music,0,train", r"row 3: file 'a\{1\}.wav' has a brace"),
        ("b,/etc/passwd,Dog,music,0,train", "row 3: file '/etc/passwd' lies outside"),
        (",y.wav,Dog,music,0,train", "row 3: clip_id or file is empty"),
    ],
)
def test_bad_rows_of_a_table_are_named(tmp_path, row, told):
    corpus = write_table(tmp_path / "own", ["a,a.wav,Dog,nonmusic,0,train", row])
    with pytest.raises(InputError, match=told):
        clips.list_corpus(corpus, CATEGORIES, "")


@pytest.mark.parametrize("column", ["group", "is_speech"])
def test_without_an_ontology_the_table_must_tell_groups(tmp_path, column):
    columns = ["clip_id", "file", "labels", "split", "group", "is_speech"]
    cells = ["a", "a.wav", "Dog", "train", "nonmusic", "0"]
    kept = [index for index, name in enumerate(columns) if name != column]
    corpus = write_table(
        tmp_path / "own",
        [",".join(cells[index] for index in kept)],
        ",".join(columns[index] for index in kept),
    )
    with pytest.raises(InputError, match=f"no column '{column}'"):
        clips.list_corpus(corpus, CATEGORIES, "")


def test_an_exclusion_list_names_clips_or_files(tmp_path):
    corpus = write_table(
        tmp_path / "own",
        [f"{c},x/{c}_3.ogg,Dog,nonmusic,0,train" for c in "abcd"],
    )
    (tmp_path / "listed").write_text("a\nb_3.ogg\nx/d_3.ogg\n")
    corpus["table"]["exclusions"] = str(tmp_path / "listed")
    listed, _ = clips.list_corpus(corpus, CATEGORIES, "")
    assert listed["unlabelled_music"].tolist() == [True, True, False, True]


def test_blank_and_short_lines_of_a_table_keep_their_row_numbers(tmp_path):
    corpus = write_table(tmp_path / "own", ["", "a,a.wav,Dog,nonmusic,0,train", "b,b"])
    with pytest.raises(InputError, match="row 4: the clip has no label"):
        clips.list_corpus(corpus, CATEGORIES, "")


def test_an_open_quote_in_a_segment_table_swallows_no_row(corpus, tmp_path):
    (tmp_path / "train.csv").write_text(
        '# YTID\nddddddddddd, 0, 10, "/m/10\neeeeeeeeeee, 0, 10, "/m/10"\n'
    )
    listed, _ = clips.list_corpus(corpus, CATEGORIES, "")
    assert listed["clip_id"].tolist()[:2] == ["ddddddddddd", "eeeeeeeeeee"]


def test_a_mixed_clip_takes_no_class_from_music(tmp_path):
    rows = ["a,a.wav,Guitar,music,0,train", "b,b.wav,Guitar|Dog,mixed,0,train"]
    corpus = write_table(
        tmp_path / "own", [*rows, "c,c.wav,Dog|Speech,nonmusic,1,eval"]
    )
    _, classes = clips.list_corpus(corpus, CATEGORIES, "")
    assert classes.set_index("name")["music_related"].to_dict() == {
        "Dog": False,
        "Guitar": True,
        "Speech": False,
    }
    assert classes.set_index("name")["speech"].to_dict()["Speech"]
    corpus = write_table(tmp_path / "own", [*rows, "c,c.wav,Guitar,nonmusic,0,eval"])
    with pytest.raises(InputError, match=r"class 'Guitar' stands on clips of .*'c'"):
        clips.list_corpus(corpus, CATEGORIES, "")


def test_an_exclusion_list_that_names_no_clip_is_refused(corpus, tmp_path):
    (tmp_path / "listed").write_text("Yaaaaaaaaaaa.wav\nnope\n")
    corpus["audioset"]["exclusions"] = str(tmp_path / "listed")
    with pytest.raises(InputError, match="none of its lines"):
        clips.list_corpus(corpus, CATEGORIES, "")


def test_labels_of_a_table_are_checked_against_an_ontology(corpus, tmp_path):
    own = write_table(tmp_path / "own", ["a,a.wav,Barkk,nonmusic,0,train"])
    own["table"]["ontology"] = corpus["audioset"]["ontology"]
    with pytest.raises(InputError, match="row 2: label 'Barkk' is not a class"):
        clips.list_corpus(own, CATEGORIES, "")


def test_absent_and_empty_tables_are_told_in_a_sentence(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        sources.table_rows(tmp_path / "none", "clips.csv")
    with pytest.raises(InputError, match="cannot read the clip table"):
        sources.table_rows(tmp_path, "clips.csv")
    write_table(tmp_path / "own", [])
    with pytest.raises(InputError, match="a header but no rows"):
        sources.table_rows(tmp_path / "own", "clips.csv")
    write_table(tmp_path / "own", ["a,b"], columns="clip_id,file")
    with pytest.raises(InputError, match="lacks the column"):
        sources.table_rows(tmp_path / "own", "clips.csv")


def test_an_excel_sheet_of_names_is_an_exclusion_list(tmp_path):
    path = tmp_path / "names.xlsx"
    cells = ["filename", "-A0MTi2NMGI_30.000.wav", "abcdefghijk_1.wav"]
    items = "".join(f"<si><t xml:space='preserve'>{cell}</t></si>" for cell in cells)
    with zipfile.ZipFile(path, "w") as sheet:
        sheet.writestr("xl/sharedStrings.xml", f"<sst>{items}</sst>")
        sheet.writestr("xl/media/picture.png", b"\xff")
    names = [*cells[1:], "-A0MTi2NMGI", "abcdefghijk"]
    assert clips.read_exclusion_list(path) == names
    with zipfile.ZipFile(path, "w") as sheet:
        sheet.writestr("xl/sharedStrings.xml", "<sst><si><t>none</t></si></sst>")
    with pytest.raises(InputError, match="no cell of this Excel sheet"):
        clips.read_exclusion_list(path)


def test_an_excel_sheet_that_unpacks_to_no_end_is_refused(tmp_path, monkeypatch):
    """A part that claims little, many parts, and cells that hold none to their end."""
    path = tmp_path / "names.xlsx"
    monkeypatch.setattr(clips, "MAX_SHEET", 2**20)
    for sizes in ([2**20 + 1], [2**19, 2**19, 1]):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as sheet:
            for number, size in enumerate(sizes):
                sheet.writestr(f"xl/{number}.xml", bytes(size))
        with pytest.raises(InputError, match=r"names\.xlsx: .* more than 1 MiB; give"):
            clips.read_exclusion_list(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as sheet:
        sheet.writestr("xl/0.xml", "<t " * 2**16 + "<t>" + " " * 2**19 + "<t>")
    with pytest.raises(InputError, match="no cell of this Excel sheet"):
        clips.read_exclusion_list(path)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("11,/m/10,Meow", "row 13: mid '/m/10' is 'Meow' here and 'Bark' in the"),
        ("11,/m/99,Bark", "row 13: mid '/m/99' is 'Bark' here and no class in the"),
    ],
)
def test_the_class_table_names_classes_as_the_ontology_does(
    corpus, tmp_path, row, told
):
    """A class of a wrong name would be music or not by that name."""
    *rows, _ = (tmp_path / "classes.csv").read_text().splitlines()
    (tmp_path / "classes.csv").write_text("\n".join([*rows, "", row]) + "\n")
    with pytest.raises(InputError, match=rf"classes\.csv, {told} ontology"):
        clips.list_corpus(corpus, CATEGORIES, "")


def test_audioset_files_are_found_nested_under_any_of_their_names(tmp_path):
    for name in (
        "-aaaaaaaaaa.wav",
        "deep/er/_bbbbbbbbbb_30.000.flac",
        "ccccccccccc_30.000_40.000.ogg",
        "notes.txt",
        "too-long-to-be-a-clip.wav",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    files = sources.audioset_files(tmp_path)
    assert list(files) == ["-aaaaaaaaaa", "_bbbbbbbbbb", "ccccccccccc"]
    with pytest.raises(InputError, match="no clip named YTID"):
        (tmp_path / "empty").mkdir()
        sources.audioset_files(tmp_path / "empty")


def test_shards_are_pinned_and_even():
    # Pinned: another hash would move every clip of every study.
    assert [sources.shard_of(clip_id, 32) for clip_id in ("a", "b")] == [15, 21]
    counts = np.bincount([sources.shard_of(str(i), 8) for i in range(8000)])
    assert counts.min() > 850


def audit(**reasons):
    """What a shard's log-mels found: a sound of its own in each usable clip."""
    usable = [reason == "" for reason in reasons.values()]
    return pd.DataFrame(
        {
            "clip_id": list(reasons),
            "found_in": [f"{clip_id}.wav" for clip_id in reasons],
            "row": [0 if kept else -1 for kept in usable],
            "excluded": list(reasons.values()),
            "content": [c if k else "" for c, k in zip(reasons, usable, strict=True)],
        }
    )


def described(**splits):
    return pd.DataFrame(
        {
            "clip_id": list(splits),
            "split": list(splits.values()),
            "labels": [["Bark"]] * len(splits),
            "group": "nonmusic",
            "is_speech": False,
            "unlabelled_music": False,
        }
    )


def test_the_clip_table_keeps_every_clip_with_its_reason():
    table = clips.merge_audits(
        described(d="train", a="eval", b="train", c="train"),
        [audit(b="silent"), audit(), audit(a="", d="")],
    )
    assert table["clip_id"].tolist() == ["a", "b", "c", "d"]
    assert table["excluded"].tolist() == ["", "silent", "missing file", ""]
    assert table["row"].tolist() == [0, -1, -1, 0]
    assert table["shard"].tolist() == [2, 0, -1, 2]
    assert clips.included(table)["clip_id"].tolist() == ["a", "d"]
    assert clips.training_clips(table, "all")["clip_id"].tolist() == ["d"]


def test_a_clip_of_two_shards_is_taken_from_the_first(caplog):
    """As of two Parquet files, even where the first copy is unusable."""
    table = clips.merge_audits(
        described(a="train", b="eval", c="train"),
        [audit(a="", c="silent"), audit(b="", a="", c="")],
    )
    assert table["clip_id"].tolist() == ["a", "b", "c"]
    assert table["shard"].tolist() == [0, 1, 0]
    assert table["excluded"].tolist() == ["", "", "silent"]
    assert "a is in a.wav again; the first is used" in caplog.text


def test_no_clip_left_stops_with_the_reasons():
    with pytest.raises(InputError, match=r"eval split \(1 missing file, 1 silent\)"):
        clips.merge_audits(
            described(a="eval", b="eval", c="train"), [audit(b="silent", c="")]
        )


def test_training_conditions():
    table = clips.merge_audits(
        described(a="train", b="train", c="train", d="train", e="eval"),
        [audit(a="", b="", c="", d="", e="")],
    )
    table["group"] = ["music", "mixed", "nonmusic", "nonmusic", "nonmusic"]
    table["is_speech"] = [False, False, True, False, False]
    kept = {
        condition: "".join(clips.training_clips(table, condition)["clip_id"])
        for condition in ("all", "without_music", "without_music_and_speech")
    }
    assert kept == {
        "all": "abcd",
        "without_music": "cd",
        "without_music_and_speech": "d",
    }


@given(
    st.lists(
        st.sets(st.sampled_from(sorted(NODES)), min_size=1, max_size=4), min_size=1
    )
)
def test_label_matrix_and_groups_agree_with_the_labels(label_sets):
    table = pd.DataFrame({"labels": [sorted(labels) for labels in label_sets]})
    classes = pd.DataFrame({"index": range(len(NODES)), "name": list(NODES)})
    matrix = clips.label_matrix(table, classes)
    music = {"Music", "Choir"}
    for row, labels in zip(matrix, label_sets, strict=True):
        assert {name for name, on in zip(NODES, row, strict=True) if on} == labels
        group = clips.group_of(labels, music)
        assert (group == "music") == (labels <= music)
        assert (group == "nonmusic") == (not labels & music)


def test_the_official_tables_are_listed_whole(sounds_folder):
    """The real segment CSVs: every row is read and grouped."""
    folder = sounds_folder / "audioset"
    corpus = {
        "form": "audioset",
        "audioset": {
            "folder": None,
            "classes": folder / "class_labels_indices.csv",
            "ontology": folder / "ontology.json",
            "train_segments": folder / "balanced_train_segments.csv",
            "eval_segments": folder / "eval_segments.csv",
            "exclusions": folder / "clips_with_unlabelled_music.txt",
        },
    }
    categories = {
        "music": {
            "subtrees": ["Music"],
            "classes": [
                *("Singing", "Humming", "Yodeling", "Chant", "Male singing"),
                *("Female singing", "Child singing", "Synthetic singing", "Rapping"),
            ],
        },
        "speech": {"subtrees": ["Speech"], "classes": []},
    }
    listed, classes = clips.list_corpus(corpus, categories, "")
    assert listed["split"].value_counts().to_dict() == {"train": 22160, "eval": 20371}
    assert len(classes) == 527
    # All 503 distinct names on the published list stand in the balanced train table.
    assert listed["unlabelled_music"].sum() == 503
    assert set(listed["group"]) == {"music", "nonmusic", "mixed"}


def test_a_table_of_recorded_sounds_is_listed_whole(sounds_folder):
    """Counts as the folder's own description gives them."""
    corpus = {
        "form": "table",
        "table": {
            "folder": sounds_folder / "realsounds",
            "table": "clips.csv",
            "ontology": None,
            "exclusions": None,
        },
    }
    listed, classes = clips.list_corpus(corpus, CATEGORIES, "")
    counts = listed.groupby(["split", "group"]).size()
    assert counts.to_dict() == {
        ("train", "music"): 838,
        ("train", "nonmusic"): 2940,
        ("eval", "music"): 209,
        ("eval", "nonmusic"): 712,
    }
    related = set(classes.loc[classes["music_related"], "name"])
    assert {"Music", "Violin, fiddle", "Choir"} <= related
    assert not related & {"Speech", "Church bell", "Whistling"}


def test_a_group_that_a_label_belies_is_told():
    listed = pd.DataFrame(
        {
            "clip_id": ["a", "b", "c"],
            "labels": [["Dog"], ["Church bell"], ["Dog"]],
            "group": ["nonmusic", "nonmusic", "mixed"],
        }
    )
    with pytest.raises(InputError, match=r"clip 'b': its group .* 'Church bell' is mu"):
        clips.describe(listed, {"Church bell"}, set())
    # What a listener heard beyond the labels stands.
    described = clips.describe(listed, set(), set())
    assert described["group"].tolist() == ["nonmusic", "nonmusic", "mixed"]
