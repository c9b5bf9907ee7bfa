"""What a claim is, and the forms and quantities that several claims share."""

from collections.abc import Callable
from dataclasses import dataclass

from music_selectivity.analyses.contrasts import Contrast
from music_selectivity.claims.comparisons import (
    AgainstOne,
    Correlation,
    EveryNetwork,
    Paired,
    Trend,
    Unpaired,
)
from music_selectivity.claims.quantities import Quantity, of
from music_selectivity.claims.verdicts import DIFFERENCE
from music_selectivity.measures import (
    MEAN_AP,
    QUILT_RELATIVE,
    RESPONSE_RATIO,
    SEGREGATION_INDEX,
    Measure,
)
from music_selectivity.vocabulary import (
    COMMON_BINS,
    MEASURED_SPLIT,
    MS_UNITS,
    MUSIC,
    NO_UNITS,
    UNTRAINED,
)


@dataclass(frozen=True)
class Claim:
    """One claim of the paper: its wording, its test and the paper's numbers.

    Attributes
    ----------
    id : str
        By the panel of the paper that shows it.
    sentence : str
        The claim, understood without the others.
    where : str
        The panel.
    paper : str
        What the paper reports.
    models : tuple of str
        The models that it is about.
    comparison
        How it is tested.
    measured : str
        What the column of that name in claims.csv holds.
    shown : Quantity, optional
        Computes that column; a correlation or a trend shows itself.
    paper_value : float, optional
        The number in `paper` to compare with the mean of `shown`.
    paper_second : float, optional
        The number to compare with the mean of the comparison's second sample.
    permuted : str, optional
        The model whose response ratio is also compared with permuted labels.
    mixed : Contrast, optional
        What the claim's mixed-effects model compares.
    kind : str
        ``verdicts.DIFFERENCE`` or ``verdicts.NO_DIFFERENCE``.
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
    mixed: Contrast | None = None
    kind: str = DIFFERENCE


def mean_ap(model: str, classes: str, silenced: str = NO_UNITS) -> Quantity:
    """Mean average precision over a group of classes, with a set of units silenced."""
    return of(model, MEAN_AP, classes=classes, silenced=silenced)


def ratio(model: str) -> Quantity:
    """Music / non-music response ratio of units chosen on the other split."""
    return of(model, RESPONSE_RATIO, split=MEASURED_SPLIT)


def segregation(model: str) -> Quantity:
    """Segregation index of music and non-music clips, common bins."""
    return of(model, SEGREGATION_INDEX, bins=COMMON_BINS)


def quilted(
    model: str, segment: int | str, measure: Measure = QUILT_RELATIVE
) -> Quantity:
    """Response of MS units to quilts of music, by default over that to the original."""
    return of(model, measure, group=MUSIC, units=MS_UNITS, segment=segment)


def detection(model: str, classes: str, **fields) -> Claim:
    """Mean average precision of a model against that of untrained networks.

    The comparison is not with random scores, because the features of random weights
    order clips better than those do.
    """
    return Claim(
        models=(model, UNTRAINED),
        comparison=Unpaired(mean_ap(model, classes), mean_ap(UNTRAINED, classes)),
        measured=f"mean average precision, {model} against {UNTRAINED}",
        shown=mean_ap(model, classes),
        **fields,
    )


def above_untrained(
    model: str, quantity: Callable[[str], Quantity], measured: str, **fields
) -> Claim:
    """A quantity of a model against that of untrained networks.

    Response ratios are never compared with 1, because units of random weights that are
    chosen on one split exceed 1 on the other.
    """
    return Claim(
        models=(model, UNTRAINED),
        comparison=Unpaired(quantity(model), quantity(UNTRAINED)),
        measured=f"{measured}, {model} against {UNTRAINED}",
        shown=quantity(model),
        **fields,
    )


def above_linear(
    model: str, other: str, quantity: Callable[[str], Quantity], measured: str, **fields
) -> Claim:
    """A quantity of networks against the one value of linear features."""
    return Claim(
        models=(model, other),
        comparison=AgainstOne(quantity(model), quantity(other)),
        measured=f"{measured}, {model} against {other}",
        shown=quantity(model),
        **fields,
    )


RATIO = "music / non-music response ratio of music-selective units on eval clips"
SEGREGATION = "segregation index of music and non-music in t-SNE, common bins"
