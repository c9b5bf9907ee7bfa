"""Detection with random sets of units silenced: the null distribution of an ablation.

Silencing any eighth of the units impairs detection. Whether the music-selective eighth
(paper Fig. 5c) impairs it more is tested against thousands of random eighths of the
same network. Splits are as in ``ablation``.
"""

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.measures import (
    RANDOM_ABLATION_MEAN,
    RANDOM_ABLATION_P,
    RANDOM_ABLATION_SD,
    RANDOM_ABLATION_Z,
    Row,
)
from music_selectivity.networks.registry import linear_layers
from music_selectivity.vocabulary import MEASURED_SPLIT

log = logging.getLogger(__name__)

# Scores that are held at a time, (sets, classes, clips): few enough for the cache of a
# processor, and enough to keep a GPU busy.
BATCH = {"cpu": 2**19, "cuda": 2**26}


def random_ablation(
    head: nn.Sequential,
    responses: np.ndarray,
    labels: np.ndarray,
    scored: np.ndarray,
    n_silenced: int,
    sets: int,
    rng: np.random.Generator,
    device: torch.device | str = "cpu",
) -> pd.DataFrame:
    """Mean average precision with each of many random sets of units silenced.

    Parameters
    ----------
    head, responses, labels, scored, device
        As for `silenced_mean_ap`.
    n_silenced
        Number of units in a set, drawn without replacement.
    sets
        Number of sets.
    rng
        ``seeds.generator("random ablation", model, seed)``.

    Returns
    -------
    DataFrame
        set (its number, from 0) and mean_ap.

    Raises
    ------
    InputError
        As `silenced_mean_ap`.
    """
    units = np.tile(np.arange(responses.shape[1]), (sets, 1))
    silenced = rng.permuted(units, axis=1)[:, :n_silenced]
    values = silenced_mean_ap(head, responses, labels, scored, silenced, device)
    return pd.DataFrame({"set": np.arange(sets), "mean_ap": values})


