"""What a study may choose about the claims: the order of quilts, and a split."""

from dataclasses import dataclass

from music_selectivity.vocabulary import MEASURED_SPLIT, OVERATH


@dataclass(frozen=True)
class Conventions:
    """The choices of the config that the claims follow.

    Attributes
    ----------
    order : str
        ``quilts.order``: the order of segments to which claims about quilts refer.
    split : str
        ``analysis.measured_split``: the split on which responses of selective units are
        measured.
    lengths : tuple of int, optional
        The lengths of segments over which slopes are taken, ms; all by default.
    """

    order: str = OVERATH
    split: str = MEASURED_SPLIT
    lengths: tuple[int, ...] | None = None


DEFAULT = Conventions()
