"""How numbers are written in pages."""

import math
from collections.abc import Sequence

import numpy as np

NOTHING = "—"


def number(value: object) -> str:
    """`value` to three significant digits; a dash where there is none.

    >>> number(0.88712), number(0.5), number(12345), number(float("nan"))
    ('0.887', '0.500', '12,345', '—')
    """
    value = _as_float(value)
    if not math.isfinite(value):
        return NOTHING
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    # From here on, three digits round to 1.00e+03 or more.
    if abs(value) >= 999.5:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def significant(value: object) -> float | None:
    """`value` with as many digits as a chart can show; None where there is none.

    >>> significant(0.887123), significant(12345), significant(float("nan"))
    (0.8871, 12340.0, None)
    """
    value = _as_float(value)
    return float(f"{value:.4g}") if math.isfinite(value) else None


def p_value(value: object) -> str:
    """A p-value to two digits, never as zero.

    >>> p_value(1 / 32), p_value(0.42), p_value(1e-7), p_value(None)
    ('0.031', '0.42', '< 0.001', '—')
    """
    value = _as_float(value)
    if not math.isfinite(value):
        return NOTHING
    return "< 0.001" if value < 0.001 else f"{value:.2g}"


def plus_minus(mean: object, sd: object) -> str:
    """Mean ± SD to the same decimals; the mean alone where SD is missing.

    >>> plus_minus(0.33312, 0.00551), plus_minus(2.07, None), plus_minus(0.31, 0.00002)
    ('0.333 ± 0.006', '2.07', '0.310 ± <0.001')
    """
    mean, sd = _as_float(mean), _as_float(sd)
    if not (math.isfinite(mean) and math.isfinite(sd)):
        return number(mean)
    decimals = 2 if mean == 0 else max(0, 2 - math.floor(math.log10(abs(mean))))
    least = 10.0**-decimals
    shown = f"<{least:.{decimals}f}" if 0 < sd < least / 2 else f"{sd:.{decimals}f}"
    return f"{mean:.{decimals}f} ± {shown}"


def mean_sd(values: Sequence[float]) -> str:
    """Mean ± SD of the finite ones among `values`."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    sd = values.std(ddof=1) if len(values) > 1 else None
    return plus_minus(values.mean() if len(values) else None, sd)


def span(values: Sequence[int]) -> str:
    """The range of `values`.

    >>> span([8, 8]), span([9, 5, 7]), span([])
    ('8', '5 to 9', '—')
    """
    ends = sorted({min(values), max(values)}) if values else []
    return " to ".join(map(str, ends)) or NOTHING


def text(value: object) -> str:
    """`value` as text; a dash where it is empty or NaN."""
    missing = value is None or value == "" or value != value
    return NOTHING if missing else str(value)


def _as_float(value: object) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
