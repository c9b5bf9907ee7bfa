"""Time and peak memory of each analysis of a study, at two sizes.

    python benchmarks/scale.py [ANALYSIS ...] [--sizes 3500 35000]

Made-up responses of 256 units; 3,500 and 35,000 clips, half of each split; 527 classes;
1,000 bootstrap draws; one thread. Analyses are of one network, but for statistics (25
networks and two sets of linear features), mixed models and claims (25 networks).
Levelled sounds, quilts, Gabor features, training and activations are of clips of 10 s
of noise: the first three of one of 32 shards; the network learns half of the clips for
an epoch, and answers to all, from the log-mels of one shard over and over. Every
analysis runs in a process of its own; the first row only makes the inputs. Naming
analyses, such as of_quilts, runs those alone.
"""

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from ingest import PAPER, write_clips, ytid
from music_selectivity.audio.shard_clips import Clips, shard_clips

from music_selectivity import (
    ablation,
    calibration,
    claims,
    decoding,
    embedding,
    levels,
    pca,
    quilts,
    random_ablation,
    selectivity,
    training,
    tuning,
)
from music_selectivity.audio.log_mel import LogMelSettings, open_shards
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.claims import mixed
from music_selectivity.networks.gabor import GaborFilterBank, GaborSettings
from music_selectivity.networks.kim2024 import build
from music_selectivity.networks.responses import scores_of_units, write_responses
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.store import ShardedArray, read_table, write_table

CPU = torch.device("cpu")
SIZES = (3_500, 35_000)
DRAWS, SHARDS = 1000, 32
AUDIO, LOG_MEL = AudioSettings(**PAPER["audio"]), LogMelSettings(**PAPER["log_mel"])
STIMULI = [
    *("original", *(f"power_{2**k}" for k in range(7))),
    *(f"quilt_{length}" for length in (50, 100, 200, 400, 800, 1600, "original")),
]
CATEGORIES = pd.DataFrame(
    [
        ("category", name, f"class {n}")
        for n, name in enumerate(("speech", "vehicle", "animal", "water"))
    ]
    + [("genre", f"genre {n}", f"class {500 + n}") for n in range(25)],
    columns=["kind", "category", "class"],
)


NETWORKS = [(model, seed) for model in mixed.MODELS for seed in range(5)]
SOURCES = [*NETWORKS, ("pca", 0), ("gabor", 0)]


