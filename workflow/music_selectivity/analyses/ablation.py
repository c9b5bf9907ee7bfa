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
from sklearn.metrics import average_precision_score

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


def class_average_precision(
    head: Callable[[np.ndarray], np.ndarray],
    responses: np.ndarray,
    labels: np.ndarray,
    class_names: Sequence[str],
    sets: Mapping[str, np.ndarray],
) -> pd.DataFrame:
    """Average precision of each class with each set of units silenced (ablation.csv).

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
    class_names
        Names of the classes, in output order.
    sets
        Units to silence by condition, as from `silencing_sets`.

    Returns
    -------
    DataFrame
        condition; class; average_precision, NaN for a class without positives; chance,
        its prevalence; random_ap, the `random_average_precision`; positives, their
        number.

    Raises
    ------
    InputError
        There is no clip to score.
    """
    _check_clips(responses)
    positives = labels.sum(axis=0, dtype=np.int64)
    frames = []
    for condition, silenced in sets.items():
        logits = _silenced_logits(head, responses, labels, silenced)
        frames.append(
            pd.DataFrame(
                {
                    "condition": condition,
                    "class": list(class_names),
                    "average_precision": [
                        average_precision_score(truth, scores)
                        if truth.any()
                        else np.nan
                        for truth, scores in zip(labels.T, logits.T, strict=True)
                    ],
                    "chance": positives / len(labels),
                    "random_ap": random_average_precision(positives, len(labels)),
                    "positives": positives,
                }
            )
        )
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
    head: Callable[[np.ndarray], np.ndarray],
    responses: np.ndarray,
    labels: np.ndarray,
    music_related: Sequence[bool],
    sets: Mapping[str, np.ndarray],
    weights: np.ndarray,
) -> list[Row]:
    """Mean average precision over groups of classes, with bootstrap replicates.

    Classes without positives are left out, rather than counted as 0: from everything if
    no clip has the label, and from replicates that drew none of its clips. A group
    without remaining classes has no row. The replicates of only one class are in memory
    at a time.

    A clip that is drawn twice is retrieved twice, so that replicates of an average
    precision exceed its value, most for rare classes. Replicates are therefore suited
    to differences between conditions, in which this cancels.

    Parameters
    ----------
    head, responses, labels, sets
        As for `class_average_precision`.
    music_related
        (classes,), whether each class is music-related, in output order.
    weights
        ``bootstrap.clip_weights`` of these clips, (clips, 1 + draws).

    Returns
    -------
    list of (measure, condition, values)
        Rows for ``measures.measure_table``: mean_ap (``<group>/<silenced>``), with
        replicates; and, with the group (all, music or nonmusic) as condition,
        chance_ap, random_ap and n_classes, the number of classes in the means.

    Raises
    ------
    InputError
        There is no clip to score.
    """
    _check_clips(responses)
    weights = weights.astype(np.float32)
    positives = labels.sum(axis=0, dtype=np.int64)
    scored, related = positives > 0, np.asarray(music_related, dtype=bool)
    groups = {
        ALL_CLASSES: scored,
        MUSIC: scored & related,
        NONMUSIC: scored & ~related,
    }
    groups = {name: members for name, members in groups.items() if members.any()}
    sums = {
        (group, condition): np.zeros((2, weights.shape[1]))
        for group in groups
        for condition in sets
    }
    for condition, silenced in sets.items():
        logits = _silenced_logits(head, responses, labels, silenced)
        for number in np.flatnonzero(scored):
            found = average_precision(labels[:, number], logits[:, number], weights)
            # The sum over classes of each replicate, and the number of classes in it.
            both = np.stack([np.nan_to_num(found), np.isfinite(found)])
            for group, members in groups.items():
                if members[number]:
                    sums[group, condition] += both
    random_ap = random_average_precision(positives, len(labels))
    rows = []
    for group, members in groups.items():
        for condition in sets:
            total, count = sums[group, condition]
            with np.errstate(invalid="ignore"):
                mean = total / count
            rows.append(MEAN_AP.row(mean, classes=group, silenced=condition))
        chance = float(positives[members].mean() / len(labels))
        rows += [
            CHANCE_AP.row(chance, classes=group),
            RANDOM_AP.row(float(random_ap[members].mean()), classes=group),
            N_CLASSES.row(float(members.sum()), classes=group),
        ]
    return rows


def _silenced_logits(
    head: Callable[[np.ndarray], np.ndarray],
    responses: np.ndarray,
    labels: np.ndarray,
    silenced: np.ndarray,
) -> np.ndarray:
    kept = responses.copy()
    kept[:, silenced] = 0
    logits = head(kept)
    if logits.shape != labels.shape:
        raise ValueError(f"logits {logits.shape} for labels {labels.shape}")
    return logits


def _check_clips(responses: np.ndarray) -> None:
    if len(responses) == 0:
        raise InputError(
            f"the {MEASURED_SPLIT} split has no usable clip, so classes cannot be "
            "scored; add clips"
        )
