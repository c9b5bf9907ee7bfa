"""The clips of each type of corpus, and errors that name the row."""

import pytest

from music_selectivity.corpus.list_clips import list_corpus
from music_selectivity.corpus.text_tables import table_rows
from music_selectivity.errors import InputError
from small_corpora import CATEGORIES, NODES, own_table, write_segments


def test_audioset_corpus_is_listed_with_groups(corpus):
    listed, classes = list_corpus(corpus, CATEGORIES, "")
    assert listed["group"].tolist() == ["nonmusic", "music", "mixed"]
    assert listed["is_speech"].tolist() == [True, False, False]
    assert listed["split"].tolist() == ["train", "eval", "eval"]
    assert listed["labels"][2] == ["Bark", "Choir"]
    assert classes["name"].tolist() == list(NODES)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("bbbbbbbbbbb", "/m/none"), r"train\.csv, row 5: label '/m/none'"),
        (("-aaaaaaaaaa", "Bark"), r"row 5: '-aaaaaaaaaa' is already in .*row 4"),
    ],
)
def test_bad_segment_rows_are_named(corpus, tmp_path, row, message):
    write_segments(tmp_path / "train.csv", [("-aaaaaaaaaa", "Bark"), row])
    with pytest.raises(InputError, match=message):
        list_corpus(corpus, CATEGORIES, "")


def test_segment_rows_of_the_wrong_shape_and_empty_tables_are_refused(corpus, tmp_path):
    (tmp_path / "train.csv").write_text("# YTID\naaaaaaaaaaa, 0\n")
    with pytest.raises(InputError, match="row 2: 2 cells; expected YTID"):
        list_corpus(corpus, CATEGORIES, "")
    (tmp_path / "train.csv").write_text("# YTID\n")
    with pytest.raises(InputError, match="lists no clip"):
        list_corpus(corpus, CATEGORIES, "")


def test_an_open_quote_in_a_segment_table_swallows_no_row(corpus, tmp_path):
    (tmp_path / "train.csv").write_text(
        '# YTID\nddddddddddd, 0, 10, "/m/10\neeeeeeeeeee, 0, 10, "/m/10"\n'
    )
    listed, _ = list_corpus(corpus, CATEGORIES, "")
    assert listed["clip_id"].tolist()[:2] == ["ddddddddddd", "eeeeeeeeeee"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("11,/m/10,Meow", "row 13: mid '/m/10' is 'Meow' here and 'Bark' in the"),
        ("11,/m/99,Bark", "row 13: mid '/m/99' is 'Bark' here and no class in the"),
    ],
)
def test_the_class_table_names_classes_as_the_ontology_does(
    corpus, tmp_path, row, message
):
    """A class with a wrong name would be music or not by that name."""
    *rows, _ = (tmp_path / "classes.csv").read_text().splitlines()
    (tmp_path / "classes.csv").write_text("\n".join([*rows, "", row]) + "\n")
    with pytest.raises(InputError, match=rf"classes\.csv, {message} ontology"):
        list_corpus(corpus, CATEGORIES, "")


def test_a_users_own_table(tmp_path):
    corpus = own_table(
        tmp_path / "own",
        ["b,b.wav,Dog|Animal,nonmusic,0,train", "a,x/a.wav,Piano,music,0,eval"],
    )
    listed, classes = list_corpus(corpus, CATEGORIES, "")
    assert listed["labels"].tolist() == [["Dog", "Animal"], ["Piano"]]
    assert classes["name"].tolist() == ["Animal", "Dog", "Piano"]
    assert classes["music_related"].tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,y.wav,Dog,nonmusic,0,train", "row 3: clip_id 'a' is already in row 2"),
        ("b,y.wav,,nonmusic,0,train", "row 3: the clip has no label"),
        ("b,a.wav,Dog,nonmusic,0,eval", "row 3: file 'a.wav' is already in row 2"),
        ("b,y.wav,Dog,none,0,train", "row 3: group is 'none'; allowed: music"),
        ("b,y.wav,Dog,music,0,test", "row 3: split is 'test'; allowed: train, eval"),
        ("b,y.wav,Dog,music,yes,train", "row 3: is_speech is 'yes'"),
        ("b,../y.wav,Dog,music,0,train", "row 3: file '../y.wav' lies outside"),
        ("b,a{1}.wav,Dog,music,0,train", r"row 3: file 'a\{1\}.wav' has a brace"),
        ("b,/etc/passwd,Dog,music,0,train", "row 3: file '/etc/passwd' lies outside"),
        (",y.wav,Dog,music,0,train", "row 3: clip_id or file is empty"),
    ],
)
def test_bad_rows_of_a_table_are_named(tmp_path, row, message):
    corpus = own_table(tmp_path / "own", ["a,a.wav,Dog,nonmusic,0,train", row])
    with pytest.raises(InputError, match=message):
        list_corpus(corpus, CATEGORIES, "")


