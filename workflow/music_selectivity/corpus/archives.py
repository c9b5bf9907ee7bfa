"""The archives among the downloads, and which of their files are unpacked, and where.

Each ``..._place`` function is for ``unpack.unpack``: from a file's name in the archive,
it makes the file's path below the new folder, or None to leave the file out.
"""

import re
from collections.abc import Callable
from typing import NamedTuple


class Archive(NamedTuple):
    """A download that is unpacked: its file name, and where each member belongs."""

    file: str
    place: Callable[[str], str | None]


TRACK_NAME = re.compile(r"(\w+)\.(\d+)\.(?:wav|au)")
"""File name of a track in GTZAN's layout."""


def natural_sounds_place(member: str) -> str | None:
    """Path of a table or sound of the public repository, which is in one folder."""
    _, _, below = member.partition("/")
    # As in the vocabulary; if it were imported, its edits would unpack archives again.
    tables = ("sounds/category_labels.csv", "data/components.mat")
    wanted = below in tables or below.startswith("sounds/wav/")
    return below if wanted and below.endswith((".csv", ".mat", ".wav")) else None


def esc50_place(member: str) -> str | None:
    """Path of the table or a clip of ESC-50, which is in one folder."""
    _, _, below = member.partition("/")
    wanted = re.fullmatch(r"meta/esc50\.csv|audio/[^/]+\.wav", below)
    return below if wanted else None


def gtzan_place(member: str) -> str | None:
    """Path of a track of music, in the folder of its genre."""
    parts = member.split("/")[-2:]
    return (
        "/".join(parts) if len(parts) == 2 and TRACK_NAME.fullmatch(parts[1]) else None
    )


ARCHIVES = {
    "natural_sounds": Archive("natural_sounds.zip", natural_sounds_place),
    "esc50": Archive("esc50.zip", esc50_place),
    "gtzan": Archive("gtzan.tar.gz", gtzan_place),
}
"""By the folder that each is unpacked to, below the downloads."""
