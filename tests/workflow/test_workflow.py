"""The real Snakemake on tiny studies: end to end, reruns, bad input."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import soundfile
import yaml

from music_selectivity.figures import FIGURES
from small_studies import checkout_into, configure, planned, run


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
        *("usage.html", "usage.csv", "provenance.json"),
    ):
        assert name in names


def test_results_tell_what_made_them_and_can_be_checked(finished):
    results = finished / "results/own"
    provenance = json.loads((results / "provenance.json").read_text())
    assert not [
        path for path, result in provenance["results"].items() if not result["job"]
    ]
    rules = {job["rule"] for job in provenance["jobs"].values()}
    assert rules == EVERYTHING_AFTER_CLIPS - LAST | {"usage", "resolved_config"} | {
        *("list_clips", "categories", "log_mel")
    }
    assert {Path(path).name for path in provenance["inputs"]} >= {
        *("clips.csv", "category_labels.csv", "components.mat", "stim0.wav")
    }
    check = ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]
    subprocess.run(check, cwd=results, check=True)


def test_no_job_takes_more_memory_than_it_asks_for(finished):
    usage = pd.read_csv(finished / "results/own/usage.csv")
    assert set(usage["rule"]) == EVERYTHING_AFTER_CLIPS - LAST | {
        *("list_clips", "categories", "log_mel", "resolved_config")
    }
    told = usage[~(usage["peak_mb"] <= usage["asked_mb"])]
    # Jobs of under half a second are not looked at.
    assert told["peak_mb"].isna().all(), told.to_string()
    page = (finished / "results/own/usage.html").read_text()
    assert all(f"<td>{rule}</td>" in page for rule in usage["rule"])


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
LAST = {"usage", "provenance"}
GATHERED = {"statistics", "mixed_models", "claims", "figure", "report_page", *LAST}
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
CONFIG_SHOWN = {"resolved_config", "report_page", *LAST}

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
    "which units are silenced": (
        configured(analysis__ablation_sets="notebook"),
        {"ablation", "random_ablation"} | GATHERED | CONFIG_SHOWN,
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
        {"figure": 1, "report_page": 1, "usage": 1, "provenance": 1},
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


def test_snakemakes_costly_limit_is_lifted_and_one_asked_for_stays(tmp_path, sounds):
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, sounds)
    with open(checkout / "Snakefile", "a") as snakefile:
        snakefile.write(
            "\n\nonsuccess:\n    limit = workflow.scheduler.job_rate_limiter\n"
        )
        snakefile.write("    print('limited to', limit and limit.max_jobs)\n")
    target = "results/own/listed.parquet"
    assert "limited to None\n" in run(checkout, target)
    limit = ["--max-jobs-per-timespan", "9/1s"]
    assert "limited to 9\n" in run(checkout, target, "--force", *limit)


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
    (folder / "clips").mkdir(parents=True)
    shutil.copy(sounds / "clips.csv", folder)
    for file in pd.read_csv(folder / "clips.csv")["file"]:
        shutil.copy(sounds / "clips/silent.wav", folder / file)
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, folder)
    output = run(checkout, "--until", "clips", check=False)
    assert "no usable clip is left in the train split (" in output
    assert "Traceback" not in output
