"""Detection, selectivity and separation in the course of training (paper Fig. S8).

All are measured on the eval split, whatever ``analysis.measured_split`` is.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from music_selectivity.analyses.ablation import class_average_precision
from music_selectivity.analyses.embedding import segregation_index
from music_selectivity.analyses.selectivity import held_out_ratio
from music_selectivity.measures import (
    TRAINING_COURSE_MEAN_AP,
    TRAINING_COURSE_RESPONSE_RATIO,
    TRAINING_COURSE_SEGREGATION_INDEX,
    Row,
)
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.vocabulary import COMPARED_GROUPS, MEASURED_SPLIT, NO_UNITS


def training_course_rows(
    epoch: int,
    responses: np.ndarray,
    head: Callable[[np.ndarray], np.ndarray],
    clips: pd.DataFrame,
    labels: np.ndarray,
    classes: pd.DataFrame,
    fraction: float,
    embedding: pd.DataFrame,
) -> list[Row]:
    """Measures of a network after an epoch, for ``measures.measure_table``.

    Parameters
    ----------
    responses
        (clips, units), to all usable clips.
    head
        Function from responses, (clips, units), to logits, (clips, classes).
    clips
        Clip table with the same rows.
    labels
        (clips, classes), 1 where a clip has the label.
    classes
        classes.csv.
    fraction
        Share of the units that are music-selective.
    embedding
        ``embedding.embedding_table`` of the responses.

    Returns
    -------
    list of (measure, condition, value)
        With the epoch as condition and measured on the eval split:
        training_course_mean_ap, over non-music classes that have clips;
        training_course_response_ratio, of units selected on the train split; and
        training_course_segregation_index.

    Raises
    ------
    InputError
        A split has fewer than 2 music or non-music clips, or a response is not finite.
    """
    measured = (clips["split"] == MEASURED_SPLIT).to_numpy()
    precision = class_average_precision(
        head,
        responses[measured],
        labels[measured],
        {NO_UNITS: np.array([], int)},
        split_weights(clips, MEASURED_SPLIT, draws=0),
    )[NO_UNITS]
    related = classes["music_related"].to_numpy(dtype=bool)
    ratio = held_out_ratio(responses, clips, fraction)
    segregation = segregation_index(
        *(
            embedding.loc[embedding["group"] == group, ["x", "y"]].to_numpy()
            for group in COMPARED_GROUPS
        )
    )
    mean_ap = float(np.nanmean(precision[~related]))
    return [
        TRAINING_COURSE_MEAN_AP.row(mean_ap, epoch=epoch),
        TRAINING_COURSE_RESPONSE_RATIO.row(ratio, epoch=epoch),
        TRAINING_COURSE_SEGREGATION_INDEX.row(segregation, epoch=epoch),
    ]
