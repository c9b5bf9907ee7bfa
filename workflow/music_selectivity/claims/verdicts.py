"""The one rule by which every claim is judged."""

# Kinds of claim.
DIFFERENCE = "difference"
NO_DIFFERENCE = "no difference"

LEVEL = 0.05
REPLICATED = "replicated"
DIRECTION = "replicated in direction"
NOT_REPLICATED = "not replicated"
TOO_FEW = "too few networks to tell"
TOO_FEW_CLIPS = "too few clips to tell"
NOT_RUN = "not run"

# No test can support "every network passes" or "no difference", so both need this many
# networks; "no difference" also needs an effect size this near to 1/2, or a correlation
# this near to 0.
ENOUGH_NETWORKS = 5
EQUIVALENCE_MARGIN = 0.25

# A correlation counts every condition of every network, and so would find p <= 0.05
# with a single one. It needs as many networks as the rank-sum test does.
LEAST_NETWORKS = 3

# A response that changes by no more than this share along all segment lengths does not
# follow them. The paper's MS units respond 22 % less at 50 ms than to the original
# (``paper.QUILT_RESPONSES``): a pattern half as strong would count as one.
TREND_MARGIN = 0.1


def verdict(
    kind: str,
    p: float,
    smallest_p: float,
    distance: float,
    n_networks: int,
    paper_inside: bool | None = None,
) -> str:
    """Judge a tested claim.

    A claim of a difference is

    - "too few networks to tell" if the test cannot reach p <= 0.05 with so few;
    - "not replicated" if p > 0.05, one-tailed in the direction claimed;
    - "replicated in direction" if p <= 0.05, but a value that the paper reports lies
      outside the 95 % interval of what was measured;
    - "replicated" otherwise.

    Lack of significance alone proves nothing. So a claim of no difference is

    - "too few networks to tell" if the test cannot reach p <= 0.05 with so few;
    - "not replicated" if p <= 0.05;
    - "replicated" if p > 0.05 with at least 5 networks (of each model) and an effect
      within 0.25 of none;
    - "too few networks to tell" otherwise.

    Parameters
    ----------
    kind
        `DIFFERENCE` or `NO_DIFFERENCE`.
    p, smallest_p
        The p-value of the test, and the least it can reach with so many networks.
    distance
        How far the effect is from none: a common-language effect size from 1/2, or a
        correlation from 0; for claims of "no more", upwards only.
    n_networks
        The number of networks in the smaller sample.
    paper_inside
        Whether the paper's values lie in their intervals; None where it gives none.
    """
    if smallest_p > LEVEL:
        return TOO_FEW
    if kind == DIFFERENCE:
        if p > LEVEL:
            return NOT_REPLICATED
        return DIRECTION if paper_inside is False else REPLICATED
    if p <= LEVEL:
        return NOT_REPLICATED
    near = distance <= EQUIVALENCE_MARGIN
    return REPLICATED if near and n_networks >= ENOUGH_NETWORKS else TOO_FEW


def trend_verdict(low: float, high: float) -> str:
    """Judge a claim that linear features follow nothing, by an equivalence test.

    There is one set of linear features, so that no test over networks is possible; only
    the choice of clips is random. `low` and `high` are the 95 % interval over clips of
    the relative change of a response from the shortest to the longest segments
    (`comparisons.Trend`). The claim is

    - "replicated" if the interval lies within `TREND_MARGIN` of none;
    - "not replicated" if it lies entirely beyond that margin;
    - "too few clips to tell" otherwise, or without an interval.
    """
    if low >= -TREND_MARGIN and high <= TREND_MARGIN:
        return REPLICATED
    beyond = low > TREND_MARGIN or high < -TREND_MARGIN
    return NOT_REPLICATED if beyond else TOO_FEW_CLIPS
