"""Music-selectivity layer by layer: in which layers are there units that prefer music?

Measures that need the responses to the clips alone, which are recorded in all layers.
Units are selected on one split and measured on the other, as in the main layer.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from music_selectivity import seeds
from music_selectivity.analyses.calibration import held_out_null, ratio_p
from music_selectivity.analyses.group_responses import (
    compared_weights,
    group_responses,
)
from music_selectivity.analyses.reselection import means_of_reselected
from music_selectivity.analyses.selectivity import (
    held_out_ratio,
    music_selectivity_index,
    same_split_ratios,
    top_units,
)
from music_selectivity.measures import (
    DEAD_UNITS,
    MS_EFFECT_SIZE,
    N_UNITS,
    RATIO_PERMUTATION_P,
    RESPONSE_RATIO,
    SAME_SPLIT_RATIO,
    Row,
    measure_table,
)
from music_selectivity.stats.bootstrap import weighted_common_language
from music_selectivity.vocabulary import MEASURED_SPLIT, OTHER_SPLIT, SPLITS

# Measures of every layer that other analyses take of the main layer.
OF_RATIOS = (RESPONSE_RATIO, SAME_SPLIT_RATIO, RATIO_PERMUTATION_P)


def measures_of_layers(
    layers: Iterable[tuple[str, np.ndarray]],
    of_main: tuple[str, Iterable[Row]],
    clips: pd.DataFrame,
    weights: Mapping[str, np.ndarray],
    fraction: float,
    permutations: int,
) -> pd.DataFrame:
    """Measures of each layer of a network, with bootstrap replicates.

    Parameters
    ----------
    layers
        Names and responses, (clips, units), in the order of depth. They are taken one
        at a time.
    of_main
        Name of the main layer, and its rows of all analyses, from which its ratios are
        taken.
    clips
        Clip table with the same rows: split, group.
    weights
        ``bootstrap.split_weights`` by split.
    fraction
        Share of the units that is selected.
    permutations
        Number of permutations, which are those of null calibration.

    Returns
    -------
    DataFrame
        ``measures.measure_table`` of `unit_rows` and `ratio_rows`, with the column
        layer; layers in the order of depth. A layer with negative responses has no
        ratios, because these depend on where zero lies.

    Raises
    ------
    InputError
        A split has fewer than 2 music or non-music clips, or a response is not finite.
    """
    main, main_rows = of_main
    names = [measure.name for measure in OF_RATIOS]
    tables = []
    for layer, responses in layers:
        rows = unit_rows(responses, clips, weights, fraction)
        if (responses < 0).any():
            ratios = []
        elif layer == main:
            ratios = [row for row in main_rows if row[0] in names]
        else:
            ratios = ratio_rows(responses, clips, weights, fraction, permutations)
        tables.append(measure_table(rows + ratios).assign(layer=layer))
    return pd.concat(tables, ignore_index=True)


def unit_rows(
    responses: np.ndarray,
    clips: pd.DataFrame,
    weights: Mapping[str, np.ndarray],
    fraction: float,
) -> list[Row]:
    """Measures of a layer whose responses may have any sign.

    Parameters
    ----------
    responses
        (clips, units).
    clips, weights, fraction
        As for `measures_of_layers`.

    Returns
    -------
    list of (measure, condition, values)
        n_units; dead_units, the share of units that respond to all music and non-music
        clips equally; and, by split, ms_effect_size, the probability that the mean
        response of the selected units to a music clip exceeds that to a non-music clip.
        Its replicates are of the units that the true clips select.
    """
    groups = {split: group_responses(responses, clips, split) for split in SPLITS}
    both = np.concatenate([found.responses for found in groups.values()])
    dead = (both == both[0]).all(axis=0)
    rows = [N_UNITS.row(float(len(dead))), DEAD_UNITS.row(float(dead.mean()))]
    for split, other in OTHER_SPLIT.items():
        chosen_on, measured_on = groups[other], groups[split]
        index = music_selectivity_index(chosen_on.music, chosen_on.nonmusic)
        units = top_units(index, fraction)
        means = measured_on.responses[:, units].mean(axis=1)
        drawn = compared_weights(weights[split], clips, split)
        sides = [measured_on.is_music, ~measured_on.is_music]
        music, nonmusic = ((means[side], drawn[side]) for side in sides)
        size = weighted_common_language(*music, *nonmusic)
        rows.append(MS_EFFECT_SIZE.row(size, split=split))
    return rows


def ratio_rows(
    responses: np.ndarray,
    clips: pd.DataFrame,
    weights: Mapping[str, np.ndarray],
    fraction: float,
    permutations: int,
) -> list[Row]:
    """Response ratios of a layer's selected units, as measured in the main layer.

    Parameters as for `measures_of_layers`, with the responses of one layer.

    Returns
    -------
    list of (measure, condition, values)
        By split, response_ratio, with replicates that select the units again in each
        draw, and same_split_ratio; and ratio_permutation_p.
    """
    rows = same_split_ratios(responses, clips, fraction)
    reselected = means_of_reselected(responses, clips, weights, fraction)
    for split, (music, nonmusic) in reselected.items():
        ratio = held_out_ratio(responses, clips, fraction, split)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.append(ratio, music / nonmusic)
        rows.append(RESPONSE_RATIO.row(values, split=split))
        if split == MEASURED_SPLIT:
            rng = seeds.generator("permutations")
            null = held_out_null(responses, clips, fraction, permutations, rng)
            rows.append(RATIO_PERMUTATION_P.row(ratio_p(ratio, null), split=split))
    return rows
