"""What the jobs of a study took, by rule, from Snakemake's benchmark files."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd


def usage(folder: str | os.PathLike, asked_mb: Mapping[str, float]) -> pd.DataFrame:
    """Time, memory and CPU use of the last run of each rule's jobs.

    Parameters
    ----------
    folder
        Holds benchmark files: <rule>.tsv, or <rule>/<job>.tsv if it has several jobs.
    asked_mb
        Memory that a first attempt at each rule's jobs asks for, MB.

    Returns
    -------
    DataFrame
        rule, jobs, total_s, median_s, longest_s (wall clock), peak_mb (of the largest
        job; NaN where none lived long enough to be measured), asked_mb, cpus (seconds
        of CPU per second); the rules that took longest come first.
    """
    folder = Path(folder)
    jobs = pd.DataFrame(
        [
            {"rule": path.relative_to(folder).parts[0].removesuffix(".tsv"), **last}
            for path in sorted(folder.rglob("*.tsv"))
            for last in _rows(path)[-1:]
        ],
        columns=["rule", "s", "max_rss", "cpu_time"],
    )
    by_rule = jobs.groupby("rule", sort=True)
    seconds = by_rule["s"]
    table = pd.DataFrame(
        {
            "jobs": by_rule.size(),
            "total_s": seconds.sum(),
            "median_s": seconds.median(),
            "longest_s": seconds.max(),
            "peak_mb": by_rule["max_rss"].max(),
            "asked_mb": pd.Series(asked_mb, dtype=float),
            "cpus": by_rule["cpu_time"].sum() / seconds.sum().replace(0, np.nan),
        }
    )
    table = table[table["jobs"] > 0].rename_axis("rule").reset_index()
    table["jobs"] = table["jobs"].astype(int)
    return table.sort_values("total_s", ascending=False, kind="stable").round(2)


def _rows(path: Path) -> list[dict[str, float]]:
    """Rows of a benchmark file; what could not be measured is NaN."""
    table = pd.read_csv(path, sep="\t", na_values=["-", "NA"])
    table = table.reindex(columns=["s", "max_rss", "cpu_time"])
    return table.apply(pd.to_numeric, errors="coerce").to_dict("records")
