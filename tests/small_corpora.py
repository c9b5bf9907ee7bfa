"""Tiny corpora of tables without sound, AudioSet's form and a user's own, for tests."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from music_selectivity.corpus.clips import merge_audits

NODES = {
    "Sounds": ["Human voice", "Music"],
    "Human voice": ["Speech", "Singing"],
    "Speech": ["Whispering"],
    "Whispering": [],
    "Singing": ["Choir", "Yodeling"],
    "Yodeling": [],
    "Music": ["Musical instrument"],
    "Musical instrument": ["Choir", "Piano"],
    "Choir": [],
    "Piano": [],
    "Bark": [],
}
MIDS = {name: f"/m/{number:02d}" for number, name in enumerate(NODES)}
CATEGORIES = {
    "music": {"subtrees": ["Music"], "classes": ["Singing"]},
    "speech": {"subtrees": ["Speech"], "classes": []},
}


def audioset_corpus(folder: Path) -> dict:
    """A small corpus in AudioSet's form: its config section."""
    ontology = [
        {"id": MIDS[name], "name": name, "child_ids": [MIDS[c] for c in children]}
        for name, children in NODES.items()
    ]
    (folder / "ontology.json").write_text(json.dumps(ontology))
    rows = [f'{i},{MIDS[name]},"{name}"' for i, name in enumerate(NODES)]
    (folder / "classes.csv").write_text(
        "index,mid,display_name\n" + "\n".join(rows) + "\n"
    )
    write_segments(folder / "train.csv", [("-aaaaaaaaaa", "Bark", "Whispering")])
    write_segments(
        folder / "eval.csv",
        [("bbbbbbbbbbb", "Piano"), ("ccccccccccc", "Bark", "Choir")],
    )
    return {
        "type": "audioset",
        "audioset": {
            "folder": str(folder),
            "classes": str(folder / "classes.csv"),
            "ontology": str(folder / "ontology.json"),
            "train_segments": str(folder / "train.csv"),
            "eval_segments": str(folder / "eval.csv"),
            "exclusions": None,
        },
    }


def write_segments(path: Path, rows: list[tuple]) -> None:
    """Write a segment CSV: of each row, a YTID and the names of its classes."""
    text = "# made\n# num_ytids=1\n# YTID, start_seconds, end_seconds, labels\n"
    for ytid, *names in rows:
        mids = ",".join(MIDS.get(name, name) for name in names)
        text += f'{ytid}, 0.000, 10.000, "{mids}"\n'
    path.write_text(text)


def own_table(
    folder: Path,
    rows: list[str],
    columns: str = "clip_id,file,labels,group,is_speech,split",
) -> dict:
    """A corpus of a user's own table: its config section."""
    folder.mkdir(exist_ok=True)
    (folder / "clips.csv").write_text("\n".join([columns, *rows]) + "\n")
    return {
        "type": "table",
        "table": {
            "folder": str(folder),
            "table": "clips.csv",
            "ontology": None,
            "exclusions": None,
        },
    }


def clip_table(rows: list[dict]) -> pd.DataFrame:
    """Clip table of clips c00, c01, ...: what tables and audits say of each.

    Of each row, what differs from a usable non-music clip of the train split.
    """
    plain = {
        "split": "train",
        "labels": ["Bark"],
        "group": "nonmusic",
        "is_speech": False,
        "unlabelled_music": False,
    }
    listed = [{"clip_id": f"c{number:02d}"} for number in range(len(rows))]
    found = []
    for entry, row in zip(listed, rows, strict=True):
        entry |= {key: row.get(key, value) for key, value in plain.items()}
        reason = row.get("excluded", "")
        if reason != "missing file":
            found.append(
                {
                    "clip_id": entry["clip_id"],
                    "found_in": f"sounds/{entry['clip_id']}.wav",
                    "row": len(found) if reason == "" else -1,
                    "excluded": reason,
                    "content": "" if reason else row.get("content", entry["clip_id"]),
                    "clipped_share": np.nan if reason else row.get("clipped", 0.0),
                }
            )
    return merge_audits(pd.DataFrame(listed), [pd.DataFrame(found)])
