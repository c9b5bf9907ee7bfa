"""Tables of what simulated studies found, against what was planted in them."""

from itertools import chain, product

import numpy as np
import pandas as pd
from pages import markdown
from scipy import stats

from music_selectivity.claims.catalogue import all_claims
from music_selectivity.claims.claim import CHOSEN_AGAIN, FITTED_AGAIN, FITTED_ONCE
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.claims.verdicts import (
    DIRECTION,
    LEVEL,
    NOT_REPLICATED,
    OPEN,
    REPLICATED,
    TOO_FEW,
)
from music_selectivity.stats.rank_tests import rank_sum, signed_rank
from simulation.kinds import (
    AGAINST_ONE,
    EQUIVALENCE,
    EQUIVALENCE_BY_SEED,
    EQUIVALENCE_LINEAR,
    KINDS,
    NO_BETTER,
    PAIRED,
    RISES,
    SAME_NETWORKS,
    UNPAIRED,
)
from simulation.studies import SIZES
from simulation.truth import (
    ABSENT,
    AT_MARGIN,
    BEYOND,
    OPPOSITE,
    PLANTED,
    PRESENT,
    UNCHANGED,
)
from simulation.worlds import AS_CLAIMED

FOUND = (REPLICATED, DIRECTION)
# What a claim is rightly judged, by what is planted; no verdict is right at the margin.
RIGHT = {
    PRESENT: FOUND,
    ABSENT: (NOT_REPLICATED,),
    OPPOSITE: (NOT_REPLICATED,),
    UNCHANGED: FOUND,
    AT_MARGIN: (),
    BEYOND: (NOT_REPLICATED,),
}
ONE_SET = "one set"
MAY_BE_FOUND = (PRESENT, UNCHANGED)
OF_DIFFERENCES = (PRESENT, ABSENT, OPPOSITE)

CLAIMS = {claim.id: claim for claim in all_claims(DEFAULT)}

# Differences within networks: of two measures, or of a slope from none.
WITHIN = (PAIRED, RISES, SAME_NETWORKS)
# Intervals of claims.csv: name, column of the value, prefix of the ends, coverage in
# percent, and the kinds of claim that have them.
OF_NETWORKS = tuple(kind for kind in KINDS if kind != EQUIVALENCE_LINEAR)
INTERVALS = (
    ("mean over networks", "measured", "", 95, OF_NETWORKS),
    ("contrast within networks", "contrast", "contrast_", 95, WITHIN),
    ("contrast of two kinds of network", "contrast", "contrast_", 95, (UNPAIRED,)),
    ("contrast with linear features", "contrast", "contrast_", 95, (AGAINST_ONE,)),
    ("change within networks", "change", "change_", 90, (EQUIVALENCE,)),
    (
        "change between two kinds of network",
        "change",
        "change_",
        90,
        (EQUIVALENCE_BY_SEED, NO_BETTER),
    ),
    ("value of linear features, over clips", "measured", "", 95, (EQUIVALENCE_LINEAR,)),
    (
        "change of linear features, over clips",
        "change",
        "change_",
        90,
        (EQUIVALENCE_LINEAR,),
    ),
)


def percent(hits: pd.Series, studies: pd.Series) -> str:
    """Share of hits in percent, and its simulation error over independent studies."""
    by_study = hits.groupby(studies.to_numpy()).mean()
    error = by_study.std() / np.sqrt(len(by_study)) if len(by_study) > 1 else np.nan
    return f"{100 * hits.mean():.1f} ± {100 * error:.1f}"


def verdict_table(found: pd.DataFrame) -> str:
    """Shares of verdicts by kind of test, what is planted, and number of networks.

    Parameters
    ----------
    found
        ``studies.judged`` of all studies, with the columns of ``truth.truth``.
    """
    rows = []
    found = _one_set(found)
    groups = found.groupby(["kind", "planted", "networks"])
    for key in product(KINDS, PLANTED, [*SIZES, ONE_SET]):
        if key not in groups.groups:
            continue
        kind, planted, networks = key
        group = groups.get_group(key)
        # With too few networks, the number of networks alone gives the verdict.
        if (group["verdict"] == TOO_FEW).all():
            continue
        shares = [
            percent(group["verdict"].isin(names), group["study"]) if names else ""
            for names in (
                RIGHT[planted],
                () if planted in MAY_BE_FOUND else FOUND,
                () if planted in (*OF_DIFFERENCES[1:], BEYOND) else (NOT_REPLICATED,),
                (OPEN,),
            )
        ]
        rows.append([kind, planted, networks, group["id"].nunique(), *shares])
    columns = ["test", "planted", "networks", "claims", "right"]
    columns += ["false *replicated*", "false *not replicated*", "*open*"]
    return markdown(columns, rows)