@torch.inference_mode()
def silenced_mean_ap(
    head: nn.Sequential,
    responses: np.ndarray,
    labels: np.ndarray,
    scored: np.ndarray,
    silenced: np.ndarray,
    device: torch.device | str = "cpu",
) -> np.ndarray:
    """Mean average precision over classes with each set of units silenced.

    It equals the mean of ``ablation.class_average_precision``, and is dozens of times
    as fast: the first layer is computed once, and the contribution of the silenced
    units is subtracted. Because float32 rounds differently, two clips with nearly equal
    scores may change places. Each tenth of the work is logged.

    Parameters
    ----------
    head
        Linear, ReLU, linear; dropout between them is ignored.
    responses
        (clips, units), float32, to the clips to score.
    labels
        (clips, classes), 1 where a clip has the label.
    scored
        (classes,), True for the classes to average over; those without positives are
        left out.
    silenced
        (sets, n): numbers of the units that are silenced together.
    device
        Where to compute.

    Returns
    -------
    array, shape (sets,), float64

    Raises
    ------
    InputError
        No class to average over has a positive clip, or the head has other layers.
    """
    first, last = linear_layers(head)
    used = np.flatnonzero(np.asarray(scored, bool) & (np.asarray(labels) > 0).any(0))
    if len(used) == 0:
        raise InputError(
            f"no class to average over has a clip in the {MEASURED_SPLIT} split; add "
            "clips, or check their labels and categories.music"
        )
    responses = torch.as_tensor(responses, dtype=torch.float32, device=device).T
    arriving = first.weight.to(device).T
    hidden = torch.addmm(first.bias.to(device)[:, None], arriving.T, responses)
    held = BATCH[torch.device(device).type] // len(labels)
    blocks = [
        (
            last.weight[some].to(device),
            _PrecisionSum(labels[:, some], device),
        )
        for some in np.split(used, range(0, len(used), max(1, held))[1:])
    ]
    silenced = torch.as_tensor(np.asarray(silenced), device=device)
    # If there are few classes, the hidden units need the most memory.
    size = max(1, held // max(len(used), len(hidden)))
    means, logged = np.empty(len(silenced)), 0
    for start in range(0, len(silenced), size):
        batch = silenced[start : start + size]
        # (sets, hidden units, clips), then (sets, classes, clips).
        share = arriving[batch].transpose(1, 2) @ responses[batch]
        active = (hidden - share).relu_()
        # Without the bias, which leaves the order of a class's scores as it is.
        total = sum(precision(out @ active) for out, precision in blocks)
        done = start + len(batch)
        means[start:done] = total.cpu() / len(used)
        if done * 10 // len(silenced) > logged:
            logged = done * 10 // len(silenced)
            log.info("%d of %d sets of units silenced", done, len(silenced))
    return means


def null_rows(null: pd.DataFrame, observed: Mapping[str, float]) -> list[Row]:
    """Position of the observed ablations in the distribution of random sets.

    Parameters
    ----------
    null
        `random_ablation` of the network.
    observed
        Mean average precision over the same classes, by the name of the silenced set,
        such as msi_top.

    Returns
    -------
    list of (measure, condition, value)
        Rows for ``measures.measure_table``: random_ablation_mean and
        random_ablation_sd (nonmusic), over the random sets; and for each observed set
        random_ablation_p, the one-sided ``(1 + sets as low or lower) / (1 + sets)``
        (Phipson & Smyth 2010), and random_ablation_z, the distance from the mean in
        SDs, which is NaN if all random sets have the same score.
    """
    values = null["mean_ap"].to_numpy()
    mean, sd = values.mean(), values.std(ddof=1)
    rows = [
        RANDOM_ABLATION_MEAN.row(float(mean)),
        RANDOM_ABLATION_SD.row(float(sd)),
    ]
    for condition, value in observed.items():
        p = (1 + np.count_nonzero(values <= value)) / (1 + len(values))
        z = (value - mean) / sd if sd > 0 else np.nan
        rows.append(RANDOM_ABLATION_P.row(float(p), silenced=condition))
        rows.append(RANDOM_ABLATION_Z.row(float(z), silenced=condition))
    return rows


class _PrecisionSum:
    """Sum of average precisions over classes, for many sets of scores at a time.

    The precision at a positive is the share of positives among the clips with the same
    or a higher score, so that ties count as in scikit-learn. Both numbers are ranks in
    sorted scores. To find all ranks in one search, scores are converted to integers of
    the same order, with the number of the set and class in the upper half.
    """

    def __init__(self, labels: np.ndarray, device: torch.device | str) -> None:
        self.n_clips, self.n_classes = labels.shape
        of_class, clip = np.nonzero(np.asarray(labels).T > 0)
        counts = np.bincount(of_class, minlength=self.n_classes)
        self.of_class = torch.as_tensor(of_class, device=device)
        self.place = torch.as_tensor(of_class * self.n_clips + clip, device=device)
        self.end = torch.as_tensor(np.cumsum(counts)[of_class], device=device)
        self.share = torch.as_tensor(1 / counts[of_class], device=device)

    def __call__(self, scores: torch.Tensor) -> torch.Tensor:
        """Sum over classes, (sets,), of scores, (sets, classes, clips)."""
        n_sets, n_positives = len(scores), len(self.place)
        numbers = torch.arange(n_sets, device=scores.device)
        rows = numbers[:, None] * self.n_classes + self.of_class
        bits = scores.view(torch.int32)
        # The bits of negative floats sort in reverse order, and become minus their
        # magnitude, so that both zeros are 0. The sign is -1 or 0.
        sign = bits >> 31
        ordered = (bits ^ (sign & 0x7FFFFFFF)).sub_(sign)
        positives = ordered.flatten(1)[:, self.place].long() + (rows << 32)
        # Sorted by rows first, and therefore in the order of classes, as before.
        positives = _sort(positives).flatten()
        every = _sort(ordered).flatten(0, 1).long()
        every += torch.arange(len(every), device=scores.device)[:, None] << 32
        below = torch.searchsorted(every.flatten(), positives)
        retrieved = (rows.flatten() + 1) * self.n_clips - below
        end = (numbers[:, None] * n_positives + self.end).flatten()
        found = end - torch.searchsorted(positives, positives)
        precision = found.double() / retrieved
        return precision.view(n_sets, n_positives) @ self.share


def _sort(values: torch.Tensor) -> torch.Tensor:
    """Sort along the last axis; on a CPU, numpy is ten times as fast as torch."""
    if values.device.type == "cpu":
        return torch.from_numpy(np.sort(values.numpy(), axis=-1))
    return values.sort(dim=-1).values
