"""The tables of figures as data of charts, which the page draws, and in words."""

import math

import pandas as pd

from music_selectivity.figures.chart import Chart
from music_selectivity.figures.style import (
    COLOURS,
    ORDER_COLOURS,
    OTHER,
    SILENCED_NAMES,
    WITHOUT_MUSIC,
    Style,
    label,
    ordered_models,
)
from music_selectivity.report.numbers import number, plus_minus, significant
from music_selectivity.vocabulary import (
    GROUP_NAMES,
    NATURAL_CATEGORIES,
    ORDER_NAMES,
    ORIGINAL,
    UNIT_NAMES,
)

NAMES = {
    **GROUP_NAMES,
    **UNIT_NAMES,
    **ORDER_NAMES,
    **SILENCED_NAMES,
    **NATURAL_CATEGORIES,
}
# Colours of series that are neither models, groups nor orders, by their place.
OTHER_SERIES = (WITHOUT_MUSIC, OTHER)
# Panels and places that a chart is described by in words.
MOST_DESCRIBED = 6


def chart_data(table: pd.DataFrame, chart: Chart, style: Style) -> dict | None:
    """What the page draws of a figure's table, for JSON; None if there is nothing.

    Parameters
    ----------
    table
        What the figure shows. NaN are left out, and so are panels and places without
        numbers.
    chart
        Which columns are drawn, and where.
    style
        Colours of models and groups.

    Returns
    -------
    dict
        kind, label, axis, reference, hollow, free, as in `Chart`; places, their names,
        and apart, the number of the place of unaltered sounds, or None; panels, each
        with its name and series. A series has a name and a colour; the model and seeds
        of its networks, values (networks by places) and hollow; and by place mean, sd,
        text (of both), n (networks), paper and chance. Numbers that are missing are
        None.
    """
    rows = table.dropna(subset=chart.value)
    for column, entry in chart.only.items():
        rows = rows[rows[column] == entry]
    if rows.empty:
        return None
    places = _entries(rows, chart.along, chart)
    panels = _entries(rows, chart.panels, chart) if chart.panels else [None]
    return {
        "kind": chart.kind,
        "label": chart.label,
        "axis": chart.axis,
        "reference": chart.reference,
        "hollow": chart.hollow[1:],
        "free": chart.free,
        "places": [_name(place, chart) for place in places],
        "apart": places.index(ORIGINAL) if ORIGINAL in places else None,
        "panels": [
            {
                "name": "" if panel is None else _name(panel, chart),
                "series": _series(
                    rows if panel is None else rows[rows[chart.panels] == panel],
                    chart,
                    places,
                    style,
                ),
            }
            for panel in panels
        ],
    }


def model_name(model: str) -> str:
    """Name of a model as readers see it, in one line."""
    return label(model, width=10_000)


def described(chart: dict) -> str:
    """The data of a chart in a sentence: means and SD over networks, and the paper's.

    Long lines are described by their ends, and many panels by the first ones.
    """
    panels = [
        f"{panel['name']}: {series}" if panel["name"] else series
        for panel in chart["panels"][:MOST_DESCRIBED]
        if (series := _series_in_words(panel["series"], chart["places"]))
    ]
    more = len(chart["panels"]) - MOST_DESCRIBED
    if more > 0:
        panels.append(f"and {more} more panels")
    return f"{chart['label']}. {'; '.join(panels)}."


def _series(rows: pd.DataFrame, chart: Chart, places: list, style: Style) -> list[dict]:
    names = _entries(rows, chart.series, chart)
    groups = [
        (name, model, rows[(rows[chart.series] == name) & (rows["model"] == model)])
        for name in names
        for model in ordered_models(rows.loc[rows[chart.series] == name, "model"])
    ]
    return [
        {
            "name": _name(name, chart),
            "colour": _colour(name, names, chart, style),
            "model": model_name(model),
            **_numbers(networks, chart, places),
        }
        for name, model, networks in groups
    ]


