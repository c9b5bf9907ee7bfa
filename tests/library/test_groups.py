"""Which clips and classes are music and speech, with an ontology and without."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.corpus.groups import describe, group_of
from music_selectivity.corpus.list_clips import list_corpus
from music_selectivity.corpus.ontology import Ontology
from music_selectivity.errors import InputError
from small_corpora import CATEGORIES, NODES, own_table


def test_a_class_with_several_parents_belongs_to_each(corpus):
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


@given(st.sets(st.sampled_from(sorted(NODES)), min_size=1, max_size=4))
def test_groups_agree_with_the_labels(labels):
    music = {"Music", "Choir"}
    group = group_of(labels, music)
    assert (group == "music") == (labels <= music)
    assert (group == "nonmusic") == (not labels & music)


def test_a_mixed_clip_takes_no_class_from_music(tmp_path):
    rows = ["a,a.wav,Guitar,music,0,train", "b,b.wav,Guitar|Dog,mixed,0,train"]
    corpus = own_table(tmp_path / "own", [*rows, "c,c.wav,Dog|Speech,nonmusic,1,eval"])
    _, classes = list_corpus(corpus, CATEGORIES, "")
    assert classes.set_index("name")["music_related"].to_dict() == {
        "Dog": False,
        "Guitar": True,
        "Speech": False,
    }
    assert classes.set_index("name")["speech"].to_dict()["Speech"]
    corpus = own_table(tmp_path / "own", [*rows, "c,c.wav,Guitar,nonmusic,0,eval"])
    with pytest.raises(
        InputError, match=r"class 'Guitar' is a label of clips of .*'c'"
    ):
        list_corpus(corpus, CATEGORIES, "")


def test_a_group_that_contradicts_a_label_is_refused():
    listed = pd.DataFrame(
        {
            "clip_id": ["a", "b", "c"],
            "labels": [["Dog"], ["Church bell"], ["Dog"]],
            "group": ["nonmusic", "nonmusic", "mixed"],
        }
    )
    with pytest.raises(
        InputError, match=r"clip 'b': its group .* 'Church bell' is music-related;"
    ):
        describe(listed, {"Church bell"}, set())
    with pytest.raises(InputError, match=r"'Dog' is music-related \(and so are 1 more"):
        describe(listed, {"Church bell", "Dog"}, set())
    # Groups that agree with the labels are kept.
    described = describe(listed, set(), set())
    assert described["group"].tolist() == ["nonmusic", "nonmusic", "mixed"]
