"""Claims on the responses to the 165 natural sounds (Fig. 3b to d)."""

from music_selectivity.analyses.contrasts import NaturalSelectivity
from music_selectivity.claims.claim import (
    CHOSEN_ONCE,
    Claim,
    above_linear,
    above_untrained,
)
from music_selectivity.claims.comparisons import Paired
from music_selectivity.claims.quantities import Quantity, largest_of, of
from music_selectivity.measures import (
    NATURAL_CATEGORY,
    NATURAL_CORRELATION,
    NATURAL_RATIO,
)
from music_selectivity.paper import NATURAL_RATIOS, SIGNED_RANK_P
from music_selectivity.vocabulary import (
    GABOR,
    INSTRUMENTAL_MUSIC,
    MS_UNITS,
    MUSIC_CATEGORIES,
    MUSIC_COMPONENT,
    UNTRAINED,
    VOCAL_MUSIC,
    WITH_MUSIC,
    WITHOUT_MUSIC,
)

RATIO = "music / other response ratio of music-selective units to the natural sounds"


def natural_ratio(model: str) -> Quantity:
    """Response of MS units to music among the natural sounds over that to the rest."""
    return of(model, NATURAL_RATIO, units=MS_UNITS)


def natural_category(category: str) -> Quantity:
    """Mean response of MS units to a category of the natural sounds."""
    return of(WITHOUT_MUSIC, NATURAL_CATEGORY, natural_category=category)


NATURAL = (
    *(
        Claim(
            id=f"3b-{letter}",
            sentence="Music-selective units of networks trained without music respond "
            f"more to {name} music than to any category of other natural sounds",
            where="Fig. 3b, d",
            paper=SIGNED_RANK_P,
            models=(WITHOUT_MUSIC,),
            comparison=Paired(
                natural_category(category),
                largest_of(
                    WITHOUT_MUSIC,
                    NATURAL_CATEGORY,
                    over="natural_category",
                    excluding=MUSIC_CATEGORIES,
                ),
            ),
            measured=f"mean response of music-selective units to {name} music, against "
            "the largest of the nine other categories",
            shown=natural_category(category),
            chosen=CHOSEN_ONCE,
        )
        for letter, category, name in (
            ("a", INSTRUMENTAL_MUSIC, "instrumental"),
            ("b", VOCAL_MUSIC, "vocal"),
        )
    ),
    *(
        above_untrained(
            model,
            natural_ratio,
            RATIO,
            id=f"3c-{letter}",
            sentence=f"Among the 165 natural sounds, music-selective units of networks "
            f"trained {title} music prefer music more than those of untrained networks",
            where="Fig. 3c",
            paper=f"{NATURAL_RATIOS[model]}, untrained {NATURAL_RATIOS[UNTRAINED]}",
            reported=NATURAL_RATIOS[model],
            reported_second=NATURAL_RATIOS[UNTRAINED],
            chosen=CHOSEN_ONCE,
            same_sounds=True,
            mixed=NaturalSelectivity(model=model, than=UNTRAINED),
        )
        for letter, model, title in (
            ("a", WITHOUT_MUSIC, "without"),
            ("b", WITH_MUSIC, "with"),
        )
    ),
    above_linear(
        WITHOUT_MUSIC,
        GABOR,
        natural_ratio,
        RATIO,
        id="3c-c",
        sentence="Among the 165 natural sounds, music-selective units of networks "
        "trained without music prefer music more than Gabor filters do",
        where="Fig. 3c",
        paper=f"{NATURAL_RATIOS[WITHOUT_MUSIC].value} against {NATURAL_RATIOS[GABOR]}",
        reported=NATURAL_RATIOS[WITHOUT_MUSIC],
        reported_second=NATURAL_RATIOS[GABOR],
        same_sounds=True,
        chosen=CHOSEN_ONCE,
    ),
    Claim(
        id="3d",
        sentence="Over the 165 natural sounds, the response of music-selective units "
        "of networks trained without music correlates more with the music component of "
        "the brain's responses than with any of the five other components",
        where="Fig. 3b, d",
        paper="shown, not tested",
        models=(WITHOUT_MUSIC,),
        comparison=Paired(
            of(WITHOUT_MUSIC, NATURAL_CORRELATION, component=MUSIC_COMPONENT),
            largest_of(
                WITHOUT_MUSIC,
                NATURAL_CORRELATION,
                over="component",
                excluding=[MUSIC_COMPONENT],
            ),
        ),
        measured="correlation with the music component, against the largest of the "
        "five others",
        shown=of(WITHOUT_MUSIC, NATURAL_CORRELATION, component=MUSIC_COMPONENT),
        chosen=CHOSEN_ONCE,
    ),
)