def _numbers(rows: pd.DataFrame, chart: Chart, places: list) -> dict:
    """The numbers of one series, by place."""
    at = rows.groupby(chart.along)
    if "seed" in rows:
        values = _by_network(rows, chart.value, chart.along, places)
        hollow = [
            _rounded(_by_network(rows, column, chart.along, places))
            for column in chart.hollow[:1]
        ]
        of_networks = {
            "seeds": [int(seed) for seed in values.index],
            "values": _rounded(values),
            "hollow": hollow[0] if hollow else [],
        }
        mean, sd, n = at[chart.value].mean(), at[chart.value].std(), at.size()
    else:
        of_networks = {"seeds": [], "values": [], "hollow": []}
        mean, sd, n = at[chart.value].mean(), at["sd"].mean(), at["networks"].max()
    by_place = {"mean": mean, "sd": sd, "n": n}
    by_place |= {name: at[name].mean() for name in ("paper", "chance") if name in rows}
    by_place = {name: found.reindex(places) for name, found in by_place.items()}
    text = map(plus_minus, by_place["mean"], by_place["sd"])
    rounded = {name: _rounded(found) for name, found in by_place.items()}
    return of_networks | rounded | {"text": list(text)}


def _by_network(
    rows: pd.DataFrame, column: str, along: str, places: list
) -> pd.DataFrame:
    wide = rows.pivot(index="seed", columns=along, values=column)
    return wide.reindex(columns=places).sort_index()


def _rounded(numbers: pd.DataFrame | pd.Series) -> list:
    """`numbers` as lists of numbers with as many digits as can be seen, or None."""
    if numbers.ndim == 2:
        return [_rounded(row) for _, row in numbers.iterrows()]
    return list(map(significant, numbers))


def _entries(rows: pd.DataFrame, column: str, chart: Chart) -> list:
    """Entries of a column in drawn order.

    Those that `chart` names come in its order, models as everywhere, and numbers from
    small to large; others as in the table.
    """
    found = list(rows[column].unique())
    if set(found) <= set(chart.names):
        return [name for name in chart.names if name in found]
    if column == "model":
        return ordered_models(found)
    if all(_as_number(entry) is not None for entry in found):
        return sorted(found, key=_as_number)
    return found


def _as_number(entry: object) -> float | None:
    """Numbers and their text as numbers, the unaltered sounds last; else None."""
    try:
        return math.inf if entry == ORIGINAL else float(entry)
    except ValueError:
        return None


def _name(entry: object, chart: Chart) -> str:
    if isinstance(entry, str):
        return chart.names.get(entry) or NAMES.get(entry) or model_name(entry)
    return number(entry)


def _colour(name: object, names: list, chart: Chart, style: Style) -> str:
    if chart.series == "model" or name in COLOURS:
        return style.colour(str(name))
    if name in ORDER_COLOURS:
        return ORDER_COLOURS[name]
    return style.colour(OTHER_SERIES[min(names.index(name), len(OTHER_SERIES) - 1)])


def _series_in_words(series: list[dict], places: list[str]) -> str:
    """The means of the series of a panel, where they have any."""
    texts = []
    for each in series:
        known = [i for i, mean in enumerate(each["mean"]) if mean is not None]
        if not known:
            continue
        shown = known if len(known) <= MOST_DESCRIBED else [known[0], known[-1]]
        means = ", ".join(_mean_in_words(each, i, places[i]) for i in shown)
        own = len(series) > 1 and places[shown[0]] != each["name"]
        texts.append(f"{each['name']} {means}" if own else means)
    return ", ".join(texts)


def _mean_in_words(series: dict, place: int, name: str) -> str:
    paper = series["paper"][place] if "paper" in series else None
    text = f"{name} {series['text'][place]}"
    return text if paper is None else f"{text} (paper {number(paper)})"
