"""What becomes of detection, selectivity and separation in training (paper Fig. S8)."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from music_selectivity.analyses.ablation import class_average_precision
from music_selectivity.analyses.embedding import segregation_index
from music_selectivity.analyses.group_responses import group_responses
from music_selectivity.analyses.selectivity import (
    music_selectivity_index,
    response_ratio,
    top_units,
)
from music_selectivity.measures import (
    TRAINING_COURSE_MEAN_AP,
    TRAINING_COURSE_RESPONSE_RATIO,
    TRAINING_COURSE_SEGREGATION_INDEX,
    Row,
)
from music_selectivity.vocabulary import (
    COMPARED_GROUPS,
    MEASURED_SPLIT,
    NO_UNITS,
    SELECTION_SPLIT,
)


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
        (clips, units) of all usable clips.
    head
        Responses to logits, (clips, classes).
    clips
        Clip table of the same rows.
    labels
        (clips, classes).
    classes
        classes.csv.
    fraction
        Share of units that are music-selective.
    embedding
        ``embedding.embedding_table`` of the responses.

    Returns
    -------
    list of (measure, condition, value)
        With the epoch as condition: training_course_mean_ap, over non-music classes
        with clips; training_course_response_ratio;
        training_course_segregation_index. On the eval split; units are chosen on train.
    """
    measured = (clips["split"] == MEASURED_SPLIT).to_numpy()
    precision = class_average_precision(
        head,
        responses[measured],
        labels[measured],
        classes["name"],
        {NO_UNITS: np.array([], int)},
    )["average_precision"]
    related = classes["music_related"].to_numpy(dtype=bool)
    chosen_on, measured_on = (
        group_responses(responses, clips, split)
        for split in (SELECTION_SPLIT, MEASURED_SPLIT)
    )
    index = music_selectivity_index(chosen_on.music, chosen_on.nonmusic)
    units = top_units(index, fraction)
    ratio = response_ratio(measured_on.music[:, units], measured_on.nonmusic[:, units])
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
