"""Does the default study agree with a longer one, and on other corpora?

    python benchmarks/soundscapes.py run [--cores 2]
    python benchmarks/soundscapes.py docs

The first runs the reference study (``studies/reference.yaml``, which takes hours) and
the default study on corpora of three seeds, and writes the verdicts of each to
``benchmarks/soundscapes/<study>.csv``. Snakemake continues a run that was interrupted.
The second writes the comparison into ``docs/soundscapes.md``.
"""

import argparse
import subprocess
import sys
from collections.abc import Collection, Mapping
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

ROOT = Path(__file__).parent.parent
VERDICTS, DOCS = ROOT / "benchmarks/soundscapes", ROOT / "docs/soundscapes.md"
COMMAND = "benchmarks/soundscapes.py"

REFERENCE = "reference"
# Arguments of Snakemake for each study. The first corpus is that of the default study.
STUDIES = {REFERENCE: ["--configfile", "studies/reference.yaml"]} | {
    f"corpus{seed}": [
        "--config",
        f"study=corpus{seed}",
        f"corpus={{soundscapes: {{seed: {seed}}}}}",
    ]
    for seed in (1, 2, 3)
}
KEPT = ["id", "n", "measured", "low", "high", "p", "verdict"]
DIGITS = "%.3g"
# What a claim comes to, where a study decides it.
DECIDED = {REPLICATED: True, DIRECTION: True, NOT_REPLICATED: False}


def run(cores: str) -> None:
    """Run all studies, and keep their verdicts."""
    VERDICTS.mkdir(exist_ok=True)
    for study, arguments in STUDIES.items():
        command = [sys.executable, "-m", "snakemake", "--cores", cores, *arguments]
        subprocess.run(command, cwd=ROOT, check=True)
        claims = pd.read_csv(ROOT / f"results/{study}/claims.csv")
        claims[KEPT].to_csv(VERDICTS / f"{study}.csv", index=False, float_format=DIGITS)


def summary(verdicts: Mapping[str, pd.Series], differences: Collection[str]) -> str:
    """How far studies agree with the reference, as Markdown.

    Parameters
    ----------
    verdicts
        Verdict by claim for each study, of which one is the reference.
    differences
        Claims of a difference; the others are of none.
    """
    reference = verdicts[REFERENCE].map(DECIDED)
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
        "decided by the reference too",
        "decided alike",
        "contradicted",
    ]
    return markdown(columns, rows)


def verdict_table(verdicts: Mapping[str, pd.Series]) -> str:
    """The verdict on each claim that any study could test, as Markdown."""
    table = pd.DataFrame(verdicts).fillna("")
    not_run = table.apply(lambda verdict: verdict.str.startswith(NOT_RUN))
    tested = table[~not_run.all(axis=1)]
    return markdown(["claim", *tested], tested.itertuples(), numbers=False)


def write_docs() -> None:
    """Write the tables of the studies that were run into the page."""
    files = {study: VERDICTS / f"{study}.csv" for study in STUDIES}
    verdicts = {
        study: pd.read_csv(file).set_index("id")["verdict"]
        for study, file in files.items()
        if file.exists()
    }
    claims = all_claims(DEFAULT)
    differences = [claim.id for claim in claims if claim.kind == DIFFERENCE]
    tables = [verdict_table(verdicts)]
    if REFERENCE in verdicts:
        tables.insert(0, summary(verdicts, differences))
    update(DOCS, COMMAND, "\n\n".join(tables))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("do", choices=("run", "docs"))
    parser.add_argument("--cores", default="all")
    arguments = parser.parse_args()
    run(arguments.cores) if arguments.do == "run" else write_docs()
