"""The report of a study: one HTML page that needs nothing beside it.

``tables`` turns results into rows, ``page.html.j2`` lays them out.
"""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
import pandas as pd
import yaml

from music_selectivity.corpus import audit
from music_selectivity.report import tables

_FOLDER = Path(__file__).parent

# Files that shape the pages beside this code; a change to them is a change of output.
TEMPLATES = tuple(
    _FOLDER / name
    for name in (
        *("page.html.j2", "claims.html.j2", "audit.html.j2", "usage.html.j2"),
        "parts.html.j2",
    )
)


def build(
    study: str,
    notice: str,
    clips: pd.DataFrame,
    classes: pd.DataFrame,
    trivial: pd.DataFrame,
    histories: Mapping[tuple[str, int], pd.DataFrame],
    statistics: pd.DataFrame,
    claims: pd.DataFrame,
    figures: Sequence[tuple[str, str, Path]],
    config: Mapping,
) -> str:
    """The study's report as HTML, with pictures and style inside.

    Parameters
    ----------
    study
        Name of the study, the page's title.
    notice
        What a reader must know before anything else; empty for none.
    clips, classes, trivial, statistics, claims
        ``clips.parquet``, ``classes.csv``, ``trivial_classifier.csv``,
        ``statistics.csv`` and ``claims.csv``.
    histories
        ``history.csv`` by (model, seed); an untrained network has none, or no rows.
    figures
        Title, caption and SVG file of each figure. The page names the CSV beside the
        SVG, and expects both in a folder next to itself.
    config
        The resolved config, shown at the end.
    """
    return _render(
        "page.html.j2",
        study=study,
        notice=notice.strip(),
        clips=tables.clips_by_split(clips),
        set_aside=tables.clips_set_aside(clips),
        n_clips=len(clips),
        classes=tables.class_counts(classes),
        trivial=trivial.to_dict("records"),
        models=tables.models(statistics, histories),
        verdicts=tables.verdict_counts(claims),
        claims=claims.to_dict("records"),
        figures=[_picture(*figure) for figure in figures],
        config=yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True),
    )


def claims_html(claims: pd.DataFrame, notice: str) -> str:
    """The claims alone as an HTML page under `notice`, for Snakemake's own report."""
    return _render(
        "claims.html.j2", claims=claims.to_dict("records"), notice=notice.strip()
    )


def audit_html(study: str, counts: pd.DataFrame, paper: pd.DataFrame | None) -> str:
    """The audit of the clips as an HTML page, which lies beside its CSV files.

    Parameters
    ----------
    study
        Name of the study.
    counts
        ``audit.csv``.
    paper
        What `audit.beside_the_paper` tells, or None where the sounds are others.
    """
    of_class = counts["kind"] == "class"
    return _render(
        "audit.html.j2",
        study=study,
        columns=audit.COUNTS,
        totals=counts[~of_class].to_dict("records"),
        classes=[
            (split, rows.to_dict("records"))
            for split, rows in counts[of_class].groupby("split", sort=False)
        ],
        paper=None if paper is None else paper.to_dict("records"),
        clipped_share=audit.CLIPPED_SHARE,
    )


def usage_html(study: str, usage: pd.DataFrame) -> str:
    """What the jobs took, ``usage.usage``, as an HTML page beside its CSV file."""
    return _render("usage.html.j2", study=study, rows=usage.to_dict("records"))


def _render(template: str, **values: object) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": tables.number,
        "p_value": tables.p_value,
        "plus_minus": tables.plus_minus,
        "mean_sd": tables.mean_sd,
        "span": tables.span,
        "text": tables.text,
    }
    return environment.get_template(template).render(**values)


def _picture(title: str, caption: str, svg: str | Path) -> dict[str, str]:
    svg = Path(svg)
    # As an image of its own: ids in one SVG cannot meet those in another.
    data = base64.b64encode(svg.read_bytes()).decode("ascii")
    return {
        "title": title,
        "caption": caption.strip(),
        "source": f"data:image/svg+xml;base64,{data}",
        "csv": f"{svg.parent.name}/{svg.stem}.csv",
    }
