"""What a claim is, and the forms and quantities that several claims share."""

from collections.abc import Callable
from dataclasses import dataclass

from music_selectivity.analyses.contrasts import Contrast
from music_selectivity.claims.comparisons import (
    AgainstOne,
    Equivalence,
    EveryNetwork,
    Paired,
    Rises,
    Unpaired,
)
from music_selectivity.claims.conventions import Conventions
from music_selectivity.claims.quantities import Points, Quantity, of
from music_selectivity.claims.verdicts import DIFFERENCE, NO_DIFFERENCE
from music_selectivity.measures import (
    MEAN_AP,
    QUILT_RELATIVE,
    RESPONSE_RATIO,
    SEGREGATION_INDEX,
)
from music_selectivity.paper import Reported
from music_selectivity.vocabulary import (
    COMMON_BINS,
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
        What the column of that name in claims.csv contains.
    shown : Quantity
        Computes that column.
    reported : Reported, optional
        The paper's number to compare with the mean of `shown`.
    reported_second : Reported, optional
        The number to compare with the mean of the comparison's second sample.
    chosen : str
        Which choices of units and read-outs its intervals include.
    pooled : Points, optional
        Conditions over which the paper correlates, all networks together.
    same_sounds : bool
        Whether the paper used the very same sounds, so that their choice does not make
        its number differ.
    permuted : str, optional
        The model whose response ratio is also compared with permuted labels.
    mixed : Contrast, optional
        What the claim's mixed-effects model compares.
    same_test_as : str, optional
        The claim with the same test, which is corrected for once.
    needs_memorization : bool
        Whether its networks with random labels must have memorized them.
    of_quilts : bool
        Whether it is about quilts, and so depends on the order of segments.
    """

    id: str
    sentence: str
    where: str
    paper: str
    models: tuple[str, ...]
    comparison: Paired | AgainstOne | Unpaired | Rises | EveryNetwork | Equivalence
    measured: str
    shown: Quantity
    reported: Reported | None = None
    reported_second: Reported | None = None
    chosen: str = ""
    pooled: Points | None = None
    same_sounds: bool = False
    permuted: str | None = None
    mixed: Contrast | None = None
    same_test_as: str | None = None
    needs_memorization: bool = False
    of_quilts: bool = False

    @property
    def kind(self) -> str:
        """``verdicts.DIFFERENCE`` or ``verdicts.NO_DIFFERENCE``."""
        is_equivalence = isinstance(self.comparison, Equivalence)
        return NO_DIFFERENCE if is_equivalence else DIFFERENCE


def mean_ap(model: str, classes: str, silenced: str = NO_UNITS) -> Quantity:
    """Mean average precision over a group of classes, with a set of units silenced."""
    return of(model, MEAN_AP, classes=classes, silenced=silenced)


def ratio(conventions: Conventions) -> Callable[[str], Quantity]:
    """Of a model: response ratio of units that were chosen on the other split."""
    return lambda model: of(model, RESPONSE_RATIO, split=conventions.split)


def ratio_text(conventions: Conventions) -> str:
    """What `ratio` is, in words."""
    return (
        "music / non-music response ratio of music-selective units on "
        f"{conventions.split} clips"
    )


def segregation(model: str) -> Quantity:
    """Segregation index of music and non-music clips, common bins."""
    return of(model, SEGREGATION_INDEX, bins=COMMON_BINS)


def quilted(model: str, segment: int, conventions: Conventions) -> Quantity:
    """Response of MS units to quilts of music over that to the unquilted music."""
    return of(
        model,
        QUILT_RELATIVE,
        group=MUSIC,
        units=MS_UNITS,
        order=conventions.order,
        segment=segment,
    )


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


# Which choices of units and read-outs an interval includes, in words.
CHOSEN_ONCE = "units are chosen once, on all clips"
CHOSEN_AGAIN = "units are chosen again in every draw of clips"
FITTED_ONCE = "the read-out is fitted once, on all clips"
FITTED_AGAIN = (
    "units are chosen and the read-out is fitted again in every draw of clips"
)

SEGREGATION = "segregation index of music and non-music in t-SNE, common bins"
