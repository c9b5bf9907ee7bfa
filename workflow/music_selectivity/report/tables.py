"""What the report's tables hold, and how their numbers are written."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.claims.verdicts import (
    DIRECTION,
    NOT_REPLICATED,
    NOT_RUN,
    REPLICATED,
)
from music_selectivity.figures.style import NAMES, label, ordered_models
from music_selectivity.measures import (
    MEAN_AP,
    N_CLIPS,
    RANDOM_AP,
    TRAIN_AP,
    VALIDATION_AP,
    Measure,
)
from music_selectivity.vocabulary import (
    GROUPS,
    LINEAR_FEATURES,
    MIXED,
    MUSIC,
    NO_UNITS,
    NONMUSIC,
    SPLITS,
    USED,
)

NOTHING = "—"

# How verdicts look: class of the style sheet, and sign. Others are open: "?".
VERDICT_MARKS = {
    REPLICATED: ("yes", "✓"),
    DIRECTION: ("partly", "✓"),
    NOT_REPLICATED: ("no", "✗"),
    NOT_RUN: ("open", "○"),
}


def number(value: object, digits: int = 3) -> str:
    """`value` to `digits` significant digits; a dash where there is none.

    >>> number(0.88712), number(0.5), number(12345), number(float("nan"))
    ('0.887', '0.500', '12,345', '—')
    """
    value = _as_float(value)
    if not math.isfinite(value):
        return NOTHING
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 10**digits:
        return f"{value:,.0f}"
    return f"{value:#.{digits}g}".rstrip(".")


def p_value(value: object) -> str:
    """A p-value to two digits, never as zero.

    >>> p_value(1 / 32), p_value(0.42), p_value(1e-7), p_value(None)
    ('0.031', '0.42', '< 0.001', '—')
    """
    value = _as_float(value)
    if not math.isfinite(value):
        return NOTHING
    return "< 0.001" if value < 0.001 else f"{value:.2g}"


def plus_minus(mean: object, sd: object) -> str:
    """Mean ± SD to the same decimals; the mean alone where SD is missing.

    >>> plus_minus(0.33312, 0.00551), plus_minus(2.07, None), plus_minus(0.31, 0.00002)
    ('0.333 ± 0.006', '2.07', '0.310 ± <0.001')
    """
    mean, sd = _as_float(mean), _as_float(sd)
    if not (math.isfinite(mean) and math.isfinite(sd)):
        return number(mean)
    decimals = 2 if mean == 0 else max(0, 2 - math.floor(math.log10(abs(mean))))
    least = 10.0**-decimals
    shown = f"<{least:.{decimals}f}" if 0 < sd < least / 2 else f"{sd:.{decimals}f}"
    return f"{mean:.{decimals}f} ± {shown}"


def mean_sd(values: Sequence[float]) -> str:
    """Mean ± SD of the finite ones among `values`."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    sd = values.std(ddof=1) if len(values) > 1 else None
    return plus_minus(values.mean() if len(values) else None, sd)


def span(values: Sequence[int]) -> str:
    """The range of `values`.

    >>> span([8, 8]), span([9, 5, 7]), span([])
    ('8', '5 to 9', '—')
    """
    ends = sorted({min(values), max(values)}) if values else []
    return " to ".join(map(str, ends)) or NOTHING


def text(value: object) -> str:
    """`value` as text; a dash where it is empty or NaN."""
    missing = value is None or value == "" or value != value
    return NOTHING if missing else str(value)


def clips_by_split(clips: pd.DataFrame) -> list[tuple[str, dict[str, int]]]:
    """Of each split: numbers of the clips in use, by heading of a column."""
    rows = []
    for split in SPLITS:
        used = clips[(clips["split"] == split) & (clips["excluded"] == USED)]
        of_group = used["group"].value_counts().to_dict()
        counts = {
            "Music": of_group.get(MUSIC, 0),
            "Other sounds": of_group.get(NONMUSIC, 0),
            "Mixed": of_group.get(MIXED, 0),
            "All": len(used),
            "With speech": int(used["is_speech"].sum()),
        }
        rows.append((split, counts))
    return rows


