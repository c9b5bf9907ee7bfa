"""The study's report, and its claims alone: HTML pages that need no other file."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import yaml

from music_selectivity.claims.verdicts import (
    DIRECTION,
    NOT_MEMORIZED,
    NOT_REPLICATED,
    NOT_RUN,
    REPLICATED,
)
from music_selectivity.report import tables
from music_selectivity.report.rendering import render

# How verdicts look: class of the style sheet, and sign. Others are open: "?".
VERDICT_MARKS = {
    REPLICATED: ("yes", "✓"),
    DIRECTION: ("partly", "✓"),
    NOT_REPLICATED: ("no", "✗"),
    NOT_MEMORIZED: ("open", "○"),
    NOT_RUN: ("open", "○"),
}


def report_html(
    study: str,
    notice: str,
    clips: pd.DataFrame,
    classes: pd.DataFrame,
    baseline: pd.DataFrame,
    histories: Mapping[tuple[str, int], pd.DataFrame],
    statistics: pd.DataFrame,
    claims: pd.DataFrame,
    figures: Sequence[tuple[str, str, Path]],
    config: Mapping,
) -> str:
    """The study's report as an HTML page, with all figures inside.

    Parameters
    ----------
    study
        Name of the study, the page's title.
    notice
        What a reader must know before anything else; empty for none.
    clips, classes, baseline, statistics, claims
        ``clips.parquet``, ``classes.csv``, ``baseline.csv``, ``statistics.csv`` and
        ``claims.csv``.
    histories
        ``history.csv`` by (model, seed); an untrained network has none, or no rows.
    figures
        Title, caption and SVG file of each figure. The page links to the CSV file next
        to the SVG, and expects both in a folder next to itself.
    config
        The resolved config, shown at the end.
    """
    return render(
        "page.html.j2",
        verdict_marks=VERDICT_MARKS,
        study=study,
        notice=notice.strip(),
        clips=tables.clips_by_split(clips),
        excluded=tables.excluded_clips(clips),
        n_clips=len(clips),
        classes=tables.class_counts(classes),
        baseline=baseline.to_dict("records"),
        models=tables.models(statistics, histories),
        verdicts=tables.verdict_counts(claims),
        claims=claims.to_dict("records"),
        figures=[_picture(*figure) for figure in figures],
        config=yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True),
    )


def claims_html(claims: pd.DataFrame, notice: str) -> str:
    """The claims alone as an HTML page under `notice`, for Snakemake's own report."""
    return render(
        "claims.html.j2",
        verdict_marks=VERDICT_MARKS,
        claims=claims.to_dict("records"),
        notice=notice.strip(),
    )


def _picture(title: str, caption: str, svg: str | Path) -> dict[str, str]:
    svg = Path(svg)
    # As separate images, so that ids in one SVG do not clash with those in another.
    data = base64.b64encode(svg.read_bytes()).decode("ascii")
    return {
        "title": title,
        "caption": caption.strip(),
        "source": f"data:image/svg+xml;base64,{data}",
        "csv": f"{svg.parent.name}/{svg.stem}.csv",
    }
