"""Comparison with the brain where the truth is known: do intervals cover?

    python benchmarks/brain.py [--studies 200] [--refitted 30]
    python benchmarks/brain.py --docs

The first simulates studies (`simulation.brain`), and a few for a comparison with the
bootstrap, and writes their measures to ``results/simulations/``. The second writes the
tables into ``docs/simulations.md``.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from pages import markdown, update
from scipy.special import ndtri
from simulation.brain import measured, resampled
from simulation.tables import percent

ROOT = Path(__file__).parent.parent
RESULTS, DOCS = ROOT / "results/simulations", ROOT / "docs/simulations.md"
COMMAND = "benchmarks/brain.py"
LEVEL = 0.05
HALF = ndtri(1 - LEVEL / 2)


def simulate(folder: Path, studies: int, refitted: int) -> None:
    """Simulate studies, and write what was measured in them to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, work, count in (
        ("brain", measured, studies),
        ("brain_resampled", resampled, refitted),
    ):
        table = pd.concat([work(number) for number in range(count)])
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g")


def summary(folder: Path) -> str:
    """Both tables of a run, as Markdown."""
    found, refitted = (
        pd.read_csv(folder / f"{name}.csv") for name in ("brain", "brain_resampled")
    )
    of_components = found[found["measure"] == "brain_prediction"]
    truth = of_components[of_components["layer"] == "distant"]
    truth = truth.groupby("condition")["value"].mean()
    return "\n\n".join(
        [
            f"{found['study'].nunique()} studies, of which "
            f"{refitted['study'].nunique()} were also bootstrapped.",
            coverage_table(found),
            resampling_table(refitted, truth),
        ]
    )


def coverage_table(found: pd.DataFrame) -> str:
    """Truth, the mean over studies, and how often intervals contain it, by layer."""
    predicted = found["measure"].str.startswith("brain_prediction")
    names = found["condition"].str.upper().mask(predicted, "prediction")
    rows = []
    for key, group in found.groupby([names, "layer"], sort=False):
        truth = group.groupby("condition")["value"].transform("mean")
        covered = (group["value"] - truth).abs() <= HALF * group["se"]
        above = ""
        if group["p"].notna().any():
            above = percent(group["p"] <= LEVEL, group["study"])
        ends = " to ".join(map(_decimal, (truth.min(), truth.max())))
        rows.append([*key, ends, percent(covered, group["study"]), above])
    columns = ["measure", "layer", "truth", "coverage, %", "p <= .05, %"]
    return markdown(columns, rows)


def resampling_table(found: pd.DataFrame, truth: pd.Series) -> str:
    """By way of resampling and component: shift of replicates, and coverage."""
    rows = []
    for way, of_way in found.groupby("way", sort=False):
        for component, group in of_way.groupby("component", sort=False):
            true = truth[component]
            shift = (group["mean"] - group["value"]).mean()
            by_sd = (group["value"] - true).abs() <= HALF * group["se"]
            by_percentiles = (group["low"] <= true) & (true <= group["high"])
            shares = [f"{100 * np.mean(each):.0f}" for each in (by_sd, by_percentiles)]
            rows.append([way, component, _decimal(true), _decimal(shift), *shares])
    columns = ["replicates", "component", "truth", "mean minus value"]
    columns += ["coverage by their SD, %", "by their percentiles, %"]
    return markdown(columns, rows)


def _decimal(value: float) -> str:
    """Two decimals; what rounds to 0 has no sign."""
    return f"{round(value, 2) + 0:.2f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--refitted", type=int, default=30, help="for the bootstrap")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument(
        "--docs", action="store_true", help="write tables into the docs"
    )
    given = parser.parse_args()
    if given.docs:
        update(DOCS, COMMAND, summary(given.output))
    else:
        simulate(given.output, given.studies, given.refitted)
