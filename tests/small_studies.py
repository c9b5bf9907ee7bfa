"""Tiny studies for tests, and the real Snakemake that runs them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.io
import soundfile
import yaml

from music_selectivity.corpus.soundscapes.corpus import Spec, plan
from music_selectivity.corpus.soundscapes.rendering import write_audio
from music_selectivity.vocabulary import COMPONENTS, NATURAL_CATEGORIES

ROOT = Path(__file__).parent.parent
PARTS = ["Snakefile", "config.yaml", "workflow", "profiles", "studies", "envs"]
# Files that describe a run, and not its results.
NOT_RESULTS = {
    "logs",
    "benchmarks",
    "usage.csv",
    "usage.html",
    "provenance.json",
    "SHA256SUMS",
}

# Two models and one seed on a folder of clips with a table: few jobs, every stage.
OWN_SOUNDS = """
study: own
seeds: [1]
device: cpu
notice: A made-up study.
corpus:
  type: table
  shards: 2
  table: {folder: FOLDER}
natural_sounds: {folder: NATURAL}
audio: {clip_seconds: 2.0, min_seconds: 0.5, fill: repeat}
quilts: {segment_ms: [50, 400], sound_seconds: 1.6}
equal_rms: {divisors: [1, 64]}
linear_features: {pca: {components: 16}}
report: {audio: true}
analysis:
  bootstrap_draws: 20
  permutations: 20
  random_ablation: {sets: 50}
  layer_ablation: {models: [without_music], layers: [conv2, head.1]}
  genres: {below: null, classes: [Jazz, Rock music]}
models:
  without_music: {clips: without_music, epochs: 12, snapshots: [0, 12]}
  with_music: null
  untrained: {clips: without_music, epochs: 0}
  memorization: null
  without_music_and_speech: null
"""


def snakemake_command(*arguments) -> list[str]:
    return [sys.executable, "-m", "snakemake", "--cores", "2", *map(str, arguments)]


def run(checkout: Path, *arguments, check: bool = True) -> str:
    """Output of Snakemake in a checkout."""
    done = subprocess.run(
        snakemake_command(*arguments),
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert not check or done.returncode == 0, done.stdout
    return done.stdout


def planned(checkout: Path, *arguments) -> dict[str, int]:
    """Jobs by rule that a dry run would do."""
    output = run(checkout, *arguments, "-n", "--quiet", "rules")
    table = re.search(r"^-+  -+\n(.*?)\n\s*$", output + "\n", re.M | re.S)
    if "Nothing to be done" in output:
        return {}
    rows = (line.split() for line in table[1].splitlines() if line.strip())
    counts = {row[0]: int(row[1]) for row in rows if len(row) == 2}
    return {rule: n for rule, n in counts.items() if rule not in ("all", "total")}


def checkout_into(folder: Path) -> Path:
    """Copy of what a clone holds and a run needs."""
    folder.mkdir(exist_ok=True)
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(source, folder / name)
    return folder


def own_sounds(folder: Path) -> Path:
    """A folder of clips with a table, some of them bad."""
    spec = Spec(train=48, eval=36, seconds=2.0, seed=3)
    recipes = plan(spec)
    write_audio(spec, recipes, folder / "clips")
    rows = [
        {
            "clip_id": recipe.ytid,
            "file": f"clips/{recipe.ytid}.flac",
            "labels": "|".join(recipe.labels),
            "group": recipe.group,
            "is_speech": int("Speech" in recipe.labels),
            "split": recipe.split,
        }
        for recipe in recipes
    ]
    bad = {
        "silent": np.zeros(44_100),
        "short": np.tile([0.5, -0.5], 1_000),
        "nan": np.full(44_100, np.nan),
        "empty": np.zeros(0),
    }
    for name, waveform in bad.items():
        path = folder / f"clips/{name}.wav"
        soundfile.write(path, waveform, 22_050, subtype="FLOAT")
    (folder / "clips/broken.wav").write_bytes(b"RIFF, and no more")
    for name in [*bad, "broken", "absent"]:
        rows.append({**rows[0], "clip_id": name, "file": f"clips/{name}.wav"})
    pd.DataFrame(rows).to_csv(folder / "clips.csv", index=False)
    natural_sounds(folder / "natural")
    return folder


def natural_sounds(folder: Path) -> None:
    """Two simulated sounds per category, in the layout of the 165 natural ones."""
    for name in ("sounds/wav", "data"):
        (folder / name).mkdir(parents=True)
    rng = np.random.default_rng(0)
    names = [f"stim{number}" for number in range(2 * len(NATURAL_CATEGORIES))]
    for name in names:
        waveform = 0.1 * rng.normal(size=44_100)
        soundfile.write(folder / f"sounds/wav/{name}.wav", waveform, 22_050)
    categories = 2 * list(NATURAL_CATEGORIES)
    lines = [f"{name},{of}" for name, of in zip(names, categories, strict=True)]
    (folder / "sounds/category_labels.csv").write_text("\n".join(lines))
    responses = {
        "R": rng.random((len(names), len(COMPONENTS))),
        "W": rng.random((len(COMPONENTS), 30)),
        "stim_names": np.array([names], dtype=object),
        "component_names": np.array([[name] for name in COMPONENTS], dtype=object),
    }
    scipy.io.savemat(folder / "data/components.mat", responses)


def configure(checkout: Path, sounds: Path) -> None:
    """Make the study of own sounds the checkout's default."""
    from snakemake.utils import update_config

    config = yaml.safe_load((checkout / "config.yaml").read_text())
    own = OWN_SOUNDS.replace("FOLDER", str(sounds))
    natural = sounds / "natural"
    own = own.replace("NATURAL", str(natural) if natural.exists() else "null")
    update_config(config, yaml.safe_load(own))
    (checkout / "config.yaml").write_text(yaml.safe_dump(config))


def results_of(checkout: Path) -> dict[str, bytes]:
    """Bytes of every result, without files that describe the run."""
    base = checkout / "results/own"
    return {
        str(path.relative_to(base)): path.read_bytes()
        for path in sorted(base.rglob("*"))
        if path.is_file() and path.relative_to(base).parts[0] not in NOT_RESULTS
    }
