"""Time and peak memory of each analysis of a study, at two sizes.

    python benchmarks/scale.py [ANALYSIS ...] [--sizes 3500 35000]

Responses of 256 units are simulated for 3,500 and 35,000 clips, half of each split,
with 527 classes and 1,000 bootstrap draws, on one thread. Analyses are of one network,
except for statistics (25 networks and two sets of linear features), and mixed-effects
models and claims (25 networks). Sounds of equal RMS, quilts, Gabor features, training
and activations use clips of 10 s of noise; the first three are of one shard of 32. The
network is trained on half of the clips for one epoch, and its responses to all clips
are computed. For both, the log-mels of one shard are repeated. Responses of layers are
those of a cheap network with 12 layers of 768 units, to clips of 1 s.

Each analysis runs in a separate process. The first row only creates the inputs. If
analyses are named, such as of_quilts, only these run.
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

from music_selectivity.analyses import tuning
from music_selectivity.analyses.ablation import class_average_precision
from music_selectivity.analyses.calibration import permuted_ratios
from music_selectivity.analyses.contrasts import from_data
from music_selectivity.analyses.embedding import embed
from music_selectivity.analyses.layers import measures_of_layers
from music_selectivity.analyses.mixed_effects import Network, mixed_effects_table
from music_selectivity.analyses.random_ablation import random_ablation
from music_selectivity.analyses.readout import readout_rows
from music_selectivity.analyses.reselection import means_of_reselected
from music_selectivity.analyses.selectivity import unit_table
from music_selectivity.analyses.statistics import gather
from music_selectivity.analyses.unit_sets import clip_responses, unit_sets
from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.claims.catalogue import mixed_contrasts
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.claims.evaluation import evaluate
from music_selectivity.claims.measured import Measured
from music_selectivity.corpus.log_mel_shards import open_shards
from music_selectivity.corpus.shard_clips import Clips, shard_clips
from music_selectivity.measures import (
    GENRE_RATIO,
    KEY,
    RESPONSE_RATIO,
    measure_table,
)
from music_selectivity.networks import pca
from music_selectivity.networks.description import Layer, NetworkDescription
from music_selectivity.networks.gabor import GaborFilterBank, GaborSettings
from music_selectivity.networks.head import head_of
from music_selectivity.networks.layer_responses import write_all_layers
from music_selectivity.networks.registry import build
from music_selectivity.networks.responses import write_responses
from music_selectivity.networks.training import TrainingSettings, train
from music_selectivity.networks.waveform_inputs import WaveformInputs
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.stimuli.equal_rms import write_equal_rms_shard
from music_selectivity.stimuli.quilt_clips import QuiltSettings
from music_selectivity.stimuli.quilt_shards import write_quilt_shards
from music_selectivity.stimuli.sets import CLIPS, sets_of_clips
from music_selectivity.store import ShardedArray, read_table, write_table
from music_selectivity.vocabulary import (
    CATEGORY,
    EVAL,
    GENRE,
    LINEAR_FEATURES,
    LINEAR_SEED,
    MS_UNITS,
    MUSIC,
    NATURAL_CATEGORIES,
    NONMUSIC,
    PAPER_MODELS,
    SILENCED_SETS,
    SPLITS,
    USED,
)

CPU = torch.device("cpu")
SIZES = (3_500, 35_000)
DRAWS, SHARDS, MEASURES = 1000, 32, 450
AUDIO, LOG_MEL = AudioSettings(**PAPER["audio"]), LogMelSettings(**PAPER["log_mel"])
STIMULI = sets_of_clips(PAPER["equal_rms"]["divisors"], PAPER["quilts"])
CATEGORIES = pd.DataFrame(
    [
        (CATEGORY, name, f"class {n}")
        for n, name in enumerate(["speech", "vehicle", "animal", "water"])
    ]
    + [(GENRE, f"genre {n}", f"class {500 + n}") for n in range(25)],
    columns=["kind", "category", "class"],
)
NETWORKS = [(model, seed) for model in PAPER_MODELS for seed in range(5)]
SOURCES = [*NETWORKS, *((features, LINEAR_SEED) for features in LINEAR_FEATURES)]


class Study:
    """Simulated clips and responses of one network, and a folder to write to."""

    def __init__(self, n_clips: int, folder: Path) -> None:
        self.folder = folder
        rng = np.random.default_rng(0)
        music = rng.random(n_clips) < 0.28
        numbers = np.where(music, 500 + rng.integers(25, size=n_clips), 0)
        numbers = np.where(music, numbers, rng.integers(500, size=n_clips))
        self.clips = pd.DataFrame(
            {
                "clip_id": [f"clip{number:06d}" for number in range(n_clips)],
                "split": np.repeat(SPLITS, n_clips // 2),
                "group": np.where(music, MUSIC, NONMUSIC),
                "labels": [[f"class {number}"] for number in numbers],
            }
        )
        self.responses = rng.random((n_clips, 256), np.float32)
        self.labels = np.zeros((n_clips, 527), np.uint8)
        self.labels[np.arange(n_clips), numbers] = 1
        self.measured = (self.clips["split"] == EVAL).to_numpy()

    def weights(self, split: str = EVAL) -> np.ndarray:
        return split_weights(self.clips, split, DRAWS)

    def tuning(self) -> pd.DataFrame:
        """Responses of sets of units to the clips of each stimulus set."""
        sets = unit_sets(self.responses, self.clips, CATEGORIES, 0.125)
        tables = []
        for stimuli in STIMULI:
            splits = (EVAL,) if stimuli.segment else stimuli.splits
            heard = self.clips["group"].isin(stimuli.groups)
            heard &= self.clips["split"].isin(splits)
            heard = np.flatnonzero(heard)
            table = clip_responses(
                self.responses[heard], self.clips["clip_id"][heard], self.clips, sets
            )
            tables.append(table.assign(stimulus=stimuli.name))
        return pd.concat(tables, ignore_index=True)

    def log_mels(self, n_clips: int) -> ShardedArray:
        """Log-mels of `n_clips` of 10 s: those of one shard, repeated."""
        path, n_rows = self.folder / "000.npy", max(1, len(self.clips) // SHARDS)
        shape = LOG_MEL.n_mels, LOG_MEL.n_frames(AUDIO.n_samples)
        rng = np.random.default_rng(0)
        with open_shards([path], n_rows, AUDIO, LOG_MEL) as (shard,):
            for row in range(n_rows):
                shard[row] = rng.normal(-40, 15, shape)
        rows = np.arange(n_clips) % n_rows
        return ShardedArray([path], np.zeros_like(rows), rows)

    def shard(self, share: float = 1.0) -> tuple[pd.DataFrame, Clips]:
        """A share of a shard's clips, as those of a stimulus set, and their files."""
        n_clips = max(1, int(share * len(self.clips) / SHARDS))
        folder = self.folder / "clips"
        write_clips(folder, range(n_clips))
        names = [ytid(number) for number in range(n_clips)]
        chosen = pd.DataFrame({"clip_id": names, "row": range(n_clips), "shard": 0})
        music = np.arange(n_clips) % 25 < 7
        chosen["group"] = np.where(music, MUSIC, NONMUSIC)
        chosen = chosen.assign(split=EVAL, seconds=10.0, left_out=USED)
        return chosen, shard_clips(names, [folder / f"{n}_30.wav" for n in names])


