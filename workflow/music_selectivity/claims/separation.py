"""Claims on how far features separate music from other sounds (Fig. 1d, S2, S8, S9)."""

from music_selectivity.claims.claim import (
    SEGREGATION,
    Claim,
    above_linear,
    above_untrained,
    segregation,
)
from music_selectivity.claims.comparisons import Rises
from music_selectivity.claims.quantities import Quantity, of, slope, together
from music_selectivity.measures import (
    SEGREGATION_INDEX,
    TRAINING_COURSE_MEAN_AP,
    TRAINING_COURSE_RESPONSE_RATIO,
    TRAINING_COURSE_SEGREGATION_INDEX,
    Measure,
)
from music_selectivity.paper import OWN_SEGREGATION_INDICES
from music_selectivity.vocabulary import (
    GABOR,
    OWN_BINS,
    PCA,
    WITH_MUSIC,
    WITHOUT_MUSIC,
)


def own_segregation(model: str) -> Quantity:
    """Segregation index of the public notebook, with each group's own bins."""
    return of(model, SEGREGATION_INDEX, bins=OWN_BINS)


def grows(measure: Measure, name: str, **fields) -> Claim:
    """A claim that a measure grows with precision over the course of training."""
    points = together(WITHOUT_MUSIC, TRAINING_COURSE_MEAN_AP, measure)
    return Claim(
        where="Fig. S8",
        models=(WITHOUT_MUSIC,),
        comparison=Rises(slope(points)),
        measured=f"relative change of the {name} along its regression on mean average "
        "precision over non-music classes, from the least to the largest in training",
        shown=slope(points),
        pooled=points,
        **fields,
    )


SEPARATION = (
    above_untrained(
        WITHOUT_MUSIC,
        segregation,
        SEGREGATION,
        id="1d",
        sentence="Networks trained without music separate music from other sounds more "
        "than untrained networks",
        where="Fig. 1d, S5",
        paper="clear islands",
    ),
    above_untrained(
        WITHOUT_MUSIC,
        own_segregation,
        "segregation index of music and non-music in t-SNE, each group's own bins",
        id="1d-own",
        sentence="By the public notebook's segregation index, which can rate "
        "overlapping groups as separate, networks trained without music separate music "
        "from other sounds more than untrained networks",
        where="Fig. 1d",
        paper=f"{OWN_SEGREGATION_INDICES[WITHOUT_MUSIC]} (public notebook, one "
        "network)",
        reported=OWN_SEGREGATION_INDICES[WITHOUT_MUSIC],
    ),
    *(
        above_linear(
            WITHOUT_MUSIC,
            other,
            segregation,
            SEGREGATION,
            id=f"S2-{letter}",
            sentence=f"{name} separate music from other sounds less than networks "
            "trained without music",
            where=where,
            paper="no islands",
        )
        for letter, other, name, where in (
            ("a", PCA, "Principal components", "Fig. S2, S3"),
            ("b", GABOR, "Gabor filters", "Fig. S3"),
        )
    ),
    above_untrained(
        WITH_MUSIC,
        segregation,
        SEGREGATION,
        id="S9",
        sentence="Networks trained with music separate music from other sounds more "
        "than untrained networks",
        where="Fig. S9",
        paper="clear islands",
    ),
    grows(
        TRAINING_COURSE_SEGREGATION_INDEX,
        "segregation index",
        id="S8-a",
        sentence="As networks trained without music learn to detect non-music sounds, "
        "they separate music from other sounds more",
        paper="separation grows with performance",
    ),
    grows(
        TRAINING_COURSE_RESPONSE_RATIO,
        "response ratio",
        id="S8-b",
        sentence="As networks trained without music learn to detect non-music sounds, "
        "their units become more music-selective",
        paper="selectivity grows with performance",
    ),
)