def _one_set(found: pd.DataFrame) -> pd.DataFrame:
    """Claims about linear features once, and not for each number of networks."""
    linear = found["kind"] == EQUIVALENCE_LINEAR
    repeated = linear & (found["networks"] != found["networks"].max())
    networks = found["networks"].astype(object).where(~linear, ONE_SET)
    return found.assign(networks=networks)[~repeated]


def chance_table(found: pd.DataFrame) -> str:
    """How often a claim of a difference is replicated where there is none, by claim.

    And how often the rank test alone finds one, which the interval of the difference
    must confirm. `found` is as for `verdict_table`.
    """
    absent = found[(found["planted"] == ABSENT) & (found["verdict"] != TOO_FEW)]
    sizes = sorted(absent["networks"].unique())
    rows = []
    for kind, of_kind in absent.groupby("kind", sort=False):
        levels = [[f"{100 * level_of(kind, int(n)):.1f}", ""] for n in sizes]
        rows.append([f"*{kind}: nominal*", *chain(*levels)])
        for name, of_claim in of_kind.groupby("id", sort=False):
            cells = []
            for _, group in of_claim.groupby("networks"):
                cells.append(percent(group["p"] <= LEVEL, group["study"]))
                cells.append(percent(group["verdict"].isin(FOUND), group["study"]))
            rows.append([name, *cells])
    names = ("p <= .05", "*replicated*")
    columns = [f"{n} networks: {name}" for n in sizes for name in names]
    return markdown(["claim", *columns], rows)


def level_of(kind: str, n: int) -> float:
    """Probability that a test of `n` networks (of each kind) finds chance differences.

    It is that of networks that are independent, and less than .05, because few networks
    reach few p-values.
    """
    if kind not in (UNPAIRED, SAME_NETWORKS):
        signs = np.array(list(product((-1, 1), repeat=n)))
        p = [
            signed_rank(each * np.arange(1, n + 1), 0.0, "greater").p for each in signs
        ]
        return float(np.mean(np.array(p) <= LEVEL))
    level = 0.0
    # From no overlap on, the first sample falls rank by rank.
    for fallen in range(n * n):
        first = n + np.arange(n) - np.clip(fallen - n * np.arange(n), 0, n)
        second = np.setdiff1d(np.arange(2 * n), first)
        if rank_sum(first, second, "greater").p > LEVEL:
            break
        exact = stats.mannwhitneyu(first, second, alternative="greater", method="exact")
        level = float(exact.pvalue)
    return level


def replication_table(found: pd.DataFrame) -> str:
    """How often exact replications are judged to be so in direction alone.

    `found` is as for `verdict_table`. Where the paper's differences exist, the reported
    numbers are those of another study of the same truth.
    """
    exact = found[(found["world"] == AS_CLAIMED.name) & found["verdict"].isin(FOUND)]
    numbers = exact["id"].map(_numbers_compared)
    rows = []
    for compared, group in exact[numbers != ""].groupby(numbers, sort=False):
        for n, of_size in group.groupby("networks"):
            if (of_size["verdict"] == TOO_FEW).all():
                continue
            share = percent(of_size["verdict"] == DIRECTION, of_size["study"])
            names = ", ".join(of_size["id"].unique())
            rows.append([f"{compared} ({names})", n, share])
    return markdown(["what is compared", "networks", "in direction, %"], rows)


def _numbers_compared(name: str) -> str:
    """What the paper reports for a claim, in words; empty for nothing."""
    claim = CLAIMS[name]
    if claim.reported and claim.reported_second:
        return "two numbers"
    if claim.reported_second:
        return "one number, of linear features"
    if not claim.reported:
        return ""
    return "one number" + ("" if np.isnan(claim.reported.sd) else " with its SD")


