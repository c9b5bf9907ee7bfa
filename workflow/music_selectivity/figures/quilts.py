"""Response to sound quilts by segment length (paper Fig. 4b, c)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.published import (
    name_lines,
    reported_sds,
    reported_values,
)
from music_selectivity.figures.segment_axis import (
    draw_lines,
    draw_published,
    mark_lengths,
    name_lengths,
    with_unquilted,
)
from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    Style,
    empty_figure,
    first_model,
    new_figure,
)
from music_selectivity.measures import QUILT_RESPONSE, UNQUILTED_RESPONSE
from music_selectivity.paper import QUILT_CORRELATIONS, QUILT_RESPONSES
from music_selectivity.vocabulary import (
    GROUP_NAMES,
    MS_UNITS,
    MUSIC,
    ORIGINAL,
    UNIT_NAMES,
    WITHOUT_MUSIC,
)

TITLE = "Responses to sound quilts"
PANEL = "Fig. 4b, c"
CLIPS = "quilted"
INPUTS = {"statistics": "statistics"}
ARGUMENTS = {"order": "quilts.order"}
CLAIMS = ["4b", "4c"]
CHARTS = [
    {
        "value": "response",
        "label": "Mean response",
        "along": "length",
        "axis": "Segment length, ms",
        "kind": "lines",
        "panels": "units",
        "series": "group",
    }
]

# Height of a line of text above a panel.
LINE_POINTS = 9


def table(statistics: pd.DataFrame, order: str) -> pd.DataFrame:
    """Responses of the networks of one model: of without_music, if it is there.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measure quilt_response.
    order
        Of the segments of the quilts, one of ``vocabulary.QUILT_ORDERS``.

    Returns
    -------
    DataFrame
        model, seed, group, units (ms, others), order, length (segment in ms, or
        original), response, paper and paper_sd (NaN where it reports none); r, of
        response and segment length over all networks, and paper_r.
    """
    rows = with_unquilted(statistics, QUILT_RESPONSE, UNQUILTED_RESPONSE, order)
    rows = first_model(rows).rename(columns={"value": "response"})
    of_paper = rows["model"] == WITHOUT_MUSIC
    reported = of_paper & (rows["group"] == MUSIC) & (rows["units"] == MS_UNITS)
    paper = reported_values(QUILT_RESPONSES, rows["length"])
    paper_sd = reported_sds(QUILT_RESPONSES, rows["length"])
    keys = zip(rows["group"], rows["units"], strict=True)
    paper_r = reported_values(QUILT_CORRELATIONS, keys)
    rows = rows.assign(
        paper=np.where(reported, paper, np.nan),
        paper_sd=np.where(reported, paper_sd, np.nan),
        r=np.nan,
        paper_r=np.where(of_paper, paper_r, np.nan),
    )
    for _, of_units in rows.groupby(["group", "units"]):
        rows.loc[of_units.index, "r"] = correlation(of_units)
    return rows


def correlation(rows: pd.DataFrame) -> float:
    """Pearson's r of response and segment length, over networks and lengths together.

    As in the paper, which counts the lengths of one network as independent. Over
    networks with a response at every length; NaN for fewer than three points.
    """
    quilts = rows[rows["length"] != ORIGINAL]
    wide = quilts.pivot(index="seed", columns="length", values="response").dropna()
    lengths = np.tile(wide.columns.to_numpy(dtype=float), len(wide))
    responses = wide.to_numpy().ravel()
    if len(lengths) < 3 or np.ptp(lengths) == 0 or np.ptp(responses) == 0:
        return np.nan
    return float(np.corrcoef(lengths, responses)[0, 1])


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: a panel per set of units, a thin line per network."""
    if table.empty:
        return empty_figure("No responses to quilts in this study")
    figure = new_figure(COLUMN_INCHES, 2.7)
    panels = figure.subplots(1, len(UNIT_NAMES), sharey=True)
    for axes, (units, title) in zip(panels, UNIT_NAMES.items(), strict=True):
        of_units = table[table["units"] == units]
        for shift, group in zip((-0.07, 0.07), GROUP_NAMES, strict=True):
            rows = of_units[of_units["group"] == group]
            draw_lines(axes, rows, "response", style.colour(group), shift)
            draw_published(axes, rows)
        axes.set_title(title.capitalize(), pad=6 + len(GROUP_NAMES) * LINE_POINTS)
        _write_correlations(axes, of_units, style)
        mark_lengths(axes, table["length"])
    panels[0].set_ylabel("Mean response")
    panels[0].set_ylim(bottom=min(0, panels[0].get_ylim()[0]))
    name_lengths(figure, table)
    colours = {text: style.colour(group) for group, text in GROUP_NAMES.items()}
    name_lines(figure, table, colours)
    return figure


def _write_correlations(axes: Axes, rows: pd.DataFrame, style: Style) -> None:
    """Write r with segment length above a panel, and the paper's: a line per group."""
    for line, group in enumerate(reversed(GROUP_NAMES)):
        of_group = rows[rows["group"] == group]
        if of_group["r"].isna().all():
            continue
        r, paper = of_group[["r", "paper_r"]].iloc[0]
        # Adding 0 removes the sign of -0.
        text = f"r = {round(r, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")
        if np.isfinite(paper):
            text += f" (paper {paper:.3g})"
        axes.annotate(
            text,
            (0.5, 1),
            xycoords="axes fraction",
            xytext=(0, 2 + line * LINE_POINTS),
            textcoords="offset points",
            ha="center",
            color=style.colour(group),
        )
