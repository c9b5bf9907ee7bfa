"""The section of the page on single units, and on clips and quilts to see and hear."""

from collections.abc import Mapping

import pandas as pd

from music_selectivity.audio.log_mel_picture import RANGE_DB
from music_selectivity.figures.style import Style
from music_selectivity.report.embedded import picture_facts
from music_selectivity.report.examples import clip_facts, quilt_choices, shown_examples
from music_selectivity.report.units import unit_data
from music_selectivity.vocabulary import LEAST_POSITIVES, OTHERS_SHOWN


def section_data(
    profiles: pd.DataFrame,
    examples: pd.DataFrame,
    classes: pd.DataFrame,
    style: Style,
    log_mel: Mapping,
) -> dict | None:
    """What the script of the section shows of units, classes and clips, for JSON.

    Parameters
    ----------
    profiles, examples, classes
        ``examples/units.parquet``, ``examples/sounds.parquet`` and ``classes.csv``.
    style
        Colours of groups.
    log_mel
        Of the resolved config.

    Returns
    -------
    dict
        ``units.unit_data``, with clips, quilts and ``embedded.picture_facts``; None if
        no unit was measured.
    """
    if profiles.empty:
        return None
    return (
        unit_data(profiles, classes, style)
        | {"clips": clip_facts(examples), "quilts": quilt_choices(examples)}
        | picture_facts(log_mel)
    )


def units_section(
    data: dict | None,
    profiles: pd.DataFrame,
    examples: pd.DataFrame,
    config: Mapping,
    budget: int,
) -> dict:
    """What the template of the section shows.

    Parameters
    ----------
    data
        `section_data`.
    profiles, examples
        As there.
    config
        The resolved config.
    budget
        Most bytes that pictures and sounds may take in the page.

    Returns
    -------
    dict
        data; examples, their pictures and sounds; cuts, what of these is left out; and
        what the texts name: audio, others, least_positives, log_mel and range_db.
    """
    shown, cuts = shown_examples(examples, profiles, budget)
    return {
        "data": data,
        "examples": shown,
        "cuts": cuts,
        "audio": config["report"]["audio"],
        "others": OTHERS_SHOWN,
        "least_positives": LEAST_POSITIVES,
        "log_mel": config["log_mel"],
        "range_db": RANGE_DB,
    }
