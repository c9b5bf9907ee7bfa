"""The claims of the paper, as data.

A claim is two samples over networks, the test that compares them, and what the paper
reports. To add one, append it to `CLAIMS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Kinds of claim.
DIFFERENCE = "difference"
NO_DIFFERENCE = "no difference"
EVERY_NETWORK = "every network"

# From statistics.csv to one value a network, indexed by seed.
Quantity = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Claim:
    """One claim: `first` exceeds `second`, or with `NO_DIFFERENCE` does not.

    ``measured`` names in words what the column of that name holds, and ``shown``
    computes it. ``second`` may be a constant.
    """

    id: str
    sentence: str
    where: str
    paper: str
    models: tuple[str, ...]
    first: Quantity
    second: Quantity | float
    measured: str
    shown: Quantity
    test: str = "signed_rank"
    alternative: str = "greater"
    kind: str = DIFFERENCE


def of(model: str, measure: str, condition: str) -> Quantity:
    """The finite values of a measure; none where it was not run."""

    def read(table: pd.DataFrame) -> pd.Series:
        rows = table[
            (table["model"] == model)
            & (table["measure"] == measure)
            & (table["condition"] == condition)
            & np.isfinite(table["value"])
        ]
        return rows.set_index("seed")["value"]

    return read


def over(numerator: Quantity, denominator: Quantity) -> Quantity:
    """Ratio, network by network."""
    return lambda table: (numerator(table) / denominator(table)).dropna()


def minus(first: Quantity, second: Quantity) -> Quantity:
    """Difference, network by network."""
    return lambda table: (first(table) - second(table)).dropna()


def mean_ap(model: str, group: str, silenced: str = "none") -> Quantity:
    """Mean average precision over a group of classes."""
    return of(model, "mean_ap", f"{group}/{silenced}")


def chance(model: str, group: str) -> Quantity:
    """Mean average precision of random scores.

    Not the prevalence (chance_ap), which random scores exceed: see
    `ablation.random_average_precision`.
    """
    return of(model, "random_ap", group)


def ratio(model: str) -> Quantity:
    """Music / non-music response of units chosen on train, measured on eval."""
    return of(model, "response_ratio", "eval")


def _precision_against_untrained(model: str, group: str, **texts: str) -> Claim:
    """Mean average precision of a model against that of random weights.

    Not against random scores: features of random weights order clips better than that.
    """
    return Claim(
        models=(model, "untrained"),
        first=mean_ap(model, group),
        second=mean_ap("untrained", group),
        measured=f"mean average precision, {model} against untrained",
        shown=mean_ap(model, group),
        test="rank_sum",
        **texts,
    )


def _ratio_against(model: str, other: str, **texts: str) -> Claim:
    """Response ratio of a model against that of another.

    Never against 1: units of random weights, chosen on one split, exceed 1 on the
    other.
    """
    return Claim(
        models=(model, other),
        first=ratio(model),
        second=ratio(other),
        measured=f"music / non-music response ratio of MS units on eval clips, {model} "
        f"against {other}",
        shown=ratio(model),
        test="rank_sum",
        **texts,
    )


def _ablation(id: str, silenced: str, described: str) -> Claim:
    other = mean_ap("without_music", "nonmusic", silenced)
    top = mean_ap("without_music", "nonmusic", "msi_top")
    return Claim(
        id=id,
        sentence="Silencing the most music-selective units hurts the detection of "
        f"non-music sounds more than {described}",
        where="Fig. 5c",
        paper="p = .031, effect size 1",
        models=("without_music",),
        first=other,
        second=top,
        measured="how far mean average precision over non-music classes is lower",
        shown=minus(other, top),
    )


_RELATIVE_NONMUSIC, _RELATIVE_MUSIC = (
    over(mean_ap("without_music", group), chance("without_music", group))
    for group in ("nonmusic", "music")
)
_MEMORIZED = of("memorization", "train_ap", "best epoch")

CLAIMS = (
    _precision_against_untrained(
        "without_music",
        "nonmusic",
        id="1c-a",
        sentence="Trained without music, networks detect non-music sounds",
        where="Fig. 1c",
        paper="0.109, chance 0.0045 (public notebook, one network)",
    ),
    Claim(
        id="1c-b",
        sentence="Trained without music, networks detect music-related classes worse, "
        "relative to chance, than the others",
        where="Fig. 1c",
        paper="0.0073, chance 0.0056 (public notebook, one network)",
        models=("without_music",),
        first=_RELATIVE_NONMUSIC,
        second=_RELATIVE_MUSIC,
        measured="mean average precision over music-related classes, times chance",
        shown=_RELATIVE_MUSIC,
    ),
    _precision_against_untrained(
        "with_music",
        "all",
        id="1c-c",
        sentence="Trained with music, networks detect sounds of all classes",
        where="Fig. 1c",
        paper="0.152 (public notebook, one network)",
    ),
    Claim(
        id="2a",
        sentence="Trained without music, units answer more to music than to the rest",
        where="Fig. 2a",
        paper="effect size 0.689 over clips",
        models=("without_music",),
        first=of("without_music", "mean_response", "music"),
        second=of("without_music", "mean_response", "nonmusic"),
        measured="effect size over clips of the mean response of all units",
        shown=of("without_music", "effect_size", "all_units"),
    ),
    _ratio_against(
        "without_music",
        "untrained",
        id="2b",
        sentence="Trained without music, networks have music-selective units, which "
        "answer more to music on clips that did not choose them",
        where="Fig. 2b",
        paper="2.07",
    ),
    _ratio_against(
        "with_music",
        "without_music",
        id="3e-a",
        sentence="Units are as music-selective without music in training as with it",
        where="Fig. 3e",
        paper="p = .417",
        alternative="two-sided",
        kind=NO_DIFFERENCE,
    ),
    _ratio_against(
        "without_music",
        "untrained",
        id="3e-b",
        sentence="Units are more music-selective after training without music than "
        "before any",
        where="Fig. 3e",
        paper="p = .006",
    ),
    _ratio_against(
        "with_music",
        "untrained",
        id="3e-c",
        sentence="Units are more music-selective after training with music than before "
        "any",
        where="Fig. 3e",
        paper="p = .006",
    ),
    _ablation("5c-a", "none", "silencing none"),
    _ablation("5c-b", "msi_bottom", "silencing the least music-selective"),
    _ablation("5c-c", "msi_middle", "silencing moderately music-selective ones"),
    _ablation("5c-d", "l1_top", "silencing those of largest L1 norm"),
    Claim(
        id="M-a",
        sentence="Networks memorize random labels of their training clips",
        where="Methods",
        paper="average precision above 0.95",
        models=("memorization",),
        first=_MEMORIZED,
        second=0.95,
        measured="average precision on the training clips",
        shown=_MEMORIZED,
        kind=EVERY_NETWORK,
    ),
    _precision_against_untrained(
        "memorization",
        "all",
        id="M-b",
        sentence="Networks that memorized random labels detect the sounds of other "
        "clips no better than untrained ones",
        where="Methods",
        paper="at chance",
        kind=NO_DIFFERENCE,
    ),
    _ratio_against(
        "without_music_and_speech",
        "untrained",
        id="S10",
        sentence="Trained without music and speech, networks still have such units",
        where="Fig. S10",
        paper="1.77",
    ),
)
