"""Categories and genres from an ontology or from class names."""

import numpy as np
import pytest

from music_selectivity.corpus.categories import category_table
from music_selectivity.corpus.category_members import category_sides
from music_selectivity.corpus.ontology import Ontology
from music_selectivity.errors import InputError

ONTOLOGY = Ontology(
    {
        "Animal": ["Dog"],
        "Dog": ["Bark"],
        "Bark": [],
        "Music genre": ["Rock", "Jazz", "Ska"],
        "Rock": ["Metal"],
        "Metal": [],
        "Jazz": [],
        "Ska": [],
    },
    {},
)
NAMES = ["Bark", "Jazz", "Metal", "Dog"]
CATEGORIES = {"animal": {"subtrees": ["Animal"], "classes": []}}
LABELS = [["Bark", "Dog", "Animal"], ["Dog", "Animal"], ["Metal", "Jazz"], ["Jazz"]]


def rows(ontology, genres, categories=CATEGORIES) -> list[tuple]:
    table = category_table(categories, genres, NAMES, ontology, LABELS)
    return list(table.itertuples(index=False, name=None))


def test_subtrees_of_the_ontology_that_the_corpus_has():
    assert rows(ONTOLOGY, {"below": "Music genre", "classes": []}) == [
        ("category", "animal", "Bark"),
        ("category", "animal", "Dog"),
        ("genre", "Rock", "Metal"),
        ("genre", "Jazz", "Jazz"),
    ]


def test_without_an_ontology_labels_show_which_classes_are_below():
    """Every clip with a bark is also labelled as dog and as animal."""
    genres = {"below": "Music genre", "classes": ["Jazz", "Polka"]}
    assert rows(None, genres) == [
        ("category", "animal", "Bark"),
        ("category", "animal", "Dog"),
        ("genre", "Jazz", "Jazz"),
    ]
    absent = {"water": {"subtrees": ["Water"], "classes": ["Rain"]}}
    assert rows(None, {"below": None, "classes": []}, absent) == []
    dogs = {"dog": {"subtrees": ["Dog"], "classes": []}}
    found = rows(None, {"below": None, "classes": []}, dogs)
    assert [row[2] for row in found] == ["Bark", "Dog"]


def test_an_unknown_class_is_named():
    with pytest.raises(InputError, match=r"analysis\.genres\.classes.*'Polka'"):
        rows(ONTOLOGY, {"below": None, "classes": ["Polka"]})
    with pytest.raises(InputError, match=r"analysis\.categories\.water.*'Water'"):
        water = {"water": {"subtrees": ["Water"], "classes": []}}
        rows(ONTOLOGY, {"below": None, "classes": []}, water)
    with pytest.raises(InputError, match=r"analysis\.genres\.below.*'Musik'"):
        rows(ONTOLOGY, {"below": "Musik", "classes": []})


def test_category_sides():
    labels = [["Dog"], np.array(["Dog", "Cat"]), ["Dog", "Car"], ["Car"], []]
    own, outside = category_sides(labels, ["Dog", "Cat"])
    assert list(own) == [True, True, False, False, False]
    assert list(outside) == [False, False, False, True, False]
