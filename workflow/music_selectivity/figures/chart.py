"""How the page of a study draws the table of a figure, network by network."""

from dataclasses import dataclass, field

# A row for each place, with dots; or a line for each network from place to place.
ROWS, LINES = "rows", "lines"


@dataclass(frozen=True)
class Chart:
    """Which columns of a figure's table are drawn, and where.

    Each mark is a network. A table of means has the columns sd and networks in place of
    seed. Columns paper and chance, where the table has them, are drawn as well.

    Attributes
    ----------
    value, label : str
        Column of what is drawn, and what it is.
    along, axis : str
        Column of the places along the other axis, and what they are.
    kind : str
        `ROWS` or `LINES`.
    panels : str
        Column with a panel for each entry; empty for a single panel.
    series : str
        Column with a colour for each entry.
    only : dict
        By column, the entry that a row must have to be drawn.
    names : dict
        What readers call entries, where the vocabulary has no name.
    reference : list
        A number that is marked, and what it stands for; none if empty.
    hollow : list
        Column of a second number of each network, and what it is; none if empty.
    free : bool
        Whether each panel has a scale of its own.
    """

    value: str
    label: str
    along: str
    axis: str = ""
    kind: str = ROWS
    panels: str = ""
    series: str = "model"
    only: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    reference: list = field(default_factory=list)
    hollow: list[str] = field(default_factory=list)
    free: bool = False
