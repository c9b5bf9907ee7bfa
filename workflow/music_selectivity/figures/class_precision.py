"""Average precision of each sound class (paper Fig. 1c).

Left: every class, of the networks trained without music, and its chance level. Right:
the mean over the classes of a group, of networks trained without and with music, and
the numbers of the paper's public notebook.
"""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from music_selectivity.figures.published import reported_values
from music_selectivity.figures.style import (
    LOOK,
    OTHER,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    networks_shown,
    new_figure,
)
from music_selectivity.paper import MEAN_APS
from music_selectivity.vocabulary import (
    ALL_CLASSES,
    GROUP_NAMES,
    MUSIC,
    NO_UNITS,
    NONMUSIC,
    WITH_MUSIC,
    WITHOUT_MUSIC,
)

TITLE = "Detection of each sound class"
PANEL = "Fig. 1c"
CLIPS = "eval_all"
INPUTS = {"ablations": ["ablation", "networks"], "classes": "classes"}
CLAIMS = ["1c"]
CHARTS = [
    {
        "value": "average_precision",
        "label": "Average precision, mean over classes",
        "along": "group",
        "panels": "model",
        "only": {"panel": "means"},
        "names": {
            "nonmusic": "other sounds",
            "music": "music-related",
            "all": "all classes",
        },
    }
]

COMPARED = (WITHOUT_MUSIC, WITH_MUSIC)
GROUPS = {NONMUSIC: GROUP_NAMES[NONMUSIC], MUSIC: "music-related"}
COLUMNS = ["panel", "model", "group", "class", "average_precision", "sd", "networks"]
COLUMNS += ["chance", "positives", "paper"]
# Where numbers are written, in points right of the bars.
MEASURED_X, PAPER_X = 6, 64
# Letters of a class's name: more would leave its dots no room.
NAME_LENGTH = 30
# More classes than this do not fit on a page by name, and are drawn by rank.
MOST_NAMED = 60


def table(
    ablations: Mapping[tuple[str, int], pd.DataFrame], classes: pd.DataFrame
) -> pd.DataFrame:
    """Average precision by class and by group, over networks.

    Parameters
    ----------
    ablations
        Average precision by class, ``ablation.csv``, by (model, seed).
    classes
        ``classes.csv``: name and music_related of each class.

    Returns
    -------
    DataFrame
        panel (classes, means), model, group (of means also all), class,
        average_precision (mean over networks), sd (NaN for one network), networks,
        chance (what random scores are expected to reach), positives, paper (of means,
        NaN where there is none). Classes come best first; those without positives,
        whose precision is undefined, have no row.
    """
    frames = [
        frame[frame["condition"] == NO_UNITS].assign(model=model, seed=seed)
        for (model, seed), frame in ablations.items()
        if model in COMPARED
    ]
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    music = classes.set_index("name")["music_related"].astype(bool)
    networks = pd.concat(frames, ignore_index=True).dropna(subset="average_precision")
    networks["group"] = np.where(networks["class"].map(music), MUSIC, NONMUSIC)
    by_class = _over_networks(networks[networks["model"] == WITHOUT_MUSIC])
    by_class = by_class.sort_values(
        ["average_precision", "class"], ascending=[False, True]
    )
    by_group = _over_networks(_means_over_classes(networks))
    keys = zip(by_group["model"], by_group["group"], strict=True)
    by_group["paper"] = reported_values(MEAN_APS, keys)
    return pd.concat(
        [by_class.assign(panel="classes"), by_group.assign(panel="means")],
        ignore_index=True,
    )[COLUMNS]


def _means_over_classes(networks: pd.DataFrame) -> pd.DataFrame:
    """Of each network: means over the classes of each group, and over all classes."""
    return (
        pd.concat([networks, networks.assign(group=ALL_CLASSES)])
        .groupby(["model", "group", "seed"], as_index=False)
        .agg({"average_precision": "mean", "random_ap": "mean", "positives": "sum"})
        .assign(**{"class": ""})
    )


def _over_networks(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby(["model", "group", "class"], as_index=False).agg(
        average_precision=("average_precision", "mean"),
        sd=("average_precision", "std"),
        networks=("seed", "nunique"),
        chance=("random_ap", "mean"),
        positives=("positives", "max"),
    )


@matplotlib.rc_context(LOOK)
def draw(table: pd.DataFrame, style: Style) -> Figure:
    """Figure of `table`: classes by name while they fit, else by rank."""
    by_class = table[table["panel"] == "classes"]
    if by_class.empty:
        return empty_figure("No network without music in this study")
    named = len(by_class) <= MOST_NAMED
    height = max(2.6, 0.135 * len(by_class) + 0.8) if named else 3.0
    figure = new_figure(PAGE_INCHES, height)
    # A few bars do not need the height of the page: the rest stays empty.
    heights = [min(height, 2.6), max(height - 2.6, 1e-6)]
    grid = figure.add_gridspec(2, 2, width_ratios=[2, 1], height_ratios=heights)
    left, right = figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[0, 1])
    draw_classes = _draw_named if named else _draw_ranked
    draw_classes(left, by_class, style)
    count = int(by_class["networks"].max())
    left.set_title(f"{label(WITHOUT_MUSIC)}: {networks_shown(count)}", loc="left")
    _draw_means(right, table[table["panel"] == "means"], style)
    return figure


