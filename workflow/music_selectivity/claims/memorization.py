"""Claims on networks that memorized random labels (Fig. 5b, Methods)."""

from music_selectivity.analyses.contrasts import SmallerQuiltLoss
from music_selectivity.claims.claim import CHOSEN_ONCE, Claim, mean_ap, quilted
from music_selectivity.claims.comparisons import Equivalence, EveryNetwork, Unpaired
from music_selectivity.claims.conventions import Conventions
from music_selectivity.claims.quantities import (
    Quantity,
    change_by_seed,
    difference,
    of,
    of_networks_that,
)
from music_selectivity.claims.verdicts import AP_MARGIN
from music_selectivity.measures import TRAIN_AP
from music_selectivity.paper import MEMORIZED_AP, RANK_SUM_P
from music_selectivity.vocabulary import (
    ALL_CLASSES,
    MEMORIZATION,
    UNTRAINED,
    WITHOUT_MUSIC,
)

PRECISION_ON_TRAINING = of(MEMORIZATION, TRAIN_AP)


def of_memorizing(quantity: Quantity) -> Quantity:
    """A quantity of the networks that memorized their random labels."""
    return of_networks_that(PRECISION_ON_TRAINING, MEMORIZED_AP, quantity)


def quilt_loss(
    segment: int, differs: bool, conventions: Conventions, paper: str
) -> Claim:
    """A claim on what quilting costs after memorization and after true training."""
    memorized = of_memorizing(quilted(MEMORIZATION, segment, conventions))
    learned = quilted(WITHOUT_MUSIC, segment, conventions)
    if differs:
        amount, comparison = "less of their response than", Unpaired(memorized, learned)
    else:
        amount = "as much of their response as"
        comparison = Equivalence(
            change_by_seed(memorized, learned),
            Unpaired(memorized, learned, "two-sided"),
        )
    return Claim(
        id=f"5b-{segment}",
        sentence="When music is quilted with segments of "
        f"{segment} ms, music-selective units of networks that memorized random labels "
        f"lose {amount} those of networks trained on true labels",
        where="Fig. 5b",
        paper=paper,
        models=(MEMORIZATION, WITHOUT_MUSIC),
        comparison=comparison,
        measured=f"response of music-selective units to quilts of {segment} ms over "
        f"that to the original, {MEMORIZATION} against {WITHOUT_MUSIC}",
        shown=memorized,
        chosen=CHOSEN_ONCE,
        mixed=SmallerQuiltLoss(
            model=MEMORIZATION,
            than=WITHOUT_MUSIC,
            segment=segment,
            order=conventions.order,
        ),
        needs_memorization=True,
        of_quilts=True,
    )


def quilts_after_memorization(conventions: Conventions) -> tuple[Claim, ...]:
    """The claims of Fig. 5b."""
    return (
        *(quilt_loss(segment, True, conventions, RANK_SUM_P) for segment in (50, 100)),
        *(
            quilt_loss(segment, False, conventions, "not significant")
            for segment in (200, 400, 800, 1600)
        ),
    )


DETECTED = of_memorizing(mean_ap(MEMORIZATION, ALL_CLASSES))

DETECTION_AFTER_MEMORIZATION = (
    Claim(
        id="M-a",
        sentence="Networks trained on random labels memorize the labels of their "
        "training clips",
        where="Methods",
        paper=f"average precision above {MEMORIZED_AP}",
        models=(MEMORIZATION,),
        comparison=EveryNetwork(PRECISION_ON_TRAINING, MEMORIZED_AP),
        measured="average precision on the training clips",
        shown=PRECISION_ON_TRAINING,
    ),
    Claim(
        id="M-b",
        sentence="Networks that memorized random labels detect the sounds of other "
        "clips no better than untrained networks",
        where="Methods",
        paper="at chance",
        models=(MEMORIZATION, UNTRAINED),
        comparison=Equivalence(
            difference(DETECTED, mean_ap(UNTRAINED, ALL_CLASSES)),
            Unpaired(DETECTED, mean_ap(UNTRAINED, ALL_CLASSES)),
            margin=AP_MARGIN,
            upper_only=True,
        ),
        measured=f"mean average precision, {MEMORIZATION} against {UNTRAINED}",
        shown=DETECTED,
        needs_memorization=True,
    ),
)
