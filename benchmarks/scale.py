"""Time and peak memory of each analysis of one network, at two sizes.

    python benchmarks/scale.py

Made-up responses of 256 units; 3,500 and 35,000 clips, half of each split; 527 classes;
1,000 bootstrap draws; one thread. Every analysis runs in a process of its own; the
first row only makes the inputs.
"""

import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from music_selectivity import (
    ablation,
    calibration,
    claims,
    decoding,
    embedding,
    pca,
    random_ablation,
    selectivity,
    tuning,
)
from music_selectivity.claims.catalogue import CLAIMS
from music_selectivity.networks import build
from music_selectivity.resampling import split_weights
from music_selectivity.responses import scores_of_units
from music_selectivity.store import ShardedArray

SIZES = (3_500, 35_000)
DRAWS = 1000
CATEGORIES = pd.DataFrame(
    [("category", f"category {n}", f"class {n}") for n in range(4)]
    + [("genre", f"genre {n}", f"class {500 + n}") for n in range(25)],
    columns=["kind", "category", "class"],
)


class Study:
    """Made-up clips and responses of one network."""

    def __init__(self, n_clips: int) -> None:
        rng = np.random.default_rng(0)
        music = rng.random(n_clips) < 0.28
        numbers = np.where(music, 500 + rng.integers(25, size=n_clips), 0)
        numbers = np.where(music, numbers, rng.integers(500, size=n_clips))
        self.clips = pd.DataFrame(
            {
                "clip_id": [f"clip{number:06d}" for number in range(n_clips)],
                "split": np.repeat(["train", "eval"], n_clips // 2),
                "group": np.where(music, "music", "nonmusic"),
                "labels": [[f"class {number}"] for number in numbers],
            }
        )
        self.responses = rng.random((n_clips, 256), np.float32)
        self.labels = np.zeros((n_clips, 527), np.uint8)
        self.labels[np.arange(n_clips), numbers] = 1
        self.measured = (self.clips["split"] == "eval").to_numpy()

    def weights(self, split: str = "eval") -> np.ndarray:
        return split_weights(self.clips, split, DRAWS)


def only_inputs(study: Study) -> None:
    study.weights()


def of_selectivity(study: Study) -> None:
    selectivity.unit_table(study.responses, study.clips)


def of_tuning(study: Study) -> None:
    sets = tuning.unit_sets(study.responses, study.clips, CATEGORIES, 0.125)
    tables = []
    for stimulus in ["original", *(f"power_{2**k}" for k in range(7))] + [
        f"quilt_{length}" for length in (50, 100, 200, 400, 800, 1600, "original")
    ]:
        table = tuning.clip_responses(
            study.responses, study.clips["clip_id"], study.clips, sets
        )
        tables.append(table.assign(stimulus=stimulus))
    weights = {split: study.weights(split) for split in ("train", "eval")}
    tuning.tuning_rows(pd.concat(tables), study.clips, CATEGORIES, weights)


def of_readout(study: Study) -> None:
    others = {name: study.responses + 1 for name in ("pca", "gabor")}
    decoding.readout_rows(
        study.responses,
        study.clips,
        np.arange(256.0),
        others,
        CATEGORIES,
        study.weights(),
    )


def of_embedding(study: Study) -> None:
    embedding.embed(study.responses[study.measured], seed=1)


def of_calibration(study: Study) -> None:
    rng = np.random.default_rng(0)
    calibration.permuted_ratios(study.responses, study.clips, 0.125, 200, rng)


def _sets() -> dict[str, np.ndarray]:
    names = ("none", "msi_top", "msi_middle", "msi_bottom", "l1_top")
    return {name: np.arange(32 * k, 32 * k + 32) for k, name in enumerate(names)}


def of_ablation(study: Study) -> None:
    ablation.mean_average_precision(
        scores_of_units(build("kim2024", 527, seed=1)),
        study.responses[study.measured],
        study.labels[study.measured],
        np.arange(527) >= 500,
        _sets(),
        study.weights(),
    )


def of_random_ablation(study: Study) -> None:
    """100 of the 10,000 sets."""
    random_ablation.random_ablation(
        build("kim2024", 527, seed=1).head,
        study.responses[study.measured],
        study.labels[study.measured],
        np.arange(527) < 500,
        n_silenced=32,
        sets=100,
        rng=np.random.default_rng(0),
    )


def of_pca(study: Study) -> None:
    """256 components of an eighth of the clips, 10 s each."""
    n_clips = len(study.clips) // 8
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "000.npy")
        shape = (n_clips, 64, 802)
        array = np.lib.format.open_memmap(path, "w+", np.float32, shape)
        rng = np.random.default_rng(0)
        for row in range(n_clips):
            array[row] = rng.random(shape[1:], np.float32)
        array.flush()
        rows = np.arange(n_clips)
        pca.fit(ShardedArray([path], np.zeros_like(rows), rows), rows, 256)


def of_claims(study: Study) -> None:
    """25 networks and 450 measures each, whatever the number of clips."""
    rng = np.random.default_rng(0)
    models = ["without_music", "with_music", "untrained", "memorization", "other"]
    keys = [
        (model, seed, "response_ratio" if n == 0 else f"measure {n}", "eval")
        for model in models
        for seed in range(5)
        for n in range(450)
    ]
    table = pd.DataFrame(keys, columns=["model", "seed", "measure", "condition"])
    draws = pd.DataFrame(rng.random((len(table), DRAWS), np.float32))
    replicates = pd.concat([table, draws], axis=1)
    claims.evaluate(table.assign(value=1.0), replicates, None, CLAIMS)


ANALYSES = (
    *(only_inputs, of_selectivity, of_tuning, of_readout, of_embedding),
    *(of_calibration, of_ablation, of_random_ablation, of_pca, of_claims),
)


def measure(analysis: str, n_clips: int, results: multiprocessing.Queue) -> None:
    """Seconds of an analysis, and peak memory of this process in MB."""
    torch.set_num_threads(1)
    study = Study(n_clips)
    began = time.perf_counter()
    globals()[analysis](study)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.put((seconds, peak))


def main() -> None:
    """Print the table."""
    os.environ["OMP_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("spawn")
    heads = "".join(f" {size:,} clips: s | MB |" for size in SIZES)
    print(f"| analysis |{heads}\n|---|{'---:|' * 2 * len(SIZES)}")
    for analysis in ANALYSES:
        cells = []
        for size in SIZES:
            results = context.Queue()
            name = analysis.__name__
            process = context.Process(target=measure, args=(name, size, results))
            process.start()
            seconds, peak = results.get()
            process.join()
            cells += [f"{seconds:.1f}", f"{peak:.0f}"]
        label = analysis.__name__.removeprefix("of_").replace("_", " ")
        print(f"| {label} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
