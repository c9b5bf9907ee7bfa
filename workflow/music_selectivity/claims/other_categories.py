"""Claims on units that are selective for other categories of sound (Fig. S11, S12)."""

from music_selectivity.analyses.contrasts import CategoryQuiltLoss
from music_selectivity.claims.claim import CHOSEN_ONCE, Claim, ratio
from music_selectivity.claims.comparisons import Equivalence, Paired
from music_selectivity.claims.conventions import Conventions
from music_selectivity.claims.quantities import Quantity, change, of, quotient
from music_selectivity.claims.temporal import SHORTEST
from music_selectivity.measures import (
    CATEGORY_QUILT_RESPONSE,
    CATEGORY_RATIO,
    UNQUILTED_CATEGORY_RESPONSE,
)
from music_selectivity.paper import CATEGORY_RATIOS
from music_selectivity.vocabulary import ANIMAL, SPEECH, VEHICLE, WATER, WITHOUT_MUSIC

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


def selectivity(id: str, category: str, conventions: Conventions) -> Claim:
    """A claim on the selectivity for a category and for music."""
    sounds, figure = SOUNDS[category]
    reported = CATEGORY_RATIOS.get(category)
    return Claim(
        id=id,
        sentence="In networks trained without music, units are more selective for "
        f"music than for {sounds}",
        where=figure,
        paper=str(reported) if reported else "weaker than music",
        reported=reported,
        models=(WITHOUT_MUSIC,),
        comparison=Paired(ratio(conventions)(WITHOUT_MUSIC), category_ratio(category)),
        measured=f"response ratio of {category}-selective units to {sounds} and others",
        shown=category_ratio(category),
        chosen=CHOSEN_ONCE,
    )


def quilt_loss(id: str, category: str, conventions: Conventions) -> Claim:
    """A claim on what quilting does to the response to a category."""
    sounds, figure = SOUNDS[category]
    original = of(WITHOUT_MUSIC, UNQUILTED_CATEGORY_RESPONSE, category=category)
    quilts = of(
        WITHOUT_MUSIC,
        CATEGORY_QUILT_RESPONSE,
        category=category,
        order=conventions.order,
        segment=SHORTEST,
    )
    return Claim(
        id=id,
        sentence="In networks trained without music, quilting with segments of "
        f"{SHORTEST} ms does not change the response of {category}-selective units to "
        f"{sounds}",
        where=figure,
        paper="no quilt effect",
        models=(WITHOUT_MUSIC,),
        comparison=Equivalence(change(quilts, original), Paired(original, quilts)),
        measured=f"response to {sounds} quilted at {SHORTEST} ms over that to the "
        "original",
        shown=quotient(quilts, original),
        chosen=CHOSEN_ONCE,
        mixed=CategoryQuiltLoss(
            model=WITHOUT_MUSIC,
            category=category,
            segment=SHORTEST,
            order=conventions.order,
        ),
        of_quilts=True,
    )


def other_categories(conventions: Conventions) -> tuple[Claim, ...]:
    """The claims of Fig. S11 and S12."""
    categories = (SPEECH, VEHICLE, ANIMAL, WATER)
    return (
        *(
            selectivity(f"S11-{letter}", category, conventions)
            for letter, category in zip("abcd", categories, strict=True)
        ),
        *(
            quilt_loss(f"S11-{letter}", category, conventions)
            for letter, category in zip("efgh", categories, strict=True)
        ),
    )
