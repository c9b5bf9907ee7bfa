"""Do studies of soundscapes agree with a longer one, and with other architectures?

    python benchmarks/soundscapes.py run {corpora,architectures} [--cores 2]
    python benchmarks/soundscapes.py docs

The first runs all studies of a comparison and writes the verdicts of each to
``benchmarks/soundscapes/<study>.csv``; Snakemake continues a run that was interrupted.
Comparisons are of the default study on corpora of three seeds with the reference study
(``studies/reference.yaml``, which takes hours), and of ``studies/architectures.yaml``
with each architecture. The second writes the comparisons into the docs.
"""

import argparse
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pages import markdown, update

from music_selectivity.claims.catalogue import all_claims
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.claims.verdicts import (
    DIFFERENCE,
    DIRECTION,
    NOT_REPLICATED,
    NOT_RUN,
    REPLICATED,
)
from music_selectivity.study.models import MINIMUM_INPUT

ROOT = Path(__file__).parent.parent
VERDICTS = ROOT / "benchmarks/soundscapes"
COMMAND = "benchmarks/soundscapes.py"


@dataclass(frozen=True)
class Comparison:
    """Studies whose verdicts are compared.

    Attributes
    ----------
    page
        Page of the docs that shows the comparison.
    studies
        Arguments of Snakemake for each study. The first is the one with which the
        others are compared.
    """

    page: Path
    studies: Mapping[str, list[str]]


COMPARISONS = {
    "corpora": Comparison(
        ROOT / "docs/soundscapes.md",
        {"reference": ["--configfile", "studies/reference.yaml"]}
        | {
            f"corpus{seed}": [
                "--config",
                f"study=corpus{seed}",
                f"corpus={{soundscapes: {{seed: {seed}}}}}",
            ]
            for seed in (1, 2, 3)
        },
    ),
    "architectures": Comparison(
        ROOT / "docs/architectures.md",
        {
            f"architectures_{name}": [
                "--configfile",
                "studies/architectures.yaml",
                "--config",
                f"architecture={name}",
                f"study=architectures_{name}",
            ]
            for name in MINIMUM_INPUT
        },
    ),
}
KEPT = ["id", "n", "measured", "low", "high", "p", "verdict"]
DIGITS = "%.3g"
# What a claim comes to, where a study decides it.
DECIDED = {REPLICATED: True, DIRECTION: True, NOT_REPLICATED: False}


def run(studies: Mapping[str, list[str]], cores: str) -> None:
    """Run all studies, and keep their verdicts."""
    VERDICTS.mkdir(exist_ok=True)
    for study, arguments in studies.items():
        command = [sys.executable, "-m", "snakemake", "--cores", cores, *arguments]
        subprocess.run(command, cwd=ROOT, check=True)
        claims = pd.read_csv(ROOT / f"results/{study}/claims.csv")
        claims[KEPT].to_csv(VERDICTS / f"{study}.csv", index=False, float_format=DIGITS)


def summary(verdicts: Mapping[str, pd.Series], differences: Collection[str]) -> str:
    """How far studies agree with the first of them, as Markdown.

    Parameters
    ----------
    verdicts
        Verdict by claim for each study.
    differences
        Claims of a difference; the others are of none.
    """
    first = next(iter(verdicts))
    reference = verdicts[first].map(DECIDED)
    rows = []
    for study, found in verdicts.items():
        decided = found.map(DECIDED).dropna()
        both = decided.index.intersection(reference.dropna().index)
        against = both[decided[both] != reference[both]]
        rows.append(
            (
                study,
                len(decided),
                decided.index.isin(differences).sum(),
                len(both),
                len(both) - len(against),
                ", ".join(against),
            )
        )
    columns = [
        "study",
        "decided",
        "of these, claims of a difference",
        f"decided by {first} too",
        "decided alike",
        "contradicted",
    ]
    return markdown(columns, rows)


def verdict_table(tables: Mapping[str, pd.DataFrame]) -> str:
    """Verdict and measured value of each claim that any study could test, as Markdown.

    Parameters
    ----------
    tables
        What is kept of each study, with the claims as its index.
    """
    verdicts = pd.DataFrame({study: of["verdict"] for study, of in tables.items()})
    not_run = verdicts.apply(lambda verdict: verdict.str.startswith(NOT_RUN))
    measured = pd.DataFrame({study: of["measured"] for study, of in tables.items()})
    cells = verdicts + measured.map(lambda value: f" ({value:g})", na_action="ignore")
    tested = cells.fillna(verdicts)[~not_run.all(axis=1)]
    return markdown(["claim", *tested], tested.itertuples(), numbers=False)


def write_docs(comparison: Comparison) -> None:
    """Write the tables of a comparison into its page."""
    tables = {
        study: pd.read_csv(VERDICTS / f"{study}.csv").set_index("id")
        for study in comparison.studies
    }
    verdicts = {study: table["verdict"] for study, table in tables.items()}
    claims = all_claims(DEFAULT)
    differences = [claim.id for claim in claims if claim.kind == DIFFERENCE]
    text = f"{summary(verdicts, differences)}\n\n{verdict_table(tables)}"
    update(comparison.page, COMMAND, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    run_studies = commands.add_parser("run", help="run the studies of a comparison")
    run_studies.add_argument("comparison", choices=COMPARISONS)
    run_studies.add_argument("--cores", default="all")
    commands.add_parser("docs", help="write the comparisons into the docs")
    arguments = parser.parse_args()
    if arguments.command == "run":
        run(COMPARISONS[arguments.comparison].studies, arguments.cores)
    else:
        for comparison in COMPARISONS.values():
            write_docs(comparison)


if __name__ == "__main__":
    main()
