"""The audit of the clips as a page."""

import pandas as pd

from music_selectivity.corpus import audit
from music_selectivity.report.rendering import render


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
    return render(
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
