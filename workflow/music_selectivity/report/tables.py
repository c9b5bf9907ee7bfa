"""What the report's tables say, and how their numbers are written."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.figures.style import FEATURES, NAMES, label, ordered_models

NOTHING = "—"
GROUPS = ("music", "nonmusic", "mixed")


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
    """A p value to two digits, never as zero.

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


def clips_by_split(clips: pd.DataFrame) -> list[dict]:
    """Clips in use, by split and group."""
    used = clips[clips["excluded"] == ""]
    rows = []
    for split in ("train", "eval"):
        of_split = used[used["split"] == split]
        counts = of_split["group"].value_counts()
        rows.append(
            {
                "split": split,
                **{group: int(counts.get(group, 0)) for group in GROUPS},
                "all": len(of_split),
                "speech": int(of_split["is_speech"].sum()),
            }
        )
    return rows


def clips_set_aside(clips: pd.DataFrame) -> list[dict]:
    """Clips not in use, by reason, most first."""
    aside = clips[clips["excluded"] != ""]
    counts = aside.groupby(["excluded", "split"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["train", "eval"], fill_value=0)
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False).index]
    return [
        {"reason": reason, "train": int(row["train"]), "eval": int(row["eval"])}
        for reason, row in counts.iterrows()
    ]


def class_counts(classes: pd.DataFrame) -> dict[str, int]:
    """Number of classes, and of those that are music-related or speech."""
    return {
        "all": len(classes),
        "music": int(classes["music_related"].sum()),
        "speech": int(classes["speech"].sum()),
    }


def models(
    statistics: pd.DataFrame, histories: Mapping[tuple[str, int], pd.DataFrame]
) -> list[dict]:
    """For each model its networks, training, and precision: lists over networks.

    Linear features are no models: they detect nothing, so none of this is theirs.
    """
    rows = []
    detecting = statistics["measure"] == "mean_ap"
    for model in ordered_models(statistics.loc[detecting, "model"]):
        of_model = statistics[statistics["model"] == model]
        trained = [
            history
            for (name, _), history in sorted(histories.items())
            if name == model and len(history)
        ]
        rows.append(
            {
                "model": model,
                "networks": of_model["seed"].nunique(),
                "epochs": max((int(h["epoch"].max()) for h in trained), default=0),
                "kept": [
                    int(history.loc[best, "epoch"].max())
                    for history in trained
                    if (best := history["best"].astype(bool)).any()
                ],
                "validation_ap": _values(of_model, "validation_ap"),
                "train_ap": _values(of_model, "train_ap"),
                "eval_nonmusic": _values(of_model, "mean_ap", "nonmusic/none"),
                "eval_music": _values(of_model, "mean_ap", "music/none"),
                # The same for every network, being a matter of the clips alone.
                "chance_nonmusic": _values(of_model, "random_ap", "nonmusic")[:1],
                "chance_music": _values(of_model, "random_ap", "music")[:1],
            }
        )
    return rows


def verdict_counts(claims: pd.DataFrame) -> list[tuple[str, int]]:
    """How many claims got each verdict, most first."""
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
        ``figures.FIGURES[...].clips``: what is said of the clips, with {music} and
        {nonmusic} for their numbers; empty for a figure of other sounds.

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
    features = [label(name) for name in shown if name in FEATURES]
    n_clips = statistics[statistics["measure"] == "n_clips"]
    n_clips = n_clips.groupby("condition")["value"].max()
    numbers = {group: number(n_clips.get(group)) for group in GROUPS}
    parts = [
        f"networks: {', '.join(counts)}" if counts else "",
        f"linear features: {', '.join(features)}" if features else "",
        clips.format(**numbers),
    ]
    sentence = "; ".join(filter(None, parts))
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _values(of_model: pd.DataFrame, measure: str, condition: str = "") -> np.ndarray:
    chosen = of_model["measure"] == measure
    if condition:
        chosen &= of_model["condition"] == condition
    return of_model.loc[chosen, "value"].to_numpy(dtype=float)


def _as_float(value: object) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
