"""Lists of clips that hold music no label names: the study's own, or a user's."""

import os
import re
import zipfile
import zlib

from music_selectivity.corpus.files import text_lines, ytid_in
from music_selectivity.errors import InputError

# Bytes that an Excel sheet may unpack to: some 500,000 names.
MAX_SHEET = 64 * 2**20


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
