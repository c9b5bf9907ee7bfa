"""Claims on which classes of sound networks detect (Fig. 1c)."""

from music_selectivity.claims.claim import Claim, detection, mean_ap
from music_selectivity.claims.comparisons import Paired
from music_selectivity.claims.quantities import Quantity, of, quotient
from music_selectivity.measures import RANDOM_AP
from music_selectivity.paper import CHANCE_APS, MEAN_APS
from music_selectivity.vocabulary import (
    ALL_CLASSES,
    MUSIC,
    NONMUSIC,
    WITH_MUSIC,
    WITHOUT_MUSIC,
)


def times_chance(classes: str) -> Quantity:
    """Mean average precision without music in training, over that of random scores.

    Random scores exceed the prevalence, which CHANCE_AP is: see
    ``ablation.random_average_precision``.
    """
    chance = of(WITHOUT_MUSIC, RANDOM_AP, classes=classes)
    return quotient(mean_ap(WITHOUT_MUSIC, classes), chance)


def reported(classes: str) -> str:
    """What the public notebook reports of networks trained without music."""
    precision, chance = MEAN_APS[WITHOUT_MUSIC, classes], CHANCE_APS[classes]
    return f"{precision}, chance {chance} (public notebook, one network)"


DETECTION = (
    detection(
        WITHOUT_MUSIC,
        NONMUSIC,
        id="1c-a",
        sentence="Networks trained without music detect non-music sounds better than "
        "untrained networks",
        where="Fig. 1c",
        paper=reported(NONMUSIC),
    ),
    Claim(
        id="1c-b",
        sentence="Networks trained without music detect music-related classes less "
        "well, relative to chance, than other classes",
        where="Fig. 1c",
        paper=reported(MUSIC),
        models=(WITHOUT_MUSIC,),
        comparison=Paired(times_chance(NONMUSIC), times_chance(MUSIC)),
        measured="mean average precision over music-related classes, times chance",
        shown=times_chance(MUSIC),
    ),
    detection(
        WITH_MUSIC,
        ALL_CLASSES,
        id="1c-c",
        sentence="Networks trained with music detect sounds of all classes better than "
        "untrained networks",
        where="Fig. 1c",
        paper=f"{MEAN_APS[WITH_MUSIC, ALL_CLASSES]} (public notebook, one network)",
    ),
)
