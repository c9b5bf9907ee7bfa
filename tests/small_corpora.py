"""Tiny corpora of tables without sound, AudioSet's form and a user's own, for tests."""

import json
from pathlib import Path

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
        "form": "audioset",
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
        "form": "table",
        "table": {
            "folder": str(folder),
            "table": "clips.csv",
            "ontology": None,
            "exclusions": None,
        },
    }
