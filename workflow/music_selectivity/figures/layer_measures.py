"""What figures show of each layer of a network, from the first to the last."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from music_selectivity.measures import (
    BRAIN_PREDICTION,
    MS_EFFECT_SIZE,
    N_UNITS,
    RESPONSE_RATIO,
)
from music_selectivity.vocabulary import MUSIC_COMPONENT


@dataclass(frozen=True)
class Panel:
    """How a measure of layers is shown: its name, and the value without selectivity."""

    title: str
    none: float


PANELS = {
    RESPONSE_RATIO.name: Panel("Response ratio of MS units,\nmusic / other sounds", 1),
    MS_EFFECT_SIZE.name: Panel("Probability of a larger\nresponse to music", 0.5),
    BRAIN_PREDICTION.name: Panel("Prediction of the brain's\nmusic component, r", 0),
}


def rows_of_layers(measures: pd.DataFrame, split: str) -> pd.DataFrame:
    """The measures of `PANELS` that a network has, with their replicates.

    Parameters
    ----------
    measures
        Of all layers of the network (``layers.measures_of_layers``), in the order of
        depth; and, if the study has the natural sounds, those of
        ``brain.measures_of_brain``.
    split
        On which responses are measured.

    Returns
    -------
    DataFrame
        layer, measure, depth (from 0 of the first layer to 1 of the last), value and
        draw_*. A layer without a measure has NaN if other layers have it.
    """
    conditions = {
        RESPONSE_RATIO.name: RESPONSE_RATIO.condition(split=split),
        MS_EFFECT_SIZE.name: MS_EFFECT_SIZE.condition(split=split),
        BRAIN_PREDICTION.name: BRAIN_PREDICTION.condition(component=MUSIC_COMPONENT),
    }
    layers = measures.loc[measures["measure"] == N_UNITS.name, "layer"]
    depth = pd.Series(np.linspace(0, 1, len(layers)).round(3), layers, name="depth")
    found = []
    for name, condition in conditions.items():
        chosen = (measures["measure"] == name) & (measures["condition"] == condition)
        rows = (
            measures[chosen].set_index("layer").drop(columns=["measure", "condition"])
        )
        if len(rows):
            rows = depth.to_frame().join(rows)
            found.append(rows.assign(measure=name).reset_index())
    return pd.concat(found, ignore_index=True)
