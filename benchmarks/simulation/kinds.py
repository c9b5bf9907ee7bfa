"""What kind of test and of interval a claim has, for the tables."""

from music_selectivity.claims.claim import Claim
from music_selectivity.claims.comparisons import (
    AgainstOne,
    Equivalence,
    EveryNetwork,
    Paired,
    Rises,
    Unpaired,
)

PAIRED = "signed-rank test, two measures of each network"
RISES = "signed-rank test, one slope per network"
AGAINST_ONE = "signed-rank test, networks against linear features"
UNPAIRED = "rank-sum test, two kinds of network"
SAME_NETWORKS = "rank-sum test, two measures of the same networks"
EQUIVALENCE = "equivalence within networks"
EQUIVALENCE_BY_SEED = "equivalence of two kinds of network, paired by seed"
EQUIVALENCE_LINEAR = "equivalence over clips, linear features"
NO_BETTER = "no better, absolute margin"
KINDS = (
    PAIRED,
    RISES,
    AGAINST_ONE,
    UNPAIRED,
    SAME_NETWORKS,
    EQUIVALENCE,
    EQUIVALENCE_BY_SEED,
    EQUIVALENCE_LINEAR,
    NO_BETTER,
)

OF_COMPARISONS = {
    Paired: PAIRED,
    Rises: RISES,
    AgainstOne: AGAINST_ONE,
    Unpaired: UNPAIRED,
}


def kind_of(claim: Claim) -> str | None:
    """One of `KINDS`; None for a claim that is not judged by a test."""
    match claim.comparison:
        case EveryNetwork():
            return None
        case Unpaired(same_networks=True):
            return SAME_NETWORKS
        case Equivalence(upper_only=True):
            return NO_BETTER
        case Equivalence(linear=True):
            return EQUIVALENCE_LINEAR
        case Equivalence():
            of_two = len(claim.models) > 1
            return EQUIVALENCE_BY_SEED if of_two else EQUIVALENCE
    return OF_COMPARISONS[type(claim.comparison)]
