"""What the page shows of each claim: its numbers, how it sorts, and its interval."""

import math
from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from music_selectivity.claims.verdicts import (
    DIRECTION,
    NOT_MEMORIZED,
    NOT_REPLICATED,
    NOT_RUN,
    OPEN,
    REPLICATED,
    TOO_FEW,
    VERDICTS,
)
from music_selectivity.report.charts import model_name
from music_selectivity.report.numbers import number

# How verdicts look: class of the style sheet, and sign.
MARKS = {
    REPLICATED: ("yes", "✓"),
    DIRECTION: ("partly", "✓"),
    NOT_REPLICATED: ("no", "✗"),
    OPEN: ("open", "?"),
    TOO_FEW: ("few", "?"),
    NOT_MEMORIZED: ("none", "○"),
    NOT_RUN: ("none", "○"),
}
# Size of the drawing of an interval, and its margin, in its own units.
WIDTH, MARGIN = 160, 8
# Columns by which the table of claims can be sorted, besides the order of the claims.
NUMBERS = ("p", "effect_size", "n")


def claim_card(row: Mapping, rank: int) -> dict:
    """A row of ``claims.csv`` for the templates.

    Parameters
    ----------
    row
        As ``evaluation.evaluate`` returns it.
    rank
        Its place among all claims.

    Returns
    -------
    dict
        The row, and: mark (class and sign of its verdict); models (their names as
        readers know them, as a list); sort, numbers by which it is sorted, "" for none;
        interval, see `interval`.
    """
    names = [name.strip() for name in str(row.get("models") or "").split(",")]
    sort = {name: _sorted_by(row.get(name)) for name in NUMBERS}
    verdict = row["verdict"]
    return {
        **row,
        "mark": MARKS[verdict],
        "models": [model_name(name) for name in names if name],
        "sort": {"rank": rank, "verdict": VERDICTS.index(verdict), **sort},
        "interval": interval(row),
    }


def claim_cards(claims: pd.DataFrame) -> list[dict]:
    """`claim_card` of every claim, in their order."""
    rows = claims.to_dict("records")
    return [claim_card(row, rank) for rank, row in enumerate(rows)]


def verdict_counts(cards: list[dict]) -> list[dict]:
    """Verdicts that occur, in their order, each with its mark and number of claims."""
    verdicts = [card["verdict"] for card in cards]
    return [
        {"verdict": name, "mark": MARKS[name], "count": verdicts.count(name)}
        for name in VERDICTS
        if name in verdicts
    ]


def interval(row: Mapping) -> dict | None:
    """Where to draw the interval that a verdict goes by; None where there is none.

    A claim of a difference goes by the difference and its 95 % interval, a claim of no
    difference by the change and its 90 % interval.

    Returns
    -------
    dict
        text; width, and in it: value, low, high (None without interval), zero, and
        band, the two ends of the margin of no change, or None.
    """
    margin = row.get("margin")
    kind = "contrast" if _missing(margin) else "change"
    value, low, high = (row.get(f"{kind}{end}") for end in ("", "_low", "_high"))
    if _missing(value):
        return None
    band = None if kind == "contrast" else (-margin, margin)
    place = scale([value, low, high, 0, *(band or ())])
    name = "difference" if kind == "contrast" else "change"
    text = f"{name} {number(value)}"
    if not _missing(low):
        level = 95 if kind == "contrast" else 90
        text += f", {level} % interval {number(low)} to {number(high)}"
    if band:
        text += f", margin {number(margin)}"
    return {
        "text": text,
        "width": WIDTH,
        "value": place(value),
        "low": place(low),
        "high": place(high),
        "zero": place(0),
        "band": tuple(map(place, band)) if band else None,
    }


def scale(shown: Iterable[float | None]) -> Callable[[float | None], float | None]:
    """Where numbers lie in a drawing that reaches from the least to the largest.

    Parameters
    ----------
    shown
        The numbers in one drawing, or in several with a common scale.

    Returns
    -------
    function
        Of a number, its place from left to right in units of the drawing; None of a
        missing one.
    """
    known = [x for x in shown if not _missing(x)] or [0]
    least, span = min(known), (max(known) - min(known)) or 1

    def place(x: float | None) -> float | None:
        if _missing(x):
            return None
        return round(MARGIN + (WIDTH - 2 * MARGIN) * (x - least) / span, 1)

    return place


def _missing(value: object) -> bool:
    return value is None or not math.isfinite(value)


def _sorted_by(value: object) -> float | str:
    return "" if value is None or not math.isfinite(value) else float(value)
