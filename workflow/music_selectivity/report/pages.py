"""The pages of a study, each one HTML file that needs no other.

``tables`` turns results into rows, and the templates next to this file lay them out.
"""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
import pandas as pd
import yaml

from music_selectivity.corpus import audit
from music_selectivity.report import tables


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
    return _render(
        "page.html.j2",
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
    return _render(
        "claims.html.j2", claims=claims.to_dict("records"), notice=notice.strip()
    )


def audit_html(study: str, counts: pd.DataFrame, paper: pd.DataFrame | None) -> str:
    """The audit of the clips as an HTML page, which links to its CSV files.

    Parameters
    ----------
    study
        Name of the study.
    counts
        ``audit.csv``.
    paper
        `audit.compare_with_paper`, or None where the sounds are others.
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
    """Time and memory of the jobs, ``usage.usage``, as an HTML page."""
    return _render("usage.html.j2", study=study, rows=usage.to_dict("records"))


def _render(template: str, **values: object) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["verdict_marks"] = tables.VERDICT_MARKS
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
    # As separate images, so that ids in one SVG do not clash with those in another.
    data = base64.b64encode(svg.read_bytes()).decode("ascii")
    return {
        "title": title,
        "caption": caption.strip(),
        "source": f"data:image/svg+xml;base64,{data}",
        "csv": f"{svg.parent.name}/{svg.stem}.csv",
    }