class Study:
    """Made-up clips and responses of one network, and a folder to write to."""

    def __init__(self, n_clips: int, folder: Path) -> None:
        self.folder = folder
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

    def tuning(self) -> pd.DataFrame:
        """Responses of sets of units to the clips that each stimulus set holds."""
        sets = tuning.unit_sets(self.responses, self.clips, CATEGORIES, 0.125)
        music = (self.clips["group"] == "music").to_numpy()
        tables = []
        for stimulus in STIMULI:
            heard = self.measured if stimulus[:5] == "quilt" else np.ones(len(music))
            if stimulus[:5] == "power" and stimulus != "power_1":
                heard = music
            heard = np.flatnonzero(heard)
            table = tuning.clip_responses(
                self.responses[heard], self.clips["clip_id"][heard], self.clips, sets
            )
            tables.append(table.assign(stimulus=stimulus))
        return pd.concat(tables, ignore_index=True)

    def log_mels(self, n_clips: int) -> ShardedArray:
        """Log-mels of `n_clips` of 10 s: those of a shard, over and over."""
        path, n_rows = self.folder / "000.npy", max(1, len(self.clips) // SHARDS)
        shape = LOG_MEL.n_mels, LOG_MEL.n_frames(AUDIO.n_samples)
        rng = np.random.default_rng(0)
        with open_shards([path], n_rows, AUDIO, LOG_MEL) as (shard,):
            for row in range(n_rows):
                shard[row] = rng.normal(-40, 15, shape)
        rows = np.arange(n_clips) % n_rows
        return ShardedArray([path], np.zeros_like(rows), rows)

    def shard(self, share: float = 1.0) -> tuple[pd.DataFrame, Clips]:
        """A share of a shard's clips, as a stimulus set holds them, and their files."""
        n_clips = max(1, int(share * len(self.clips) / SHARDS))
        folder = self.folder / "clips"
        write_clips(folder, range(n_clips))
        names = [ytid(number) for number in range(n_clips)]
        chosen = pd.DataFrame({"clip_id": names, "row": range(n_clips)})
        return chosen, shard_clips(names, [folder / f"{n}_30.wav" for n in names])


def only_inputs(study: Study) -> None:
    study.weights()


def of_selectivity(study: Study) -> None:
    selectivity.unit_table(study.responses, study.clips)


def of_tuning(study: Study) -> None:
    weights = {split: study.weights(split) for split in ("train", "eval")}
    tuning.tuning_rows(study.tuning(), study.clips, CATEGORIES, weights)


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


def of_pca(study: Study) -> Callable[[], object]:
    """256 components of an eighth of the clips, 10 s each."""
    n_clips = len(study.clips) // 8
    log_mels = study.log_mels(n_clips)
    return lambda: pca.fit(log_mels, np.arange(n_clips), 256)


def of_levelled(study: Study) -> Callable[[], object]:
    """One shard of 32."""
    shard, path = study.shard(), study.folder / "levelled.npy"
    return lambda: levels.write_levelled_shard(*shard, AUDIO, LOG_MEL, 0.05, path)


def of_quilts(study: Study) -> Callable[[], object]:
    """Six lengths and the original of one shard's eval clips."""
    rule = quilts.QuiltSettings(**PAPER["quilts"])
    paths = [study.folder / f"quilts{n}.npy" for n in range(len(rule.segment_ms) + 1)]
    shard = study.shard(share=0.5)
    return lambda: quilts.write_quilt_shards(*shard, AUDIO, LOG_MEL, rule, paths)


def of_gabor(study: Study) -> Callable[[], object]:
    """One shard of 32."""
    n_clips = len(study.clips) // SHARDS
    return _answers(study, GaborFilterBank(GaborSettings(), 1.0), n_clips)


def of_activations(study: Study) -> Callable[[], object]:
    """Of one network to all clips."""
    return _answers(study, build("kim2024", 527, seed=1), len(study.clips))


def _answers(study: Study, units: torch.nn.Module, n: int) -> Callable[[], object]:
    log_mels, names = study.log_mels(n), [f"clip{number}" for number in range(n)]
    path = study.folder / "activations.parquet"
    return lambda: write_responses(path, names, units, log_mels, CPU)


def of_training(study: Study) -> Callable[[], object]:
    """An epoch on the train split, and what scores the epoch that is kept."""
    settings = training.TrainingSettings(**PAPER["training"] | {"threads": 1}, epochs=1)
    network, labels = build("kim2024", 527, seed=1), study.labels[~study.measured]
    log_mels = study.log_mels(len(labels))
    return lambda: training.train(
        network, log_mels, labels, settings, 1, CPU, lambda line: None
    )


def of_statistics(study: Study) -> Callable[[], object]:
    """450 measures of each of 27 sources, whatever the number of clips."""
    rng = np.random.default_rng(0)
    names = ["value", *(f"draw_{draw:04d}" for draw in range(1, 1 + DRAWS))]
    measures = pd.DataFrame(rng.random((450, 1 + DRAWS)), columns=names)
    measures.insert(0, "measure", [f"measure {n}" for n in range(450)])
    measures.insert(1, "condition", "eval")
    path = study.folder / "measures.parquet"
    write_table(path, measures)

    def gather() -> None:
        everything = pd.concat(
            [read_table(path).assign(model=m, seed=s) for m, s in SOURCES]
        )
        draws = everything.columns.str.startswith("draw_")
        keys = everything[["model", "seed", "measure", "condition", "value"]]
        calibration.calibrated_rows(keys)
        replicates = everything.loc[:, draws].astype("float32")
        write_table(
            study.folder / "replicates.parquet", pd.concat([keys, replicates], axis=1)
        )

    return gather


def of_mixed_models(study: Study) -> Callable[[], object]:
    """All claims that have one, over 25 networks."""
    rng = np.random.default_rng(0)
    path = study.folder / "responses.parquet"
    write_table(path, study.tuning())

    def heard() -> Iterator[tuple[mixed.Network, pd.DataFrame]]:
        for network in NETWORKS:
            table = read_table(path)
            # Networks that differ, or nothing were to be fitted.
            table["ms"] += 0.1 * rng.normal() + 0.1 * rng.normal(size=len(table))
            yield network, table

    sounds = pd.DataFrame(
        {"category": ["Music", "Song", "Nature"] * 55, "response": rng.random(165)}
    )
    conditions = ["none", "msi_top", "msi_middle", "msi_bottom", "l1_top"]
    precision = pd.DataFrame(
        [(c, f"class {k}", rng.random(), 5) for c in conditions for k in range(527)],
        columns=["condition", "class", "average_precision", "positives"],
    )
    classes = pd.DataFrame({"name": [f"class {k}" for k in range(527)]})
    classes["music_related"] = np.arange(527) >= 500
    return lambda: mixed.mixed_table(
        heard(),
        dict.fromkeys(NETWORKS, sounds),
        dict.fromkeys(NETWORKS, precision),
        study.clips,
        classes,
        CATEGORIES,
    )


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
    claims.evaluate(table.assign(value=1.0), replicates)


ANALYSES = (
    *(only_inputs, of_selectivity, of_tuning, of_readout, of_embedding),
    *(of_calibration, of_ablation, of_random_ablation),
    *(of_levelled, of_quilts, of_gabor, of_pca, of_training, of_activations),
    *(of_statistics, of_mixed_models, of_claims),
)


def measure(analysis: str, n_clips: int, results: multiprocessing.Queue) -> None:
    """Seconds of an analysis, and peak memory of this process in MB.

    An analysis that first writes what it reads returns what is to be timed.
    """
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        study = Study(n_clips, Path(folder))
        began = time.perf_counter()
        prepared = globals()[analysis](study)
        if prepared is not None:
            began = time.perf_counter()
            prepared()
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.put((seconds, peak))


def main(sizes: list[int], chosen: list[str]) -> None:
    """Print the table."""
    os.environ["OMP_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("spawn")
    heads = "".join(f" {size:,} clips: s | MB |" for size in sizes)
    print(f"| analysis |{heads}\n|---|{'---:|' * 2 * len(sizes)}")
    for name in chosen:
        cells = []
        for size in sizes:
            results = context.Queue()
            process = context.Process(target=measure, args=(name, size, results))
            process.start()
            seconds, peak = results.get()
            process.join()
            cells += [f"{seconds:.1f}", f"{peak:.0f}"]
        label = name.removeprefix("of_").replace("_", " ")
        print(f"| {label} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    names = [analysis.__name__ for analysis in ANALYSES]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("analyses", nargs="*", metavar="ANALYSIS", help=str(names))
    given = parser.parse_args()
    main(given.sizes, given.analyses or names)
