"""What a study measured, network by network, with its bootstrap replicates."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError

KEY = ["model", "seed", "measure", "condition"]

# Rows are networks (index: seed); the first column is the value, others replicates.
Values = pd.DataFrame


class Measured:
    """Statistics of all networks, looked up by model, measure and condition.

    Parameters
    ----------
    statistics
        statistics.csv: model, seed, measure, condition, value.
    replicates
        The same keys with a column a bootstrap draw; None for none.

    Raises
    ------
    InputError
        A column is missing, or a value stands twice.
    """

    def __init__(
        self, statistics: pd.DataFrame, replicates: pd.DataFrame | None = None
    ) -> None:
        missing = [name for name in [*KEY, "value"] if name not in statistics]
        if missing:
            raise InputError(
                f"the statistics lack the column(s) {', '.join(missing)}; "
                "make them anew"
            )
        if statistics.duplicated(KEY).any():
            twice = statistics.loc[statistics.duplicated(KEY), KEY].iloc[0].tolist()
            raise InputError(f"the statistics hold {twice} twice; make them anew")
        table = statistics[[*KEY, "value"]]
        if replicates is not None:
            table = table.merge(replicates, on=KEY, how="left", validate="1:1")
        numbers = table.drop(columns=KEY).apply(pd.to_numeric)
        numbers = numbers.set_axis(range(numbers.shape[1]), axis=1)
        numbers.index = table["seed"]
        self.n_draws = numbers.shape[1] - 1
        keys = [table[name].to_numpy() for name in ("model", "measure", "condition")]
        self._rows = {key: rows for key, rows in numbers.groupby(keys, sort=False)}
        self._conditions = table.groupby(["model", "measure"], sort=False)["condition"]
        self._networks = table.groupby("model")["seed"].nunique()
        self._none = numbers.iloc[:0]

    def values(self, model: str, measure: str, condition: str) -> Values:
        """Networks with a finite value; none where it was not measured."""
        rows = self._rows.get((model, measure, condition), self._none)
        return rows[np.isfinite(rows[0])].sort_index()

    def conditions(self, model: str, measure: str) -> list[str]:
        """Conditions under which a measure was taken of a model."""
        if (model, measure) not in self._conditions.groups:
            return []
        return list(self._conditions.get_group((model, measure)).unique())

    def n_networks(self, models: tuple[str, ...]) -> int:
        """Networks of the model that has fewest."""
        return int(min(self._networks.get(model, 0) for model in models))


# From what was measured to one row a network.
Quantity = Callable[[Measured], Values]


def of(model: str, measure: str, condition: str) -> Quantity:
    """A measure as it stands."""
    return lambda measured: measured.values(model, measure, condition)


def over(numerator: Quantity, denominator: Quantity) -> Quantity:
    """Ratio, network by network."""
    return lambda measured: _common(numerator(measured) / denominator(measured))


def minus(first: Quantity, second: Quantity) -> Quantity:
    """Difference, network by network."""
    return lambda measured: _common(first(measured) - second(measured))


def one_minus(quantity: Quantity) -> Quantity:
    """What is missing to 1."""
    return lambda measured: 1 - quantity(measured)


def mean_of(model: str, measure: str, wanted: Callable[[str], bool]) -> Quantity:
    """Mean over the conditions that `wanted` chooses, of networks that have all."""
    return lambda measured: _stacked(measured, model, measure, wanted).mean()


def largest_of(model: str, measure: str, wanted: Callable[[str], bool]) -> Quantity:
    """Largest over the conditions that `wanted` chooses."""
    return lambda measured: _stacked(measured, model, measure, wanted).max()


def _stacked(
    measured: Measured, model: str, measure: str, wanted: Callable[[str], bool]
) -> pd.api.typing.DataFrameGroupBy:
    chosen = [
        measured.values(model, measure, condition)
        for condition in measured.conditions(model, measure)
        if wanted(condition)
    ]
    stacked = pd.concat(chosen) if chosen else measured.values(model, measure, "")
    complete = stacked.index.value_counts() == max(len(chosen), 1)
    return stacked[stacked.index.map(complete).astype(bool)].groupby(level=0)


def _common(values: Values) -> Values:
    """Networks of both operands: of one alone the result is NaN."""
    return values[np.isfinite(values[0])]
