"""Exclusion lists: clips that contain music although no label says so."""

import os
import re
import zipfile
import zlib

from music_selectivity.corpus.audioset_files import ytid_in
from music_selectivity.corpus.text_tables import text_lines
from music_selectivity.errors import InputError

# Bytes that an Excel sheet may unpack to, enough for about 500,000 names.
MAX_SHEET = 64 * 2**20


def read_exclusion_list(path: str | os.PathLike) -> list[str]:
    """Clip ids and file names on an exclusion list, which has one of them per line.

    The name of an AudioSet clip, such as ``YTID_start.wav`` in the study's published
    list, also adds its YTID. The published list is an Excel sheet; in a sheet, every
    cell with such a name is read.

    Raises
    ------
    InputError
        The file cannot be read, or is a sheet that is broken, too large or without
        such a name.
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
                        f"{MAX_SHEET // 2**20} MiB; give its names as text, one per "
                        "line"
                    )
                text = data.decode("utf-8", errors="replace")
                texts += re.findall(r"<t(?: [^<>]*)?>([^<]+)</t>", text)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise InputError(
            f"{path}: broken Excel sheet ({error}); remove it and fetch it again"
        ) from error
    names = {text.strip() for text in texts if ytid_in(text.strip())}
    if not names:
        raise InputError(
            f"{path}: no cell of this Excel sheet has a name such as YTID_30.wav; give "
            "names of clips as text, one per line"
        )
    return sorted(names)
