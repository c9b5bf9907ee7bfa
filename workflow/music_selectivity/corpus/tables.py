"""Clips and classes listed in the tables of a corpus, AudioSet's or a user's own.

Mistakes in the tables are reported here, with their row, before any audio is read.
"""

import csv
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from music_selectivity.corpus.ontology import Ontology
from music_selectivity.corpus.text_tables import segment_rows, table_rows, text_lines
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import GENERATED_TABLES, GROUPS, SPLITS


def read_class_names(path: str | os.PathLike, ontology: Ontology) -> dict[str, str]:
    """Display names by mid, in output order, from a class_labels_indices.csv.

    Raises
    ------
    InputError
        A column is missing, a row lacks a unique mid or name, or the ontology has no
        such class or gives it another name.
    """
    names: dict[str, str] = {}
    for number, row in _csv_rows(path, {"index", "mid", "display_name"}):
        mid, name = row["mid"], row["display_name"]
        if not mid or not name or mid in names or name in names.values():
            raise InputError(
                f"{path}, row {number}: mid {mid!r} and display_name {name!r}; give "
                "every class a mid and a name that no other has"
            )
        known = ontology.names_by_mid.get(mid)
        if known != name:
            raise InputError(
                f"{path}, row {number}: mid {mid!r} is {name!r} here and "
                f"{repr(known) if known else 'no class'} in the ontology; give a table "
                "and an ontology of the same release"
            )
        names[mid] = name
    return names


def list_audioset(
    segments: Mapping[str, str | os.PathLike], names_by_mid: Mapping[str, str]
) -> pd.DataFrame:
    """Clips in AudioSet's segment CSVs: clip_id (YTID), split and labels (names).

    Parameters
    ----------
    segments
        Segment CSV of each split: YTID, start, end, "mid,mid", after '#' lines.
    names_by_mid
        `read_class_names`.

    Raises
    ------
    InputError
        A row is malformed, has an unknown mid, or repeats a YTID; the message names the
        file and the row.
    """
    listed = []
    seen: dict[str, str] = {}
    for split, path in segments.items():
        for number, row in segment_rows(path):
            place = f"{path}, row {number}"
            if len(row) != 4:
                raise InputError(
                    f"{place}: {len(row)} cells; expected YTID, start, end and labels "
                    "in quotes"
                )
            ytid, labels = row[0], []
            if ytid in seen:
                raise InputError(
                    f"{place}: {ytid!r} is already in {seen[ytid]}; remove one of them"
                )
            seen[ytid] = place
            for mid in row[3].split(","):
                if mid not in names_by_mid:
                    raise InputError(
                        f"{place}: label {mid!r} is not in the class table; correct "
                        "the row, or give the class table of the same release"
                    )
                labels.append(names_by_mid[mid])
            listed.append((ytid, split, list(dict.fromkeys(labels))))
    return pd.DataFrame(listed, columns=["clip_id", "split", "labels"])


def list_table(
    folder: str | os.PathLike, table: str, known: Collection[str] | None
) -> pd.DataFrame:
    """Clips in a user's own table: clip_id, file, split, labels, group, is_speech.

    Parameters
    ----------
    folder, table
        The corpus's folder, and the path of the table below it. In the table, `labels`
        are class names separated by '|', and `split` is train or eval.
    known
        Names of the ontology's classes. None without an ontology: any name is then
        allowed, and the columns `group` and `is_speech`, otherwise optional, are
        required.

    Raises
    ------
    InputError
        A cell is wrong; the message names the file, the row and the allowed values.
    """
    listed = []
    needed = () if known is not None else ("group", "is_speech")
    for number, row in table_rows(folder, table):
        place = f"{Path(folder, table)}, row {number}"
        for column in needed:
            if column not in row:
                raise InputError(
                    f"{Path(folder, table)}: the table has no column {column!r}, and "
                    "corpus.table.ontology is empty; give one of them, because music "
                    "and speech are identified by it"
                )
        labels = [label.strip() for label in row["labels"].split("|") if label.strip()]
        if not labels:
            raise InputError(f"{place}: the clip has no label; give one or more")
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
    """Paths of the tables in a folder in AudioSet's format, by config key."""
    return {key: str(Path(folder, name)) for key, name in GENERATED_TABLES.items()}


def _check_cell(place: str, column: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise InputError(
            f"{place}: {column} is {value!r}; allowed: {', '.join(allowed)}"
        )


def _csv_rows(
    path: str | os.PathLike, columns: set[str]
) -> list[tuple[int, dict[str, str]]]:
    """Numbered rows of a CSV table; its header is row 1."""
    reader = csv.DictReader(text_lines(path), restval="")
    try:
        missing = columns - set(reader.fieldnames or [])
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(
            f"{path}: not a CSV table ({error}); save it as CSV in UTF-8"
        ) from error
    if missing:
        raise InputError(
            f"{path}: lacks the column(s) {', '.join(sorted(missing))}; give the table "
            "of AudioSet, or one with its columns"
        )
    return rows
