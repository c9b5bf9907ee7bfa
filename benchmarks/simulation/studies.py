"""Studies that are simulated from responses of sets of units to clips."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from music_selectivity import seeds
from music_selectivity.claims.catalogue import all_claims
from music_selectivity.claims.claim import Claim
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.claims.evaluation import evaluate
from music_selectivity.claims.measured import Measured, Values
from music_selectivity.paper import Reported
from simulation.responses import (
    Luck,
    Network,
    draw_weights,
    measure_tables,
    measured_of,
)
from simulation.worlds import AS_CLAIMED, TYPICAL, Spread, World

DRAWS = 200
# Columns of claims.csv that are compared with the truth.
RESULTS = ["verdict", "p", "measured", "low", "high"]
RESULTS += ["contrast", "contrast_low", "contrast_high"]
RESULTS += ["change", "change_low", "change_high", "open_probability"]
# Sizes of study, in networks of each kind; the paper has five.
SIZES = (2, 5, 10)
IN_PAPER = 5


@dataclass(frozen=True)
class Plan:
    """A series of studies with one truth.

    Attributes
    ----------
    world : World
    spread : Spread
    networks : tuple of int
        Sizes of study. Each study is judged with as many of its networks, the first.
    """

    world: World
    spread: Spread = TYPICAL
    networks: tuple[int, ...] = SIZES


def judged(plan: Plan, number: int, ids: Collection[str]) -> pd.DataFrame:
    """A study, judged at each size.

    Where the paper's differences exist, its numbers are those of another simulated
    study with five networks and other clips, so that an exact replication is known to
    be one.

    Parameters
    ----------
    plan
    number
        Names the draws of the study.
    ids
        Of the claims.

    Returns
    -------
    DataFrame
        world, sd, networks, study, id, then `RESULTS`.
    """
    world, spread = plan.world, plan.spread
    name = ("simulation", world.name, spread.networks, number)
    claims = tuple(claim for claim in all_claims(DEFAULT) if claim.id in ids)
    if world == AS_CLAIMED:
        paper = measured_of(_tables(plan, IN_PAPER, 0, (*name, "the paper")))
        claims = tuple(_with_numbers_of(paper, claims))
    tables = _tables(plan, max(plan.networks), DRAWS, (*name, "ours"))
    parts = []
    for n in plan.networks:
        measured = measured_of(tables, n)
        audioset = world == AS_CLAIMED
        found = evaluate(measured, audioset=audioset, claims=claims)[["id", *RESULTS]]
        parts.append(found.assign(networks=n))
    table = pd.concat(parts).assign(world=world.name, sd=spread.networks, study=number)
    return table[["world", "sd", "networks", "study", "id", *RESULTS]]


def _tables(plan: Plan, n: int, draws: int, name: tuple) -> dict[Network, pd.DataFrame]:
    rng = seeds.generator(*name)
    luck = Luck(plan.spread, rng)
    return measure_tables(plan.world, n, luck, draw_weights(draws, *name), rng)


def _with_numbers_of(paper: Measured, claims: tuple[Claim, ...]) -> Iterator[Claim]:
    """The claims, with what another study measured in place of the paper's numbers."""
    for claim in claims:
        numbers = {}
        if claim.reported:
            numbers["reported"] = _reported(claim.reported, claim.shown(paper))
        if claim.reported_second:
            _, second = claim.comparison.samples(paper)
            numbers["reported_second"] = _reported(claim.reported_second, second)
        yield replace(claim, **numbers)


def _reported(number: Reported, values: Values) -> Reported:
    """The mean of as many networks, and their SD where the paper gives it."""
    chosen = values[0].iloc[: number.networks]
    sd = math.nan if math.isnan(number.sd) else float(chosen.std())
    return Reported(float(chosen.mean()), sd, number.networks)
