"""All analyses of one source of features: of a network, or of linear features.

Each takes a minute at most, so one job does all of them and reads the responses once.
Random ablation and the course of training, which only some networks have, take longer;
they have jobs of their own, and so do the natural sounds, which not all studies have.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from music_selectivity import seeds
from music_selectivity.analyses.ablation import (
    SETS,
    class_average_precision,
    class_table,
    mean_average_precision,
)
from music_selectivity.analyses.calibration import permutation_rows, permuted_ratios
from music_selectivity.analyses.embedding import embedding_table, segregation_rows
from music_selectivity.analyses.layers import measures_of_layers
from music_selectivity.analyses.readout import readout_rows
from music_selectivity.analyses.reselection import means_of_reselected
from music_selectivity.analyses.selectivity import same_split_ratios, unit_table
from music_selectivity.analyses.tuning import tuning_rows
from music_selectivity.analyses.unit_sets import clip_responses, unit_sets
from music_selectivity.corpus.clip_table import label_matrix
from music_selectivity.measures import Row
from music_selectivity.vocabulary import MEASURED_SPLIT, SELECTION_SPLIT

# Tables of an analysis by name, and its rows for ``measures.measure_table``.
Found = tuple[dict[str, pd.DataFrame], list[Row]]


@dataclass(frozen=True)
class Study:
    """What all sources of a study share.

    Attributes
    ----------
    clips, classes, categories : DataFrame
        Tables of the usable clips, of the classes, and of the categories.
    weights : dict of array
        ``bootstrap.split_weights`` by split.
    choices : dict
        Values of the config section ``analysis``: ms_fraction, measured_split,
        other_units, permutations, ablation_sets.
    """

    clips: pd.DataFrame
    classes: pd.DataFrame
    categories: pd.DataFrame
    weights: Mapping[str, np.ndarray]
    choices: Mapping[str, object]


@dataclass(frozen=True)
class Source:
    """A network, or linear features.

    Attributes
    ----------
    seed : int
        Of the network; 0 for linear features.
    responses : array, shape (clips, units)
        To the clips of the study.
    stimuli : iterable of (name, clip ids, responses)
        Responses to every set of stimuli of the clips, the clips themselves included.
        They are read one at a time, because together they fill gigabytes.
    linear : dict of array, shape (clips, features)
        Linear features of the same clips, which the read-out combines with these.
    head : callable, optional
        From responses to the scores of the classes; linear features have none.
    layer : str
        Name of the layer of `responses`.
    layers : iterable of (name, responses)
        Responses to the clips of all layers in the order of depth; linear features have
        none. They are read one at a time.
    """

    seed: int
    responses: np.ndarray
    stimuli: Iterable[tuple[str, np.ndarray, np.ndarray]]
    linear: Mapping[str, np.ndarray]
    head: Callable[[np.ndarray], np.ndarray] | None = None
    layer: str = ""
    layers: Iterable[tuple[str, np.ndarray]] = ()


def analyse(source: Source, study: Study) -> Found:
    """Everything that is measured in one source of features.

    Returns
    -------
    tables : dict of DataFrame
        units (``selectivity.unit_table``), clips (mean responses of sets of units,
        ``unit_sets.clip_responses`` with a column ``stimulus``), embedding
        (``embedding.embedding_table``), permutations (``calibration.permuted_ratios``)
        and, of networks, ablation (``ablation.class_table``) and layers
        (``layers.measures_of_layers``).
    rows : list of (measure, condition, values)
        For ``measures.measure_table``.

    Raises
    ------
    InputError
        As the analyses.
    """
    units = unit_table(source.responses, study.clips)
    found = [
        _selectivity(source, study, units),
        _tuning(source, study),
        _readout(source, study, units),
        _embedding(source, study),
        _calibration(source, study),
    ]
    if source.head is not None:
        found.append(_ablation(source, study, units))
    tables = {name: table for each, _ in found for name, table in each.items()}
    rows = [row for _, of_analysis in found for row in of_analysis]
    if source.layers:
        tables["layers"] = measures_of_layers(
            source.layers,
            (source.layer, rows),
            study.clips,
            study.weights,
            study.choices["ms_fraction"],
            study.choices["permutations"],
        )
    return tables, rows


def _selectivity(source: Source, study: Study, units: pd.DataFrame) -> Found:
    fraction = study.choices["ms_fraction"]
    return {"units": units}, same_split_ratios(source.responses, study.clips, fraction)


def _tuning(source: Source, study: Study) -> Found:
    choices, responses = study.choices, source.responses
    fraction, split = choices["ms_fraction"], choices["measured_split"]
    sets = unit_sets(
        responses,
        study.clips,
        study.categories,
        fraction,
        split,
        choices["other_units"],
    )
    tables = [
        clip_responses(answers, names, study.clips, sets).assign(stimulus=stimulus)
        for stimulus, names, answers in source.stimuli
    ]
    table = pd.concat(tables, ignore_index=True)
    reselected = means_of_reselected(responses, study.clips, study.weights, fraction)
    rows = tuning_rows(
        table, study.clips, study.categories, study.weights, reselected, split
    )
    return {"clips": table}, rows


def _readout(source: Source, study: Study, units: pd.DataFrame) -> Found:
    rows = readout_rows(
        source.responses,
        study.clips,
        units[f"msi_{SELECTION_SPLIT}"].to_numpy(),
        source.linear,
        study.categories,
        study.weights,
    )
    return {}, rows


def _embedding(source: Source, study: Study) -> Found:
    table = embedding_table(source.responses, study.clips, source.seed)
    points = table[["x", "y"]].to_numpy()
    return {"embedding": table}, segregation_rows(points, table["group"], source.seed)


def _calibration(source: Source, study: Study) -> Found:
    fraction = study.choices["ms_fraction"]
    null = permuted_ratios(
        source.responses,
        study.clips,
        fraction,
        study.choices["permutations"],
        # All sources get the same permutations, as they heard the same clips.
        seeds.generator("permutations"),
    )
    rows = permutation_rows(null, source.responses, study.clips, fraction)
    return {"permutations": null}, rows


def _ablation(source: Source, study: Study, units: pd.DataFrame) -> Found:
    sets = SETS[study.choices["ablation_sets"]](units, study.choices["ms_fraction"])
    scored = (study.clips["split"] == MEASURED_SPLIT).to_numpy()
    responses = source.responses[scored]
    labels = label_matrix(study.clips, study.classes)[scored]
    precision = class_average_precision(
        source.head, responses, labels, sets, study.weights[MEASURED_SPLIT]
    )
    table = class_table(precision, labels, study.classes["name"])
    rows = mean_average_precision(precision, labels, study.classes["music_related"])
    return {"ablation": table}, rows
