"""Single units on the page: what each responds to, and which units a class needs."""

import math
from collections.abc import Hashable, Sequence

import pandas as pd

from music_selectivity.figures.chart import LINES
from music_selectivity.figures.style import Style, ordered_models
from music_selectivity.report.charts import model_name
from music_selectivity.report.numbers import significant
from music_selectivity.stimuli.sets import EQUAL_RMS_ARRAYS, StimulusSet, set_named
from music_selectivity.vocabulary import (
    CLASS_PRECISION,
    CLASS_RESPONSE,
    CLIP_RESPONSE,
    COMPARED_GROUPS,
    GROUP_NAMES,
    LISTED,
    MS_UNITS,
    MUSIC,
    NONMUSIC,
    ORIGINAL,
    PRECISION_CHANGE,
    SPLITS,
    STIMULUS_RESPONSE,
    UNIT_INDEX,
    UNIT_RANK,
    UNIT_RESPONSE,
)


def unit_data(profiles: pd.DataFrame, classes: pd.DataFrame, style: Style) -> dict:
    """What the page shows of single units, for JSON.

    Parameters
    ----------
    profiles
        ``unit_profiles.unit_profiles`` of one network a model, with model and seed.
    classes
        ``classes.csv``.
    style
        Colours of groups.

    Returns
    -------
    dict
        classes, to which numbers refer elsewhere, each with the name of its group;
        charts, see `_chart`; and networks, see `_network`. A missing number is None.
    """
    listed = classes["name"].isin(_of(CLASS_PRECISION, profiles)["place"])
    # Classes that every network learns come first.
    listed = classes[listed].sort_values(["music_related", "name"])
    groups = listed["music_related"].map({True: MUSIC, False: NONMUSIC})
    sets = list(map(set_named, _of(STIMULUS_RESPONSE, profiles)["place"].unique()))
    quilts = sorted((each for each in sets if each.segment), key=_segment_ms)
    levels = sorted(
        (each for each in sets if each.arrays == EQUAL_RMS_ARRAYS),
        key=lambda each: each.divisor,
    )
    power = "Power of other sounds / power of music"
    return {
        "classes": [
            [name, GROUP_NAMES[group]]
            for name, group in zip(listed["name"], groups, strict=True)
        ],
        "charts": [
            _chart("Mean response to quilts", "Segment length, ms", quilts, style),
            _chart("Mean response by level", power, levels, style),
        ],
        "networks": [
            _network(
                profiles[profiles["model"] == model],
                {name: number for number, name in enumerate(listed["name"])},
                (quilts, levels),
            )
            for model in ordered_models(profiles["model"])
        ],
    }


def _chart(label: str, axis: str, sets: Sequence[StimulusSet], style: Style) -> dict:
    """What ``charts.chart_data`` returns, but for its panel, which a unit has.

    series has the name and colour of each series of the panel.
    """
    places = [each.segment or str(each.divisor) for each in sets]
    return {
        "kind": LINES,
        "label": label,
        "axis": axis,
        "reference": [0, "no response"],
        "hollow": [],
        "free": False,
        "places": places,
        "apart": places.index(ORIGINAL) if ORIGINAL in places else None,
        "series": [
            {"name": GROUP_NAMES[group], "colour": style.colour(group)}
            for group in COMPARED_GROUPS
        ],
    }


def _network(
    rows: pd.DataFrame,
    classes: dict[str, int],
    charts: Sequence[Sequence[StimulusSet]],
) -> dict:
    """The units and classes of one network.

    Returns
    -------
    dict
        model; seed; ranked, the split that ranks units; selective, the number of
        music-selective units; ranks, and msi by split, of all units; units, see
        `_units`; and needs, of each class in order: its average precision, number of
        clips, and the units of largest loss, each with the change by silencing it.
    """
    ranks = _of(UNIT_RANK, rows).sort_values("unit")
    index = _of(UNIT_INDEX, rows).pivot(index="unit", columns="place", values="value")
    changes = _of(PRECISION_CHANGE, rows).sort_values("value", kind="stable")
    precisions = _of(CLASS_PRECISION, rows).set_index("place")[["value", "clips"]]
    needed = _lists(changes[changes["value"] < 0], "place", ["unit", "value"])
    return {
        "model": model_name(rows["model"].iloc[0]),
        "seed": int(rows["seed"].iloc[0]),
        "ranked": ranks["place"].iloc[0],
        "selective": int((ranks["group"] == MS_UNITS).sum()),
        "ranks": ranks["value"].astype(int).tolist(),
        "msi": {split: list(map(significant, index[split])) for split in SPLITS},
        "units": _units(rows, classes, charts),
        "needs": [
            [significant(precision), int(count), needed.get(name, [])[:LISTED]]
            for name, precision, count in precisions.loc[list(classes)].itertuples()
        ],
    }


def _units(
    rows: pd.DataFrame,
    classes: dict[str, int],
    charts: Sequence[Sequence[StimulusSet]],
) -> list[dict]:
    """The shown units of one network, by falling rank.

    Returns
    -------
    list of dict
        unit, its number; mean, its response to all held-out clips; responses to
        classes; losses and gains of classes if it is silenced, the largest first, each
        with the number of the class, the value and the number of its clips; clips of
        largest response, with their ids; and lines, by chart, series and place.
    """
    falling = rows.sort_values("value", ascending=False, kind="stable")
    means = _of(UNIT_RESPONSE, rows).set_index("unit")["value"]
    of_clips = _lists(_of(CLIP_RESPONSE, falling), "unit", ["place", "value"])
    responses, changes = (
        _lists(
            found.assign(place=found["place"].map(classes)),
            "unit",
            ["place", "value", "clips"],
        )
        for found in (_of(CLASS_RESPONSE, falling), _of(PRECISION_CHANGE, falling))
    )
    answers = _of(STIMULUS_RESPONSE, rows).set_index(["unit", "group", "place"])
    answers = answers["value"].to_dict()
    return [
        {
            "unit": int(unit),
            "mean": significant(mean),
            "responses": responses.get(unit, []),
            "losses": [x for x in changes.get(unit, []) if x[1] < 0][
                : -LISTED - 1 : -1
            ],
            "gains": [x for x in changes.get(unit, []) if x[1] > 0][:LISTED],
            "clips": of_clips.get(unit, []),
            "lines": [
                [
                    [
                        significant(answers.get((unit, group, each.name)))
                        for each in sets
                    ]
                    for group in COMPARED_GROUPS
                ]
                for sets in charts
            ],
        }
        for unit, mean in means.items()
    ]


def _of(quantity: str, rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["quantity"] == quantity]


def _segment_ms(stimuli: StimulusSet) -> float:
    """Length of the segments of quilts; of the unquilted clips, infinity."""
    return int(stimuli.segment) if stimuli.is_quilt else math.inf


def _lists(
    rows: pd.DataFrame, key: str, columns: Sequence[str]
) -> dict[Hashable, list[list]]:
    """Entries of some columns of each row, as lists by the entry of another column."""
    rows = rows.assign(value=list(map(significant, rows["value"])))
    found = {}
    for name, *entries in rows[[key, *columns]].itertuples(index=False):
        found.setdefault(name, []).append(entries)
    return found
