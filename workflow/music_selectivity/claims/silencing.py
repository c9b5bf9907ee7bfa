"""Claims on what silencing units costs the detection of non-music sounds (Fig. 5c)."""

from music_selectivity.analyses.contrasts import SilencingLoss
from music_selectivity.claims.claim import CHOSEN_ONCE, Claim, mean_ap
from music_selectivity.claims.comparisons import EveryNetwork, Paired
from music_selectivity.claims.quantities import Quantity, difference, of
from music_selectivity.claims.verdicts import LEVEL
from music_selectivity.measures import RANDOM_ABLATION_P
from music_selectivity.paper import SIGNED_RANK_P, SILENCING_EFFECT_SIZE
from music_selectivity.vocabulary import (
    L1_TOP,
    MSI_BOTTOM,
    MSI_MIDDLE,
    MSI_TOP,
    NO_UNITS,
    NONMUSIC,
    WITHOUT_MUSIC,
)

IMPAIRS = (
    "Silencing the most music-selective units of networks trained without music "
    "impairs the detection of non-music sounds"
)
RANDOM_P = of(WITHOUT_MUSIC, RANDOM_ABLATION_P, silenced=MSI_TOP)


def precision(silenced: str) -> Quantity:
    """Mean average precision over non-music classes, with a set of units silenced."""
    return mean_ap(WITHOUT_MUSIC, NONMUSIC, silenced)


SILENCING = (
    *(
        Claim(
            id=f"5c-{letter}",
            sentence=IMPAIRS + comparison,
            where="Fig. 5c",
            paper=f"{SIGNED_RANK_P}, effect size {SILENCING_EFFECT_SIZE}",
            models=(WITHOUT_MUSIC,),
            comparison=Paired(precision(reference), precision(MSI_TOP)),
            measured="loss of mean average precision over non-music classes",
            shown=difference(precision(reference), precision(MSI_TOP)),
            chosen=CHOSEN_ONCE,
            mixed=SilencingLoss(
                model=WITHOUT_MUSIC, silenced=MSI_TOP, reference=reference
            ),
        )
        for letter, reference, comparison in (
            ("a", NO_UNITS, ""),
            (
                "b",
                MSI_BOTTOM,
                " more than silencing the least music-selective units",
            ),
            (
                "c",
                MSI_MIDDLE,
                " more than silencing moderately music-selective units",
            ),
            (
                "d",
                L1_TOP,
                " more than silencing the units of largest L1 norm",
            ),
        )
    ),
    Claim(
        id="5c-e",
        sentence=f"{IMPAIRS} more than silencing equally many random units does in 95 "
        "of 100 draws",
        where="cf. Fig. 5c",
        paper="not in the paper",
        models=(WITHOUT_MUSIC,),
        comparison=EveryNetwork(RANDOM_P, LEVEL, above=False),
        measured="share of random sets whose silencing impairs detection as much",
        shown=RANDOM_P,
    ),
)
