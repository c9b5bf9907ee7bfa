"""The rules by which every claim is judged: one for differences, one for their absence.

A claim of a difference follows the paper's rank test over networks, and must agree with
the interval of the difference. A claim of no difference follows an equivalence test,
because a test that finds nothing shows nothing.
"""

# Kinds of claim.
DIFFERENCE = "difference"
NO_DIFFERENCE = "no difference"

LEVEL = 0.05
REPLICATED = "replicated"
DIRECTION = "replicated in direction"
NOT_REPLICATED = "not replicated"
OPEN = "open"
TOO_FEW = "too few networks to tell"
NOT_RUN = "not run"
NOT_MEMORIZED = "not run: did not memorize"

HELD = (REPLICATED, DIRECTION)
UNTESTED = (NOT_RUN, NOT_MEMORIZED)

# In the order of the report.
VERDICTS = (
    REPLICATED,
    DIRECTION,
    NOT_REPLICATED,
    OPEN,
    TOO_FEW,
    NOT_MEMORIZED,
    NOT_RUN,
)

# No test can show that every network passes, so such claims need as many networks as
# the paper has.
ENOUGH_NETWORKS = 5

# A relative change of at most this much counts as none. The paper's MS units respond
# 22 % less to quilts of 50 ms than to the original (``paper.QUILT_RESPONSES``), so a
# change half as large would count as one.
MARGIN = 0.1

# A mean average precision that exceeds that of untrained networks by at most this much
# counts as no better. Networks that learn exceed it by a multiple: the public notebook
# reports .109 over non-music classes.
AP_MARGIN = 0.01


def difference_verdict(
    p: float, smallest_p: float, low: float, consistent: bool | None = None
) -> str:
    """Judge a claim of a difference.

    It is

    - "too few networks to tell" if the test cannot reach p <= .05 with so few;
      ``judging`` gives the same verdict where there are too few for an interval;
    - "not replicated" if p > .05, one-tailed in the direction claimed;
    - "open" if p <= .05, but the 95 % interval of the difference includes zero. The
      networks agree, but they share their clips, and the test does not count these;
    - "replicated in direction" if a number that the paper reports differs from what was
      measured by more than chance explains;
    - "replicated" otherwise.

    Parameters
    ----------
    p, smallest_p
        The p-value of the test, and the least it can reach with so many networks.
    low
        Lower end of the 95 % interval of the difference; NaN for none.
    consistent
        Whether the paper's numbers agree with those measured
        (``stats.intervals.consistent_with``); None where there are none to compare.
    """
    if smallest_p > LEVEL:
        return TOO_FEW
    if p > LEVEL:
        return NOT_REPLICATED
    if low <= 0:
        return OPEN
    return DIRECTION if consistent is False else REPLICATED


def equivalence_verdict(
    low: float, high: float, margin: float, upper_only: bool = False
) -> str:
    """Judge a claim of no difference by two one-sided tests at .05.

    These tests find equivalence exactly if the 90 % interval of the change lies within
    the margin. The claim is

    - "replicated" if the interval lies within the margin on either side of no change;
    - "not replicated" if it lies entirely beyond the margin;
    - "open" otherwise, or without an interval.

    Parameters
    ----------
    low, high
        The 90 % interval of the change; NaN for none.
    margin
        Largest change that counts as none.
    upper_only
        Whether only an increase counts as a change ("no better than").
    """
    if high <= margin and (upper_only or low >= -margin):
        return REPLICATED
    beyond = low > margin or (not upper_only and high < -margin)
    return NOT_REPLICATED if beyond else OPEN


def every_network_verdict(passed: bool, n_networks: int) -> str:
    """Judge a claim that each network meets a criterion; at least five must."""
    if not passed:
        return NOT_REPLICATED
    return REPLICATED if n_networks >= ENOUGH_NETWORKS else TOO_FEW
