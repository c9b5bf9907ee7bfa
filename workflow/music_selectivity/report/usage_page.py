"""What the jobs took, as a page."""

import pandas as pd

from music_selectivity.report.rendering import render


def usage_html(study: str, usage: pd.DataFrame) -> str:
    """Time and memory of the jobs, ``usage.usage``, as an HTML page."""
    return render("usage.html.j2", study=study, rows=usage.to_dict("records"))
