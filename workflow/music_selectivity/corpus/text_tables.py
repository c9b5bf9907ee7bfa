"""Rows of the text tables that users give: clip tables, and AudioSet's segments.

Only the standard library is used, because the Snakefile calls this to find the inputs
of each shard before any job runs.
"""

import csv
import os
from pathlib import Path

from music_selectivity.corpus.usable_paths import existing_folder
from music_selectivity.errors import InputError


def table_rows(
    folder: str | os.PathLike, table: str
) -> list[tuple[int, dict[str, str]]]:
    """Numbered rows of a user's own clip table; its header is row 1.

    Raises
    ------
    InputError
        The table is missing or empty, lacks a column, repeats an id or a file, or names
        a file outside the folder; the message names the row.
    """
    path = Path(existing_folder(folder, "corpus.table.folder"), table)
    rows = _read_rows(path)
    _check_rows(path, rows)
    return rows


def _read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restval="")
            missing = {"clip_id", "file", "labels", "split"} - set(
                reader.fieldnames or []
            )
            if missing:
                raise InputError(
                    f"{path}: the table lacks the column(s) "
                    f"{', '.join(sorted(missing))}; add them to those it has: "
                    f"{', '.join(reader.fieldnames or ['none'])}"
                )
            # Blank lines are counted, as in an editor.
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise InputError(
            f"{path}: cannot read the clip table ({error.strerror}); check "
            "corpus.table.folder and corpus.table.table"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{path}: not a CSV table in UTF-8 ({error}); save it as one"
        ) from error
    if not rows:
        raise InputError(f"{path}: the clip table has a header but no rows; add clips")
    return rows


def _check_rows(path: Path, rows: list[tuple[int, dict[str, str]]]) -> None:
    seen: dict[str, int] = {}
    files: dict[str, int] = {}
    for number, row in rows:
        if any(row.get(None, ())):
            raise InputError(
                f"{path}, row {number}: more cells than the header; enclose cells that "
                "contain a comma in double quotes"
            )
        if not row["clip_id"] or not row["file"]:
            raise InputError(f"{path}, row {number}: clip_id or file is empty; give it")
        if row["clip_id"] in seen:
            raise InputError(
                f"{path}, row {number}: clip_id {row['clip_id']!r} is already in row "
                f"{seen[row['clip_id']]}; give each clip its own id"
            )
        seen[row["clip_id"]] = number
        if row["file"] in files:
            raise InputError(
                f"{path}, row {number}: file {row['file']!r} is already in row "
                f"{files[row['file']]}; remove one of them, because units would be "
                "tested on the clips that selected them"
            )
        files[row["file"]] = number
        parts = Path(row["file"]).parts
        if ".." in parts or Path(row["file"]).is_absolute():
            raise InputError(
                f"{path}, row {number}: file {row['file']!r} lies outside the folder; "
                "give a path below it"
            )
        if "{" in row["file"] or "}" in row["file"]:
            raise InputError(
                f"{path}, row {number}: file {row['file']!r} has a brace in its name, "
                "which Snakemake reads as a wildcard; rename it"
            )


def segment_rows(path: str | os.PathLike) -> list[tuple[int, list[str]]]:
    """Numbered rows of a segment CSV, without comments and empty lines.

    Raises
    ------
    InputError
        The table cannot be read, has no rows, or has a row that is not CSV.
    """
    rows = []
    for number, line in enumerate(text_lines(path), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            # Line by line, so that an unclosed quote does not swallow the next line.
            cells = next(csv.reader([line], skipinitialspace=True))
        except csv.Error as error:
            raise InputError(
                f"{path}, row {number}: not CSV ({error}); correct it"
            ) from error
        rows.append((number, cells))
    if not rows:
        raise InputError(f"{path}: the segment table lists no clip; add clips")
    return rows


def text_lines(path: str | os.PathLike) -> list[str]:
    """Lines of a text file in UTF-8.

    Raises
    ------
    InputError
        The file cannot be read, or is not such text.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); check its path in the config"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not text in UTF-8 ({error}); save it as UTF-8"
        ) from error
