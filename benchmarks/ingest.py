"""Ingest at full scale: from audio files to the clip table, with the real workflow.

    python benchmarks/ingest.py FOLDER [CLIPS]

The script writes clips of ten seconds of noise into FOLDER (0.44 MB each, which is 15
GB for the 35,000 clips of the default), with tables in AudioSet's format. It runs the
paper's study up to the clip table, on a tenth of the clips and on all, and the other
rules that read all clips. Then it adds 1, 10 and 100 clips, counts the shards that
would run again, and measures how long this takes to plan. Existing files are kept.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
import torch
import yaml

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings, load_clip
from music_selectivity.audio.torchaudio_import import import_transforms
from music_selectivity.corpus.shards import shard_of
from music_selectivity.study.config import resolve_config

ROOT = Path(__file__).parents[1]
PAPER = resolve_config(
    yaml.safe_load((ROOT / "studies/audioset.yaml").read_text())
    | {"corpus": {"type": "soundscapes"}},
    ROOT / "workflow/schemas/config.schema.json",
)
RATE, SECONDS, CLASSES, ADDED = 22_050, 10, 527, (1, 10, 100)
SHARDS = PAPER["corpus"]["shards"]
# Rules that read all clips in one job, and the output of each.
OF_ALL_CLIPS = {
    "list_clips": "listed.parquet",
    "clips": "clips.parquet",
    "audit": "audit.csv",
    "baseline": "statistics/baseline.csv",
    "categories": "categories.csv",
}


def ytid(number: int) -> str:
    """An id of 11 characters as on YouTube, in some cases with a leading dash."""
    return f"-{number:010d}" if number % 64 == 0 else f"a{number:010d}"


def write_clips(folder: Path, numbers: range) -> None:
    """Write a clip of noise for each number whose file does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        path = folder / f"{ytid(number)}_30.wav"
        if not path.exists():
            rng = np.random.default_rng(number)
            noise = rng.integers(-3000, 3000, RATE * SECONDS, np.int16)
            soundfile.write(path, noise, RATE)


def write_tables(folder: Path, n_clips: int) -> None:
    """Segment tables of `n_clips`, half of them in each split, and their classes."""
    folder.mkdir(parents=True, exist_ok=True)
    music = ["Music", *PAPER["categories"]["music"]["classes"]]
    named = [*music, "Music genre", "Speech", "Vehicle", "Animal", "Water"]
    names = named + [f"Class {k}" for k in range(CLASSES - len(named))]
    mids = {name: f"/m/{number}" for number, name in enumerate(names)}
    below = {"Music": ["Music genre"], "Music genre": names[-25:]}
    ontology = [
        {"id": mid, "name": name, "child_ids": [mids[c] for c in below.get(name, [])]}
        for name, mid in mids.items()
    ]
    (folder / "ontology.json").write_text(json.dumps(ontology))
    rows = [(k, mid, name) for k, (name, mid) in enumerate(mids.items())]
    classes = pd.DataFrame(rows, columns=["index", "mid", "display_name"])
    classes.to_csv(folder / "classes.csv", index=False)
    for split, numbers in (
        ("train", range(0, n_clips, 2)),
        ("eval", range(1, n_clips, 2)),
    ):
        lines = [f'{ytid(n)}, 30.000, 40.000, "/m/{n // 2 % CLASSES}"' for n in numbers]
        (folder / f"{split}.csv").write_text("\n".join(["# YTID, ...", *lines]) + "\n")


