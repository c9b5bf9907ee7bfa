"""Response to sound quilts by segment length (paper Fig. 4b, c)."""

from collections.abc import Iterable

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.style import (
    COLUMN_INCHES,
    LOOK,
    Style,
    empty_figure,
    label,
    new_figure,
    ordered_models,
)

ORIGINAL = "original"
# Height of a line of text above a panel.
LINE_POINTS = 9
UNITS = {"ms": "Music-selective units", "others": "Other units"}
GROUPS = {"music": "music", "nonmusic": "other sounds"}

# Mean and SD over five networks on AudioSet, of without_music: Fig. 4b.
PAPER = {
    ("music", "ms", "50"): (0.599, 0.047),
    ("music", "ms", "800"): (0.775, 0.033),
    ("music", "ms", ORIGINAL): (0.768, 0.030),
}
# Pearson's r of response and segment length, over five networks and six lengths.
PAPER_R = {("music", "ms"): 0.601, ("nonmusic", "ms"): 0.38}


def table(statistics: pd.DataFrame) -> pd.DataFrame:
    """Responses of one model's networks, without_music where there is one.

    Parameters
    ----------
    statistics
        ``statistics.csv``: measure quilt_response.

    Returns
    -------
    DataFrame
        model, seed, group, units (ms, others), length (segment in ms, or original),
        response, paper and paper_sd (NaN where the paper gives none); r, of response
        and segment length over all networks, and paper_r.
    """
    rows = by_length(statistics, "quilt_response", ["group", "units"])
    rows = first_model(rows).rename(columns={"value": "response"})
    rows["paper"], rows["paper_sd"] = np.nan, np.nan
    for (group, units, length), published in PAPER.items():
        same = (rows["group"] == group) & (rows["units"] == units)
        same &= (rows["length"] == length) & (rows["model"] == "without_music")
        rows.loc[same, ["paper", "paper_sd"]] = published
    rows["r"], rows["paper_r"] = np.nan, np.nan
    for (group, units), of_units in rows.groupby(["group", "units"]):
        rows.loc[of_units.index, "r"] = correlation(of_units)
        published = of_units.index[of_units["model"] == "without_music"]
        rows.loc[published, "paper_r"] = PAPER_R.get((group, units), np.nan)
    return rows


def correlation(rows: pd.DataFrame) -> float:
    """Pearson's r of response and segment length, over networks and lengths together.

    Over networks with a response at every length; NaN for fewer than three points.
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
    """Figure of `table`: a panel a set of units, a thin line a network."""
    if table.empty:
        return empty_figure("No responses to quilts in this study")
    figure = new_figure(COLUMN_INCHES, 2.7)
    panels = figure.subplots(1, len(UNITS), sharey=True)
    for axes, (units, title) in zip(panels, UNITS.items(), strict=True):
        of_units = table[table["units"] == units]
        for shift, group in zip((-0.07, 0.07), GROUPS, strict=True):
            rows = of_units[of_units["group"] == group]
            draw_lines(axes, rows, "response", style.colour(group), shift)
            draw_published(axes, rows)
        axes.set_title(title, pad=6 + len(GROUPS) * LINE_POINTS)
        _write_correlations(axes, of_units, style)
        mark_lengths(axes, table["length"])
    panels[0].set_ylabel("Mean response")
    panels[0].set_ylim(bottom=min(0, panels[0].get_ylim()[0]))
    figure.supxlabel("Segment length (ms)", fontsize=LOOK["axes.labelsize"])
    handles = [
        Line2D([], [], color=style.colour(group), marker="o", ms=3, label=text)
        for group, text in GROUPS.items()
    ]
    if table["paper"].notna().any():
        handles.append(published_handle())
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=3,
        handlelength=1.4,
        columnspacing=1.2,
        title=label(table["model"].iloc[0]),
        title_fontsize=LOOK["axes.titlesize"],
    )
    return figure


def _write_correlations(axes: Axes, rows: pd.DataFrame, style: Style) -> None:
    """Above a panel, a line a group: r with segment length, and the paper's."""
    for line, group in enumerate(reversed(GROUPS)):
        of_group = rows[rows["group"] == group]
        if of_group["r"].isna().all():
            continue
        r, paper = of_group[["r", "paper_r"]].iloc[0]
        # A zero has no sign.
        text = f"r = {round(r, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")
        if np.isfinite(paper):
            text += f" (paper {paper:.3g})"
        axes.annotate(
            *(text, (0.5, 1)),
            xycoords="axes fraction",
            xytext=(0, 2 + line * LINE_POINTS),
            textcoords="offset points",
            ha="center",
            color=style.colour(group),
        )


