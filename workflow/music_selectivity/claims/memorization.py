"""Claims on networks that memorized random labels (Fig. 5b, Methods)."""

from music_selectivity.analyses.contrasts import SmallerQuiltLoss
from music_selectivity.claims.claim import Claim, detection, quilted
from music_selectivity.claims.comparisons import EveryNetwork, Unpaired
from music_selectivity.claims.quantities import of
from music_selectivity.claims.verdicts import NO_DIFFERENCE
from music_selectivity.measures import TRAIN_AP
from music_selectivity.paper import MEMORIZED_AP, RANK_SUM_P
from music_selectivity.vocabulary import ALL_CLASSES, MEMORIZATION, WITHOUT_MUSIC


def quilt_loss(segment: int, alternative: str, amount: str, **fields) -> Claim:
    """A claim on what quilting costs after memorization and after true training."""
    first, second = (quilted(model, segment) for model in (MEMORIZATION, WITHOUT_MUSIC))
    return Claim(
        id=f"5b-{segment}",
        sentence="When music is quilted with segments of "
        f"{segment} ms, music-selective units of networks that memorized random labels "
        f"lose {amount} those of networks trained on true labels",
        where="Fig. 5b",
        models=(MEMORIZATION, WITHOUT_MUSIC),
        comparison=Unpaired(first, second, alternative),
        measured=f"response of music-selective units to quilts of {segment} ms over "
        f"that to the original, {MEMORIZATION} against {WITHOUT_MUSIC}",
        shown=first,
        mixed=SmallerQuiltLoss(model=MEMORIZATION, than=WITHOUT_MUSIC, segment=segment),
        **fields,
    )


QUILTS_AFTER_MEMORIZATION = (
    *(
        quilt_loss(segment, "greater", "less of their response than", paper=RANK_SUM_P)
        for segment in (50, 100)
    ),
    *(
        quilt_loss(
            segment,
            "two-sided",
            "as much of their response as",
            paper="not significant",
            kind=NO_DIFFERENCE,
        )
        for segment in (200, 400, 800, 1600)
    ),
)

DETECTION_AFTER_MEMORIZATION = (
    Claim(
        id="M-a",
        sentence="Networks trained on random labels memorize the labels of their "
        "training clips",
        where="Methods",
        paper=f"average precision above {MEMORIZED_AP}",
        models=(MEMORIZATION,),
        comparison=EveryNetwork(of(MEMORIZATION, TRAIN_AP), MEMORIZED_AP),
        measured="average precision on the training clips",
        shown=of(MEMORIZATION, TRAIN_AP),
    ),
    detection(
        MEMORIZATION,
        ALL_CLASSES,
        id="M-b",
        sentence="Networks that memorized random labels detect the sounds of other "
        "clips no better than untrained networks",
        where="Methods",
        paper="at chance",
        kind=NO_DIFFERENCE,
    ),
)
