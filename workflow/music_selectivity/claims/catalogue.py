"""The claims of the paper, in the order of its figures.

Light enough for the Snakefile to import: scipy and pandas are imported only where a
claim is evaluated.
"""

from music_selectivity.analyses.contrasts import as_data
from music_selectivity.claims.detection import DETECTION
from music_selectivity.claims.memorization import (
    DETECTION_AFTER_MEMORIZATION,
    QUILTS_AFTER_MEMORIZATION,
)
from music_selectivity.claims.natural_sounds import NATURAL
from music_selectivity.claims.other_categories import OTHER_CATEGORIES
from music_selectivity.claims.readout import READ_OUT, READ_OUT_OF_EIGHTHS
from music_selectivity.claims.selectivity import OTHER_MODELS, SELECTIVITY
from music_selectivity.claims.separation import SEPARATION
from music_selectivity.claims.silencing import SILENCING
from music_selectivity.claims.temporal import TEMPORAL_STRUCTURE
from music_selectivity.claims.without_speech import TRAINED_WITHOUT_SPEECH

CLAIMS = (
    *DETECTION,
    *SEPARATION,
    *READ_OUT,
    *SELECTIVITY,
    *READ_OUT_OF_EIGHTHS,
    *NATURAL,
    *OTHER_MODELS,
    *TEMPORAL_STRUCTURE,
    *QUILTS_AFTER_MEMORIZATION,
    *SILENCING,
    *DETECTION_AFTER_MEMORIZATION,
    *TRAINED_WITHOUT_SPEECH,
    *OTHER_CATEGORIES,
)


def mixed_contrasts() -> dict[str, dict[str, str | int]]:
    """What the claims' mixed-effects models compare, by claim, as plain data."""
    return {claim.id: as_data(claim.mixed) for claim in CLAIMS if claim.mixed}
