"""Pictures and sounds as texts inside a page: as many as it may hold."""

import base64
from collections.abc import Mapping

import pandas as pd

from music_selectivity.audio.log_mel_picture import LEVELS
from music_selectivity.report.numbers import number

# Pictures are smaller, and are given room first.
PARTS = {"picture": "spectrograms", "mp3": "sounds"}


def picture_facts(log_mel: Mapping) -> dict:
    """What the script that draws pictures needs to know, for JSON.

    Parameters
    ----------
    log_mel
        Of the resolved config.

    Returns
    -------
    dict
        bands, the number of mel bands; band, their range in words; and levels.
    """
    return {
        "bands": log_mel["n_mels"],
        "band": f"{log_mel['f_min'] / 1000:g} to {log_mel['f_max'] / 1000:g} kHz",
        "levels": LEVELS,
    }


def embedded(table: pd.DataFrame, budget: int) -> tuple[pd.DataFrame, list[str]]:
    """Pictures and sounds as base64, as far as they fit, and what is left out.

    Parameters
    ----------
    table
        A row per sound, first those that matter most: picture and mp3, as bytes, empty
        for none.
    budget
        Most bytes that all texts may take together.

    Returns
    -------
    table : DataFrame
        The same with texts, which are empty where they are left out.
    cuts : list of str
        What is left out, in words.
    """
    texts, cuts = {}, []
    for part, name in PARTS.items():
        texts[part], count = [], 0
        for content in table[part]:
            text = base64.b64encode(content).decode("ascii")
            if text and len(text) > budget:
                text, count = "", count + 1
            budget -= len(text)
            texts[part].append(text)
        if count:
            of_all = number((table[part].str.len() > 0).sum())
            cuts.append(f"{number(count)} of {of_all} {name}")
    return table.assign(**texts), cuts
