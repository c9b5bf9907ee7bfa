"""The real Snakemake on tiny studies: end to end, reruns, kills, bad input."""

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.io
import soundfile
import yaml

from conftest import ROOT
from music_selectivity import soundscapes
from music_selectivity.figures import FIGURES
from music_selectivity.natsounds import CATEGORIES, COMPONENTS

PARTS = ["Snakefile", "config.yaml", "workflow", "profiles", "studies", "envs"]
NOT_RESULTS = {"logs", "benchmarks"}

# Two models and one seed on a folder of clips with a table: few jobs, every stage.
OWN_SOUNDS = """
study: own
seeds: [1]
device: cpu
notice: A made-up study.
corpus:
  form: table
  shards: 2
  table: {folder: FOLDER}
natsound165: {folder: NATURAL}
audio: {clip_seconds: 2.0, min_seconds: 0.5, fill: repeat}
quilts: {segment_ms: [50, 400], sound_seconds: 1.6}
amplitude: {power_ratios: [1, 64]}
linear_features: {pca: {components: 16}}
analysis:
  bootstrap_draws: 20
  permutations: 20
  random_ablation: {sets: 50}
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
    output = run(checkout, "-n", "--quiet", "rules", *arguments)
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


@pytest.fixture(scope="module")
def sounds(tmp_path_factory) -> Path:
    """A folder of clips with a table, some of them bad."""
    folder = tmp_path_factory.mktemp("own sounds é")
    spec = soundscapes.Spec(train=48, eval=36, seconds=2.0, seed=3)
    recipes = soundscapes.plan(spec)
    soundscapes.write_audio(spec, recipes, folder / "clips")
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
    """Two made-up sounds a category in the layout of the 165 natural ones."""
    for name in ("sounds/wav", "data"):
        (folder / name).mkdir(parents=True)
    rng = np.random.default_rng(0)
    names = [f"stim{number}" for number in range(2 * len(CATEGORIES))]
    for name in names:
        waveform = 0.1 * rng.normal(size=44_100)
        soundfile.write(folder / f"sounds/wav/{name}.wav", waveform, 22_050)
    lines = [
        f"{name},{kind}" for name, kind in zip(names, 2 * [*CATEGORIES], strict=True)
    ]
    (folder / "sounds/category_labels.csv").write_text("\n".join(lines))
    responses = {
        "R": rng.random((len(names), len(COMPONENTS))),
        "stim_names": np.array([names], dtype=object),
        "component_names": np.array([[name] for name in COMPONENTS], dtype=object),
    }
    scipy.io.savemat(folder / "data/components.mat", responses)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, sounds) -> Path:
    """A checkout with the study of own sounds run to its end."""
    checkout = checkout_into(tmp_path_factory.mktemp("checkout"))
    configure(checkout, sounds)
    run(checkout)
    return checkout


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
    """Bytes of every result, but for logs and benchmarks."""
    base = checkout / "results/own"
    return {
        str(path.relative_to(base)): path.read_bytes()
        for path in sorted(base.rglob("*"))
        if path.is_file() and path.relative_to(base).parts[0] not in NOT_RESULTS
    }


def test_the_tiny_study_runs_from_clips_to_report(tmp_path):
    checkout = checkout_into(tmp_path)
    run(checkout, "--configfile", "studies/tiny.yaml")
    results = checkout / "results/tiny"
    claims = pd.read_csv(results / "claims.csv")
    # Natural sounds are not given, and one network tells nothing of a difference.
    assert set(claims["verdict"]) == {
        *("too few networks to tell", "not replicated", "not run")
    }
    assert claims["n"].max() == 1
    page = (results / "report.html").read_text()
    for text in [*claims["id"], "no evidence", "tiny"]:
        assert text in page
    assert "no evidence" in (results / "claims.html").read_text()
    for figure in FIGURES:
        for suffix in ("svg", "png", "csv"):
            assert (results / f"figures/{figure}.{suffix}").stat().st_size > 20
    assert pd.read_csv(results / "figures/natural_sounds.csv").empty
    config = yaml.safe_load((results / "config.yaml").read_text())
    assert config["audio"]["sample_rate"] == 22050

    output = run(checkout, "--configfile", "studies/tiny.yaml")
    assert "Nothing to be done" in output

    run(checkout, "--configfile", "studies/tiny.yaml", "--report", "report.zip")
    with zipfile.ZipFile(checkout / "report.zip") as bundle:
        names = "\n".join(bundle.namelist())
    for name in (
        *("class_precision.svg", "class_precision.csv", "ablation.svg"),
        *("claims.html", "claims.csv", "report.html", "trivial_classifier.csv"),
        *("audit.html", "audit.csv", "set_aside.csv"),
    ):
        assert name in names


def test_bad_clips_are_set_aside_and_told(finished):
    clips = pd.read_parquet(finished / "results/own/clips.parquet")
    reasons = clips[clips["excluded"] != ""].set_index("clip_id")["excluded"]
    assert reasons.to_dict() == {
        "silent": "silent",
        "short": "too short",
        "nan": "not finite",
        "empty": "empty",
        "broken": "unreadable",
        "absent": "missing file",
    }
    assert len(clips) == 48 + 36 + 6
    page = (finished / "results/own/report.html").read_text()
    for reason in reasons:
        assert reason in page
    # A clip may be named nan.
    lost = pd.read_csv(finished / "results/own/set_aside.csv", keep_default_na=False)
    lost = lost.set_index("clip_id")
    assert lost["reason"].to_dict() == reasons.to_dict()
    assert Path(lost.loc["broken", "file"]).name == "broken.wav"


# Jobs of one network (course and random_ablation: of those that the config names).
OF_UNITS = {
    *("selectivity", "tuning", "readout", "natural_sounds", "calibration"),
    *("ablation", "random_ablation", "course"),
}
GATHERED = {"statistics", "mixed_models", "claims", "figure", "report_page"}
AFTER_ACTIVATIONS = OF_UNITS | GATHERED
OF_NETWORKS = {"activations", "stimulus_activations", "embedding"} | AFTER_ACTIVATIONS
AFTER_TRAINING = {"train"} | OF_NETWORKS
STIMULI = {"levelled", "quilts", "natural_log_mels", "fmri"}
LINEAR = {"fit_pca", "linear_features"}
EVERYTHING_AFTER_CLIPS = (
    {"clips", "audit", "trivial_classifier"} | STIMULI | LINEAR | AFTER_TRAINING
)


def edit(path: str, old: str, new: str):
    """A change of a file of the checkout."""

    def change(checkout, sounds):
        file = checkout / path
        text = file.read_text()
        assert text.count(old) == 1, (path, old)
        file.write_text(text.replace(old, new))
        return [file]

    return change


def touch(*paths: str):
    """New modification times, same content."""

    def change(checkout, sounds):
        files = [checkout / path for path in paths] + [sounds / "clips.csv"]
        for file in files:
            os.utime(file)
        return files

    return change


def configured(**values):
    """A change of the config: dotted key with '__' for the dot."""

    def change(checkout, sounds):
        file = checkout / "config.yaml"
        config = yaml.safe_load(file.read_text())
        for key, value in values.items():
            *parents, last = key.split("__")
            part = config
            for parent in parents:
                part = part.setdefault(parent, {})
            part[last] = value
        file.write_text(yaml.safe_dump(config))
        return [file]

    return change


def other_audio(checkout, sounds):
    file = sorted((sounds / "clips").glob("*.flac"))[0]
    waveform, rate = soundfile.read(file)
    soundfile.write(file, waveform[::-1], rate)
    return [file]


def other_label(checkout, sounds):
    file = sounds / "clips.csv"
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    other = table.loc[table["labels"] != table.loc[0, "labels"], "labels"]
    table.loc[0, "labels"] = other.iloc[0]
    table.to_csv(file, index=False)
    return [file]


LIBRARY = "workflow/music_selectivity"
CONFIG_SHOWN = {"resolved_config", "report_page"}

# change -> exactly the rules that run again (and how often, where it tells more).
PROMISES = {
    "nothing": (lambda checkout, sounds: [], {}),
    "one clip's audio": (other_audio, EVERYTHING_AFTER_CLIPS | {"log_mel"}),
    "one clip's label": (
        other_label,
        EVERYTHING_AFTER_CLIPS | {"list_clips", "categories"},
    ),
    "a new seed": (
        configured(seeds=[1, 7]),
        AFTER_TRAINING | {"resolved_config"},
    ),
    "a new model": (
        configured(models__other={"clips": "all", "epochs": 1}),
        AFTER_TRAINING - {"course", "random_ablation"} | {"resolved_config"},
    ),
    "a training hyperparameter": (
        configured(training__max_lr=0.002),
        AFTER_TRAINING | {"resolved_config"},
    ),
    "the MSI fraction": (
        configured(analysis__ms_fraction=0.25),
        AFTER_ACTIVATIONS | {"resolved_config"},
    ),
    "the number of random sets": (
        configured(analysis__random_ablation__sets=60),
        {"random_ablation"} | GATHERED - {"mixed_models"} | CONFIG_SHOWN,
    ),
    "another category": (
        configured(analysis__categories__rain={"subtrees": ["Rain"]}),
        {"categories", "tuning", "readout"} | GATHERED | CONFIG_SHOWN,
    ),
    "the length of a quilt's segments": (
        configured(quilts__segment_ms=[50, 200]),
        {"quilts", "stimulus_activations", "linear_features", "tuning"}
        | {"natural_sounds"}
        | GATHERED
        | CONFIG_SHOWN,
    ),
    "a real edit in quilting code": (
        edit(f"{LIBRARY}/quilts.py", "JOINT_SECONDS = 0.025", "JOINT_SECONDS = 0.02"),
        {"quilts", "stimulus_activations", "linear_features", "tuning"}
        | {"natural_sounds"}
        | GATHERED,
    ),
    "a figure's colour": (
        configured(figures__music="crimson"),
        {"figure"} | CONFIG_SHOWN,
    ),
    "a real edit of one figure": (
        edit(
            f"{LIBRARY}/figures/unit_responses.py",
            "set_ylim(0, 1.08 *",
            "set_ylim(0, 1.09 *",
        ),
        {"figure": 1, "report_page": 1},
    ),
    "a comment in training code": (
        edit(f"{LIBRARY}/training.py", "import hashlib", "import hashlib  # digests"),
        {},
    ),
    "a docstring of the log-mel": (
        edit(f"{LIBRARY}/logmel.py", '"""The network\'s front end', '"""A front end'),
        {},
    ),
    "a real edit in selectivity code": (
        edit(
            f"{LIBRARY}/selectivity.py", "ddof=1) / len(music)", "ddof=0) / len(music)"
        ),
        AFTER_ACTIVATIONS | {"embedding"},
    ),
    "a real edit in audio code": (
        edit(f"{LIBRARY}/audio.py", "FRAME_SECONDS = 0.025", "FRAME_SECONDS = 0.05"),
        EVERYTHING_AFTER_CLIPS | {"log_mel"},
    ),
    "a touched script, module, config and table": (
        touch(
            "workflow/scripts/train.py",
            "workflow/scripts/log_mel.py",
            f"{LIBRARY}/training.py",
            "workflow/rules/networks.smk",
            "config.yaml",
            "Snakefile",
        ),
        {},
    ),
    "an unrelated config key": (configured(notice="Another word."), CONFIG_SHOWN),
    "where networks run": (configured(device="auto"), CONFIG_SHOWN),
}


