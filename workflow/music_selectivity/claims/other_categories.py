"""Claims on units that are selective for other categories of sound (Fig. S11, S12)."""

from music_selectivity.analyses.contrasts import CategoryQuiltLoss
from music_selectivity.claims.claim import Claim, ratio
from music_selectivity.claims.comparisons import Paired
from music_selectivity.claims.quantities import Quantity, of, quotient
from music_selectivity.claims.verdicts import NO_DIFFERENCE
from music_selectivity.measures import CATEGORY_QUILT_RESPONSE, CATEGORY_RATIO
from music_selectivity.paper import CATEGORY_RATIOS
from music_selectivity.vocabulary import (
    ANIMAL,
    ORIGINAL,
    SPEECH,
    VEHICLE,
    WATER,
    WITHOUT_MUSIC,
)

# The sounds of each category in words, and the figure that shows them.
SOUNDS = {
    SPEECH: ("speech", "Fig. S11"),
    VEHICLE: ("vehicle sounds", "Fig. S12"),
    ANIMAL: ("animal sounds", "Fig. S12"),
    WATER: ("water sounds", "Fig. S12"),
}


def category_ratio(category: str) -> Quantity:
    """Response ratio of a category's units to its sounds and to others."""
    return of(WITHOUT_MUSIC, CATEGORY_RATIO, category=category)


def category_response(category: str, segment: int | str) -> Quantity:
    """Response of a category's units to quilts of its sounds."""
    return of(
        WITHOUT_MUSIC, CATEGORY_QUILT_RESPONSE, category=category, segment=segment
    )


def selectivity(id: str, category: str) -> Claim:
    """A claim on the selectivity for a category and for music."""
    sounds, figure = SOUNDS[category]
    reported = CATEGORY_RATIOS.get(category)
    return Claim(
        id=id,
        sentence="In networks trained without music, units are more selective for "
        f"music than for {sounds}",
        where=figure,
        paper=str(reported) if reported else "weaker than music",
        paper_value=reported.value if reported else None,
        models=(WITHOUT_MUSIC,),
        comparison=Paired(ratio(WITHOUT_MUSIC), category_ratio(category)),
        measured=f"response ratio of {category}-selective units to {sounds} and others",
        shown=category_ratio(category),
    )


def quilt_loss(id: str, category: str) -> Claim:
    """A claim on what quilting does to the response to a category."""
    sounds, figure = SOUNDS[category]
    original, quilts = (category_response(category, x) for x in (ORIGINAL, 50))
    return Claim(
        id=id,
        sentence="In networks trained without music, quilting with segments of 50 ms "
        f"does not lower the response of {category}-selective units to {sounds}",
        where=figure,
        paper="no quilt effect",
        models=(WITHOUT_MUSIC,),
        comparison=Paired(original, quilts),
        measured=f"response to {sounds} quilted at 50 ms over that to the original",
        shown=quotient(quilts, original),
        mixed=CategoryQuiltLoss(model=WITHOUT_MUSIC, category=category, segment=50),
        kind=NO_DIFFERENCE,
    )


OTHER_CATEGORIES = (
    selectivity("S11-a", SPEECH),
    selectivity("S11-b", VEHICLE),
    selectivity("S11-c", ANIMAL),
    selectivity("S11-d", WATER),
    quilt_loss("S11-e", SPEECH),
    quilt_loss("S11-f", VEHICLE),
    quilt_loss("S11-g", ANIMAL),
    quilt_loss("S11-h", WATER),
)
