"""What a claim would find in infinitely many networks and clips."""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from music_selectivity import seeds
from music_selectivity.claims.catalogue import all_claims
from music_selectivity.claims.claim import Claim
from music_selectivity.claims.comparisons import Equivalence
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.claims.measured import Measured
from music_selectivity.claims.quantities import Quantity
from music_selectivity.measures import MEAN_RESPONSE
from music_selectivity.vocabulary import MUSIC, NONMUSIC
from simulation.kinds import kind_of
from simulation.responses import Luck, draw_weights, measure_tables, measured_of
from simulation.worlds import Spread, World

# What is planted: a difference, none, or one opposite to what is claimed; or no change,
# a change at the margin, or one beyond it.
PRESENT, ABSENT, OPPOSITE = "a difference", "no difference", "the opposite difference"
UNCHANGED, AT_MARGIN, BEYOND = "no change", "a change at the margin", "a change of 20 %"
PLANTED = (PRESENT, ABSENT, OPPOSITE, UNCHANGED, AT_MARGIN, BEYOND)

# Differences and changes below this are 0, as means over few networks go.
EXACT = 0.01


class Mirrored:
    """Normal draws whose second half along the first axis negates the first.

    Means over networks are then exact to the first order in how much these differ.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def normal(self, size: tuple[int, ...]) -> np.ndarray:
        """As of a generator."""
        half = self._rng.normal(size=(-(size[0] // -2), *size[1:]))
        return np.concatenate([half, -half])[: size[0]]


def truth(world: World, spread: Spread, networks: int = 200) -> pd.DataFrame:
    """The true value of every distinct claim that simulated studies can test.

    Parameters
    ----------
    world, spread
        What is planted.
    networks
        So many stand for all; their mean is exact to the first order.

    Returns
    -------
    DataFrame
        id, of the claim; kind; planted, of `PLANTED`; measured, contrast and change,
        the true values of the columns of claims.csv.
    """
    # Clips do not vary, so that a few of them are all of them.
    others = ("gains", "clips", "versions", "own_clips", "own_versions", "drawn")
    alike = replace(spread, **dict.fromkeys(others, 0.0))
    rng = Mirrored(seeds.generator("simulation", "truth", world.name, spread.networks))
    luck = Luck(alike, rng)
    tables = measure_tables(world, networks, luck, draw_weights(0), rng)
    measured = measured_of(tables)
    rows = [
        {"id": claim.id, "kind": kind_of(claim), **_true(claim, measured, spread)}
        for claim in all_claims(DEFAULT)
        if kind_of(claim)
        and not claim.same_test_as
        and claim.comparison.run(measured).n
    ]
    return pd.DataFrame(rows)


def _true(claim: Claim, measured: Measured, spread: Spread) -> dict:
    found = {"measured": _mean(claim.shown, measured)}
    comparison = claim.comparison
    if claim.id == "2a":
        found["measured"] = _effect_size(claim.models[0], measured, spread)
    if isinstance(comparison, Equivalence):
        found["change"] = _mean(comparison.change, measured)
        beyond = abs(found["change"]) - comparison.margin
        exact = EXACT * comparison.margin / Equivalence.margin
        found["planted"] = AT_MARGIN if abs(beyond) < exact else BEYOND
        if abs(found["change"]) < exact:
            found["planted"] = UNCHANGED
        return found
    rise = found["contrast"] = comparison.difference(measured).value
    found["planted"] = PRESENT if rise > 0 else OPPOSITE
    if abs(rise) < EXACT:
        found["planted"] = ABSENT
    return found


def _mean(quantity: Quantity, measured: Measured) -> float:
    return float(quantity(measured)[0].mean())


def _effect_size(model: str, measured: Measured, spread: Spread) -> float:
    """Mean over networks of the probability that music exceeds other clips.

    Logarithms of responses are normal, so that it follows from their means and SD.
    """
    music, other = (
        measured.values(model, MEAN_RESPONSE, MEAN_RESPONSE.condition(group=group))[0]
        for group in (MUSIC, NONMUSIC)
    )
    z = np.log(music / other) / (np.sqrt(2) * spread.of_logs)
    return float(stats.norm.cdf(z).mean())
