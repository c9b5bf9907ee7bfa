"""The planned clips in tables of AudioSet's format."""

import json
import os
from pathlib import Path

import pandas as pd

from music_selectivity.corpus.ontology import Ontology
from music_selectivity.corpus.sound_collections.esc50 import ADDED_CLASSES
from music_selectivity.corpus.sound_collections.formats import SECONDS
from music_selectivity.errors import InputError
from music_selectivity.store import write_table, write_text
from music_selectivity.vocabulary import GENERATED_TABLES


def write_tables(
    recipes: pd.DataFrame, ontology: str | os.PathLike, folder: str | os.PathLike
) -> None:
    """Write AudioSet's tables: ontology, classes, and segments of both splits.

    Parameters
    ----------
    recipes
        ``planning.plan``.
    ontology
        AudioSet's ontology.json; it is copied with the few classes that ESC-50 adds.
    folder
        Folder to write to, where ``corpus.tables.generated_tables`` finds the tables.

    Raises
    ------
    InputError
        The ontology cannot be read, or lacks a required class.
    """
    folder = Path(folder)
    needed = {*recipes["label"], *ADDED_CLASSES.values()} - ADDED_CLASSES.keys()
    for name in sorted(needed - Ontology.read(ontology).children.keys()):
        raise InputError(
            f"{ontology}: no class named {name!r}; give AudioSet's own ontology as "
            "corpus.collections.ontology"
        )
    nodes = json.loads(Path(ontology).read_text(encoding="utf-8-sig"))
    by_name = {node["name"]: node for node in nodes}
    for name, parent in ADDED_CLASSES.items():
        mid = f"/x/{name.casefold().replace(', ', '_').replace(' ', '_')}"
        by_name[parent]["child_ids"].append(mid)
        nodes.append({"id": mid, "name": name, "child_ids": []})
        by_name[name] = nodes[-1]
    write_text(folder / GENERATED_TABLES["ontology"], json.dumps(nodes))
    names = sorted(recipes["label"].unique())
    mids = [by_name[name]["id"] for name in names]
    classes = pd.DataFrame({"mid": mids, "display_name": names})
    table = folder / GENERATED_TABLES["classes"]
    write_table(table, classes.reset_index(names="index"))
    for split, clips in recipes.groupby("split"):
        lines = [
            f"{row.clip_id}, {row.start:.3f}, {row.start + SECONDS:.3f}, "
            f'"{by_name[row.label]["id"]}"'
            for row in clips.itertuples()
        ]
        head = "# YTID, start_seconds, end_seconds, positive_labels"
        segments = folder / GENERATED_TABLES[f"{split}_segments"]
        write_text(segments, "\n".join([head, *lines, ""]))
