"""Detection of each class with sets of units silenced (paper Fig. 5c).

As only the head lies between the units and the output, a unit is silenced by setting
its column of the responses to zero and computing the head alone. This is exact, and
thousands of times cheaper than computing the network again.

Classes are scored on the eval split, and ``analysis.ablation_sets`` says on which split
units are ranked, whatever ``analysis.measured_split`` is.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.analyses.selectivity import (
    bottom_units,
    middle_units,
    top_units,
)
from music_selectivity.errors import InputError
from music_selectivity.measures import CHANCE_AP, MEAN_AP, N_CLASSES, RANDOM_AP, Row
from music_selectivity.stats.bootstrap import average_precision
from music_selectivity.vocabulary import (
    ALL_CLASSES,
    L1_TOP,
    MEASURED_SPLIT,
    MSI_BOTTOM,
    MSI_MIDDLE,
    MSI_TOP,
    MUSIC,
    NO_UNITS,
    NONMUSIC,
    SELECTION_SPLIT,
)


def silencing_sets(
    units: pd.DataFrame, selection_split: str, fraction: float
) -> dict[str, np.ndarray]:
    """Numbers of the units to silence, by the name of the set.

    Parameters
    ----------
    units
        ``selectivity.unit_table``.
    selection_split
        Split whose clips rank the units.
    fraction
        Share of the units in each set.

    Returns
    -------
    dict
        none; msi_top, msi_middle, msi_bottom, by music-selectivity; l1_top, by L1 norm,
        the mean absolute response, which is used in pruning to find important units.
        The top sets contain the first unit, which the public notebook omits.
    """
    numbers = units["unit"].to_numpy()
    msi = units[f"msi_{selection_split}"].to_numpy()
    l1 = units[f"l1_{selection_split}"].to_numpy()
    return {
        NO_UNITS: numbers[:0],
        MSI_TOP: numbers[top_units(msi, fraction)],
        MSI_MIDDLE: numbers[middle_units(msi, fraction)],
        MSI_BOTTOM: numbers[bottom_units(msi, fraction)],
        L1_TOP: numbers[top_units(l1, fraction)],
    }


def paper_sets(units: pd.DataFrame, fraction: float) -> dict[str, np.ndarray]:
    """`silencing_sets` ranked on the split on which they are not scored."""
    return silencing_sets(units, SELECTION_SPLIT, fraction)


def notebook_sets(units: pd.DataFrame, fraction: float) -> dict[str, np.ndarray]:
    """`silencing_sets` as in the paper's public notebook.

    Units are ranked on the split on which they are scored, and the top sets are
    ``arange(n - 1 - k, n - 1)`` of n units in ascending order. The last unit, which is
    the most selective or has the largest norm, is therefore never silenced.
    """
    sets = silencing_sets(units, MEASURED_SPLIT, fraction)
    numbers, n_silenced = units["unit"].to_numpy(), len(sets[MSI_TOP])
    for name, index in ((MSI_TOP, "msi"), (L1_TOP, "l1")):
        descending = top_units(units[f"{index}_{MEASURED_SPLIT}"].to_numpy(), 1)
        sets[name] = numbers[descending[1 : 1 + n_silenced]]
    return sets


SETS = {"paper": paper_sets, "notebook": notebook_sets}
"""Functions that give the sets, by the config key ``analysis.ablation_sets``."""

# Classes that are scored together read each clip's draws once. With more of them, their
# sums would leave the cache of a processor.
AT_A_TIME = 4


def class_average_precision(
    head: Callable[[np.ndarray], np.ndarray],
    responses: np.ndarray,
    labels: np.ndarray,
    sets: Mapping[str, np.ndarray],
    weights: np.ndarray,
) -> dict[str, np.ndarray]:
    """Average precision of each class with each set of units silenced, and replicates.

    A clip that is drawn twice is retrieved twice, so that replicates of an average
    precision exceed its value, most for rare classes. Replicates are therefore suited
    to differences between conditions, in which this cancels.

    Parameters
    ----------
    head
        Function from responses, (clips, units), to logits, (clips, classes). Logits are
        preferred to probabilities, which would tie where the sigmoid saturates; average
        precision depends only on the order of the scores.
    responses
        (clips, units), to the clips to score.
    labels
        (clips, classes), 1 where a clip has the label.
    sets
        Units to silence by condition, as from `silencing_sets`.
    weights
        ``bootstrap.clip_weights`` of these clips, (clips, 1 + draws).

    Returns
    -------
    dict
        (classes, 1 + draws) by condition. NaN for a class without positives, and in
        replicates that drew none of its clips.

    Raises
    ------
    InputError
        There is no clip to score.
    """
    if len(responses) == 0:
        raise InputError(
            f"the {MEASURED_SPLIT} split has no usable clip, so classes cannot be "
            "scored; add clips"
        )
    found = {}
    for condition, silenced in sets.items():
        kept = responses.copy()
        kept[:, silenced] = 0
        found[condition] = precision_of_scores(head(kept), labels, weights)
    return found


def precision_of_scores(
    scores: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Average precision of each class, and replicates, (classes, 1 + draws).

    Parameters
    ----------
    scores
        Logits, (clips, classes).
    labels, weights
        As for `class_average_precision`.
    """
    if scores.shape != labels.shape:
        raise ValueError(f"logits {scores.shape} for labels {labels.shape}")
    truth = np.ascontiguousarray(labels.T, dtype=bool)
    scores = np.ascontiguousarray(scores.T)
    return np.concatenate(
        [
            average_precision(
                truth[k : k + AT_A_TIME], scores[k : k + AT_A_TIME], weights
            )
            for k in range(0, len(truth), AT_A_TIME)
        ]
    )


