"""Every measure of the statistics: its name, and the grammar of its conditions.

A row of ``statistics.csv`` holds model, seed, layer, measure, condition and value. The
condition says what the value was measured on, such as ``music/ms/overath/400``: the
response to quilts of music, of music-selective units, with segments of 400 ms in
Overath's order. A `Measure` writes such conditions and reads them back, so that no
other module builds or parses one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
    ALL_UNITS,
    CKA,
    CLASS_GROUPS,
    COMMON_BINS,
    COMPARED_GROUPS,
    COMPONENTS,
    LINEAR_FEATURES,
    MS_UNITS,
    NATURAL_CATEGORIES,
    NONMUSIC,
    ORIGINAL,
    OTHER_UNITS,
    OWN_BINS,
    QUILT_ORDERS,
    RANDOM_UNITS,
    RSA,
    SILENCED_SETS,
    SPLITS,
)

if TYPE_CHECKING:
    import pandas as pd

# Measure, condition and value; or (1 + draws,), the value and its bootstrap replicates.
Row = tuple[str, str, np.ndarray | float]

# What identifies a row among those of one layer of each network, and among all.
KEY = ["model", "seed", "measure", "condition"]
KEY_WITH_LAYER = ["model", "seed", "layer", "measure", "condition"]


def _one_of(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, names))


@dataclass(frozen=True)
class Field:
    """A part of a condition that varies.

    Attributes
    ----------
    name : str
        Under which rows are written and read.
    pattern : str
        Regular expression of what it may hold.
    kind : type
        int for fields that are read as whole numbers; others are text.
    """

    name: str
    pattern: str
    kind: type = object

    def holds(self, value: object) -> bool:
        """Whether the field may hold a value."""
        return bool(re.fullmatch(self.pattern, str(value)))


# Each measure refers to its own fields alone, so that another field, or another name
# that a field may hold, concerns the digests of no other measure.
_SPLIT = Field("split", _one_of(SPLITS))
_GROUP = Field("group", _one_of(COMPARED_GROUPS))
_CLASSES = Field("classes", _one_of(CLASS_GROUPS))
_UNITS = Field("units", _one_of([MS_UNITS, OTHER_UNITS]))
_SILENCED = Field("silenced", _one_of(SILENCED_SETS))
_SEGMENT = Field("segment", r"\d+", int)
_ORDER = Field("order", _one_of(QUILT_ORDERS))
_DIVISOR = Field("divisor", r"\d+", int)
_EIGHTH = Field("eighth", "[1-8]", int)
_EPOCH = Field("epoch", r"\d+", int)
_LINEAR = Field("linear", _one_of(LINEAR_FEATURES))
_BINS = Field("bins", _one_of([COMMON_BINS, OWN_BINS]))
_NATURAL_CATEGORY = Field("natural_category", _one_of(NATURAL_CATEGORIES))
_COMPONENT = Field("component", _one_of(COMPONENTS))
_UNIT_SET = Field("units", _one_of([ALL_UNITS, MS_UNITS, RANDOM_UNITS]))
_SIMILARITY = Field("similarity", _one_of([RSA, CKA]))
_STATISTIC = Field("statistic", _one_of(["mean", "sd", "2.5", "97.5", "n"]))
# Genres and categories come from the user's config; their names may hold anything.
_GENRE = Field("genre", ".+")
_CATEGORY = Field("category", ".+")


@dataclass(frozen=True)
class Measure:
    """A measure, or one form of it where its conditions have several.

    Attributes
    ----------
    name : str
        As in the column ``measure``.
    parts : tuple of str and Field
        Of its conditions, in order, such as ``("genre/", _GENRE, "/", _EIGHTH)``.
    """

    name: str
    parts: tuple[str | Field, ...]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields of a condition by name, in order."""
        return {part.name: part for part in self.parts if isinstance(part, Field)}

    @cached_property
    def template(self) -> str:
        """A condition with its fields in braces: ``{group}/{units}/{segment}``."""
        return "".join(
            f"{{{part.name}}}" if isinstance(part, Field) else part
            for part in self.parts
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(
            "".join(
                f"(?P<{part.name}>{part.pattern})"
                if isinstance(part, Field)
                else re.escape(part)
                for part in self.parts
            )
        )

    def check(self, **fields: object) -> None:
        """Refuse fields that no condition of the measure has.

        Raises
        ------
        ValueError
            The measure has no such field, or it cannot hold this.
        """
        for name, value in fields.items():
            if name not in self.fields or not self.fields[name].holds(value):
                raise ValueError(f"{self.name} ({self.template}): no {name} {value!r}")

    def condition(self, **fields: object) -> str:
        """The condition with these fields.

        Raises
        ------
        ValueError
            A field is missing or unknown, or cannot hold its value.
        """
        self.check(**fields)
        if missing := self.fields.keys() - fields.keys():
            raise ValueError(f"{self.name} ({self.template}): no value for {missing}")
        return self.template.format(**fields)

    def row(self, values: np.ndarray | float, **fields: object) -> Row:
        """A row for `measure_table`.

        Raises
        ------
        ValueError
            As `condition`.
        """
        return self.name, self.condition(**fields), values

    def matches(self, measure: str, condition: str) -> bool:
        """Whether a row of the statistics is one of this measure."""
        return measure == self.name and bool(self._pattern.fullmatch(condition))

    def parse(self, condition: str) -> dict[str, str | int] | None:
        """Fields of a condition; None for one of another form of the measure."""
        match = self._pattern.fullmatch(condition)
        if match is None:
            return None
        return {
            name: int(match[name]) if field.kind is int else match[name]
            for name, field in self.fields.items()
        }

    def select(self, statistics: pd.DataFrame, **fields: object) -> pd.DataFrame:
        """Rows of the measure, with the fields of their conditions as columns.

        Parameters
        ----------
        statistics
            `of_main_layers` of ``statistics.csv``: model, seed, measure, condition,
            value.
        fields
            Keep the rows that have these.

        Returns
        -------
        DataFrame
            model, seed, a column per field, value (float), in the order of
            `statistics`.

        Raises
        ------
        ValueError
            As `check`.
        """
        self.check(**fields)
        rows = statistics[statistics["measure"] == self.name]
        # Many networks share a condition, which is parsed once.
        conditions = rows["condition"].astype(str)
        parsed = {text: self.parse(text) for text in conditions.unique()}
        kept = {
            text
            for text, found in parsed.items()
            if found is not None
            and all(str(found[name]) == str(fields[name]) for name in fields)
        }
        rows, conditions = (x[conditions.isin(kept)] for x in (rows, conditions))
        columns = {name: [parsed[c][name] for c in conditions] for name in self.fields}
        types = {name: field.kind for name, field in self.fields.items()}
        values = {"value": rows["value"].astype(float)}
        table = rows[["model", "seed"]].assign(**columns, **values)
        return table.astype(types).reset_index(drop=True)


# Selectivity: units chosen on one split by their music-selectivity index.
SAME_SPLIT_RATIO = Measure("same_split_ratio", (_SPLIT,))
RESPONSE_RATIO = Measure("response_ratio", (_SPLIT,))
MEAN_RESPONSE = Measure("mean_response", (_GROUP,))
MS_RESPONSE = Measure("ms_response", (_GROUP,))
EFFECT_SIZE = Measure("effect_size", ("all_units",))
MS_EFFECT_SIZE = Measure("ms_effect_size", (_SPLIT,))
N_CLIPS = Measure("n_clips", (_SPLIT, "/", _GROUP))
EQUAL_RMS_RATIO = Measure("equal_rms_ratio", (_SPLIT, "/", _DIVISOR))

# Of all units of a layer.
N_UNITS = Measure("n_units", ("all_units",))
DEAD_UNITS = Measure("dead_units", ("all_units",))

# Sound quilts, by the order and the length in ms of their segments, and the unquilted
# clips that they are compared with; genres of music, other categories of sound.
_QUILT = (_ORDER, "/", _SEGMENT)
QUILT_RESPONSE = Measure("quilt_response", (_GROUP, "/", _UNITS, "/", *_QUILT))
UNQUILTED_RESPONSE = Measure("quilt_response", (_GROUP, "/", _UNITS, f"/{ORIGINAL}"))
QUILT_RELATIVE = Measure("quilt_relative", (_GROUP, "/", _UNITS, "/", *_QUILT))
QUILT_GENRE_RESPONSE = Measure("quilt_genre_response", (_GENRE, "/", *_QUILT))
UNQUILTED_GENRE_RESPONSE = Measure("quilt_genre_response", (_GENRE, f"/{ORIGINAL}"))
GENRE_RATIO = Measure("genre_ratio", (_GENRE,))
CATEGORY_RATIO = Measure("category_ratio", (_CATEGORY,))
CATEGORY_QUILT_RESPONSE = Measure("category_quilt_response", (_CATEGORY, "/", *_QUILT))
UNQUILTED_CATEGORY_RESPONSE = Measure(
    "category_quilt_response", (_CATEGORY, f"/{ORIGINAL}")
)

# Linear read-out of music.
READOUT_AP = Measure("readout_ap", ("all",))
READOUT_AP_OF_EIGHTH = Measure("readout_ap", ("units/", _EIGHTH))
READOUT_AP_WITH_LINEAR = Measure("readout_ap", ("with_", _LINEAR))
READOUT_AP_OF_GENRE = Measure("readout_ap", ("genre/", _GENRE, "/", _EIGHTH))
READOUT_CHANCE = Measure("readout_chance", ("all",))
READOUT_CHANCE_OF_GENRE = Measure("readout_chance", ("genre/", _GENRE))

# Segregation in t-SNE.
SEGREGATION_INDEX = Measure("segregation_index", (_BINS,))
SEGREGATION_SHUFFLED = Measure("segregation_shuffled", (_BINS,))

# The natural sounds.
NATURAL_RATIO = Measure("natural_ratio", (_UNITS,))
NATURAL_CATEGORY = Measure("natural_category", (_NATURAL_CATEGORY,))
NATURAL_CORRELATION = Measure("natural_correlation", (_COMPONENT,))

# The brain: prediction of its responses, and similarity to them.
BRAIN_PREDICTION = Measure("brain_prediction", (_COMPONENT,))
BRAIN_PREDICTION_P = Measure("brain_prediction_p", (_COMPONENT,))
BRAIN_PREDICTION_BY_BEST_LAYER = Measure(
    "brain_prediction_by_best_layer", (_COMPONENT,)
)
# Of the music component alone.
BRAIN_PREDICTION_BY_UNITS = Measure("brain_prediction_by_units", (_UNIT_SET,))
BRAIN_SIMILARITY = Measure("brain_similarity", (_SIMILARITY,))
BRAIN_SIMILARITY_P = Measure("brain_similarity_p", (_SIMILARITY,))

# Detection of classes, with units silenced.
MEAN_AP = Measure("mean_ap", (_CLASSES, "/", _SILENCED))
CHANCE_AP = Measure("chance_ap", (_CLASSES,))
RANDOM_AP = Measure("random_ap", (_CLASSES,))
N_CLASSES = Measure("n_classes", (_CLASSES,))
RANDOM_ABLATION_MEAN = Measure("random_ablation_mean", (NONMUSIC,))
RANDOM_ABLATION_SD = Measure("random_ablation_sd", (NONMUSIC,))
RANDOM_ABLATION_P = Measure("random_ablation_p", (_SILENCED,))
RANDOM_ABLATION_Z = Measure("random_ablation_z", (_SILENCED,))

# The course of training: a value after each epoch whose weights are kept.
TRAINING_COURSE_MEAN_AP = Measure("training_course_mean_ap", (_EPOCH,))
TRAINING_COURSE_RESPONSE_RATIO = Measure("training_course_response_ratio", (_EPOCH,))
TRAINING_COURSE_SEGREGATION_INDEX = Measure(
    "training_course_segregation_index", (_EPOCH,)
)

# Null calibration: the analysis repeated with permuted music labels.
PERMUTED_RATIO = Measure("permuted_ratio", (_STATISTIC,))
PERMUTED_SAME_SPLIT_RATIO = Measure("permuted_same_split_ratio", (_STATISTIC,))
PERMUTED_P = Measure("permuted_p", ("uniformity",))
RATIO_PERMUTATION_P = Measure("ratio_permutation_p", (_SPLIT,))
CALIBRATED_RATIO = Measure("calibrated_ratio", (_SPLIT,))
CALIBRATED_P = Measure("calibrated_p", ("uniformity",))

# Of the epoch that training kept.
TRAIN_AP = Measure("train_ap", ("best epoch",))
VALIDATION_AP = Measure("validation_ap", ("best epoch",))
KEPT_EPOCH = Measure("epoch", ("best epoch",))
N_TRAINING_CLIPS = Measure("training_clips", ("best epoch",))

# Measures that no claim, figure or report reads, and why they are in the statistics.
UNREAD = {
    N_CLIPS: "the report counts the clips in the clip table",
    MS_RESPONSE: "its two means are those that response_ratio divides",
    GENRE_RATIO: "the paper gives no number for a genre to compare it with",
    CHANCE_AP: "it is the prevalence, which papers call chance; scores are compared "
    "with random_ap",
    N_CLASSES: "it is the number of classes that mean_ap averages",
    RANDOM_ABLATION_MEAN: "with random_ablation_sd it summarises the null "
    "distribution, all of which the figure draws",
    RANDOM_ABLATION_SD: "see random_ablation_mean",
    RANDOM_ABLATION_Z: "it is the effect size that goes with random_ablation_p",
    PERMUTED_SAME_SPLIT_RATIO: "it shows how far choosing and measuring units on the "
    "same clips inflates a ratio",
    KEPT_EPOCH: "the report takes it from the training history, which has all epochs",
    N_TRAINING_CLIPS: "it is the number of clips that a network learned from",
}

MEASURES = tuple(value for value in vars().values() if isinstance(value, Measure))


def of_main_layers(table: pd.DataFrame, layers: Mapping[str, str]) -> pd.DataFrame:
    """Rows of the layers by which the claims go, without the column ``layer``.

    Whatever reads the statistics reads them through this function, except for what is
    about layers.

    Parameters
    ----------
    table
        ``statistics.csv``, or its replicates: model, layer, and other columns.
    layers
        The main layer of each model that has one (``models.main_layers``).

    Raises
    ------
    InputError
        A model has no row of its main layer.
    """
    # As text, because a module may have a number as its name.
    main = table["layer"].astype(str) == table["model"].map(layers)
    missing = set(table["model"]).intersection(layers) - set(table.loc[main, "model"])
    if missing:
        raise InputError(
            f"the statistics hold no measure of {min(missing)} in its layer "
            f"{layers[min(missing)]}; delete the study's folder statistics/ and run "
            "again"
        )
    return table[main].drop(columns="layer").reset_index(drop=True)


def check_statistics(statistics: pd.DataFrame) -> None:
    """Refuse statistics with a measure or condition that no `Measure` declares.

    Raises
    ------
    InputError
        Naming the first such row.
    """
    pairs = statistics[["measure", "condition"]].drop_duplicates()
    for measure, condition in pairs.itertuples(index=False):
        if not any(known.matches(measure, str(condition)) for known in MEASURES):
            raise InputError(
                f"the statistics hold {measure!r} with condition {condition!r}, which "
                "this version does not know; delete the study's folder analyses/ and "
                "run again"
            )


def measure_table(rows: Iterable[Row]) -> pd.DataFrame:
    """Table of measures: measure, condition, value, and a column per replicate.

    Parameters
    ----------
    rows
        Measure, condition, and the value alone or, (1 + draws,), with its replicates.
        Where other rows have replicates and one has none, its are NaN.

    Returns
    -------
    DataFrame
        measure, condition, value, draw_0001, draw_0002, ... (float64).
    """
    # Imported here because the Snakefile imports this module, and must plan quickly.
    import pandas as pd

    rows = [(measure, condition, np.atleast_1d(x)) for measure, condition, x in rows]
    width = max((len(values) for _, _, values in rows), default=1)
    numbers = np.full((len(rows), width), np.nan)
    for row, (_, _, values) in zip(numbers, rows, strict=True):
        row[: len(values)] = values
    names = ["value", *(f"draw_{draw:04d}" for draw in range(1, width))]
    table = pd.DataFrame(numbers, columns=names)
    table.insert(0, "measure", [measure for measure, _, _ in rows])
    table.insert(1, "condition", [condition for _, condition, _ in rows])
    return table