@pytest.mark.parametrize("change", PROMISES)
def test_exactly_what_changed_runs_again(finished, sounds, change):
    apply, promised = PROMISES[change]
    before = {
        file: (file.read_bytes(), file.stat().st_mtime_ns)
        for folder in (finished / "workflow", sounds)
        for file in folder.rglob("*")
        if file.is_file()
    }
    config = finished / "config.yaml"
    before[config] = (config.read_bytes(), config.stat().st_mtime_ns)
    files = apply(finished, sounds)
    try:
        jobs = planned(finished)
    finally:
        for file in set(files) & set(before):
            content, mtime = before[file]
            file.write_bytes(content)
            os.utime(file, ns=(mtime, mtime))
    assert (jobs if isinstance(promised, dict) else set(jobs)) == promised
    if change == "one clip's audio":
        assert jobs["log_mel"] == 1
    if change in ("a new seed", "a new model"):
        # Of two models and one seed, only the new networks.
        assert jobs["train"] == {"a new seed": 2, "a new model": 1}[change]
        for rule in ("activations", "stimulus_activations", "embedding", "tuning"):
            assert jobs[rule] == jobs["train"]


def kill_in_new_rule(checkout: Path, known: set[str], dice: random.Random, *arguments):
    """Run Snakemake; SIGKILL it and its jobs in the first rule not yet known.

    The rule, or None if the run came to its end without one.
    """
    process = subprocess.Popen(
        snakemake_command(*arguments),
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    started = None
    for line in process.stdout:
        match = re.match(r"(?:local)?rule (\w+):", line)
        if match and match[1] not in {*known, "all"}:
            started = started or match[1]
        if started == "train" and ", epoch 2/" in line:
            break  # at once: there is something to go on from
        if started and started != "train":
            time.sleep(dice.uniform(0, 1.5))
            break
    if started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()
    return started


def kill_in_every_rule(checkout: Path, *arguments) -> set[str]:
    """Kill the run once in each rule, then let it finish. The rules."""
    dice, killed = random.Random(20240101), set()
    while rule := kill_in_new_rule(checkout, killed, dice, *arguments):
        if not killed:
            run(checkout, "--unlock", *arguments)
        # What unlocking does, in a tenth of the time.
        shutil.rmtree(checkout / ".snakemake/locks", ignore_errors=True)
        killed.add(rule)
    run(checkout, *arguments)
    return killed


def test_killed_in_every_stage_the_study_ends_in_the_same_bytes(
    finished, sounds, tmp_path
):
    checkout = checkout_into(tmp_path)
    configure(checkout, sounds)
    killed = kill_in_every_rule(checkout)
    rules = EVERYTHING_AFTER_CLIPS | CONFIG_SHOWN
    rules |= {"list_clips", "log_mel", "categories"}
    # A short job may end beside the one that is killed; of most others some remain.
    long = {"log_mel", "train", "quilts", "stimulus_activations", "linear_features"}
    assert long <= killed <= rules
    assert len(killed) > len(rules) / 2
    log = (checkout / "results/own/logs/train/without_music_seed1.log").read_text()
    assert "going on after epoch" in log
    undisturbed, disturbed = results_of(finished), results_of(checkout)
    assert set(disturbed) == set(undisturbed)
    differing = [name for name in undisturbed if undisturbed[name] != disturbed[name]]
    assert not differing
    assert planned(checkout) == {}


def test_killed_in_synthesis_the_corpus_is_the_same(tmp_path):
    checkout = checkout_into(tmp_path / "checkout")
    arguments = ["--configfile", "studies/tiny.yaml"]
    targets = ["--until", "soundscape_tables", "soundscape_audio"]
    killed = kill_in_every_rule(checkout, *arguments, *targets)
    assert killed == {"soundscape_tables", "soundscape_audio"}
    spec = soundscapes.Spec(seconds=2.0, train=60, eval=40, seed=2)
    soundscapes.write_tables(spec, tmp_path / "expected")
    soundscapes.write_audio(spec, soundscapes.plan(spec), tmp_path / "expected")
    expected = {
        path.name: path.read_bytes() for path in (tmp_path / "expected").iterdir()
    }
    corpus = checkout / "results/tiny/corpus"
    found = {
        path.name: path.read_bytes()
        for path in corpus.rglob("*")
        if path.is_file() and path.name != ".snakemake_timestamp"
    }
    assert found == expected


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("seeds=[]", "config key seeds:"),
        ("training={batch_size: 1}", "batch_size: 1 is less than the minimum"),
        ("corpus={form: table}", "config key corpus.table.folder is empty"),
        (
            "corpus={form: table, table: {folder: /no/such/folder}}",
            "/no/such/folder does not exist",
        ),
    ],
)
def test_bad_config_is_one_sentence(tmp_path, config, told):
    output = run(checkout_into(tmp_path), "-n", "--config", config, check=False)
    assert told in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("x,clips/x.wav,Dog,nonmusic,0,test", "row 92: split is 'test'"),
        ("x,clips/x.wav,,nonmusic,0,train", "row 92: the clip has no label"),
    ],
)
def test_a_bad_table_stops_the_run_with_its_row(tmp_path, sounds, row, told):
    folder = tmp_path / "sounds"
    folder.mkdir()
    table = (sounds / "clips.csv").read_text()
    (folder / "clips.csv").write_text(f"{table}{row}\n")
    (folder / "clips").symlink_to(sounds / "clips")
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, folder)
    output = run(checkout, "--until", "list_clips", check=False)
    assert told in output
    assert "Traceback" not in output


def test_a_table_broken_after_the_run_is_told(finished, sounds, tmp_path):
    """Not "nothing to be done": Snakemake alone would be content with old results."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    rows = (sounds / "clips.csv").read_text().splitlines()
    (folder / "clips.csv").write_text("\n".join([*rows, rows[1]]))
    config = f"corpus={{table: {{folder: '{folder}'}}}}"
    output = run(finished, "-n", "--config", config, check=False)
    assert "row 92: clip_id" in output
    assert "stands already in row 2" in output


def test_no_usable_clip_stops_the_run(tmp_path, sounds):
    folder = tmp_path / "sounds"
    folder.mkdir()
    shutil.copy(sounds / "clips.csv", folder)
    (folder / "clips").mkdir()
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, folder)
    output = run(checkout, "--until", "clips", check=False)
    assert "no usable clip is left in the train split (" in output
    assert "Traceback" not in output