def excluded_clips(clips: pd.DataFrame) -> list[tuple[str, dict[str, int]]]:
    """Of each reason to exclude clips, most frequent first: their number by split."""
    excluded = clips[clips["excluded"] != USED]
    counts = excluded.groupby(["excluded", "split"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=SPLITS, fill_value=0)
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False).index]
    return [(reason, row.to_dict()) for reason, row in counts.iterrows()]


def class_counts(classes: pd.DataFrame) -> dict[str, int]:
    """Number of all classes, and of those that are music-related or speech."""
    return {
        "all": len(classes),
        "music": int(classes["music_related"].sum()),
        "speech": int(classes["speech"].sum()),
    }


def models(
    statistics: pd.DataFrame, histories: Mapping[tuple[str, int], pd.DataFrame]
) -> list[dict]:
    """For each model its networks, training, and precision: lists over networks.

    Linear features are left out, since they detect nothing.

    Parameters
    ----------
    statistics
        ``statistics.csv``.
    histories
        ``history.csv`` by (model, seed).
    """
    detecting = MEAN_AP.select(statistics)["model"]
    return [
        _model(
            model,
            statistics[statistics["model"] == model],
            [
                history
                for (name, _), history in sorted(histories.items())
                if name == model and len(history)
            ],
        )
        for model in ordered_models(detecting)
    ]


def _model(
    model: str, statistics: pd.DataFrame, histories: Sequence[pd.DataFrame]
) -> dict:
    kept = [h.loc[h["best"].astype(bool), "epoch"] for h in histories]
    return {
        "model": model,
        "networks": statistics["seed"].nunique(),
        "epochs": max((int(h["epoch"].max()) for h in histories), default=0),
        "kept": [int(epochs.max()) for epochs in kept if len(epochs)],
        "train_ap": _values(TRAIN_AP, statistics),
        "validation_ap": _values(VALIDATION_AP, statistics),
        # Of music and of other classes, on evaluation clips: with its chance, which
        # depends on the clips alone and is the same for all networks.
        "eval_ap": [
            (
                _values(MEAN_AP, statistics, classes=classes, silenced=NO_UNITS),
                _values(RANDOM_AP, statistics, classes=classes)[:1],
            )
            for classes in (NONMUSIC, MUSIC)
        ],
    }


def verdict_counts(claims: pd.DataFrame) -> list[tuple[str, int]]:
    """How many claims got each verdict, most frequent first."""
    return list(claims["verdict"].map(text).value_counts().items())


def sample_size(table: pd.DataFrame, statistics: pd.DataFrame, clips: str) -> str:
    """How many networks of each model a figure shows, and what they were measured on.

    Parameters
    ----------
    table
        What the figure is drawn from: model (or source), and seed or networks (how
        many).
    statistics
        ``statistics.csv``: n_clips.
    clips
        ``CLIPS`` of the figure, with {music} and {nonmusic} for the numbers of clips;
        empty for a figure of other sounds.

    Returns
    -------
    str
        One sentence; empty for a figure that shows nothing.
    """
    if table.empty:
        return ""
    of_model = table.groupby("model" if "model" in table else "source")
    networks = (
        of_model["seed"].nunique() if "seed" in table else of_model["networks"].max()
    )
    shown = ordered_models(networks.index)
    counts = [
        f"{label(name)} ({networks[name]})" for name in shown if name not in NAMES
    ]
    features = [label(name) for name in shown if name in LINEAR_FEATURES]
    n_clips = N_CLIPS.select(statistics).groupby("group")["value"].max()
    numbers = {group: number(n_clips.get(group)) for group in GROUPS}
    parts = [
        f"networks: {', '.join(counts)}" if counts else "",
        f"linear features: {', '.join(features)}" if features else "",
        clips.format(**numbers),
    ]
    sentence = "; ".join(filter(None, parts))
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _values(measure: Measure, statistics: pd.DataFrame, **fields: str) -> np.ndarray:
    return measure.select(statistics, **fields)["value"].to_numpy(dtype=float)


def _as_float(value: object) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
