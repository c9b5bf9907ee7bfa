"""Units that are selected again in every sample of the clips.

Samples are bootstrap draws, or permutations of the music labels. Index and means of all
units follow from weighted sums of responses and of their squares, which are matrix
products, so that thousands of samples take seconds.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from music_selectivity.analyses.group_responses import (
    compared_weights,
    group_responses,
)
from music_selectivity.analyses.selectivity import top_units
from music_selectivity.vocabulary import OTHER_SPLIT, SPLITS

# Samples that are computed at a time, each with one row of clips in memory.
BLOCK = 50

# A difference of means below this many SDs is the rounding error of none.
ROUNDING = 1e-9


class UnitStatistics(NamedTuple):
    """Music-selectivity index and mean responses of all units in samples of clips.

    Attributes
    ----------
    index, music, nonmusic : array, shape (samples, units)
    """

    index: np.ndarray
    music: np.ndarray
    nonmusic: np.ndarray

    def means_of(self, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean response to music, and to non-music, of the units of each sample.

        `units` is (samples, n); the means are (samples,).
        """
        music, nonmusic = (
            np.take_along_axis(means, units, axis=1).mean(axis=1)
            for means in (self.music, self.nonmusic)
        )
        return music, nonmusic


class SampledUnits:
    """The units' responses to some clips, to be summed over samples of these.

    Parameters
    ----------
    responses
        (clips, units), float64.
    """

    def __init__(self, responses: np.ndarray) -> None:
        # Relative to one clip, constants cancel exactly. Relative to the mean, squares
        # keep their digits.
        origin = responses[0]
        self._centre = origin + (responses - origin).mean(axis=0)
        scale = (responses - self._centre).std(axis=0)
        self._scale = np.where(scale > 0, scale, 1.0)
        self._standard = (responses - self._centre) / self._scale
        self._squares = self._standard**2

    def statistics(self, music: np.ndarray, nonmusic: np.ndarray) -> UnitStatistics:
        """Index and means in samples of the clips.

        Parameters
        ----------
        music, nonmusic
            (samples, clips): how often each sample contains each clip as music, and as
            non-music. The index is as ``selectivity.music_selectivity_index`` of clips
            that are repeated so often.
        """
        of_music, error = self._moments(music)
        of_nonmusic, other_error = self._moments(nonmusic)
        difference = of_music - of_nonmusic
        with np.errstate(divide="ignore", invalid="ignore"):
            index = difference / np.sqrt(error + other_error)
        index = np.where(np.abs(difference) < ROUNDING, 0.0, index)
        means = (mean * self._scale + self._centre for mean in (of_music, of_nonmusic))
        return UnitStatistics(index, *means)

    def _moments(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean in each sample, and its squared standard error."""
        weights = weights.astype(np.float64)
        n = weights.sum(axis=1, keepdims=True)
        means = weights @ self._standard / n
        variances = (weights @ self._squares - n * means**2) / (n - 1)
        return means, np.maximum(variances, 0) / n


def bootstrap_statistics(
    responses: np.ndarray, clips: pd.DataFrame, split: str, weights: np.ndarray
) -> Iterator[UnitStatistics]:
    """Index and means of all units in bootstrap draws of a split, in blocks of draws.

    Parameters
    ----------
    responses, clips, split
        As for ``group_responses.group_responses``.
    weights
        ``bootstrap.split_weights`` of the split, (clips of the split, 1 + draws). The
        first column, of the clips themselves, is left out.

    Raises
    ------
    InputError
        As `group_responses`.
    """
    found = group_responses(responses, clips, split)
    units = SampledUnits(found.responses)
    drawn = compared_weights(weights, clips, split)
    for start in range(1, drawn.shape[1], BLOCK):
        block = drawn[:, start : start + BLOCK].T
        yield units.statistics(block * found.is_music, block * ~found.is_music)


def selected_in_each(index: np.ndarray, fraction: float) -> np.ndarray:
    """``selectivity.top_units`` of each sample, (samples, n), from (samples, units)."""
    return np.stack([top_units(of_sample, fraction) for of_sample in index])


def means_of_reselected(
    responses: np.ndarray,
    clips: pd.DataFrame,
    weights: Mapping[str, np.ndarray],
    fraction: float,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Mean responses, in each draw, of the units that the draw itself selects.

    The units are selected on the drawn clips of one split, and measured on those of the
    other, as are the true clips' units.

    Parameters
    ----------
    responses
        Responses to the unaltered clips, (clips, units).
    clips
        Clip table with the same rows: split, group.
    weights
        ``bootstrap.split_weights`` by split.
    fraction
        Share of the units that is selected.

    Returns
    -------
    dict
        By the split of the measured clips, the mean response to music and that to
        non-music, each (draws,).

    Raises
    ------
    InputError
        As `group_responses`.
    """
    means = {split: [] for split in SPLITS}
    blocks = zip(
        *(
            bootstrap_statistics(responses, clips, split, weights[split])
            for split in SPLITS
        ),
        strict=True,
    )
    for block in blocks:
        found = dict(zip(SPLITS, block, strict=True))
        for split, other in OTHER_SPLIT.items():
            units = selected_in_each(found[other].index, fraction)
            means[split].append(found[split].means_of(units))
    return {
        split: tuple(np.concatenate(draws) for draws in zip(*of_blocks, strict=True))
        for split, of_blocks in means.items()
    }
