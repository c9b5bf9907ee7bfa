"""The claims of the paper, in the order of its figures.

Light enough for the Snakefile to import: scipy and pandas are imported only where a
claim is evaluated.
"""

from music_selectivity.analyses.contrasts import as_data
from music_selectivity.claims.claim import Claim
from music_selectivity.claims.conventions import Conventions
from music_selectivity.claims.detection import DETECTION
from music_selectivity.claims.memorization import (
    DETECTION_AFTER_MEMORIZATION,
    quilts_after_memorization,
)
from music_selectivity.claims.natural_sounds import NATURAL
from music_selectivity.claims.other_categories import other_categories
from music_selectivity.claims.readout import READ_OUT, READ_OUT_OF_EIGHTHS
from music_selectivity.claims.selectivity import (
    selectivity,
    selectivity_of_other_models,
)
from music_selectivity.claims.separation import SEPARATION
from music_selectivity.claims.silencing import SILENCING
from music_selectivity.claims.temporal import temporal_structure
from music_selectivity.claims.without_speech import trained_without_speech


def all_claims(conventions: Conventions) -> tuple[Claim, ...]:
    """All claims, by the choices of a study."""
    return (
        *DETECTION,
        *SEPARATION,
        *READ_OUT,
        *selectivity(conventions),
        *READ_OUT_OF_EIGHTHS,
        *NATURAL,
        *selectivity_of_other_models(conventions),
        *temporal_structure(conventions),
        *quilts_after_memorization(conventions),
        *SILENCING,
        *DETECTION_AFTER_MEMORIZATION,
        *trained_without_speech(conventions),
        *other_categories(conventions),
    )


def mixed_contrasts(conventions: Conventions) -> dict[str, dict[str, str | int]]:
    """What the claims' mixed-effects models compare, by claim, as plain data."""
    return {
        claim.id: as_data(claim.mixed)
        for claim in all_claims(conventions)
        if claim.mixed
    }
