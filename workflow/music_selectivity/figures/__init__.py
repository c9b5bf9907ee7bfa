"""The figures of the study, one module each.

Every module has ``table(...)``, the numbers that the figure shows, and
``draw(table, style)``, the figure of that table alone. Modules are imported by name,
one at a time, so that an edit of one figure concerns no other.
"""

from typing import NamedTuple

# What a figure is measured on, with room for the numbers of clips.
CLIPS = "evaluation clips: {music} of music, {nonmusic} of other sounds"
ALL_CLIPS = f"{CLIPS}, and those of both"
MUSIC = "evaluation clips: {music} of music"
OTHER_SOUNDS = ""


class Entry(NamedTuple):
    """What a figure is called, its panel in the paper, and what it is measured on."""

    title: str
    panel: str
    clips: str = CLIPS


FIGURES = {
    "class_precision": Entry("Detection of each sound class", "Fig. 1c", ALL_CLIPS),
    "embedding": Entry(
        "Music and other sounds in t-SNE", "Fig. 1d, S2, S3, S5, S9, S10, S11"
    ),
    "readout": Entry("Music read out from all features", "Fig. S3, S4"),
    "unit_responses": Entry("Mean response of all units", "Fig. 2a"),
    "msi_distribution": Entry(
        "Music-selectivity index of each unit", "Fig. S4b, and beside 2b"
    ),
    "selectivity_ratio": Entry(
        "Response ratio of music-selective units", "Fig. 2b and 3e"
    ),
    "amplitude": Entry("Response ratio at equal and at lower levels", "Fig. 2c"),
    "readout_units": Entry("Music read out from each eighth of units", "Fig. 2d"),
    "readout_genres": Entry("Genres of music read out from units", "Fig. S6"),
    "natural_sounds": Entry(
        "Responses to the 165 natural sounds", "Fig. 3b", OTHER_SOUNDS
    ),
    "natural_ratio": Entry(
        "Response ratio over the natural sounds", "Fig. 3c", OTHER_SOUNDS
    ),
    "natural_categories": Entry(
        "Responses to categories of sounds", "Fig. 3d", OTHER_SOUNDS
    ),
    "quilts": Entry("Responses to sound quilts", "Fig. 4b, c"),
    "quilts_genres": Entry("Responses to quilts, by genre", "Fig. S7", MUSIC),
    "quilts_models": Entry(
        "Responses to quilts, by model", "Fig. 5b, S4, S5, S10", MUSIC
    ),
    "ablation": Entry("Non-music detection with units silenced", "Fig. 5c", ALL_CLIPS),
    "random_ablation": Entry(
        "Random sets of units silenced", "beside Fig. 5c", ALL_CLIPS
    ),
    "training_course": Entry("Over the course of training", "Fig. S8", ALL_CLIPS),
    "training_embedding": Entry(
        "Music and other sounds in t-SNE over the course of training", "Fig. S8"
    ),
    "categories": Entry(
        "Units selective for other categories", "Fig. S11, S12", ALL_CLIPS
    ),
    "calibration": Entry("Response ratios of permuted labels", "calibration"),
}
