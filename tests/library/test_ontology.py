"""Groups by the official ontology and tables, counted independently."""

import json
import re
from collections import Counter

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from music_selectivity.corpus.list_clips import list_corpus
from music_selectivity.corpus.ontology import Ontology

SPLITS = {"train": "balanced_train_segments.csv", "eval": "eval_segments.csv"}
CATEGORIES = yaml.safe_load((ROOT / "studies/audioset.yaml").read_text())["categories"]
VOICES = CATEGORIES["music"]["classes"]

# The list in the public notebook, with the names of its parts.
NOTEBOOK = {
    "subtrees": [
        "Music",
        "Musical instrument",
        "Music genre",
        "Musical concepts",
        "Music role",
        "Music mood",
    ],
    "classes": [
        *VOICES,
        "Church bell",
        "Jingle bell",
        "Bicycle bell",
        "Chime",
        "Wind chime",
        "Tuning fork",
    ],
}


@given(st.lists(st.sets(st.integers(0, 7)), min_size=8, max_size=8))
def test_a_subtree_is_what_can_be_reached(children):
    """In any graph, including cycles and several parents."""
    reach = np.eye(8, dtype=int)
    for parent, below in enumerate(children):
        reach[parent, list(below)] = 1
    reach = np.linalg.matrix_power(reach, 8) > 0
    tree = Ontology(
        {str(i): [*map(str, below)] for i, below in enumerate(children)}, {}
    )
    for root in range(8):
        assert tree.subtree(str(root)) == {str(i) for i in np.flatnonzero(reach[root])}


@pytest.fixture(scope="module")
def official(sounds_folder):
    """Folder of the official tables."""
    return sounds_folder / "audioset"


def listed(folder, music: dict, exclusions=None):
    """Clips and classes from the library if `music` counts as music-related."""
    tables = {f"{split}_segments": folder / name for split, name in SPLITS.items()}
    corpus = {
        "classes": folder / "class_labels_indices.csv",
        "ontology": folder / "ontology.json",
        "exclusions": exclusions,
        **tables,
    }
    categories = {**CATEGORIES, "music": music}
    return list_corpus({"type": "audioset", "audioset": corpus}, categories, "")


def with_an_ancestor(folder, subtrees, classes) -> set[str]:
    """Ids of `classes` and of all that have one of `subtrees` above them.

    The search goes up, through the parents of each class; that of the library goes
    down.
    """
    nodes = json.loads((folder / "ontology.json").read_text())
    ids = {node["name"]: node["id"] for node in nodes}
    parents = {node["id"]: set() for node in nodes}
    for node in nodes:
        for child in node["child_ids"]:
            parents[child].add(node["id"])
    roots = {ids[name] for name in subtrees}

    def is_below(mid):
        return mid in roots or any(is_below(parent) for parent in parents[mid])

    return {mid for mid in parents if is_below(mid)} | {ids[name] for name in classes}


def counted_again(folder, music: dict) -> Counter:
    """Clips listed by split and group, from the lines of the tables."""
    related = with_an_ancestor(folder, **music)
    counts = Counter()
    for split, name in SPLITS.items():
        for line in (folder / name).read_text().splitlines():
            if line.startswith("#"):
                continue
            labels = set(line.split('"')[1].split(","))
            hits = len(labels & related)
            group = (
                "mixed" if 0 < hits < len(labels) else "music" if hits else "nonmusic"
            )
            counts[split, group] += 1
    return counts


RULES = {
    "Music and nine voices": CATEGORIES["music"],
    "Music alone": {"subtrees": ["Music"], "classes": []},
    "the notebook's list": NOTEBOOK,
}


@pytest.fixture(scope="module")
def listed_by_rule(official):
    return {rule: listed(official, music) for rule, music in RULES.items()}


@pytest.mark.parametrize("rule", RULES)
def test_groups_are_those_of_a_count_from_below(official, listed_by_rule, rule):
    music = RULES[rule]
    clips, classes = listed_by_rule[rule]
    assert clips.groupby(["split", "group"]).size().to_dict() == counted_again(
        official, music
    )
    used = (official / "class_labels_indices.csv").read_text()
    related = with_an_ancestor(official, **music)
    mids = re.findall(r"^\d+,(.*?),", used, re.M)
    assert classes["music_related"].tolist() == [mid in related for mid in mids]


def test_the_papers_groups_are_pinned(official):
    clips, classes = listed(
        official, CATEGORIES["music"], official / "clips_with_unlabelled_music.txt"
    )
    assert (len(classes), *classes[["music_related", "speech"]].sum()) == (527, 158, 8)
    assert clips.groupby(["split", "group"]).size().to_dict() == {
        ("train", "music"): 5679,
        # The list removes 499 from non-music; its 4 others are singing or rap.
        ("train", "nonmusic"): 12704,
        ("train", "mixed"): 3777,
        ("eval", "music"): 4528,
        ("eval", "nonmusic"): 12436,
        ("eval", "mixed"): 3407,
    }
    speech = clips.groupby("split")["is_speech"].sum()
    assert speech.to_dict() == {"train": 5842, "eval": 5422}
    below = with_an_ancestor(official, **CATEGORIES["speech"])
    text = (official / SPLITS["eval"]).read_text()
    rows = [set(labels.split(",")) for labels in re.findall('"(.*?)"', text)]
    assert sum(bool(row & below) for row in rows) == 5422


def test_the_table_of_rules_in_the_docs_is_true(listed_by_rule):
    """Each row has a rule, its classes, and the clips of each group in both splits."""
    docs = (ROOT / "docs/science.md").read_text()
    for rule, (clips, classes) in listed_by_rule.items():
        (row,) = re.findall(rf"^\| {rule}[^|]*\|(.*)\|$", docs, re.M)
        numbers = [int(cell.replace(",", "")) for cell in row.split("|")]
        counts = clips.groupby(["split", "group"]).size()
        order = [(s, g) for s in SPLITS for g in ("music", "nonmusic", "mixed")]
        assert numbers == [classes["music_related"].sum(), *counts[order]]


def test_the_statements_in_the_docs_about_voices_and_bells(official, listed_by_rule):
    ontology = Ontology.read(official / "ontology.json")
    music = ontology.subtree("Music")
    assert set(VOICES) & music == {"Chant"}
    bells = ontology.subtree("Bell")
    assert bells < music
    assert set(NOTEBOOK["classes"]) - set(VOICES) < bells
    parents = {name for name, below in ontology.children.items() if "Bell" in below}
    assert parents == {"Musical instrument", "Sounds of things"}
    paper, classes = listed_by_rule["Music and nine voices"]
    assert (len(bells), len(bells & set(classes["name"]))) == (9, 9)
    rung = paper["labels"].map(lambda labels: bool(bells & set(labels)))
    assert paper[rung].groupby("split").size().to_dict() == {"train": 473, "eval": 473}
    alone, _ = listed_by_rule["Music alone"]
    moved = (alone["group"] == "nonmusic") & (paper["group"] != "nonmusic")
    assert paper[moved].groupby(["split", "group"]).size().to_dict() == {
        ("train", "music"): 67,
        ("train", "mixed"): 55,
        ("eval", "music"): 41,
        ("eval", "mixed"): 46,
    }
