"""The study's report, and its claims alone: HTML pages that need no other file."""

from collections.abc import Mapping, Sequence

import pandas as pd
import yaml

from music_selectivity.figures.style import Style
from music_selectivity.report import networks_answer, tables
from music_selectivity.report.answer import QUESTION, answer, basis
from music_selectivity.report.cards import claim_cards, verdict_counts
from music_selectivity.report.preferred_inputs import preferred_inputs_section
from music_selectivity.report.rendering import as_json, render
from music_selectivity.report.themes import (
    StudyFigure,
    first_with_charts,
    placed,
    shown_themes,
)
from music_selectivity.report.units_section import section_data, units_section

# Bytes of a page with sounds and without, and of what it holds besides images, units
# and sounds: texts, charts, style sheet and scripts.
WITH_SOUNDS, WITHOUT_SOUNDS, TEXTS = 8_000_000, 5_000_000, 500_000


def report_html(
    notice: str,
    clips: pd.DataFrame,
    classes: pd.DataFrame,
    baseline: pd.DataFrame,
    histories: Mapping[tuple[str, int], pd.DataFrame],
    statistics: pd.DataFrame,
    claims: pd.DataFrame,
    figures: Sequence[StudyFigure],
    themes: Sequence[Mapping],
    key_figures: Sequence[str],
    profiles: pd.DataFrame | None,
    examples: pd.DataFrame | None,
    config: Mapping,
    colours: Mapping[str, str],
    users_networks: Sequence[Mapping] = (),
    of_networks: Sequence[str] = (),
    preferred_inputs: Mapping[tuple[str, int], pd.DataFrame] | None = None,
) -> str:
    """The study's report as an HTML page, with all figures inside.

    Parameters
    ----------
    notice
        What a reader must know before anything else; empty for none.
    clips, classes, baseline, statistics, claims
        ``clips.parquet``, ``classes.csv``, ``baseline.csv``, ``statistics.csv`` and
        ``claims.csv``.
    histories
        ``history.csv`` by (model, seed); an untrained network has none, or no rows.
    figures
        In the order of their numbers. The page links to their SVG and CSV files in the
        folder ``figures`` next to itself.
    themes
        ``catalogue.Theme`` as dicts: the order of the page.
    key_figures
        Figures that carry the answer, the first four that have data.
    profiles, examples
        ``examples/units.parquet`` and ``examples/sounds.parquet``; None if the study
        trains no network.
    config
        The resolved config, shown at the end.
    colours
        By name of a sound group or model, as for `Style`.
    users_networks
        ``tables.users_networks``.
    of_networks
        ``networks_answer.networks_answer``. If the study trains no network, it is the
        only answer.
    preferred_inputs
        ``preferred_inputs.inputs_with_sounds`` by (model, seed); None or empty if the
        study seeks none.
    """
    style = Style(colours)
    cards = placed(claim_cards(claims), themes, figures)
    shown = shown_themes(themes, figures, cards, style)
    all_shown = [each for theme in shown for each in theme.figures]
    models = tables.models(statistics, histories)
    counts = tables.clips_by_split(clips)
    of_classes = tables.class_counts(classes)
    corpus, seconds = config["corpus"]["type"], config["audio"]["clip_seconds"]
    # No claim of the paper is about networks that the study did not train.
    users_alone = users_networks and not histories
    images = sum(len(each.picture.source) for each in all_shown if each.picture)
    sounds = config["report"]["audio"] or preferred_inputs
    budget = (WITH_SOUNDS if sounds else WITHOUT_SOUNDS) - TEXTS - images
    preferred = units = None
    if profiles is not None:
        log_mel = config["log_mel"]
        of_units = section_data(profiles, examples, classes, style, log_mel)
        budget -= len(as_json(of_units))
        # A study has few of them, and only of networks that it trains.
        if preferred_inputs:
            preferred = preferred_inputs_section(preferred_inputs, config, budget)
            budget -= len(as_json(preferred["data"]))
        units = units_section(of_units, profiles, examples, config, budget)
    return render(
        "page.html.j2",
        study=config["study"],
        notice=notice.strip(),
        question=networks_answer.QUESTION if users_alone else QUESTION,
        basis=basis(corpus, seconds, counts, of_classes, models, users_networks),
        answer=[
            *([] if users_alone else answer(claims.to_dict("records"), corpus)),
            *of_networks,
        ],
        keys=first_with_charts(shown, key_figures),
        themes=shown,
        cards=cards,
        verdicts=verdict_counts(cards),
        clips=counts,
        excluded=tables.excluded_clips(clips),
        n_clips=len(clips),
        baseline=baseline.to_dict("records"),
        models=models,
        users_networks=users_networks,
        charts={each.figure.name: each.charts for each in all_shown if each.charts},
        cuts=[each for each in all_shown if each.picture and each.picture.cut],
        preferred=preferred,
        units=units,
        config=yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True),
    )


def claims_html(claims: pd.DataFrame, notice: str) -> str:
    """The claims alone as an HTML page under `notice`, for Snakemake's own report."""
    cards = placed(claim_cards(claims), [], [])
    return render(
        "claims.html.j2",
        cards=cards,
        verdicts=verdict_counts(cards),
        notice=notice.strip(),
    )
