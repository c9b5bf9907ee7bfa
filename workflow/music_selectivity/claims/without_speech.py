"""Claims on networks trained without music and without speech (Fig. S10)."""

from music_selectivity.analyses.contrasts import Selectivity, SmallerQuiltLoss
from music_selectivity.claims.claim import (
    RATIO,
    SEGREGATION,
    Claim,
    above_untrained,
    quilted,
    ratio,
    segregation,
)
from music_selectivity.claims.comparisons import Unpaired
from music_selectivity.paper import RESPONSE_RATIOS
from music_selectivity.vocabulary import (
    UNTRAINED,
    WITHOUT_MUSIC,
    WITHOUT_MUSIC_AND_SPEECH,
)

TRAINED_WITHOUT_SPEECH = (
    above_untrained(
        WITHOUT_MUSIC_AND_SPEECH,
        segregation,
        SEGREGATION,
        id="S10-a",
        sentence="Networks trained without music and speech separate music from other "
        "sounds more than untrained networks",
        where="Fig. S10a",
        paper="clear islands",
    ),
    above_untrained(
        WITHOUT_MUSIC_AND_SPEECH,
        ratio,
        RATIO,
        id="S10-b",
        sentence="Networks trained without music and speech have music-selective "
        "units, which also prefer music on clips that were not used to select them",
        where="Fig. S10b",
        paper=f"{RESPONSE_RATIOS[WITHOUT_MUSIC_AND_SPEECH]}",
        paper_value=RESPONSE_RATIOS[WITHOUT_MUSIC_AND_SPEECH].value,
        permuted=WITHOUT_MUSIC_AND_SPEECH,
        mixed=Selectivity(model=WITHOUT_MUSIC_AND_SPEECH, than=UNTRAINED),
    ),
    Claim(
        id="S10-c",
        sentence="When music is quilted with segments of 50 ms, music-selective units "
        "of networks trained without music and speech lose less of their response than "
        "those of networks trained without music but with speech",
        where="Fig. S10c",
        paper="weaker slope",
        models=(WITHOUT_MUSIC_AND_SPEECH, WITHOUT_MUSIC),
        comparison=Unpaired(
            quilted(WITHOUT_MUSIC_AND_SPEECH, 50), quilted(WITHOUT_MUSIC, 50)
        ),
        measured="response of music-selective units to quilts of 50 ms over that to "
        f"the original, {WITHOUT_MUSIC_AND_SPEECH} against {WITHOUT_MUSIC}",
        shown=quilted(WITHOUT_MUSIC_AND_SPEECH, 50),
        mixed=SmallerQuiltLoss(
            model=WITHOUT_MUSIC_AND_SPEECH, than=WITHOUT_MUSIC, segment=50
        ),
    ),
)
