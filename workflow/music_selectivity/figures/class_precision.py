"""Average precision of each sound class (paper Fig. 1c).

Left: every class of the network that never heard music, beside its chance level.
Right: the mean over classes of a group, for the networks with and without music.
"""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from music_selectivity.figures.style import (
    LOOK,
    PAGE_INCHES,
    Style,
    empty_figure,
    label,
    new_figure,
)

SHOWN = "without_music"
COMPARED = (SHOWN, "with_music")
GROUPS = {"nonmusic": "other sounds", "music": "music-related"}
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
        panel (classes, means), model, group, class, average_precision (mean over
        networks), sd (NaN for one network), networks, chance (what random scores are
        expected to reach), positives. Classes come best first;
        those without positives, whose precision is undefined, have no row.
    """
    frames = [
        frame[frame["condition"] == "none"].assign(model=model, seed=seed)
        for (model, seed), frame in ablations.items()
        if model in COMPARED
    ]
    if not frames:
        return pd.DataFrame(columns=_COLUMNS)
    music = classes.set_index("name")["music_related"].astype(bool)
    networks = pd.concat(frames, ignore_index=True).dropna(subset="average_precision")
    networks["group"] = np.where(networks["class"].map(music), "music", "nonmusic")

    shown = networks[networks["model"] == SHOWN]
    by_class = _over_networks(shown, ["model", "group", "class"])
    by_class = by_class.sort_values(
        ["average_precision", "class"], ascending=[False, True]
    )
    means = (
        networks.groupby(["model", "group", "seed"], as_index=False)
        .agg({"average_precision": "mean", "random_ap": "mean", "positives": "sum"})
        .assign(**{"class": ""})
    )
    by_group = _over_networks(means, ["model", "group", "class"])
    return pd.concat(
        [by_class.assign(panel="classes"), by_group.assign(panel="means")],
        ignore_index=True,
    )[_COLUMNS]


_COLUMNS = [
    *("panel", "model", "group", "class"),
    *("average_precision", "sd", "networks", "chance", "positives"),
]


def _over_networks(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return frame.groupby(keys, as_index=False).agg(
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
    grid = figure.add_gridspec(1, 2, width_ratios=[2.6, 1])
    if named:
        _draw_named(figure.add_subplot(grid[0]), by_class, style)
    else:
        _draw_ranked(figure.add_subplot(grid[0]), by_class, style)
    # Two pairs of bars need no page's height: the lower part stays empty.
    share = min(1.0, 2.8 / height)
    place = grid[1].subgridspec(2, 1, height_ratios=[share, 1 - share + 1e-6])
    _draw_means(figure.add_subplot(place[0]), table[table["panel"] == "means"], style)
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
    axes.plot(
        *(by_class["chance"], y, "|"),
        color=style.colour("other"),
        ms=6,
        label="chance",
    )
    axes.set_yticks(y, by_class["class"])
    for text, group in zip(axes.get_yticklabels(), by_class["group"], strict=True):
        text.set_color(style.colour(group))
    axes.set(ylim=(len(by_class) - 0.4, -0.6))
    axes.grid(axis="y", color="#e6e6e6", lw=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("Average precision")
    axes.legend(loc="lower right")
    axes.set_title(_title(by_class), loc="left")


def _draw_ranked(axes: Axes, by_class: pd.DataFrame, style: Style) -> None:
    rank = np.arange(1, len(by_class) + 1)
    axes.plot(
        *(rank, by_class["chance"], "."),
        color=style.colour("other"),
        alpha=0.45,
        ms=2,
        label="chance",
    )
    for group, text in GROUPS.items():
        of_group = (by_class["group"] == group).to_numpy()
        mean = by_class["average_precision"][of_group]
        sd = by_class["sd"][of_group].fillna(0)
        # A log axis has no place for mean - SD at or below zero: such lines stop at
        # a tenth of the mean.
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
    axes.set_title(_title(by_class), loc="left")


def _title(by_class: pd.DataFrame) -> str:
    networks = int(by_class["networks"].max())
    over = "1 network" if networks == 1 else f"mean ± SD of {networks} networks"
    return f"{label(SHOWN)}: {over}"


def _draw_means(axes: Axes, means: pd.DataFrame, style: Style) -> None:
    models = [model for model in COMPARED if model in set(means["model"])]
    for row in means.itertuples():
        x = models.index(row.model) + (-0.18 if row.group == "nonmusic" else 0.18)
        axes.bar(
            *(x, row.average_precision, 0.32),
            yerr=None if np.isnan(row.sd) else row.sd,
            color=style.colour(row.group),
            error_kw={"lw": 0.9, "ecolor": "black"},
        )
        axes.plot(
            *([x - 0.16, x + 0.16], [row.chance, row.chance]), color="white", lw=2.2
        )
        axes.plot(
            *([x - 0.16, x + 0.16], [row.chance, row.chance]),
            color=style.colour("other"),
            lw=1.2,
        )
    axes.set_xticks(range(len(models)), [label(model, 7) for model in models])
    axes.set_xlim(-0.6, len(models) - 0.4)
    axes.set_ylabel("Mean over classes")