def by_length(statistics: pd.DataFrame, measure: str, parts: list[str]) -> pd.DataFrame:
    """Rows of a measure whose conditions are `parts`, then a length, joined by "/".

    Columns model, seed, the parts, length, value; sorted by network, otherwise in the
    order of `statistics`.
    """
    rows = statistics[statistics["measure"] == measure]
    rows = rows.reset_index(drop=True)
    # A genre's name may hold a slash itself, so parts are split off from the right.
    conditions = rows["condition"].astype(str).str.rsplit("/", n=len(parts))
    columns = {
        name: conditions.str[number].astype(str)
        for number, name in enumerate([*parts, "length"])
    }
    kept = rows[["model", "seed"]].assign(**columns, value=rows["value"].astype(float))
    return kept.sort_values(["model", "seed"], kind="stable", ignore_index=True)


def first_model(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the first model in the figures' order: without_music, if it is there."""
    first = ordered_models(rows["model"])[:1]
    return rows[rows["model"].isin(first)].reset_index(drop=True)


def positions(lengths: Iterable[object]) -> dict[str, float]:
    """Where each length stands: log2 of its ms, the original apart at the right."""
    names = {str(length) for length in lengths}
    quilts = sorted(names - {ORIGINAL}, key=float)
    places = {name: float(np.log2(float(name))) for name in quilts}
    if ORIGINAL in names:
        places[ORIGINAL] = max(places.values(), default=0.0) + 1.6
    return places


def draw_lines(
    axes: Axes, rows: pd.DataFrame, value: str, colour: str, shift: float = 0
) -> None:
    """A thin line a network, and the mean +/- SD over networks, by length."""
    if rows.empty:
        return
    places = positions(rows["length"])
    wide = rows.assign(length=rows["length"].astype(str)).pivot_table(
        index=["model", "seed"], columns="length", values=value, sort=False
    )
    wide = wide.reindex(columns=list(places))
    wide = wide.mask(~np.isfinite(wide))
    x = np.array(list(places.values()))
    quilts = np.array([name != ORIGINAL for name in places], bool)
    for network in wide.to_numpy():
        axes.plot(x[quilts], network[quilts], color=colour, lw=0.4, alpha=0.45)
        axes.plot(x[~quilts], network[~quilts], "_", color=colour, ms=3, alpha=0.45)
    mean = wide.mean().to_numpy()
    sd = wide.std(ddof=1).fillna(0).to_numpy()
    for part in (quilts, ~quilts):
        axes.errorbar(
            *(x[part] + shift, mean[part], sd[part]),
            color=colour,
            marker="o",
            ms=3,
            lw=1.2,
            elinewidth=0.8,
            zorder=4,
        )


def draw_published(axes: Axes, rows: pd.DataFrame) -> None:
    """The paper's means, with their SD where ``paper_sd`` has it."""
    published = rows.drop_duplicates("length").dropna(subset="paper")
    places = positions(rows["length"])
    # Beside the measured mean, which may well be the same.
    x = [places[str(length)] + 0.3 for length in published["length"]]
    axes.errorbar(
        *(x, published["paper"], published.get("paper_sd")),
        color="black",
        marker="D",
        mfc="white",
        mew=0.6,
        ms=3,
        lw=0,
        elinewidth=0.6,
        zorder=5,
    )


def published_handle() -> Line2D:
    """Legend entry of `draw_published`."""
    return Line2D(
        [],
        [],
        color="black",
        marker="D",
        mfc="white",
        mew=0.6,
        ms=3,
        ls="",
        label="paper, AudioSet",
    )


def mark_lengths(axes: Axes, lengths: Iterable[object]) -> None:
    """Ticks of an axis of segment lengths, every other one named if they are many."""
    places = positions(lengths)
    every = 2 if len(places) > 5 else 1
    names = [
        "orig." if name == ORIGINAL else name if number % every == 0 else ""
        for number, name in enumerate(places)
    ]
    axes.set_xticks(list(places.values()), names)
    axes.set_xlim(min(places.values()) - 0.5, max(places.values()) + 0.6)
