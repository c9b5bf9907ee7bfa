"""The clip table: one row a clip, the single source for every later stage."""

import csv
import logging
import os
import re
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.ontology import Ontology
from music_selectivity.sources import segment_rows, table_rows, text_lines, ytid_in

log = logging.getLogger(__name__)

# Forms of corpus that the workflow itself writes, in AudioSet's form.
GENERATED = ("soundscapes", "collections")

SPLITS = ("train", "eval")
GROUPS = ("music", "nonmusic", "mixed")

# Broken files. A clip that is missing was never had (videos vanish), and one that is
# silent, too short or a duplicate was read well: none of these is a failure.
FAILURES = ("unreadable", "empty", "not finite")

# Bytes that an Excel sheet may unpack to: some 500,000 names.
MAX_SHEET = 64 * 2**20


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


def group_of(labels: Collection[str], music: Collection[str]) -> str:
    """music (all labels music-related), nonmusic (none) or mixed (both)."""
    related = [label in music for label in labels]
    if all(related):
        return "music"
    return "mixed" if any(related) else "nonmusic"


def describe(
    listed: pd.DataFrame,
    music: Collection[str],
    speech: Collection[str],
    unlabelled_music: Sequence[str] = (),
) -> pd.DataFrame:
    """Add group, is_speech and unlabelled_music to listed clips.

    A group or is_speech that the user's table gives is kept. Clips on the exclusion
    list hold music that no label names (paper, Methods): they become mixed, which
    leaves them out of training without music and of the selectivity analysis.

    Raises
    ------
    InputError
        A clip is non-music by the user's table, and music-related by a label: networks
        would be trained on it as on no music, and be tested on its class as on music.
    """
    described = listed.copy()
    if "group" not in described:
        described["group"] = [group_of(labels, music) for labels in described["labels"]]
    _check_nonmusic(described[described["group"] == "nonmusic"], music)
    if "is_speech" not in described:
        described["is_speech"] = [
            any(label in speech for label in labels) for labels in described["labels"]
        ]
    described["unlabelled_music"] = described["clip_id"].isin(unlabelled_music)
    if "file" in described:
        for names in (described["file"], described["file"].map(os.path.basename)):
            described["unlabelled_music"] |= names.isin(unlabelled_music)
    hidden = described["unlabelled_music"] & (described["group"] == "nonmusic")
    described.loc[hidden, "group"] = "mixed"
    return described


def _check_nonmusic(clips: pd.DataFrame, music: Collection[str]) -> None:
    related = [
        (clip_id, label)
        for clip_id, labels in clips[["clip_id", "labels"]].itertuples(index=False)
        for label in labels
        if label in music
    ]
    if related:
        clip_id, label = related[0]
        raise InputError(
            f"clip {clip_id!r}: its group in the table is nonmusic, but its label "
            f"{label!r} is music-related (and so for {len(related) - 1} more); correct "
            "the group, or what categories.music names in the config"
        )


def read_exclusion_list(path: str | os.PathLike) -> list[str]:
    """Clips of an exclusion list: a line each, a clip id or the name of its file.

    A name as AudioSet clips have, such as ``YTID_start.wav`` in the study's published
    list, gives the YTID too. That list is an Excel sheet: of one, every cell is read
    that holds such a name.
    """
    if zipfile.is_zipfile(path):
        names = _sheet_names(path)
    else:
        names = [line.strip() for line in text_lines(path) if line.strip()]
    return names + [ytid for ytid in map(ytid_in, names) if ytid]


def _sheet_names(path: str | os.PathLike) -> list[str]:
    """Names of AudioSet clips in the text cells of an Excel sheet, sorted."""
    texts: list[str] = []
    left = MAX_SHEET
    try:
        with zipfile.ZipFile(path) as parts:
            for part in (name for name in parts.namelist() if name.endswith(".xml")):
                with parts.open(part) as file:
                    data = file.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise InputError(
                        f"{path}: this Excel sheet unpacks to more than "
                        f"{MAX_SHEET // 2**20} MiB; give its names as text, one a line"
                    )
                text = data.decode("utf-8", errors="replace")
                texts += re.findall(r"<t(?: [^<>]*)?>([^<]+)</t>", text)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise InputError(
            f"{path}: broken Excel sheet ({error}); remove it and fetch it anew"
        ) from error
    names = {text.strip() for text in texts if ytid_in(text.strip())}
    if not names:
        raise InputError(
            f"{path}: no cell of this Excel sheet holds a name such as YTID_30.wav"
        )
    return sorted(names)


