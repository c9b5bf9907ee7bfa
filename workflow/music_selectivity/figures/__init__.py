"""The figures of the study, one module each.

Every module has ``table(...)``, the numbers that the figure shows, and
``draw(table, style)``, the figure of that table alone. Modules are imported by name,
one at a time, so that an edit of one figure concerns no other.
"""

from typing import NamedTuple


class Entry(NamedTuple):
    """What a figure is called, and which panel of the paper it answers to."""

    title: str
    panel: str


FIGURES = {
    "class_precision": Entry("Detection of each sound class", "Fig. 1c"),
    "unit_responses": Entry("Mean response of all units", "Fig. 2a"),
    "selectivity_ratio": Entry(
        "Response ratio of music-selective units", "Fig. 2b and 3e"
    ),
    "msi_distribution": Entry("Music-selectivity index of each unit", "beside Fig. 2b"),
    "ablation": Entry("Non-music detection with units silenced", "Fig. 5c"),
}