def _draw_named(axes: Axes, by_class: pd.DataFrame, style: Style) -> None:
    y = np.arange(len(by_class))
    for group, text in GROUPS.items():
        of_group = (by_class["group"] == group).to_numpy()
        axes.errorbar(
            by_class["average_precision"][of_group],
            y[of_group],
            xerr=by_class["sd"][of_group].fillna(0),
            fmt="o",
            color=style.colour(group),
            label=text,
        )
    other = style.colour(OTHER)
    axes.plot(by_class["chance"], y, "|", color=other, ms=6, label="chance")
    axes.set_yticks(y, [shorten(name) for name in by_class["class"]])
    for text, group in zip(axes.get_yticklabels(), by_class["group"], strict=True):
        text.set_color(style.colour(group))
    axes.set(ylim=(len(by_class) - 0.4, -0.6))
    axes.grid(axis="y", color="#e6e6e6", lw=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("Average precision")
    axes.legend(loc="lower right")


def shorten(name: str) -> str:
    """Name of a class in at most `NAME_LENGTH` letters."""
    if len(name) <= NAME_LENGTH:
        return name
    return f"{name[: NAME_LENGTH - 1].rstrip(' ,')}…"


def _draw_ranked(axes: Axes, by_class: pd.DataFrame, style: Style) -> None:
    rank = np.arange(1, len(by_class) + 1)
    axes.plot(
        rank,
        by_class["chance"],
        ".",
        color=style.colour(OTHER),
        alpha=0.45,
        ms=2,
        label="chance",
    )
    for group, text in GROUPS.items():
        of_group = (by_class["group"] == group).to_numpy()
        mean = by_class["average_precision"][of_group]
        sd = by_class["sd"][of_group].fillna(0)
        # A log axis cannot show mean - SD at or below zero: such lines stop at a
        # tenth of the mean.
        axes.errorbar(
            rank[of_group],
            mean,
            yerr=[np.minimum(sd, 0.9 * mean), sd],
            fmt="o",
            ms=2.2,
            elinewidth=0.4,
            color=style.colour(group),
            label=text,
        )
    axes.set_yscale("log")
    axes.set(xlabel="Class, by rank", ylabel="Average precision")
    axes.set_xlim(-0.01 * len(rank), 1.01 * len(rank) + 1)
    axes.legend(loc="upper right", markerscale=2)


def _draw_means(axes: Axes, means: pd.DataFrame, style: Style) -> None:
    """Draw a bar per group of classes, below its model's name; numbers right of it."""
    names = {}
    for model in COMPARED:
        of_model = means[means["model"] == model].set_index("group")
        if of_model.empty:
            continue
        names[len(names)] = label(model)
        for group, text in (GROUPS | {ALL_CLASSES: "all classes"}).items():
            if group in of_model.index:
                y = len(names)
                names[y] = text
                _draw_bar(axes, y, of_model.loc[group], style.colour(group), style)
    axes.set_yticks(list(names), list(names.values()))
    models = {label(model) for model in COMPARED}
    for text in axes.get_yticklabels():
        text.set_fontweight("bold" if text.get_text() in models else "normal")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.locator_params(axis="x", nbins=3)
    axes.set_xlabel("Average precision,\nmean over classes")
    _write(axes, 0, "mean ± SD", "notebook")
    axes.legend(
        handles=[
            Line2D([], [], color=style.colour(OTHER), label="chance"),
            Line2D([], [], color="black", ls=":", label="public notebook, AudioSet"),
        ],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        handlelength=1.4,
        columnspacing=1,
        borderaxespad=0.2,
    )


def _draw_bar(axes: Axes, y: int, row: pd.Series, colour: str, style: Style) -> None:
    """Draw mean and SD, chance and the notebook's number, and write them."""
    sd = f" ± {row['sd']:.3f}" if np.isfinite(row["sd"]) else ""
    axes.barh(
        y,
        row["average_precision"],
        0.7,
        xerr=row["sd"] if sd else None,
        color=colour,
        error_kw={"lw": 0.9, "ecolor": "black"},
    )
    # With a white border, since a bar may be as dark.
    for line, width in (("white", 2.4), (style.colour(OTHER), 1.2)):
        axes.vlines(row["chance"], y - 0.35, y + 0.35, line, lw=width)
    paper = ""
    if np.isfinite(row["paper"]):
        axes.vlines(row["paper"], y - 0.5, y + 0.5, "black", ":", lw=1)
        paper = f"{row['paper']:g}"
    _write(axes, y, f"{row['average_precision']:.3f}{sd}", paper)


def _write(axes: Axes, y: int, measured: str, paper: str) -> None:
    """Write text right of a row of `axes`."""
    for x, text in ((MEASURED_X, measured), (PAPER_X, paper)):
        axes.annotate(
            text,
            (1, y),
            xycoords=("axes fraction", "data"),
            xytext=(x, 0),
            textcoords="offset points",
            va="center_baseline",
        )