def coverage_table(found: pd.DataFrame) -> str:
    """Coverage of each kind of interval, and of the claim that is covered least.

    `found` is as for `verdict_table`.
    """
    rows = []
    for name, value, prefix, nominal, kinds in INTERVALS:
        covered = coverage(found[found["kind"].isin(kinds)], value, prefix)
        for n, group in _one_set(covered).groupby("networks"):
            worlds = group.groupby(["id", "world"])["covered"].mean()
            (least, world), share = worlds.idxmin(), worlds.min()
            studies = group["world"] + group["study"].astype(str)
            rows.append(
                [
                    name,
                    nominal,
                    n,
                    group["id"].nunique(),
                    percent(group["covered"], studies),
                    f"{100 * share:.1f} ({least}, {world})",
                ]
            )
    columns = ["interval", "nominal, %", "networks", "claims", "coverage, %"]
    return markdown([*columns, "least"], rows)


def coverage(found: pd.DataFrame, value: str, prefix: str) -> pd.DataFrame:
    """The rows that have an interval, and whether it is `covered`.

    Parameters
    ----------
    found
        With columns of claims.csv, and ``true_<value>``.
    value, prefix
        Column of what the interval is about, and prefix of its ends.
    """
    low, high, true = found[f"{prefix}low"], found[f"{prefix}high"], f"true_{value}"
    shown = low.notna() & found[true].notna()
    inside = (low <= found[true]) & (found[true] <= high)
    return found.assign(covered=inside)[shown]


def mixed_table(found: pd.DataFrame) -> str:
    """Coverage of the intervals of mixed-effects models (``mixed.estimated``)."""
    of_others = found.groupby("id")["true"].transform("mean")
    same, others = (
        (found["low"] <= true) & (true <= found["high"])
        for true in (found["true"], of_others)
    )
    rows = []
    for (name, n), group in found.groupby(["id", "networks"], sort=False):
        alike = group["model"].str.endswith("do not differ")
        rows.append(
            [
                f"{MIXED_MODELS[type(CLAIMS[name].mixed).__name__]} ({name})",
                n,
                percent(same[group.index], group["study"]),
                percent(others[group.index], group["study"]),
                f"{100 * alike.mean():.0f}",
            ]
        )
    columns = ["effect", "networks", "coverage, same clips, %", "other clips, %"]
    return markdown([*columns, "networks found alike, %"], rows)


MIXED_MODELS = {
    "MusicResponse": "music against other clips",
    "Selectivity": "interaction with the kind of network",
    "SegmentSlope": "slope over segment lengths, within clips",
    "QuiltLoss": "quilts against originals, within clips",
    "GenreQuiltLoss": "relative loss, mean over genres",
    "SmallerQuiltLoss": "relative loss, two kinds of network",
    "CategoryQuiltLoss": "quilts against originals of a category, within clips",
}

# Of the claims that full studies test, those about a difference that is not planted.
NOT_PLANTED = ("4b-b",)


def full_table(found: pd.DataFrame) -> str:
    """Verdicts of the studies of ``units.full_study``, by claim."""
    rows = []
    for name, group in found.groupby("id", sort=False):
        right = (NOT_REPLICATED,) if name in NOT_PLANTED else FOUND
        verdicts = group["verdict"]
        counts = [verdicts.isin(right), verdicts == OPEN]
        counts += [~verdicts.isin([*right, OPEN])]
        rows.append([name, *(int(each.sum()) for each in counts)])
    return markdown(["claim", "right", "*open*", "wrong"], rows)


def full_coverage_table(found: pd.DataFrame, reference: pd.DataFrame) -> str:
    """Coverage by what is chosen and fitted again in every draw of clips.

    Parameters
    ----------
    found, reference
        ``units.full_study`` of the studies, and of others of the same truth, whose mean
        is taken for the true value.
    """
    means = reference.groupby("id")[["measured", "contrast", "change"]].mean()
    found = found.join(means.add_prefix("true_"), on="id")
    chosen = found["id"].map(lambda name: CLAIMS[name].chosen)
    again = {
        "units chosen again in every draw": (CHOSEN_AGAIN,),
        "read-out fitted again in every draw": (FITTED_AGAIN,),
        "read-out fitted once": (FITTED_ONCE,),
    }
    again["units chosen once, or all units"] = tuple(
        set(chosen) - {text for texts in again.values() for text in texts}
    )
    rows = []
    for (name, texts), (what, prefix, nominal) in product(
        again.items(),
        (
            ("measured", "", 95),
            ("contrast", "contrast_", 95),
            ("change", "change_", 90),
        ),
    ):
        covered = coverage(found[chosen.isin(texts)], what, prefix)
        if len(covered):
            share = percent(covered["covered"], covered["study"])
            rows.append([f"{name}: {what}", nominal, covered["id"].nunique(), share])
    return markdown(["interval", "nominal, %", "claims", "coverage, %"], rows)
