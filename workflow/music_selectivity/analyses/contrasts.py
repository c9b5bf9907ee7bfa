"""What the mixed-effects models of a study compare, as data.

``mixed_effects`` estimates them. This module is light enough for the Snakefile to
import, which hands the contrasts of all claims to the rule mixed_effects.
"""

from dataclasses import asdict, dataclass

from music_selectivity.stimuli.sets import CLIPS, UNQUILTED, StimulusSet
from music_selectivity.vocabulary import MEASURED_SPLIT, MUSIC


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A comparison that a mixed-effects model makes.

    Attributes
    ----------
    model : str
        The model whose networks are compared, with themselves or with others.
    """

    model: str

    @property
    def models(self) -> tuple[str, ...]:
        """All models whose networks the comparison needs."""
        return (self.model,)


class ClipContrast(Contrast):
    """A comparison of responses to music and non-music clips, or to their quilts."""

    def uses(self, stimuli: StimulusSet, split: str, group: str) -> bool:
        """Whether the comparison needs the responses to these clips of a set."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class MusicResponse(ClipContrast):
    """Response to music clips less that to non-music clips.

    Attributes
    ----------
    units : str
        The set of units that respond; in contrasts without it, the music-selective.
    split : str
        The split of the clips.
    """

    units: str
    split: str = MEASURED_SPLIT

    def uses(self, stimuli: StimulusSet, split: str, group: str) -> bool:
        """The clips themselves."""
        return stimuli == CLIPS and split == self.split


@dataclass(frozen=True, kw_only=True)
class Selectivity(ClipContrast):
    """How much more music raises the response than it does in another model.

    Attributes
    ----------
    than : str
        The other model.
    split : str
        The split of the clips.
    music, nonmusic : str
        The stimulus sets of the music and of the non-music clips.
    """

    than: str
    split: str = MEASURED_SPLIT
    music: str = CLIPS.name
    nonmusic: str = CLIPS.name

    @property
    def models(self) -> tuple[str, ...]:
        """Both models."""
        return (self.model, self.than)

    def uses(self, stimuli: StimulusSet, split: str, group: str) -> bool:
        """Each group in its own stimulus set."""
        wanted = self.music if group == MUSIC else self.nonmusic
        return stimuli.name == wanted and split == self.split


@dataclass(frozen=True, kw_only=True)
class SegmentSlope(ClipContrast):
    """Slope, within clips, of the response to quilts over log2 of segment length.

    Attributes
    ----------
    group : str
        The group of the clips.
    units : str
        The set of units that respond.
    order : str
        The order of the segments in the quilts.
    """

    group: str
    units: str
    order: str

    def uses(self, stimuli: StimulusSet, split: str, group: str) -> bool:
        """All quilts of the group in this order; only one split is quilted."""
        in_order = stimuli.is_quilt and stimuli.order == self.order
        return in_order and group == self.group


@dataclass(frozen=True, kw_only=True)
class QuiltContrast(ClipContrast):
    """A comparison of the response to unquilted music with that to its quilts.

    Attributes
    ----------
    segment : int
        Segment length of the quilts, ms.
    order : str
        The order of their segments.
    """

    segment: int
    order: str

    def uses(self, stimuli: StimulusSet, split: str, group: str) -> bool:
        """Music, unquilted and quilted; only one split is quilted."""
        quilts = (stimuli.order, stimuli.segment) == (self.order, str(self.segment))
        return (quilts or stimuli == UNQUILTED) and group == MUSIC


class QuiltLoss(QuiltContrast):
    """Response to unquilted music less that to quilts, within clips."""


@dataclass(frozen=True, kw_only=True)
class SmallerQuiltLoss(QuiltContrast):
    """How much smaller the relative loss by quilting is than in another model.

    A relative loss is divided by the network's mean response to the unquilted music.

    Attributes
    ----------
    than : str
        The other model.
    """

    than: str

    @property
    def models(self) -> tuple[str, ...]:
        """Both models."""
        return (self.model, self.than)


class GenreQuiltLoss(QuiltContrast):
    """Relative loss by quilting, as a mean over the clips of each genre of music."""


@dataclass(frozen=True, kw_only=True)
class CategoryQuiltLoss(QuiltContrast):
    """As `QuiltLoss`, but of the clips and the selective units of another category.

    Attributes
    ----------
    category : str
        The category of sound.
    """

    category: str

    def uses(self, stimuli: StimulusSet, split: str, group: str) -> bool:
        """Clips of either group, unquilted and quilted."""
        return super().uses(stimuli, split, MUSIC)


@dataclass(frozen=True, kw_only=True)
class NaturalSelectivity(Contrast):
    """As `Selectivity`, but of music among the 165 natural sounds.

    Attributes
    ----------
    than : str
        The other model.
    """

    than: str

    @property
    def models(self) -> tuple[str, ...]:
        """Both models."""
        return (self.model, self.than)


@dataclass(frozen=True, kw_only=True)
class SilencingLoss(Contrast):
    """Average precision of non-music classes that silencing a set of units costs.

    It is tested in two ways: in a mixed-effects model, and as in the paper over all
    classes and networks together.

    Attributes
    ----------
    silenced : str
        The set of units.
    reference : str
        The set whose silencing it is compared with.
    """

    silenced: str
    reference: str


KINDS = {
    kind.__name__: kind
    for kind in (
        MusicResponse,
        Selectivity,
        SegmentSlope,
        QuiltLoss,
        SmallerQuiltLoss,
        GenreQuiltLoss,
        CategoryQuiltLoss,
        NaturalSelectivity,
        SilencingLoss,
    )
}


def as_data(contrast: Contrast) -> dict[str, str | int]:
    """A contrast as plain data, for the params of a rule: its kind and its fields."""
    return {"kind": type(contrast).__name__, **asdict(contrast)}


def from_data(data: dict[str, str | int]) -> Contrast:
    """The contrast that `as_data` wrote."""
    fields = {name: value for name, value in data.items() if name != "kind"}
    return KINDS[data["kind"]](**fields)