def merge_audits(
    described: pd.DataFrame, audits: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """The clip table: described clips with what was found in their audio.

    Adds shard, row, excluded and the measures of `logmel.write_shard`. A clip without
    any file is set aside as "missing file", with shard and row -1, and one whose sound
    another clip has too as "duplicate", of the clip in `duplicate_of`. Rows are sorted
    by clip_id.

    Parameters
    ----------
    audits
        Of each shard, in order. Of a clip_id that stands in two, as it may in Parquet
        files, the first is used.

    Raises
    ------
    InputError
        If no clip of a split is left, with the reasons counted.
    """
    numbered = [audit.assign(shard=shard) for shard, audit in enumerate(audits)]
    found = pd.concat(numbered, ignore_index=True)
    again = found["clip_id"].duplicated()
    for clip_id, path in found.loc[again, ["clip_id", "found_in"]].to_numpy():
        log.warning("%s is in %s again; the first is used", clip_id, path)
    clips = described.merge(found[~again], on="clip_id", how="left")
    clips = clips.sort_values("clip_id", ignore_index=True)
    clips["excluded"] = clips["excluded"].fillna("missing file")
    for place in ("shard", "row"):
        clips[place] = clips[place].fillna(-1).astype(np.int64)
    clips = clips.fillna({"found_in": "", "content": ""})
    clips = _without_duplicates(clips)
    for split in SPLITS:
        of_split = clips[clips["split"] == split]
        if not (of_split["excluded"] == "").any():
            reasons = of_split["excluded"].value_counts()
            told = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
            raise InputError(
                f"no usable clip is left in the {split} split "
                f"({told or 'none listed'}); check the corpus folder and tables"
            )
    return clips


def _without_duplicates(clips: pd.DataFrame) -> pd.DataFrame:
    """`clips` with all but one of those whose sound is the same set aside.

    One in eval stays rather than one in train, so that no network is tested on a sound
    that it learned and the clips that are scored stay whole; among others the first by
    clip_id. What one copy is said to hold, the sound holds: copies of several groups
    are mixed, and speech in one is speech in all.
    """
    clips = clips.assign(duplicate_of="")
    usable = clips[clips["excluded"] == ""]
    usable = usable.sort_values(["split", "clip_id"])  # eval comes first
    copies = usable.groupby("content", sort=False)
    kept = copies["clip_id"].transform("first")
    groups = usable["group"].where(copies["group"].transform("nunique") == 1, "mixed")
    clips.loc[usable.index, "group"] = groups
    clips.loc[usable.index, "is_speech"] = copies["is_speech"].transform("any")
    others = kept[kept != usable["clip_id"]]
    clips.loc[others.index, "duplicate_of"] = others
    clips.loc[others.index, "excluded"] = "duplicate"
    return clips


def check_failures(clips: pd.DataFrame, max_share: float) -> None:
    """Refuse a clip table for which too many files were broken.

    Parameters
    ----------
    max_share
        Share of a split's clips with a file that may fail, 0 to 1; see FAILURES.

    Raises
    ------
    InputError
        If more of them failed in a split, with reasons counted and three named.
    """
    for split in SPLITS:
        found = clips[(clips["split"] == split) & (clips["excluded"] != "missing file")]
        failed = found[found["excluded"].isin(FAILURES)]
        if len(failed) > max_share * len(found):
            reasons = failed["excluded"].value_counts(sort=False)
            told = ", ".join(
                f"{reasons[name]} {name}" for name in FAILURES if name in reasons
            )
            first = failed[["clip_id", "found_in"]].head(3).to_numpy()
            some = ", ".join(f"{clip_id} in {path}" for clip_id, path in first)
            raise InputError(
                f"{len(failed)} of the {len(found)} clips found of the {split} split "
                f"failed ({told}), such as {some}; mend or fetch them anew, or raise "
                f"corpus.max_failed_share, now {max_share:g}"
            )


def included(clips: pd.DataFrame) -> pd.DataFrame:
    """The usable clips, in table order; activation tables follow this order."""
    return clips[clips["excluded"] == ""].reset_index(drop=True)


def class_table(
    names: Sequence[str],
    music: Collection[str],
    speech: Collection[str],
    clips: pd.DataFrame,
) -> pd.DataFrame:
    """classes.csv: index, name, music_related, speech, and clips per split.

    n_train and n_eval count usable clips; listed_train and listed_eval, all.
    """

    def per_class(clips: pd.DataFrame) -> pd.DataFrame:
        labels = clips[["split", "labels"]].explode("labels")
        counts = labels.groupby(["labels", "split"]).size().unstack(fill_value=0)
        return counts.reindex(index=list(names), columns=list(SPLITS), fill_value=0)

    usable, listed = per_class(included(clips)), per_class(clips)
    return pd.DataFrame(
        {
            "index": range(len(names)),
            "name": list(names),
            "music_related": [name in music for name in names],
            "speech": [name in speech for name in names],
            "n_train": usable["train"].to_numpy(),
            "n_eval": usable["eval"].to_numpy(),
            "listed_train": listed["train"].to_numpy(),
            "listed_eval": listed["eval"].to_numpy(),
        }
    )


def label_matrix(clips: pd.DataFrame, classes: pd.DataFrame) -> np.ndarray:
    """uint8 (clips, classes): 1 where a clip has the label."""
    index = dict(zip(classes["name"], classes["index"], strict=True))
    matrix = np.zeros((len(clips), len(classes)), np.uint8)
    for position, labels in enumerate(clips["labels"]):
        matrix[position, [index[label] for label in labels]] = 1
    return matrix


def training_clips(clips: pd.DataFrame, condition: str) -> pd.DataFrame:
    """Usable clips of the train split that a condition trains on (paper, Methods).

    without_music: no music-related label and not on the exclusion list;
    without_music_and_speech: of those, none under Speech; all: every clip.
    """
    usable = included(clips)
    keep = usable["split"] == "train"
    if condition in ("without_music", "without_music_and_speech"):
        keep &= usable["group"] == "nonmusic"
    if condition == "without_music_and_speech":
        if not (keep & usable["is_speech"]).any():
            raise InputError(
                "no training clip without music holds speech, so leaving speech out "
                "changes nothing; label speech, or drop the model that asks for it"
            )
        keep &= ~usable["is_speech"]
    return usable[keep].reset_index(drop=True)


def table_music_classes(listed: pd.DataFrame) -> set[str]:
    """Music-related classes of a table without an ontology: all those on music clips.

    By definition all labels of a music clip are music-related, and none of a nonmusic
    clip is.

    Raises
    ------
    InputError
        If a class stands on clips of both kinds.
    """
    labels = listed.explode("labels")
    music = set(labels.loc[labels["group"] == "music", "labels"])
    wrong = labels[(labels["group"] == "nonmusic") & labels["labels"].isin(music)]
    if len(wrong):
        label, clip_id = wrong.iloc[0][["labels", "clip_id"]]
        raise InputError(
            f"class {label!r} stands on clips of group music and on clips of group "
            f"nonmusic, such as {clip_id!r}; a clip with a music-related label among "
            "others is of group mixed"
        )
    return music


def table_speech_classes(listed: pd.DataFrame) -> set[str]:
    """Speech classes of a table without an ontology: those on speech clips alone."""
    speech = listed["is_speech"]
    labels = listed["labels"]
    return set(labels[speech].explode()) - set(labels[~speech].explode())


def list_corpus(
    corpus: Mapping, categories: Mapping, generated: str | os.PathLike
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clips and classes that the config describes, before any audio is read.

    Parameters
    ----------
    corpus, categories
        The config sections.
    generated
        Folder of a generated corpus, used when that is the form.

    Returns
    -------
    clips
        clip_id, split, labels, group, is_speech, unlabelled_music.
    classes
        name, music_related, speech, in output order.
    """
    form = corpus["form"]
    tables = dict(corpus[form])
    if form == "table":
        ontology = Ontology.read(tables["ontology"]) if tables["ontology"] else None
        known = set(ontology.children) if ontology else None
        listed = list_table(tables["folder"], tables["table"], known)
        names = sorted({label for labels in listed["labels"] for label in labels})
    else:
        if form in GENERATED:
            tables = generated_tables(generated)
        ontology = Ontology.read(tables["ontology"])
        names_by_mid = read_class_names(tables["classes"], ontology)
        segments = {
            "train": tables["train_segments"],
            "eval": tables["eval_segments"],
        }
        listed = list_audioset(segments, names_by_mid)
        names = list(names_by_mid.values())
    if ontology:
        music = ontology.category(**categories["music"])
        speech = ontology.category(**categories["speech"])
    else:
        music = table_music_classes(listed)
        speech = table_speech_classes(listed)
    if listed.empty:
        raise InputError("the corpus tables list no clip")
    excluded = tables.get("exclusions")
    unlabelled = read_exclusion_list(excluded) if excluded else []
    clips = describe(listed, music, speech, unlabelled)
    if excluded and not clips["unlabelled_music"].any():
        raise InputError(
            f"{excluded}: none of its lines is a clip of the corpus; give clip ids or "
            "file names, one a line"
        )
    classes = pd.DataFrame({"name": names})
    classes["music_related"] = classes["name"].isin(music)
    classes["speech"] = classes["name"].isin(speech)
    return clips, classes


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
