"""Time and memory of each architecture, in training and in evaluation.

    python benchmarks/architectures.py [--seconds 2 10] [--repetitions 3]

A batch of 32 simulated clips with 60 classes is computed on one thread. Architectures
take turns, so that other work on the machine affects all alike; the least CPU time of
each counts. Peak memory is that of a process that only trains for two steps.
"""

import argparse
import functools
import multiprocessing
import os
import re
from collections.abc import Callable
from pathlib import Path

# Read by the libraries when they are imported.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import torch
from pages import markdown
from stages import least_seconds
from torch.nn.functional import binary_cross_entropy_with_logits

from music_selectivity.networks.folding import folded
from music_selectivity.networks.optimizer import AdamW
from music_selectivity.networks.registry import build
from music_selectivity.study.models import MINIMUM_INPUT

CLIPS, CLASSES = 32, 60
# Of the default front end: mel bands, and frames in a second.
MELS, FRAMES = 64, 80.2
HEADER = (
    "architecture",
    "clips of",
    "training, ms a clip",
    "relative to kim2024",
    "evaluation, ms a clip",
    "relative to kim2024",
    "peak MB",
)


def log_mels(seconds: float) -> torch.Tensor:
    return 15 * torch.randn(CLIPS, MELS, int(FRAMES * seconds)) - 30


def training(architecture: str, x: torch.Tensor) -> Callable[[], None]:
    """A step of training."""
    network = build(architecture, CLASSES, seed=1)
    optimizer = AdamW(network.parameters(), weight_decay=0.01)
    targets = (torch.rand(CLIPS, CLASSES) < 0.1).float()

    def step() -> None:
        loss = binary_cross_entropy_with_logits(network(x), targets)
        network.zero_grad()
        loss.backward()
        optimizer.step(1e-4, 0.9)

    return step


def evaluation(architecture: str, x: torch.Tensor) -> Callable[[], torch.Tensor]:
    """Logits of clips."""
    network = folded(build(architecture, CLASSES, seed=1))
    return torch.inference_mode()(functools.partial(network, x))


def peak_mb(architecture: str, seconds: float) -> float:
    """Most memory of this process in two steps of training."""
    torch.set_num_threads(1)
    step = training(architecture, log_mels(seconds))
    step()
    step()
    # Unlike the maximum of resource.getrusage, this leaves out the parent process.
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def rows(seconds: float, repetitions: int) -> list[list[str]]:
    """The rows of the table for clips of one length."""
    x = log_mels(seconds)
    times = [
        least_seconds(
            {name: work(name, x) for name in MINIMUM_INPUT}, repetitions, threads=1
        )
        for work in (training, evaluation)
    ]
    found = []
    for name in MINIMUM_INPUT:
        row = [f"`{name}`", f"{seconds:g} s"]
        for of_work in times:
            row += [f"{1000 * of_work[name] / CLIPS:.2f}"]
            row += [f"{of_work[name] / of_work['kim2024']:.1f}"]
        with multiprocessing.get_context("spawn").Pool(1) as process:
            row += [f"{process.apply(peak_mb, (name, seconds)):,.0f}"]
        found.append(row)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", nargs="+", type=float, default=[2, 10])
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    table = [row for s in options.seconds for row in rows(s, options.repetitions)]
    print(markdown(HEADER, table))


if __name__ == "__main__":
    main()
