"""Clips and classes as a corpus's tables list them, AudioSet's or a user's own.

What is wrong in one is told here, by its row, before hours of audio are read.
"""

import csv
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from music_selectivity.corpus.files import segment_rows, table_rows, text_lines
from music_selectivity.corpus.ontology import Ontology
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import GROUPS, SPLITS


def read_class_names(path: str | os.PathLike, ontology: Ontology) -> dict[str, str]:
    """Display names by mid, in output order, from a class_labels_indices.csv.

    Raises
    ------
    InputError
        For a table without its columns, a row without a mid and name of its own, or one
        whose class has another name in the ontology, or none.
    """
    names: dict[str, str] = {}
    for number, row in _csv_rows(path, {"index", "mid", "display_name"}):
        mid, name = row["mid"], row["display_name"]
        if not mid or not name or mid in names or name in names.values():
            raise InputError(
                f"{path}, row {number}: mid {mid!r} and display_name {name!r}; every "
                "class needs both, and its own"
            )
        known = ontology.names_by_mid.get(mid)
        if known != name:
            raise InputError(
                f"{path}, row {number}: mid {mid!r} is {name!r} here and "
                f"{repr(known) if known else 'no class'} in the ontology; give the "
                "table and the ontology that belong together"
            )
        names[mid] = name
    return names


def list_audioset(
    segments: Mapping[str, str | os.PathLike], names_by_mid: Mapping[str, str]
) -> pd.DataFrame:
    """Clips of the official segment CSVs: clip_id (YTID), split and labels (names).

    Parameters
    ----------
    segments
        Segment CSV by split: YTID, start, end, "mid,mid", after '#' lines.
    names_by_mid
        The class table.

    Raises
    ------
    InputError
        For a malformed row, an unknown mid, or a YTID that stands twice; the message
        names the file and the row.
    """
    listed = []
    seen: dict[str, str] = {}
    for split, path in segments.items():
        for number, row in segment_rows(path):
            place = f"{path}, row {number}"
            if len(row) != 4:
                raise InputError(
                    f"{place}: expected YTID, start, end and labels, found "
                    f"{len(row)} cells"
                )
            ytid, labels = row[0], []
            if ytid in seen:
                raise InputError(f"{place}: {ytid!r} stands already in {seen[ytid]}")
            seen[ytid] = place
            for mid in row[3].split(","):
                if mid not in names_by_mid:
                    raise InputError(
                        f"{place}: label {mid!r} is not in the class table; correct "
                        "the row or give the class table it was made with"
                    )
                labels.append(names_by_mid[mid])
            listed.append((ytid, split, list(dict.fromkeys(labels))))
    return pd.DataFrame(listed, columns=["clip_id", "split", "labels"])


def list_table(
    folder: str | os.PathLike, table: str, known: Collection[str] | None
) -> pd.DataFrame:
    """Clips of a user's own table: clip_id, file, split, labels, group, is_speech.

    `labels` holds class names with '|' between; `split` is train or eval. `known` are
    the class names allowed. Without an ontology it is None, any name is allowed, and
    the columns `group` and `is_speech` are needed; with one they may be absent.

    Raises
    ------
    InputError
        For a bad cell; the message names the file, the row and what is allowed.
    """
    listed = []
    needed = () if known is not None else ("group", "is_speech")
    for number, row in table_rows(folder, table):
        place = f"{Path(folder, table)}, row {number}"
        for column in needed:
            if column not in row:
                raise InputError(
                    f"{Path(folder, table)}: the table has no column {column!r} and "
                    "corpus.table.ontology is empty; give one of them, or music and "
                    "speech cannot be told from the rest"
                )
        labels = [label.strip() for label in row["labels"].split("|") if label.strip()]
        if not labels:
            raise InputError(f"{place}: the clip has no label")
        for label in labels:
            if known is not None and label not in known:
                raise InputError(
                    f"{place}: label {label!r} is not a class of the ontology; "
                    "correct it, or leave corpus.table.ontology empty"
                )
        _check_cell(place, "split", row["split"], SPLITS)
        entry = {key: row[key] for key in ("clip_id", "file", "split")}
        entry["labels"] = list(dict.fromkeys(labels))
        if "group" in row:
            _check_cell(place, "group", row["group"], GROUPS)
            entry["group"] = row["group"]
        if "is_speech" in row:
            _check_cell(place, "is_speech", row["is_speech"], ("0", "1"))
            entry["is_speech"] = row["is_speech"] == "1"
        listed.append(entry)
    return pd.DataFrame(listed)


def generated_tables(folder: str | os.PathLike) -> dict[str, str]:
    """Paths of the tables in a folder in AudioSet's form, by config key."""
    names = {
        "ontology": "ontology.json",
        "classes": "class_labels_indices.csv",
        "train_segments": "train_segments.csv",
        "eval_segments": "eval_segments.csv",
    }
    return {key: str(Path(folder, name)) for key, name in names.items()}


def _check_cell(place: str, column: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise InputError(
            f"{place}: {column} is {value!r}; allowed: {', '.join(allowed)}"
        )


def _csv_rows(
    path: str | os.PathLike, columns: set[str]
) -> list[tuple[int, dict[str, str]]]:
    """Numbered rows of a CSV with a header, which is row 1."""
    reader = csv.DictReader(text_lines(path), restval="")
    try:
        missing = columns - set(reader.fieldnames or [])
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV table ({error})") from error
    if missing:
        raise InputError(f"{path}: lacks the column(s) {', '.join(sorted(missing))}")
    return rows
