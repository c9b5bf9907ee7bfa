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
    "embedding": Entry(
        "Music and other sounds in t-SNE", "Fig. 1d, S2, S3, S5, S9, S10"
    ),
    "readout": Entry("Music read out from all features", "Fig. S3, S4"),
    "unit_responses": Entry("Mean response of all units", "Fig. 2a"),
    "msi_distribution": Entry("Music-selectivity index of each unit", "beside Fig. 2b"),
    "selectivity_ratio": Entry(
        "Response ratio of music-selective units", "Fig. 2b and 3e"
    ),
    "amplitude": Entry("Response ratio at equal and at lower levels", "Fig. 2c"),
    "readout_units": Entry("Music read out from each eighth of units", "Fig. 2d"),
    "readout_genres": Entry("Genres of music read out from units", "Fig. S6"),
    "natural_sounds": Entry("Responses to the 165 natural sounds", "Fig. 3b"),
    "natural_ratio": Entry("Response ratio over the natural sounds", "Fig. 3c"),
    "natural_categories": Entry("Responses to categories of sounds", "Fig. 3d"),
    "quilts": Entry("Responses to sound quilts", "Fig. 4b, c"),
    "quilts_genres": Entry("Responses to quilts, by genre", "Fig. S7"),
    "quilts_models": Entry("Responses to quilts, by model", "Fig. 5b, S4, S5, S10"),
    "ablation": Entry("Non-music detection with units silenced", "Fig. 5c"),
    "random_ablation": Entry("Random sets of units silenced", "beside Fig. 5c"),
    "training_course": Entry("Over the course of training", "Fig. S8"),
    "categories": Entry("Units selective for other categories", "Fig. S11, S12"),
    "calibration": Entry("Response ratios of permuted labels", "calibration"),
}