def class_table(
    precision: Mapping[str, np.ndarray], labels: np.ndarray, class_names: Sequence[str]
) -> pd.DataFrame:
    """Average precision of each class with each set of units silenced (ablation.csv).

    Parameters
    ----------
    precision, labels
        `class_average_precision`, and the labels for which it was computed.
    class_names
        Names of the classes, in output order.

    Returns
    -------
    DataFrame
        condition; class; average_precision, NaN for a class without positives; chance,
        its prevalence; random_ap, the `random_average_precision`; positives, their
        number.
    """
    positives = labels.sum(axis=0, dtype=np.int64)
    frames = [
        pd.DataFrame(
            {
                "condition": condition,
                "class": list(class_names),
                "average_precision": of_classes[:, 0],
                "chance": positives / len(labels),
                "random_ap": random_average_precision(positives, len(labels)),
                "positives": positives,
            }
        )
        for condition, of_classes in precision.items()
    ]
    return pd.concat(frames, ignore_index=True)


def random_average_precision(positives: np.ndarray, n_clips: int) -> np.ndarray:
    """Expected average precision of clips in random order, NaN without positives.

    The precision at a positive of rank k counts this positive and, among the k-1 clips
    before it, on average the share (P-1)/(N-1) of positives. The mean over k is
    ``H_N/N + (P-1)/(N-1) * (1 - H_N/N)``, where H_N is the harmonic number. It exceeds
    the prevalence P/N, most for rare classes and few clips: if the prevalence were
    taken for chance, a network that learned nothing would seem to be better.

    Parameters
    ----------
    positives
        Numbers of positives P, of any shape.
    n_clips
        Number of clips N.
    """
    positives = np.asarray(positives, dtype=np.float64)
    first = (1 / np.arange(1, n_clips + 1)).sum() / n_clips
    others = (positives - 1) / max(n_clips - 1, 1)
    return np.where(positives > 0, first + others * (1 - first), np.nan)


def mean_average_precision(
    precision: Mapping[str, np.ndarray],
    labels: np.ndarray,
    music_related: Sequence[bool],
) -> list[Row]:
    """Mean average precision over groups of classes, with bootstrap replicates.

    Classes without positives are left out, rather than counted as 0: from everything if
    no clip has the label, and from replicates that drew none of its clips. A group
    without remaining classes has no row.

    Parameters
    ----------
    precision, labels
        `class_average_precision`, and the labels for which it was computed.
    music_related
        (classes,), whether each class is music-related, in output order.

    Returns
    -------
    list of (measure, condition, values)
        Rows for ``measures.measure_table``: mean_ap (``<group>/<silenced>``), with
        replicates; and, with the group (all, music or nonmusic) as condition,
        chance_ap, random_ap and n_classes, the number of classes in the means.
    """
    positives = labels.sum(axis=0, dtype=np.int64)
    random_ap = random_average_precision(positives, len(labels))
    scored, related = positives > 0, np.asarray(music_related, dtype=bool)
    groups = {
        ALL_CLASSES: scored,
        MUSIC: scored & related,
        NONMUSIC: scored & ~related,
    }
    rows = []
    for group, members in groups.items():
        if not members.any():
            continue
        for condition, of_classes in precision.items():
            # Not nanmean, which warns of a replicate without any class.
            found = of_classes[members]
            with np.errstate(invalid="ignore"):
                mean = np.nansum(found, axis=0) / np.isfinite(found).sum(axis=0)
            rows.append(MEAN_AP.row(mean, classes=group, silenced=condition))
        chance = float(positives[members].mean() / len(labels))
        rows += [
            CHANCE_AP.row(chance, classes=group),
            RANDOM_AP.row(float(random_ap[members].mean()), classes=group),
            N_CLASSES.row(float(members.sum()), classes=group),
        ]
    return rows
