"""Every measure of the statistics: its name, and the grammar of its conditions.

A row of ``statistics.csv`` holds model, seed, measure, condition and value. The
condition says what the value was measured on, such as ``music/ms/400``: the response to
quilts of music, of music-selective units, with segments of 400 ms. A `Measure` writes
such conditions and reads them back, so that no other module builds or parses one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
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
    SILENCED_SETS,
    SPLITS,
)

if TYPE_CHECKING:
    import pandas as pd

# Measure, condition and value; or (1 + draws,), the value and its bootstrap replicates.
Row = tuple[str, str, np.ndarray | float]

KEY = ["model", "seed", "measure", "condition"]


def _one_of(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, names))


# What each field of a condition may hold, as a regular expression. Names of genres and
# categories come from the user's config and may hold anything.
FIELDS = {
    "split": _one_of(SPLITS),
    "group": _one_of(COMPARED_GROUPS),
    "classes": _one_of(CLASS_GROUPS),
    "units": _one_of([MS_UNITS, OTHER_UNITS]),
    "silenced": _one_of(SILENCED_SETS),
    "segment": rf"\d+|{ORIGINAL}",
    "divisor": r"\d+",
    "eighth": r"[1-8]",
    "epoch": r"\d+",
    "linear": _one_of(LINEAR_FEATURES),
    "bins": _one_of([COMMON_BINS, OWN_BINS]),
    "natural_category": _one_of(NATURAL_CATEGORIES),
    "component": _one_of(COMPONENTS),
    "statistic": _one_of(["mean", "sd", "2.5", "97.5", "n"]),
    "genre": ".+",
    "category": ".+",
}

# Fields that are read as whole numbers; all others are text.
NUMBERS = frozenset({"divisor", "eighth", "epoch"})


@dataclass(frozen=True)
class Measure:
    """A measure, or one form of it where its conditions have several.

    Attributes
    ----------
    name : str
        As in the column ``measure``.
    template : str
        Of its conditions, with `FIELDS` in braces: ``{group}/{units}/{segment}``.
    unread : str
        Why it is in the statistics although no claim, figure or report reads it; empty
        if one does.
    """

    name: str
    template: str
    unread: str = ""

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields of a condition, in order."""
        return tuple(re.findall(r"{(\w+)}", self.template))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pattern = re.escape(self.template).replace(r"\{", "{").replace(r"\}", "}")
        fields = {name: f"(?P<{name}>{FIELDS[name]})" for name in self.fields}
        return re.compile(pattern.format(**fields))

    def condition(self, **fields: object) -> str:
        """The condition with these fields.

        Raises
        ------
        ValueError
            A field is missing, unknown, or holds what it may not.
        """
        if set(fields) != set(self.fields):
            raise ValueError(
                f"{self.name} has the fields {', '.join(self.fields) or 'none'}, not "
                f"{', '.join(fields) or 'none'}"
            )
        condition = self.template.format(**fields)
        if not self._pattern.fullmatch(condition):
            raise ValueError(f"{condition!r} is no condition {self.template!r}")
        return condition

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
            name: int(text) if name in NUMBERS else text
            for name, text in match.groupdict().items()
        }

    def check(self, **fields: object) -> None:
        """Refuse fields that no condition of the measure has.

        Raises
        ------
        ValueError
            The measure has no such field, or it cannot hold this.
        """
        for name, wanted in fields.items():
            if name not in self.fields or not re.fullmatch(FIELDS[name], str(wanted)):
                raise ValueError(f"{self.name} ({self.template}): no {name} {wanted!r}")

    def select(self, statistics: pd.DataFrame, **fields: object) -> pd.DataFrame:
        """Rows of the measure, with the fields of their conditions as columns.

        Parameters
        ----------
        statistics
            ``statistics.csv``: model, seed, measure, condition, value.
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
        types = {name: int if name in NUMBERS else object for name in self.fields}
        values = {"value": rows["value"].astype(float)}
        table = rows[["model", "seed"]].assign(**columns, **values)
        return table.astype(types).reset_index(drop=True)


# Selectivity: units chosen on one split by their music-selectivity index.
SAME_SPLIT_RATIO = Measure("same_split_ratio", "{split}")
RESPONSE_RATIO = Measure("response_ratio", "{split}")
MEAN_RESPONSE = Measure("mean_response", "{group}")
MS_RESPONSE = Measure(
    "ms_response",
    "{group}",
    unread="the two means that response_ratio divides, for readers of the table",
)
EFFECT_SIZE = Measure("effect_size", "all_units")
N_CLIPS = Measure("n_clips", "{group}")
POWER_RATIO = Measure("power_ratio", "{split}/{divisor}")

# Sound quilts, genres of music, other categories of sound.
QUILT_RESPONSE = Measure("quilt_response", "{group}/{units}/{segment}")
QUILT_RELATIVE = Measure("quilt_relative", "{group}/{units}/{segment}")
QUILT_GENRE_RESPONSE = Measure("quilt_genre_response", "{genre}/{segment}")
GENRE_RATIO = Measure(
    "genre_ratio",
    "{genre}",
    unread="the paper has no number by genre to compare with; for readers of the table",
)
CATEGORY_RATIO = Measure("category_ratio", "{category}")
CATEGORY_QUILT_RESPONSE = Measure("category_quilt_response", "{category}/{segment}")

# Linear read-out of music.
READOUT_AP = Measure("readout_ap", "all")
READOUT_AP_OF_EIGHTH = Measure("readout_ap", "units/{eighth}")
READOUT_AP_WITH_LINEAR = Measure("readout_ap", "with_{linear}")
READOUT_AP_OF_GENRE = Measure("readout_ap", "genre/{genre}/{eighth}")
READOUT_CHANCE = Measure("readout_chance", "all")
READOUT_CHANCE_OF_GENRE = Measure("readout_chance", "genre/{genre}")

# Segregation in t-SNE.
SEGREGATION_INDEX = Measure("segregation_index", "{bins}")
SEGREGATION_SHUFFLED = Measure("segregation_shuffled", "{bins}")

# The natural sounds.
NATURAL_RATIO = Measure("natural_ratio", "{units}")
NATURAL_CATEGORY = Measure("natural_category", "{natural_category}")
NATURAL_CORRELATION = Measure("natural_correlation", "{component}")

# Detection of classes, with units silenced.
MEAN_AP = Measure("mean_ap", "{classes}/{silenced}")
CHANCE_AP = Measure(
    "chance_ap",
    "{classes}",
    unread="the prevalence, which papers call chance; random_ap is what scores compare "
    "with",
)
RANDOM_AP = Measure("random_ap", "{classes}")
N_CLASSES = Measure(
    "n_classes",
    "{classes}",
    unread="how many classes the means of mean_ap are over, for readers of the table",
)
RANDOM_ABLATION_MEAN = Measure(
    "random_ablation_mean",
    NONMUSIC,
    unread="with random_ablation_sd, the null distribution in two numbers; the figure "
    "draws all of it",
)
RANDOM_ABLATION_SD = Measure(
    "random_ablation_sd", NONMUSIC, unread=RANDOM_ABLATION_MEAN.unread
)
RANDOM_ABLATION_P = Measure("random_ablation_p", "{silenced}")
RANDOM_ABLATION_Z = Measure(
    "random_ablation_z",
    "{silenced}",
    unread="an effect size to go with random_ablation_p, for readers of the table",
)

# The course of training: a value after each epoch whose weights are kept.
TRAINING_COURSE_MEAN_AP = Measure("training_course_mean_ap", "{epoch}")
TRAINING_COURSE_RESPONSE_RATIO = Measure("training_course_response_ratio", "{epoch}")
TRAINING_COURSE_SEGREGATION_INDEX = Measure(
    "training_course_segregation_index", "{epoch}"
)

# Null calibration: the analysis repeated with permuted music labels.
PERMUTED_RATIO = Measure("permuted_ratio", "{statistic}")
PERMUTED_SAME_SPLIT_RATIO = Measure(
    "permuted_same_split_ratio",
    "{statistic}",
    unread="how far choosing and measuring units on the same clips inflates a ratio, "
    "for readers of the table",
)
PERMUTED_P = Measure("permuted_p", "uniformity")
RATIO_PERMUTATION_P = Measure("ratio_permutation_p", "{split}")
CALIBRATED_RATIO = Measure("calibrated_ratio", "{split}")
CALIBRATED_P = Measure("calibrated_p", "uniformity")

# Of the epoch that training kept.
TRAIN_AP = Measure("train_ap", "best epoch")
VALIDATION_AP = Measure("validation_ap", "best epoch")
KEPT_EPOCH = Measure(
    "epoch",
    "best epoch",
    unread="the report shows it from the training history, which has every epoch",
)
N_TRAINING_CLIPS = Measure(
    "training_clips",
    "best epoch",
    unread="how many clips a network learned from, for readers of the table",
)

MEASURES = tuple(value for value in vars().values() if isinstance(value, Measure))


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