def inputs_only(study: Study) -> None:
    study.weights()


def of_selectivity(study: Study) -> None:
    unit_table(study.responses, study.clips)


def of_tuning(study: Study) -> None:
    weights = {split: study.weights(split) for split in SPLITS}
    reselected = means_of_reselected(study.responses, study.clips, weights, 0.125)
    tuning.tuning_rows(study.tuning(), study.clips, CATEGORIES, weights, reselected)


def of_layers(study: Study) -> None:
    """Layers of as many units as those of kim2024 besides the main one."""
    layers = ((f"{n}", study.responses[:, :n]) for n in (32, 64, 128, 256))
    weights = {split: study.weights(split) for split in SPLITS}
    measures_of_layers(layers, ("", []), study.clips, weights, 0.125, 200)


class Stack(torch.nn.Module):
    """Twelve layers of 768 units, which cost little."""

    def __init__(self) -> None:
        super().__init__()
        sizes = [50, *[768] * 12]
        self.layers = torch.nn.ModuleList(map(torch.nn.Linear, sizes, sizes[1:]))

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Units, (clips, frames, 768), of waveforms, (clips, samples)."""
        x = waveforms.unflatten(1, (5, 50, -1)).abs().mean(3)
        for layer in self.layers:
            x = layer(x).relu()
        return x


def of_layer_responses(study: Study) -> Callable[[], object]:
    """Responses of a user's network to clips of 1 s, those of one shard repeated."""
    rng = np.random.default_rng(0)
    path, n_rows = study.folder / "waveforms.npy", max(1, len(study.clips) // SHARDS)
    np.save(path, rng.uniform(-0.5, 0.5, (n_rows, AUDIO.sample_rate)).astype("f4"))
    rows = np.arange(len(study.clips)) % n_rows
    waveforms = ShardedArray([path], np.zeros_like(rows), rows)
    network = NetworkDescription(
        module=Stack().eval(),
        sample_rate=16_000,
        layers=[Layer("layers.*", unit_axis=2)],
        licence="none",
        training_data="none: random weights",
    )
    inputs = WaveformInputs(waveforms, AUDIO.sample_rate, network)
    names, folder = list(study.clips["clip_id"]), study.folder / "layers"
    return lambda: write_all_layers(folder, CLIPS.name, names, network, inputs, CPU)


def of_readout(study: Study) -> None:
    readout_rows(
        study.responses,
        study.clips,
        np.arange(256.0),
        {name: study.responses + 1 for name in LINEAR_FEATURES},
        CATEGORIES,
        {split: study.weights(split) for split in SPLITS},
    )


def of_embedding(study: Study) -> None:
    embed(study.responses[study.measured], seed=1)


def of_calibration(study: Study) -> None:
    rng = np.random.default_rng(0)
    permuted_ratios(study.responses, study.clips, 0.125, 200, rng)


def of_ablation(study: Study) -> None:
    sets = {
        name: np.arange(32 * k, 32 * k + 32) for k, name in enumerate(SILENCED_SETS)
    }
    class_average_precision(
        head_of(build("kim2024", 527, seed=1).head.state_dict()),
        study.responses[study.measured],
        study.labels[study.measured],
        sets,
        study.weights(),
    )


def of_random_ablation(study: Study) -> None:
    """100 of the 10,000 sets."""
    random_ablation(
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


def of_equal_rms(study: Study) -> Callable[[], object]:
    """One shard of 32."""
    shard, path = study.shard(), study.folder / "equal_rms.npy"
    return lambda: write_equal_rms_shard(*shard, AUDIO, LOG_MEL, 0.05, path)


def of_quilts(study: Study) -> Callable[[], object]:
    """All orders, in six lengths, and the original, of one shard's eval clips."""
    keys = ("segment_ms", "sound_seconds", "boundary")
    settings = QuiltSettings(**{key: PAPER["quilts"][key] for key in keys})
    sets = [stimuli for stimuli in STIMULI if stimuli.segment]
    paths = [study.folder / f"{stimuli.name}.npy" for stimuli in sets]
    shard = study.shard(share=0.5)
    return lambda: write_quilt_shards(sets, *shard, AUDIO, LOG_MEL, settings, paths)


def of_gabor(study: Study) -> Callable[[], object]:
    """One shard of 32."""
    n_clips = len(study.clips) // SHARDS
    return _responses(study, GaborFilterBank(GaborSettings(), 1.0), n_clips)


def of_activations(study: Study) -> Callable[[], object]:
    """Responses of one network to all clips."""
    return _responses(study, build("kim2024", 527, seed=1), len(study.clips))


def _responses(study: Study, units: torch.nn.Module, n: int) -> Callable[[], object]:
    log_mels, names = study.log_mels(n), [f"clip{number}" for number in range(n)]
    path = study.folder / "activations.parquet"
    return lambda: write_responses(path, names, units, log_mels, CPU)


def of_training(study: Study) -> Callable[[], object]:
    """One epoch on the train split, and the scores of the kept epoch."""
    settings = TrainingSettings(**PAPER["training"] | {"threads": 1}, epochs=1)
    network, labels = build("kim2024", 527, seed=1), study.labels[~study.measured]
    log_mels = study.log_mels(len(labels))
    return lambda: train(network, log_mels, labels, settings, 1, CPU, "benchmark")


def of_statistics(study: Study) -> Callable[[], object]:
    """450 measures of each of 27 sources, whatever the number of clips."""
    rng = np.random.default_rng(0)
    path = study.folder / "measures.parquet"
    rows = [
        GENRE_RATIO.row(rng.random(1 + DRAWS), genre=f"genre {n}")
        for n in range(MEASURES)
    ]
    write_table(path, measure_table(rows))

    def write_statistics() -> None:
        tables = ((source, read_table(path)) for source in SOURCES)
        _, replicates, _ = gather(tables, {model: "units" for model, _ in SOURCES})
        write_table(study.folder / "replicates.parquet", replicates)

    return write_statistics


def of_mixed_effects(study: Study) -> Callable[[], object]:
    """All claims that have such a model, over 25 networks."""
    rng = np.random.default_rng(0)
    path = study.folder / "responses.parquet"
    write_table(path, study.tuning())

    def responses() -> Iterator[tuple[Network, pd.DataFrame]]:
        for network in NETWORKS:
            table = read_table(path)
            # Networks must differ, or there is nothing to fit.
            table[MS_UNITS] += 0.1 * rng.normal() + 0.1 * rng.normal(size=len(table))
            yield network, table

    categories = 15 * list(NATURAL_CATEGORIES)
    sounds = pd.DataFrame({"category": categories, "response": rng.random(165)})
    precision = pd.DataFrame(
        [
            (condition, f"class {k}", rng.random(), 5)
            for condition in SILENCED_SETS
            for k in range(527)
        ],
        columns=["condition", "class", "average_precision", "positives"],
    )
    classes = pd.DataFrame({"name": [f"class {k}" for k in range(527)]})
    classes["music_related"] = np.arange(527) >= 500
    contrasts = {
        name: from_data(data) for name, data in mixed_contrasts(DEFAULT).items()
    }
    return lambda: mixed_effects_table(
        contrasts,
        responses(),
        dict.fromkeys(NETWORKS, sounds),
        dict.fromkeys(NETWORKS, precision),
        study.clips,
        classes,
        CATEGORIES,
    )


def of_claims(study: Study) -> None:
    """25 networks with 450 measures each; five claims are about some of these."""
    rng = np.random.default_rng(0)
    rows = [RESPONSE_RATIO.row(1.0, split=EVAL)]
    rows += [GENRE_RATIO.row(1.0, genre=f"genre {n}") for n in range(1, MEASURES)]
    keys = [(*network, *row[:2]) for network in NETWORKS for row in rows]
    table = pd.DataFrame(keys, columns=KEY)
    draws = pd.DataFrame(rng.random((len(table), DRAWS), np.float32))
    evaluate(Measured(table.assign(value=1.0), pd.concat([table, draws], axis=1)))


ANALYSES = [
    inputs_only,
    of_selectivity,
    of_tuning,
    of_layers,
    of_layer_responses,
    of_readout,
    of_embedding,
    of_calibration,
    of_ablation,
    of_random_ablation,
    of_equal_rms,
    of_quilts,
    of_gabor,
    of_pca,
    of_training,
    of_activations,
    of_statistics,
    of_mixed_effects,
    of_claims,
]


def measure(analysis: str, n_clips: int, results: multiprocessing.Queue) -> None:
    """Seconds of an analysis, and peak memory of this process in MB.

    An analysis that first writes its inputs returns the function to measure.
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