@pytest.mark.parametrize("column", ["group", "is_speech"])
def test_without_an_ontology_the_table_must_give_groups(tmp_path, column):
    columns = ["clip_id", "file", "labels", "split", "group", "is_speech"]
    cells = ["a", "a.wav", "Dog", "train", "nonmusic", "0"]
    kept = [index for index, name in enumerate(columns) if name != column]
    corpus = own_table(
        tmp_path / "own",
        [",".join(cells[index] for index in kept)],
        ",".join(columns[index] for index in kept),
    )
    with pytest.raises(InputError, match=f"no column '{column}'"):
        list_corpus(corpus, CATEGORIES, "")


def test_blank_and_short_lines_of_a_table_keep_their_row_numbers(tmp_path):
    corpus = own_table(tmp_path / "own", ["", "a,a.wav,Dog,nonmusic,0,train", "b,b"])
    with pytest.raises(InputError, match="row 4: the clip has no label"):
        list_corpus(corpus, CATEGORIES, "")


def test_labels_of_a_table_are_checked_against_an_ontology(corpus, tmp_path):
    own = own_table(tmp_path / "own", ["a,a.wav,Barkk,nonmusic,0,train"])
    own["table"]["ontology"] = corpus["audioset"]["ontology"]
    with pytest.raises(InputError, match="row 2: label 'Barkk' is not a class"):
        list_corpus(own, CATEGORIES, "")


def test_absent_and_empty_tables_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        table_rows(tmp_path / "none", "clips.csv")
    with pytest.raises(InputError, match="cannot read the clip table"):
        table_rows(tmp_path, "clips.csv")
    own_table(tmp_path / "own", [])
    with pytest.raises(InputError, match="a header but no rows"):
        table_rows(tmp_path / "own", "clips.csv")
    own_table(tmp_path / "own", ["a,b"], columns="clip_id,file")
    with pytest.raises(InputError, match="lacks the column"):
        table_rows(tmp_path / "own", "clips.csv")


def test_the_official_tables_are_listed_whole(sounds_folder):
    """The real segment CSVs: every row is read and grouped."""
    folder = sounds_folder / "audioset"
    corpus = {
        "type": "audioset",
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
                "Singing",
                "Humming",
                "Yodeling",
                "Chant",
                "Male singing",
                "Female singing",
                "Child singing",
                "Synthetic singing",
                "Rapping",
            ],
        },
        "speech": {"subtrees": ["Speech"], "classes": []},
    }
    listed, classes = list_corpus(corpus, categories, "")
    assert listed["split"].value_counts().to_dict() == {"train": 22160, "eval": 20371}
    assert len(classes) == 527
    # All 503 distinct names on the published list are in the balanced train table.
    assert listed["unlabelled_music"].sum() == 503
    assert set(listed["group"]) == {"music", "nonmusic", "mixed"}


def test_a_table_of_recorded_sounds_is_listed_whole(sounds_folder):
    """The counts are those of the folder's own description."""
    corpus = {
        "type": "table",
        "table": {
            "folder": sounds_folder / "realsounds",
            "table": "clips.csv",
            "ontology": None,
            "exclusions": None,
        },
    }
    listed, classes = list_corpus(corpus, CATEGORIES, "")
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
