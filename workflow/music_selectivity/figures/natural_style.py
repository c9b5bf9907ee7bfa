"""What the figures of the 165 natural sounds share: colours, names and titles."""

from music_selectivity.figures.style import Style, label
from music_selectivity.vocabulary import (
    COMPONENTS,
    FMRI,
    INSTRUMENTAL_MUSIC,
    MUSIC,
    NATURAL_CATEGORIES,
)

BRAIN_TITLE = "Music component of the brain (fMRI)"
ABSENT = "Not available: this study has no natural sounds (natural_sounds.folder)"

# What readers call the response components.
COMPONENT_NAMES = dict(
    zip(
        COMPONENTS,
        [
            "low frequency",
            "high frequency",
            "environmental",
            "pitch",
            "speech",
            "music",
        ],
        strict=True,
    )
)

# Warm for music, blue for speech, violet for voices, green for animals; then nature,
# machines and the environment. Also for colour-blind readers.
CATEGORY_COLOURS = dict(
    zip(
        NATURAL_CATEGORIES,
        [
            "#8b0000",
            "#e8601c",
            "#1965b0",
            "#7bafde",
            "#882e72",
            "#caacdb",
            "#4eb265",
            "#cae0ab",
            "#f7d95c",
            "#555555",
            "#b5b5b5",
        ],
        strict=True,
    )
)


def category_colour(category: str, style: Style) -> str:
    """Colour of a category; that of instrumental music is the study's for music."""
    if category == INSTRUMENTAL_MUSIC:
        return style.colour(MUSIC)
    return CATEGORY_COLOURS[category]


def source_title(source: str, networks: int) -> str:
    """What a panel shows: the brain, or the MS units of so many networks."""
    if source == FMRI:
        return BRAIN_TITLE
    several = f", mean of {networks} networks" if networks > 1 else ""
    return f"Music-selective units, {label(source)}{several}"
