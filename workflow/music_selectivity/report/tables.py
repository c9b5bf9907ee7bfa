"""What the report's tables hold."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.figures.style import NAMES, label, ordered_models
from music_selectivity.measures import (
    MEAN_AP,
    RANDOM_AP,
    TRAIN_AP,
    VALIDATION_AP,
    Measure,
)
from music_selectivity.networks.check_record import CheckRecord
from music_selectivity.report.charts import model_name
from music_selectivity.report.numbers import number
from music_selectivity.vocabulary import (
    COMPARED_GROUPS,
    LINEAR_FEATURES,
    MIXED,
    MUSIC,
    NO_UNITS,
    NONMUSIC,
    SPLITS,
    USED,
)


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


def users_networks(
    checks: Mapping[str, CheckRecord], twins: Mapping[str, Mapping[str, int]]
) -> list[dict]:
    """For each user's network what it is, and how many twins of each kind it has.

    Parameters
    ----------
    checks
        What the check found, by network.
    twins
        Numbers of twins by kind (``models.*.twins``), by network.
    """
    return [
        {
            "model": model_name(model),
            "takes": f"{check.takes} at {check.sample_rate:,} Hz",
            "layers": len(check.layers),
            "units": check.n_units,
            "licence": check.licence,
            "training_data": check.training_data,
            "twins": {kind: n for kind, n in twins[model].items() if n},
        }
        for model, check in checks.items()
    ]


def _model(
    model: str, statistics: pd.DataFrame, histories: Sequence[pd.DataFrame]
) -> dict:
    kept = [h.loc[h["best"].astype(bool), "epoch"] for h in histories]
    return {
        "model": model_name(model),
        "networks": statistics["seed"].nunique(),
        "epochs": max((int(h["epoch"].max()) for h in histories), default=0),
        "kept": [int(epochs.max()) for epochs in kept if len(epochs)],
        "train_ap": _values(TRAIN_AP, statistics),
        "validation_ap": _values(VALIDATION_AP, statistics),
        # Of music and of other classes, on eval clips: with its chance, which
        # depends on the clips alone and is the same for all networks.
        "eval_ap": [
            (
                _values(MEAN_AP, statistics, classes=classes, silenced=NO_UNITS),
                _values(RANDOM_AP, statistics, classes=classes)[:1],
            )
            for classes in (NONMUSIC, MUSIC)
        ],
    }


def clip_numbers(
    clips: pd.DataFrame, quilt_clips: pd.DataFrame, split: str
) -> dict[str, str]:
    """What fills the sentences of ``figures.catalogue.CLIPS``.

    Parameters
    ----------
    clips
        The clip table: split, group, excluded.
    quilt_clips
        ``quilt_clips.csv``: group, reason, clips.
    split
        The measured split (``analysis.measured_split``).
    """
    used = clips[clips["excluded"] == USED]
    n_clips = used.groupby(["split", "group"]).size()
    quilted = quilt_clips[quilt_clips["reason"].fillna(USED) == USED]
    quilted = quilted.set_index("group")["clips"]
    numbers = {"split": split}
    for group in COMPARED_GROUPS:
        numbers[group] = number(n_clips.get((split, group), 0))
        for each in SPLITS:
            numbers[f"{each}_{group}"] = number(n_clips.get((each, group), 0))
        numbers[f"quilted_{group}"] = number(quilted.get(group))
    return numbers


def sample_size(table: pd.DataFrame, clips: str, numbers: Mapping[str, str]) -> str:
    """How many networks of each model a figure shows, and what they were measured on.

    Parameters
    ----------
    table
        What the figure is drawn from: model (or source), and seed or networks (how
        many).
    clips
        A sentence of ``figures.catalogue.CLIPS``; empty for a figure of other sounds.
    numbers
        `clip_numbers`.

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
    parts = [
        f"networks: {', '.join(counts)}" if counts else "",
        f"linear features: {', '.join(features)}" if features else "",
        clips.format(**numbers),
    ]
    sentence = "; ".join(filter(None, parts))
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _values(measure: Measure, statistics: pd.DataFrame, **fields: str) -> np.ndarray:
    return measure.select(statistics, **fields)["value"].to_numpy(dtype=float)
