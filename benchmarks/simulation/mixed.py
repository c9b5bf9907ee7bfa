"""Coverage of the intervals of mixed-effects models.

These intervals are for other networks on the same clips. The truth is therefore the
mean over many networks that respond to the clips of the study, each by its own effect;
how often the intervals contain that of other clips is counted for comparison.
"""

import numpy as np
import pandas as pd

from music_selectivity import seeds
from music_selectivity.analyses.contrasts import (
    CategoryQuiltLoss,
    Contrast,
    GenreQuiltLoss,
    MusicResponse,
    QuiltContrast,
    QuiltLoss,
    SegmentSlope,
    Selectivity,
    SmallerQuiltLoss,
    from_data,
)
from music_selectivity.analyses.mixed_effects import mixed_effects_table
from music_selectivity.claims.catalogue import mixed_contrasts
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.stimuli.sets import CLIPS, UNQUILTED, quilts_of
from music_selectivity.vocabulary import CATEGORY_UNITS, MS_UNITS
from simulation.responses import (
    Luck,
    category_table,
    clip_table,
    heard_by,
    responses,
    tuning_table,
)
from simulation.truth import Mirrored
from simulation.worlds import AS_CLAIMED, LENGTHS, QUILTS, TYPICAL

# A claim for each kind of mixed-effects model.
CONTRASTS = {
    name: from_data(mixed_contrasts(DEFAULT)[name])
    for name in ("2a", "2b", "4b-a", "4c-50", "S7", "5b-50", "S11-e")
}
MODELS = tuple(sorted({m for each in CONTRASTS.values() for m in each.models}))
NETWORKS = (5, 10)
ALL_NETWORKS = 100

# Responses by model and set of units, each (networks, sounds).
Responses = dict[str, dict[str, np.ndarray]]


def estimated(number: int) -> pd.DataFrame:
    """The mixed-effects models of one simulated study, at each number of networks.

    Returns
    -------
    DataFrame
        study, networks, id, estimate, low, high, p, model, and true, the mean over
        networks on the same clips.
    """
    rng = seeds.generator("simulation", "mixed effects", number)
    luck = Luck(TYPICAL, rng)
    everyone = _responses(ALL_NETWORKS, luck, Mirrored(rng))
    true = {name: effect(each, everyone) for name, each in CONTRASTS.items()}
    found = _responses(max(NETWORKS), luck, rng)
    parts = []
    for n in NETWORKS:
        tuning = (
            ((model, network), tuning_table(model, found[model], network))
            for model in MODELS
            for network in range(n)
        )
        # No contrast is of classes.
        classes = pd.DataFrame({"name": [], "music_related": []})
        table = mixed_effects_table(
            CONTRASTS, tuning, {}, {}, clip_table(), classes, category_table()
        )
        parts.append(table.assign(networks=n))
    table = pd.concat(parts).assign(study=number)
    table["true"] = table["id"].map(true)
    columns = ["study", "networks", "id", "estimate", "low", "high", "p", "model"]
    return table[[*columns, "true"]]


def _responses(n: int, luck: Luck, rng: np.random.Generator | Mirrored) -> Responses:
    return {model: responses(AS_CLAIMED, model, n, luck, rng) for model in MODELS}


def effect(contrast: Contrast, found: Responses) -> float:
    """Mean over networks of the effect that a contrast is about, in each network."""
    of = _Of(found)
    match contrast:
        case MusicResponse():
            return of.music(contrast.model, contrast.units)
        case Selectivity():
            return of.music(contrast.model, MS_UNITS) - of.music(
                contrast.than, MS_UNITS
            )
        case SegmentSlope():
            return of.slope(contrast.model, contrast.units)
        case QuiltLoss():
            return of.loss(contrast, contrast.model, MS_UNITS)
        case CategoryQuiltLoss():
            units = CATEGORY_UNITS.format(category=contrast.category)
            return of.loss(contrast, contrast.model, units)
        case GenreQuiltLoss():
            # Genres have equally many clips, and each clip has one.
            return of.relative_loss(contrast, contrast.model)
        case SmallerQuiltLoss():
            return of.relative_loss(contrast, contrast.than) - of.relative_loss(
                contrast, contrast.model
            )
    raise NotImplementedError(f"{contrast}: no effect")


class _Of:
    """Effects as their definitions have them, from all responses of all networks."""

    def __init__(self, found: Responses) -> None:
        self._found = found

    def music(self, model: str, units: str) -> float:
        """Response to music less that to other clips, in SDs."""
        music, other = (
            self._to(model, units, CLIPS.name, preferred) for preferred in (True, False)
        )
        return _in_sds(music.mean(axis=1) - other.mean(axis=1), music, other)

    def slope(self, model: str, units: str) -> float:
        """Regression on log2 of segment length, in SDs."""
        quilts = [self._to(model, units, name, True) for name in QUILTS]
        away = np.log2(LENGTHS) - np.log2(LENGTHS).mean()
        means = np.stack([each.mean(axis=1) for each in quilts])
        return _in_sds(away @ means / (away @ away), *quilts)

    def loss(self, contrast: QuiltContrast, model: str, units: str) -> float:
        """Response to the original less that to the quilts, in SDs."""
        original, quilts = self._versions(contrast, model, units)
        return _in_sds(original.mean(axis=1) - quilts.mean(axis=1), original, quilts)

    def relative_loss(self, contrast: QuiltContrast, model: str) -> float:
        """The same of the MS units, over the response to the original."""
        original, quilts = self._versions(contrast, model, MS_UNITS)
        return float(np.mean(1 - quilts.mean(axis=1) / original.mean(axis=1)))

    def _versions(
        self, contrast: QuiltContrast, model: str, units: str
    ) -> tuple[np.ndarray, np.ndarray]:
        name = quilts_of(contrast.segment, contrast.order).name
        return tuple(
            self._to(model, units, stimulus, True)
            for stimulus in (UNQUILTED.name, name)
        )

    def _to(self, model: str, units: str, stimulus: str, preferred: bool) -> np.ndarray:
        """Responses to the sounds of a set that units prefer, or to the others."""
        heard = heard_by(model)
        of_set = (heard.keys["stimulus"] == stimulus).to_numpy()
        rows = of_set & (heard.preferred[units] == preferred)
        return self._found[model][units][:, rows]


def _in_sds(effects: np.ndarray, *responses: np.ndarray) -> float:
    """Mean over networks of effects, each in SDs of all of the network's responses."""
    return float(np.mean(effects / np.concatenate(responses, axis=1).std(axis=1)))
