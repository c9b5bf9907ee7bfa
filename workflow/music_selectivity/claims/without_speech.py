"""Claims on networks trained without music and without speech (Fig. S10)."""

from music_selectivity.analyses.contrasts import Selectivity, SmallerQuiltLoss
from music_selectivity.claims.claim import (
    CHOSEN_AGAIN,
    CHOSEN_ONCE,
    SEGREGATION,
    Claim,
    above_untrained,
    quilted,
    ratio,
    ratio_text,
    segregation,
)
from music_selectivity.claims.comparisons import Unpaired
from music_selectivity.claims.conventions import Conventions
from music_selectivity.claims.temporal import SHORTEST
from music_selectivity.paper import RESPONSE_RATIOS
from music_selectivity.vocabulary import (
    UNTRAINED,
    WITHOUT_MUSIC,
    WITHOUT_MUSIC_AND_SPEECH,
)


def trained_without_speech(conventions: Conventions) -> tuple[Claim, ...]:
    """The claims of Fig. S10."""
    without_speech, with_speech = (
        quilted(model, SHORTEST, conventions)
        for model in (WITHOUT_MUSIC_AND_SPEECH, WITHOUT_MUSIC)
    )
    return (
        above_untrained(
            WITHOUT_MUSIC_AND_SPEECH,
            segregation,
            SEGREGATION,
            id="S10-a",
            sentence="Networks trained without music and speech separate music from "
            "other sounds more than untrained networks",
            where="Fig. S10a",
            paper="clear islands",
        ),
        above_untrained(
            WITHOUT_MUSIC_AND_SPEECH,
            ratio(conventions),
            ratio_text(conventions),
            id="S10-b",
            sentence="Networks trained without music and speech have music-selective "
            "units, which also prefer music on clips that were not used to select them",
            where="Fig. S10b",
            paper=f"{RESPONSE_RATIOS[WITHOUT_MUSIC_AND_SPEECH]}",
            reported=RESPONSE_RATIOS[WITHOUT_MUSIC_AND_SPEECH],
            chosen=CHOSEN_AGAIN,
            permuted=WITHOUT_MUSIC_AND_SPEECH,
            mixed=Selectivity(
                model=WITHOUT_MUSIC_AND_SPEECH, than=UNTRAINED, split=conventions.split
            ),
        ),
        Claim(
            id="S10-c",
            sentence=f"When music is quilted with segments of {SHORTEST} ms, "
            "music-selective units of networks trained without music and speech lose "
            "less of their response than those of networks trained without music but "
            "with speech",
            where="Fig. S10c",
            paper="weaker slope",
            models=(WITHOUT_MUSIC_AND_SPEECH, WITHOUT_MUSIC),
            comparison=Unpaired(without_speech, with_speech),
            measured="response of music-selective units to quilts of "
            f"{SHORTEST} ms over that to the original, {WITHOUT_MUSIC_AND_SPEECH} "
            f"against {WITHOUT_MUSIC}",
            shown=without_speech,
            chosen=CHOSEN_ONCE,
            mixed=SmallerQuiltLoss(
                model=WITHOUT_MUSIC_AND_SPEECH,
                than=WITHOUT_MUSIC,
                segment=SHORTEST,
                order=conventions.order,
            ),
            of_quilts=True,
        ),
    )
