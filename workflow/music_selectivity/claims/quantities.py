"""What claims look up in the statistics, built from the measures.

A misspelt field is a ValueError as soon as a quantity is built, when the claims are
imported.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import numpy as np

from music_selectivity.measures import Measure

if TYPE_CHECKING:
    import pandas as pd

    from music_selectivity.claims.measured import Measured, Values

# From what was measured to one row per network.
Quantity = Callable[["Measured"], "Values"]

# From what was measured to x and y under several conditions. x is a number, or a value
# for each network.
Points = Callable[["Measured"], list[tuple["float | Values", "Values"]]]


def of(model: str, measure: Measure, **fields: object) -> Quantity:
    """A measure under one condition."""
    condition = measure.condition(**fields)
    return lambda measured: measured.values(model, measure, condition)


def quotient(numerator: Quantity, denominator: Quantity) -> Quantity:
    """Ratio, network by network."""
    return _combined(operator.truediv, numerator, denominator)


def difference(first: Quantity, second: Quantity) -> Quantity:
    """Difference, network by network."""
    return _combined(operator.sub, first, second)


def less_one(quantity: Quantity) -> Quantity:
    """A ratio less 1: of responses to music and to other sounds, the preference."""
    return lambda measured: quantity(measured) - 1


def change(quantity: Quantity, reference: Quantity) -> Quantity:
    """Relative change against a reference of the same networks."""
    return less_one(quotient(quantity, reference))


def change_by_seed(quantity: Quantity, reference: Quantity) -> Quantity:
    """Change between two models, relative to the mean of the second.

    Networks are paired by their seed, from which both had the same initial weights.
    Single networks of the second may be near 0, where a relative change has no meaning;
    their mean is less so. With means a and b, network k contributes
    (a_k - a / b b_k) / |b| + (a - b) / |b|. Its mean is the relative change of the
    means, and its variance that of their ratio (delta method).
    """

    def changes(measured: Measured) -> Values:
        own, other = quantity(measured), reference(measured)
        both = own.index.intersection(other.index)
        own, other = own.loc[both], other.loc[both]
        ratio, size = own.mean() / other.mean(), other.mean().abs()
        return (own - ratio * other + own.mean() - other.mean()) / size

    return changes


def slope(points: Points) -> Quantity:
    """Relative change of y along its regression on x, network by network.

    The change from the least to the largest x on the regression line of a network,
    divided by its mean y. Networks without a value under one of the conditions, or
    whose x does not vary, are left out.
    """

    def changes(measured: Measured) -> Values:
        # Imported here because the Snakefile reads the claims, and must plan quickly.
        import pandas as pd

        networks, x, y = stacked(points(measured))
        if len(x) == 0:
            return pd.DataFrame(columns=[0], dtype=float)
        away = x - x.mean(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            rise = (away * y).sum(axis=0) / np.square(away).sum(axis=0)
            relative = np.ptp(x, axis=0) * rise / y.mean(axis=0)
        return _finite(pd.DataFrame(relative, index=networks))

    return changes


def stacked(
    points: list[tuple[float | Values, Values]],
) -> tuple[pd.Index, np.ndarray, np.ndarray]:
    """The networks that have all points, with x and y.

    Returns
    -------
    networks : Index
    x, y : array, shape (conditions, networks, 1 + draws)
    """
    import pandas as pd

    if not points:
        return pd.Index([]), np.empty((0, 0, 0)), np.empty((0, 0, 0))
    networks = points[0][1].index
    for x, y in points:
        networks = networks.intersection(y.index)
        if not isinstance(x, float):
            networks = networks.intersection(x.index)
    ys = np.stack([y.loc[networks].to_numpy() for _, y in points])
    xs = np.stack(
        [
            np.full(ys.shape[1:], x)
            if isinstance(x, float)
            else x.loc[networks].to_numpy()
            for x, _ in points
        ]
    )
    return networks, xs, ys


def of_networks_that(criterion: Quantity, least: float, quantity: Quantity) -> Quantity:
    """A quantity of the networks of which another is at least `least`."""

    def chosen(measured: Measured) -> Values:
        found, criteria = quantity(measured), criterion(measured)
        return found[found.index.isin(criteria.index[criteria[0] >= least])]

    return chosen


def mean_of(model: str, measure: Measure, *, over: str, **fields: object) -> Quantity:
    """Mean over one field of the conditions, of networks that have all its values.

    Parameters
    ----------
    over
        The field.
    fields
        All the other fields of the conditions.
    """
    grouped = _grouped(model, measure, over, fields)
    return lambda measured: grouped(measured).mean()


def largest_of(
    model: str,
    measure: Measure,
    *,
    over: str,
    excluding: Collection[str],
    **fields: object,
) -> Quantity:
    """Largest over one field of the conditions, `excluding` some of its values.

    Other parameters are as for `mean_of`.
    """
    grouped = _grouped(model, measure, over, fields, excluding)
    return lambda measured: grouped(measured).max()


def along(
    model: str,
    measure: Measure,
    lengths: Collection[int] | None = None,
    **fields: object,
) -> Points:
    """Points of a measure over the segment length of quilts, in ms.

    `lengths` are those to use, by default all; `fields` are all fields of the
    conditions but the segment.
    """
    _check_all_but(measure, "segment", fields)

    def points(measured: Measured) -> list[tuple[float, Values]]:
        by_length = {
            float(found["segment"]): condition
            for condition, found in measured.conditions(model, measure).items()
            if _has(found, fields) and (lengths is None or found["segment"] in lengths)
        }
        return [
            (length, measured.values(model, measure, by_length[length]))
            for length in sorted(by_length)
        ]

    return points


def together(model: str, x: Measure, y: Measure) -> Points:
    """Points of two measures under each condition that both have."""

    def points(measured: Measured) -> list[tuple[Values, Values]]:
        of_y = measured.conditions(model, y)
        return [
            (measured.values(model, x, name), measured.values(model, y, name))
            for name in measured.conditions(model, x)
            if name in of_y
        ]

    return points


def _grouped(
    model: str,
    measure: Measure,
    over: str,
    fields: dict[str, object],
    excluding: Collection[str] = (),
) -> Callable[[Measured], pd.api.typing.DataFrameGroupBy]:
    _check_all_but(measure, over, fields)

    def grouped(measured: Measured) -> pd.api.typing.DataFrameGroupBy:
        chosen = [
            condition
            for condition, found in measured.conditions(model, measure).items()
            if found[over] not in excluding and _has(found, fields)
        ]
        return measured.by_network(model, measure, chosen)

    return grouped


def _has(found: dict[str, object], wanted: dict[str, object]) -> bool:
    return all(str(found[name]) == str(value) for name, value in wanted.items())


def _check_all_but(measure: Measure, free: str, fields: dict[str, object]) -> None:
    """Check that `fields` are all of the measure's but a free one."""
    measure.check(**fields)
    if {*fields, free} != set(measure.fields) or free in fields:
        raise ValueError(
            f"{measure.name} has the fields {', '.join(measure.fields)}, not "
            f"{', '.join([*fields, free])}"
        )


def _combined(
    operation: Callable[[Values, Values], Values], first: Quantity, second: Quantity
) -> Quantity:
    def combined(measured: Measured) -> Values:
        a, b = first(measured), second(measured)
        return _finite(operation(_in_draws_of(b, a), _in_draws_of(a, b)))

    return combined


def _in_draws_of(other: Values, values: Values) -> Values:
    """Values without draws of clips, in those of another measure: equal in each."""
    if _is_drawn(values) or not _is_drawn(other):
        return values
    # Imported here because the Snakefile reads the claims, and must plan quickly.
    import pandas as pd

    return pd.concat([values[0]] * other.shape[1], axis=1, keys=other.columns)


def _is_drawn(values: Values) -> bool:
    return bool(np.isfinite(values.iloc[:, 1:]).any(axis=None))


def _finite(values: Values) -> Values:
    """Networks that both operands have: of one alone the result is NaN."""
    return values[np.isfinite(values[0])]
