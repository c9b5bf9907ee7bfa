"""Each stage of a study as a plain notebook does it, and as here, in one run.

    python benchmarks/stages.py [STAGE ...] [--clips 32] [--repetitions 3] [--docs]

Both ways (package `comparison`) work on the same simulated clips of ten seconds, and
their results are compared. They take turns, together with a matrix product, so that
other work on the machine affects all alike; the least time of each counts. Stages are
named by a part of their names, such as "quilts". Stages of responses alone have more
clips than stages of sounds. ``--docs`` writes the tables into benchmarks/README.md.
"""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

# The libraries read these when they are imported.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import torch
from comparison.inputs import Inputs
from comparison.pairs import STAGES, Pair, Stage
from pages import markdown, update

PAGE = Path(__file__).with_name("README.md")
COMMAND = "benchmarks/stages.py"
# Clips at which our time is measured, relative to the least number.
GROWTH = (1, 2, 4, 8)
# Rows of the square matrices whose product is timed.
PRODUCT = 1024
PACKAGES = ("torch", "torchaudio", "numpy", "scipy", "scikit-learn")


class Measured(NamedTuple):
    """A row of the tables.

    Attributes
    ----------
    stage : Stage
    clips : int
    notebook, ours : float
        Seconds for a clip.
    share : float or None
        Of the rate of a matrix product in the same run.
    growth : list of float
        Seconds of ours for a clip, at `GROWTH` times the clips.
    difference : float or None
        Of the results.
    """

    stage: Stage
    clips: int
    notebook: float
    ours: float
    share: float | None
    growth: list[float]
    difference: float | None


def least_seconds(
    works: Mapping[object, Callable[[], object]], repetitions: int, threads: int
) -> dict[object, float]:
    """Least time of each work, of which all take turns after one turn without clock.

    With one thread, it is the CPU time of this process, which does not include waiting
    for other processes.
    """
    clock = time.process_time if threads == 1 else time.perf_counter
    least = dict.fromkeys(works, float("inf"))
    for turn in range(repetitions + 1):
        for name, work in works.items():
            began = clock()
            work()
            if turn:
                least[name] = min(least[name], clock() - began)
    return least


def difference_of(stage: Stage, pair: Pair) -> float | None:
    """Difference of the results of both ways.

    Raises
    ------
    ValueError
        It exceeds the tolerance.
    """
    if pair.difference is None:
        return None
    found = pair.difference(pair.notebook.work(), pair.ours.work())
    if not found <= stage.tolerance:
        raise ValueError(
            f"{stage.name}: the results differ by {found:.3g}, more than "
            f"{stage.tolerance:.3g} ({stage.compared})"
        )
    return found


def measure(stage: Stage, clips: int, repetitions: int) -> Measured:
    """Compare both ways of a stage, and measure how our time grows."""
    torch.set_num_threads(stage.threads)
    n_clips = max(2, round(stage.share * clips))
    with tempfile.TemporaryDirectory() as folder:
        pair = stage.prepare(Inputs(n_clips, Path(folder)))
        difference = difference_of(stage, pair)
        matrix = torch.ones(PRODUCT, PRODUCT)
        seconds = least_seconds(
            {
                "notebook": pair.notebook.work,
                "ours": pair.ours.work,
                "product": lambda: matrix @ matrix,
            },
            repetitions,
            stage.threads,
        )
        ours = seconds["ours"] / pair.ours.clips
        share = None
        if pair.flops:
            share = pair.flops / ours / (2 * PRODUCT**3 / seconds["product"])
        growth = growing(stage, n_clips, Path(folder), repetitions)
    notebook = seconds["notebook"] / pair.notebook.clips
    return Measured(stage, n_clips, notebook, ours, share, growth, difference)


def growing(stage: Stage, n_clips: int, folder: Path, repetitions: int) -> list[float]:
    """Seconds of ours for a clip at `GROWTH` times the clips."""
    ways = {}
    for times in GROWTH:
        inside = folder / str(times)
        inside.mkdir()
        ways[times] = stage.prepare(Inputs(times * n_clips, inside)).ours
    works = {times: way.work for times, way in ways.items()}
    seconds = least_seconds(works, repetitions, stage.threads)
    return [seconds[times] / ways[times].clips for times in GROWTH]


def times_table(rows: Sequence[Measured]) -> str:
    """Times of both ways, as Markdown."""
    heads = ["stage", "clips", "notebook, ms a clip", "here, ms a clip", "ratio"]
    heads += ["share of a matrix product"]
    heads += [f"time a clip at {times}x" for times in GROWTH[1:]]
    lines = []
    for row in rows:
        cells = [row.stage.name, f"{row.clips:,}"]
        cells += [f"{1e3 * seconds:.3g}" for seconds in (row.notebook, row.ours)]
        cells += [f"{row.notebook / row.ours:.3g}"]
        cells += ["" if row.share is None else f"{100 * row.share:.0f} %"]
        cells += [f"{seconds / row.growth[0]:.2f}" for seconds in row.growth[1:]]
        lines.append(cells)
    return markdown(heads, lines)


def agreement_table(rows: Sequence[Measured]) -> str:
    """What was compared of the results, as Markdown."""
    heads = ["stage", "compared", "differs by design", "difference", "at most"]
    lines = []
    for row in rows:
        cells = [row.stage.name, row.stage.compared, row.stage.by_design, "", ""]
        if row.difference is not None:
            cells[3:] = f"{row.difference:.1g}", f"{row.stage.tolerance:g}"
        lines.append(cells)
    return markdown(heads, lines, numbers=False)


def machine() -> str:
    """Processor, load and versions, as a sentence."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{len(names)} cores ({names[0]}), {os.getloadavg()[2]:.1f} processes running "
        f"on average; {platform.system()}, Python {platform.python_version()}, "
        f"{packages}."
    )


def main(names: Sequence[str], clips: int, repetitions: int) -> str:
    """Measure the stages whose names contain one of `names`; both tables."""
    chosen = [stage for stage in STAGES if any(name in stage.name for name in names)]
    rows = []
    for stage in chosen:
        rows.append(measure(stage, clips, repetitions))
        print(times_table(rows[-1:]).splitlines()[-1], flush=True)
    return "\n\n".join([machine(), times_table(rows), agreement_table(rows)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clips", type=int, default=32, help="of stages of sounds")
    parser.add_argument("--repetitions", type=int, default=3, help="of each way")
    parser.add_argument("--docs", action="store_true", help="write into the README")
    parser.add_argument("stages", nargs="*", default=[""], metavar="STAGE")
    given = parser.parse_args()
    text = main(given.stages, given.clips, given.repetitions)
    if given.docs:
        update(PAGE, COMMAND, text)
    print(f"\n{text}")
