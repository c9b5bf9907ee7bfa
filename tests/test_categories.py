"""Categories and genres from an ontology or from class names."""

import pytest

from music_selectivity.categories import category_table
from music_selectivity.errors import InputError
from music_selectivity.ontology import Ontology

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


def rows(ontology, genres) -> list[tuple]:
    table = category_table(CATEGORIES, genres, NAMES, ontology)
    return list(table.itertuples(index=False, name=None))


def test_subtrees_of_the_ontology_that_the_corpus_has():
    assert rows(ONTOLOGY, {"below": "Music genre", "classes": []}) == [
        ("category", "animal", "Bark"),
        ("category", "animal", "Dog"),
        ("genre", "Rock", "Metal"),
        ("genre", "Jazz", "Jazz"),
    ]


def test_without_an_ontology_names_count_as_they_stand():
    genres = {"below": "Music genre", "classes": ["Jazz", "Polka"]}
    assert rows(None, genres) == [("genre", "Jazz", "Jazz")]


def test_an_unknown_class_is_named():
    with pytest.raises(InputError, match="Polka"):
        rows(ONTOLOGY, {"below": None, "classes": ["Polka"]})
    with pytest.raises(InputError, match=r"analysis\.genres\.below.*'Musik'"):
        rows(ONTOLOGY, {"below": "Musik", "classes": []})
