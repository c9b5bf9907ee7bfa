"""What becomes of detection, selectivity and separation in training (paper Fig. S8)."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from music_selectivity.ablation import class_average_precision
from music_selectivity.embedding import segregation_index
from music_selectivity.selectivity import (
    MEASURED_SPLIT,
    SELECTION_SPLIT,
    response_ratio,
    top_units,
    unit_table,
)


def course_rows(
    epoch: int,
    responses: np.ndarray,
    head: Callable[[np.ndarray], np.ndarray],
    clips: pd.DataFrame,
    labels: np.ndarray,
    classes: pd.DataFrame,
    fraction: float,
    embedding: pd.DataFrame,
) -> list[tuple[str, str, float]]:
    """Measures of a network after an epoch, for ``resampling.measure_table``.

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
        With the epoch as condition: course_mean_ap, over non-music classes with clips;
        course_response_ratio; course_segregation_index. On the eval split; units are
        chosen on train.
    """
    measured = (clips["split"] == MEASURED_SPLIT).to_numpy()
    precision = class_average_precision(
        head,
        responses[measured],
        labels[measured],
        classes["name"],
        {"none": np.array([], int)},
    )["average_precision"]
    related = classes["music_related"].to_numpy(dtype=bool)
    units = top_units(
        unit_table(responses, clips)[f"msi_{SELECTION_SPLIT}"].to_numpy(), fraction
    )
    groups = [
        measured & (clips["group"] == group).to_numpy()
        for group in ("music", "nonmusic")
    ]
    music, nonmusic = (responses[group] for group in groups)
    apart = segregation_index(
        *(
            embedding.loc[embedding["group"] == group, ["x", "y"]].to_numpy()
            for group in ("music", "nonmusic")
        )
    )
    ratio = response_ratio(music[:, units], nonmusic[:, units])
    return [
        ("course_mean_ap", str(epoch), float(np.nanmean(precision[~related]))),
        ("course_response_ratio", str(epoch), ratio),
        ("course_segregation_index", str(epoch), apart),
    ]