class Study:
    """The paper's study on these clips, with its results in a separate folder."""

    def __init__(self, folder: Path, clips: Path, tables: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        names = {"train_segments": "train.csv", "eval_segments": "eval.csv"}
        names |= {"classes": "classes.csv", "ontology": "ontology.json"}
        given = {key: str(tables / name) for key, name in names.items()}
        given["exclusions"] = "none"
        corpus = {"audioset": {"folder": str(clips), **given}}
        (folder / "clips.yaml").write_text(yaml.safe_dump({"corpus": corpus}))

    def snakemake(self, *arguments: str) -> tuple[str, float]:
        """Output and seconds of a Snakemake command."""
        command = [sys.executable, "-m", "snakemake", "--cores", "all"]
        command += ["--snakefile", ROOT / "Snakefile", "--directory", self.folder]
        command += ["--configfile", ROOT / "studies/audioset.yaml"]
        command += [self.folder / "clips.yaml", "--config", "device=cpu"]
        began = time.perf_counter()
        done = subprocess.run(
            [*map(str, command), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            sys.exit(done.stdout[-3000:])
        return done.stdout, time.perf_counter() - began

    def runs(self) -> pd.DataFrame:
        """Snakemake's measurements of each job: s, max_rss in MB, rule."""
        folder = self.folder / "results/audioset/benchmarks"
        tables = [
            pd.read_csv(path, sep="\t").assign(
                rule=path.relative_to(folder).parts[0].removesuffix(".tsv")
            )
            for path in sorted(folder.rglob("*.tsv"))
        ]
        return pd.concat(tables)


def rate(work: Callable[[int], object], repeats: int = 200) -> float:
    """Calls per second of `work`, which is given the number of the call."""
    work(0)
    began = time.perf_counter()
    for number in range(repeats):
        work(number)
    return repeats / (time.perf_counter() - began)


def limits(clips: Path) -> None:
    """Clips per second on one thread: reading, spectra, and both together."""
    torch.set_num_threads(1)
    audio, settings = (
        AudioSettings(**PAPER["audio"]),
        LogMelSettings(**PAPER["log_mel"]),
    )
    log_mel = LogMel(settings, audio.sample_rate)
    files = sorted(clips.iterdir())[:200]
    waveform = load_clip(files[0], audio)[0]
    signal = torch.from_numpy(waveform)
    spectrogram = import_transforms().Spectrogram(
        settings.n_fft, hop_length=settings.hop_length
    )
    print("| one thread | clips/s |\n|---|---:|")
    for name, work in (
        (
            "reader alone (libsndfile)",
            lambda n: soundfile.read(files[n], dtype="float32"),
        ),
        ("Fourier transforms alone", lambda n: spectrogram(signal)),
        ("log-mel", lambda n: log_mel(waveform)),
        (
            "reading, checking and log-mel",
            lambda n: log_mel(load_clip(files[n], audio)[0]),
        ),
    ):
        print(f"| {name} | {rate(work):.0f} |", flush=True)


def print_jobs(runs: dict[int, pd.DataFrame]) -> None:
    """Time and peak memory of a job of each rule, at each number of clips."""
    heads = [f"{n:,} clips: s | MB" for n in runs]
    print("\n| one job of | " + " | ".join(heads) + " |")
    print("|---|" + "---:|---:|" * len(runs))
    for rule in next(iter(runs.values())).index:
        cells = [
            f"{table['s'][rule]:.0f} | {table['max_rss'][rule]:.0f}"
            for table in runs.values()
        ]
        print(f"| `{rule}` | " + " | ".join(cells) + " |", flush=True)


def main(folder: Path, n_clips: int) -> None:
    """Print the tables."""
    n_cores = len(os.sched_getaffinity(0))
    heads = f"clips | wall s, {n_cores} cores | clips/s per core | log-mel MB/clip | "
    print(f"| {heads}peak MB, log-mel | peak MB, clip table | planning s |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    of_all_clips = {}
    for n in (n_clips // 10, n_clips):
        clips, tables = folder / f"clips{n}", folder / f"tables{n}"
        write_clips(clips, range(n))
        write_tables(tables, n)
        study = Study(folder / f"study{n}", clips, tables)
        _, planning = study.snakemake("--dry-run", "--quiet", "all")
        _, wall = study.snakemake("--until", "clips")
        runs = study.runs().set_index("rule")
        size = sum(path.stat().st_size for path in study.folder.rglob("log_mel/*.npy"))
        peaks = runs.groupby(level=0)["max_rss"].max()
        print(
            f"| {n:,} | {wall:.0f} | {n / runs.loc['log_mel', 's'].sum():.0f} "
            f"| {size / n / 1e6:.3f} | {peaks['log_mel']:.0f} | {peaks['clips']:.0f} "
            f"| {planning:.1f} |",
            flush=True,
        )
        targets = [f"results/audioset/{name}" for name in OF_ALL_CLIPS.values()]
        study.snakemake("--", *targets)
        runs = study.runs().groupby("rule")[["s", "max_rss"]].max()
        of_all_clips[n] = runs.loc[list(OF_ALL_CLIPS)]
    print_jobs(of_all_clips)
    heads = f"clips added | shards of {SHARDS} that run again | share"
    heads += " | only the shards that receive clips | planning, s"
    print(f"\n| {heads} |\n|---:|---:|---:|---|---:|")
    write_clips(clips, range(n, n + max(ADDED)))
    for added in ADDED:
        # Clips that are not in a table are not inputs.
        write_tables(tables, n + added)
        output, planning = study.snakemake("--dry-run", "--until", "log_mel")
        again = set(re.findall(r"log_mel/(\d+)\.npy", output))
        theirs = {f"{shard_of(ytid(k), SHARDS):03d}" for k in range(n, n + added)}
        print(
            f"| {added} | {len(again)} | {len(again) / SHARDS:.0%} "
            f"| {'yes' if again == theirs else 'no'} | {planning:.1f} |",
            flush=True,
        )
    print()
    limits(clips)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of the clips")
    parser.add_argument(
        "clips", type=int, nargs="?", default=35_000, metavar="CLIPS", help="how many"
    )
    arguments = parser.parse_args()
    main(arguments.folder, arguments.clips)
