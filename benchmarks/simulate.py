"""Studies with a known truth: are verdicts right, and do intervals cover?

    python benchmarks/simulate.py [--studies 1000] [--full 20] [--mixed 200]
    python benchmarks/simulate.py --docs

The first simulates studies in three ways (package `simulation`): many from responses of
sets of units to clips, judged with 2, 5 and 10 networks; a few from responses of single
units; and some for the intervals of mixed-effects models. It writes one row per study
and claim, and tables, to ``results/simulations/``. The second writes these tables into
``docs/simulations.md``.
"""

import argparse
import logging
import multiprocessing
import os
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.pool import Pool
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from pages import update
from simulation import tables
from simulation.mixed import estimated
from simulation.studies import Plan, judged
from simulation.truth import truth
from simulation.units import full_study
from simulation.worlds import WORLDS

from music_selectivity.claims.verdicts import TOO_FEW

ROOT = Path(__file__).parent.parent
RESULTS, DOCS = ROOT / "results/simulations", ROOT / "docs/simulations.md"
COMMAND = "make simulate"
# For each full study, so many more give the true values.
REFERENCES = 2
# Seconds between two lines of progress.
PAUSE = 30
DIGITS = "%.6g"


class Task(NamedTuple):
    """Something to simulate.

    Attributes
    ----------
    part : str
        The file of results that it belongs to.
    work : callable
        Returns a table.
    cost : float
        Its share in the work, about in seconds.
    """

    part: str
    work: Callable[[], pd.DataFrame]
    cost: float


def simulate(folder: Path, studies: int, full: int, mixed: int, processes: int) -> None:
    """Simulate all parts and write their tables to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    # Each process computes on one thread, as it reads these before NumPy starts.
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    plans = [Plan(world) for world in WORLDS]
    with multiprocessing.get_context("spawn").Pool(processes, _quiet) as pool:
        truths = pool.map(_truth, plans)
        tasks = [
            Task("units", partial(full_study, number), 15) for number in range(full)
        ]
        tasks += [
            Task("reference", partial(full_study, number, reference=True), 3)
            for number in range(REFERENCES * full)
        ]
        tasks += [
            Task("mixed", partial(estimated, number), 2) for number in range(mixed)
        ]
        tasks += [
            Task("studies", partial(judged, plan, number, tuple(found["id"])), 1.5)
            for number in range(studies)
            for plan, found in zip(plans, truths, strict=True)
        ]
        results = _results(pool, tasks)
    results["truth"] = truths
    for part, found in results.items():
        table = pd.concat(found, ignore_index=True)
        table.to_csv(folder / f"{part}.csv", index=False, float_format=DIGITS)
    (folder / "table.md").write_text(summary(folder))


def _quiet() -> None:
    """Leave out what the library logs, such as that permutations are few."""
    logging.getLogger("music_selectivity").setLevel(logging.ERROR)


def _truth(plan: Plan) -> pd.DataFrame:
    return truth(plan.world, plan.spread).assign(world=plan.world.name)


def _numbered(job: tuple[int, Task]) -> tuple[int, pd.DataFrame]:
    position, task = job
    return position, task.work()


def _results(pool: Pool, tasks: list[Task]) -> dict[str, list[pd.DataFrame]]:
    """The tables of all tasks, by part and in order, with a word on the progress."""
    found: list[pd.DataFrame | None] = [None] * len(tasks)
    total, done = sum(task.cost for task in tasks), 0.0
    began = shown = time.monotonic()
    for position, table in pool.imap_unordered(_numbered, enumerate(tasks)):
        found[position] = table
        done += tasks[position].cost
        now = time.monotonic()
        if now - shown > PAUSE or done == total:
            shown, left = now, (now - began) * (total / done - 1)
            counted = sum(each is not None for each in found)
            print(
                f"{counted} of {len(tasks)} studies, {left / 60:.0f} min left",
                flush=True,
            )
    results: dict[str, list[pd.DataFrame]] = {}
    for task, table in zip(tasks, found, strict=True):
        results.setdefault(task.part, []).append(table)
    return results


def summary(folder: Path) -> str:
    """All tables of a run, as Markdown."""
    parts = ("studies", "truth", "mixed", "units", "reference")
    studies, truths, mixed, units, reference = (
        pd.read_csv(folder / f"{part}.csv") for part in parts
    )
    names = ["measured", "contrast", "change"]
    truths = truths.rename(columns={name: f"true_{name}" for name in names})
    found = studies.merge(truths, on=["world", "id"])
    few = found[found["networks"] == found["networks"].min()]
    return "\n\n".join(
        [
            f"{studies.groupby('world')['study'].nunique().min():,} studies of each "
            f"truth, {mixed['study'].nunique()} for mixed-effects models, and "
            f"{units['study'].nunique()} from responses of single units.",
            "### Verdicts",
            tables.verdict_table(found),
            f"With two networks, {_percent(few['verdict'] == TOO_FEW)} of verdicts are "
            f"*{TOO_FEW}*; the others are of linear features.",
            "### Where there is no difference",
            tables.chance_table(found),
            "### Exact replications",
            tables.replication_table(found),
            "### Intervals",
            tables.coverage_table(found),
            "### Mixed-effects models",
            tables.mixed_table(mixed),
            "### Studies from responses of single units",
            tables.full_table(units),
            tables.full_coverage_table(units, reference),
            f"Of the planted units, {_percent(units['units_found'])} were chosen. With "
            f"permuted labels, {_percent(units['calibrated_ratio'])} of networks had "
            f"response ratios about 1, and {_percent(units['calibrated_p'])} uniform "
            "p-values.",
        ]
    )


def _percent(shares: pd.Series) -> str:
    return f"{100 * shares.mean():.1f} %"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--studies", type=int, default=1000, help="of each truth")
    parser.add_argument(
        "--full", type=int, default=20, help="from responses of single units"
    )
    parser.add_argument("--mixed", type=int, default=200, help="for mixed effects")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument(
        "--docs", action="store_true", help="write tables into the docs"
    )
    given = parser.parse_args()
    if given.docs:
        update(DOCS, COMMAND, summary(given.output))
    else:
        simulate(given.output, given.studies, given.full, given.mixed, given.processes)
