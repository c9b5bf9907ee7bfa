"""The claims of the paper, in the order of its figures."""

from music_selectivity.claims.detection import DETECTION, READ_OUT, SEPARATION
from music_selectivity.claims.function import (
    FUNCTION,
    OTHER_CATEGORIES,
    WITHOUT_SPEECH,
)
from music_selectivity.claims.selectivity import (
    NATURAL_SOUNDS,
    OTHER_MODELS,
    SELECTIVITY,
)
from music_selectivity.claims.temporal import MEMORIZATION, TEMPORAL_STRUCTURE

CLAIMS = (
    *DETECTION,
    *SEPARATION,
    *READ_OUT,
    *SELECTIVITY,
    *NATURAL_SOUNDS,
    *OTHER_MODELS,
    *TEMPORAL_STRUCTURE,
    *MEMORIZATION,
    *FUNCTION,
    *WITHOUT_SPEECH,
    *OTHER_CATEGORIES,
)
