"""The section of the page on single units, and on clips and quilts to see and hear."""

from collections.abc import Mapping

import pandas as pd

from music_selectivity.audio.log_mel_picture import LEVELS, RANGE_DB
from music_selectivity.figures.style import Style
from music_selectivity.report.examples import clip_facts, quilt_choices, shown_examples
from music_selectivity.report.rendering import as_json
from music_selectivity.report.units import unit_data
from music_selectivity.vocabulary import LEAST_POSITIVES, OTHERS_SHOWN


def units_section(
    profiles: pd.DataFrame,
    examples: pd.DataFrame,
    classes: pd.DataFrame,
    style: Style,
    config: Mapping,
    budget: int,
) -> dict:
    """What the template of the section shows.

    Parameters
    ----------
    profiles, examples, classes
        ``examples/units.parquet``, ``examples/sounds.parquet`` and ``classes.csv``.
    style
        Colours of groups.
    config
        The resolved config.
    budget
        Most bytes that the section may take in the page.

    Returns
    -------
    dict
        data, what the script shows of units, classes and clips, or None without any;
        examples, their pictures and sounds; cuts, what of these is left out; and what
        the texts name: audio, others, least_positives, log_mel and range_db.
    """
    data, log_mel = None, config["log_mel"]
    if len(profiles):
        data = unit_data(profiles, classes, style) | {
            "clips": clip_facts(examples),
            "quilts": quilt_choices(examples),
            "bands": log_mel["n_mels"],
            "band": f"{log_mel['f_min'] / 1000:g} to {log_mel['f_max'] / 1000:g} kHz",
            "levels": LEVELS,
        }
        budget -= len(as_json(data))
    shown, cuts = shown_examples(examples, profiles, budget)
    return {
        "data": data,
        "examples": shown,
        "cuts": cuts,
        "audio": config["report"]["audio"],
        "others": OTHERS_SHOWN,
        "least_positives": LEAST_POSITIVES,
        "log_mel": log_mel,
        "range_db": RANGE_DB,
    }
