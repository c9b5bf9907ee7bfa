"""What a study measured, network by network, with its bootstrap replicates."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.measures import KEY, Measure, check_statistics
from music_selectivity.vocabulary import LINEAR_FEATURES

# Rows are networks (index: seed); the first column is the value, others replicates.
Values = pd.DataFrame


class Measured:
    """Statistics of all networks, looked up by model, measure and condition.

    Parameters
    ----------
    statistics
        ``measures.of_main_layers`` of statistics.csv: model, seed, measure, condition,
        value.
    replicates
        The same keys with one column per bootstrap draw; None for none.

    Raises
    ------
    InputError
        The statistics lack a column, hold a value twice, or hold a measure or condition
        that no `Measure` declares.
    """

    def __init__(
        self, statistics: pd.DataFrame, replicates: pd.DataFrame | None = None
    ) -> None:
        missing = [name for name in [*KEY, "value"] if name not in statistics]
        if missing:
            raise InputError(
                f"the statistics lack the column(s) {', '.join(missing)}; delete the "
                "study's folder statistics/ and run again"
            )
        repeated = statistics.duplicated(KEY)
        if repeated.any():
            raise InputError(
                f"the statistics hold {statistics.loc[repeated, KEY].iloc[0].tolist()} "
                "twice; delete the study's folder statistics/ and run again"
            )
        check_statistics(statistics)
        table = statistics[[*KEY, "value"]]
        if replicates is not None:
            table = table.merge(replicates, on=KEY, how="left", validate="1:1")
        self._conditions = table.groupby(["model", "measure"], sort=False)["condition"]
        self._networks = table.groupby("model")["seed"].nunique()
        table = table.sort_values("seed", kind="stable")
        numbers = table.drop(columns=KEY).astype(np.float64)
        finite = np.isfinite(numbers["value"])
        table, numbers = table[finite], numbers[finite]
        numbers = numbers.set_axis(range(numbers.shape[1]), axis=1)
        numbers.index = table["seed"]
        keys = [table[name].to_numpy() for name in ("model", "measure", "condition")]
        self._rows = {key: rows for key, rows in numbers.groupby(keys, sort=False)}
        self._none = numbers.iloc[:0]

    @property
    def models(self) -> list[str]:
        """Models that have a measure."""
        return list(self._networks.index)

    def values(self, model: str, measure: Measure, condition: str) -> Values:
        """Networks with a finite value; empty where it was not measured."""
        return self._rows.get((model, measure.name, condition), self._none)

    def conditions(self, model: str, measure: Measure) -> dict[str, dict]:
        """Conditions under which a measure was taken of a model, with their fields."""
        if (model, measure.name) not in self._conditions.groups:
            return {}
        found = self._conditions.get_group((model, measure.name)).unique()
        fields = {condition: measure.parse(condition) for condition in found}
        return {name: known for name, known in fields.items() if known is not None}

    def by_network(
        self, model: str, measure: Measure, conditions: Iterable[str]
    ) -> pd.api.typing.DataFrameGroupBy:
        """Values under several conditions, of the networks that have all of them."""
        chosen = [self.values(model, measure, condition) for condition in conditions]
        stacked = pd.concat(chosen) if chosen else self._none
        complete = stacked.index.value_counts() == max(len(chosen), 1)
        return stacked[stacked.index.map(complete).astype(bool)].groupby(level=0)

    def n_networks(self, models: tuple[str, ...]) -> int:
        """Networks of the model that has fewest; linear features are none."""
        numbers = [
            self._networks.get(model, 0)
            for model in models
            if model not in LINEAR_FEATURES
        ]
        return int(min(numbers, default=0))
