"""What a claim is, and the forms that several claims share."""

from dataclasses import dataclass

from music_selectivity.claims.comparisons import (
    AgainstOne,
    Correlation,
    EveryNetwork,
    Paired,
    Trend,
    Unpaired,
)
from music_selectivity.claims.measured import Quantity, of
from music_selectivity.claims.verdicts import DIFFERENCE

WITHOUT, WITH, UNTRAINED = "without_music", "with_music", "untrained"
MEMORIZED, NO_SPEECH = "memorization", "without_music_and_speech"
PCA, GABOR = "pca", "gabor"
MUSIC_SOUNDS = ("Music", "Song")


@dataclass(frozen=True)
class Claim:
    """One claim of the paper.

    ``measured`` names in words what the column of that name holds, and ``shown``
    computes it (of a correlation, r itself). ``paper`` is what the paper reports;
    ``paper_value`` is the number in it that ``shown`` is to be compared with, if any,
    and ``paper_second`` that for the second sample of the comparison. ``permuted`` is
    the model whose response ratio is also set against that of permuted labels.
    """

    id: str
    sentence: str
    where: str
    paper: str
    models: tuple[str, ...]
    comparison: Paired | AgainstOne | Unpaired | EveryNetwork | Correlation | Trend
    measured: str
    shown: Quantity | None = None
    paper_value: float | None = None
    paper_second: float | None = None
    permuted: str | None = None
    kind: str = DIFFERENCE


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


def read_out(model: str, features: str) -> Quantity:
    """Average precision of music read out linearly."""
    return of(model, "readout_ap", features)


def segregation(model: str) -> Quantity:
    """Segregation index of music and non-music clips, common bins."""
    return of(model, "segregation_index", "common")


def own_segregation(model: str) -> Quantity:
    """Segregation index as the public notebook has it, each group's own bins."""
    return of(model, "segregation_index", "own")


def detection(model: str, group: str, **texts: str) -> Claim:
    """Mean average precision of a model against that of random weights.

    Not against random scores: features of random weights order clips better than that.
    """
    return Claim(
        models=(model, UNTRAINED),
        comparison=Unpaired(mean_ap(model, group), mean_ap(UNTRAINED, group)),
        measured=f"mean average precision, {model} against untrained",
        shown=mean_ap(model, group),
        **texts,
    )


def above_untrained(model: str, quantity, measured: str, **texts) -> Claim:
    """A measure of a model against that of random weights.

    Response ratios never against 1: units of random weights, chosen on one split,
    exceed 1 on the other.
    """
    return Claim(
        models=(model, UNTRAINED),
        comparison=Unpaired(quantity(model), quantity(UNTRAINED)),
        measured=f"{measured}, {model} against untrained",
        shown=quantity(model),
        **texts,
    )


def above_linear(model: str, other: str, quantity, measured: str, **texts) -> Claim:
    """A measure of networks against the one value of linear features."""
    return Claim(
        models=(model, other),
        comparison=AgainstOne(quantity(model), quantity(other)),
        measured=f"{measured}, {model} against {other}",
        shown=quantity(model),
        **texts,
    )


RATIO = "music / non-music response ratio of MS units on eval clips"
SI = "segregation index of music and non-music in t-SNE, common bins"
READOUT = "average precision of music / non-music read out from all features"
NATURAL = "music / other response ratio of MS units to the 165 natural sounds"
