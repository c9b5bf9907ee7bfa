"""The real Snakemake on small studies: from clips to report, reruns, bad input."""

import base64
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import soundfile
import yaml

from music_selectivity.claims.verdicts import (
    NOT_MEMORIZED,
    NOT_REPLICATED,
    NOT_RUN,
    TOO_FEW,
)
from music_selectivity.figures.catalogue import FIGURES
from music_selectivity.vocabulary import (
    EMPTY,
    MISSING_FILE,
    NOT_FINITE,
    QUILT_ORDERS,
    SILENT,
    TOO_SHORT,
    UNREADABLE,
    USED,
)
from small_studies import checkout_into, configure, planned, run


def check_results(results: Path) -> pd.DataFrame:
    """Check that a study of one network ended in figures and pages; returns claims."""
    claims = pd.read_csv(results / "claims.csv")
    # One network decides no claim but those that every network must meet. S4 is about
    # Gabor filters.
    of_networks = set(claims.loc[claims["id"] != "S4", "verdict"])
    assert of_networks <= {TOO_FEW, NOT_REPLICATED, NOT_MEMORIZED, NOT_RUN}
    orders = pd.read_csv(results / "claims_by_order.csv")
    assert set(orders["order"]) == set(QUILT_ORDERS)
    assert claims["n"].max() == 1
    config = yaml.safe_load((results / "config.yaml").read_text())
    assert config["audio"]["sample_rate"] == 22050
    page = (results / "report.html").read_text()
    # The first three words of the notice fit on one line.
    notice = " ".join(config["notice"].split()[:3])
    for text in [*claims["id"], notice, config["study"]]:
        assert text in page
    assert notice in (results / "claims.html").read_text()
    for figure in FIGURES:
        for suffix in ["svg", "png", "csv"]:
            assert (results / f"figures/{figure}.{suffix}").stat().st_size > 20
    return claims


def test_a_study_runs_from_clips_to_report(finished):
    results = finished / "results/own"
    check_results(results)
    examples = pd.read_parquet(results / "examples/sounds.parquet")
    assert (examples["picture"].str.len() > 0).all()
    assert (examples["mp3"].str.len() > 1000).all()
    assert {"original", "quilt_overath_50"} < set(examples["stimulus"])
    assert '<audio id="player">' in (results / "report.html").read_text()
    assert "Nothing to be done" in run(finished)
    run(finished, "--report", "report.zip")
    with zipfile.ZipFile(finished / "report.zip") as bundle:
        names = "\n".join(bundle.namelist())
    for name in [
        "class_precision.svg",
        "class_precision.csv",
        "ablation.svg",
        "claims.html",
        "claims.csv",
        "report.html",
        "baseline.csv",
        "audit.html",
        "audit.csv",
        "excluded.csv",
        "usage.html",
        "usage.csv",
        "provenance.json",
    ]:
        assert name in names


@pytest.mark.full
def test_the_tiny_study_runs_without_natural_sounds(tmp_path):
    checkout = checkout_into(tmp_path)
    run(checkout, "--configfile", "studies/tiny.yaml")
    results = checkout / "results/tiny"
    claims = check_results(results)
    assert {TOO_FEW, NOT_REPLICATED, NOT_MEMORIZED, NOT_RUN} <= {*claims["verdict"]}
    assert "no evidence" in (results / "report.html").read_text()
    assert "no evidence" in (results / "claims.html").read_text()
    assert pd.read_csv(results / "figures/natural_sounds.csv").empty
    check_preferred_inputs(results)
    assert planned(checkout, "--configfile", "studies/tiny.yaml") == {}


def check_preferred_inputs(results: Path) -> None:
    """Of four MS units and a random one, and of the same MS units before training.

    The page has the sound of each.
    """
    analyses = results / "analyses/without_music/seed1"
    table = pd.read_csv(analyses / "preferred_inputs.csv")
    kinds = ["ms"] * 4 + ["random"] + ["untrained"] * 4
    assert list(table["kind"]) == kinds
    units = table.groupby("kind")["unit"].apply(list)
    assert units["ms"] == units["untrained"]
    assert not set(units["random"]) & set(units["ms"])
    sounds = list((analyses / "preferred_inputs").glob("*.mp3"))
    assert {path.name for path in sounds} == set(table["sound"])
    page = (results / "report.html").read_text()
    assert all(base64.b64encode(path.read_bytes()).decode() in page for path in sounds)


def test_preferred_inputs_are_sought_where_a_study_asks_for_them(tmp_path):
    checkout = checkout_into(tmp_path)
    tiny = ["--configfile", "studies/tiny.yaml"]
    assert planned(checkout, *tiny)["preferred_inputs"] == 1
    choice = "analysis={preferred_inputs: {models: []}}"
    assert "preferred_inputs" not in planned(checkout, *tiny, "--config", choice)
    assert "preferred_inputs" not in planned(checkout)


def test_results_say_what_made_them_and_can_be_checked(finished):
    results = finished / "results/own"
    provenance = json.loads((results / "provenance.json").read_text())
    assert not [
        path for path, result in provenance["results"].items() if not result["job"]
    ]
    rules = {job["rule"] for job in provenance["jobs"].values()}
    assert rules == EVERYTHING - {"provenance"}
    assert {Path(path).name for path in provenance["inputs"]} >= {
        "clips.csv",
        "category_labels.csv",
        "components.mat",
        "stim0.wav",
    }
    check = ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]
    subprocess.run(check, cwd=results, check=True)


def test_no_job_takes_more_memory_than_it_asks_for(finished):
    usage = pd.read_csv(finished / "results/own/usage.csv")
    assert set(usage["rule"]) == EVERYTHING - LAST
    excess = usage[~(usage["peak_mb"] <= usage["asked_mb"])]
    # Snakemake does not measure jobs of less than half a second.
    assert excess["peak_mb"].isna().all(), excess.to_string()
    page = (finished / "results/own/usage.html").read_text()
    assert all(f'<th scope="row">{rule}</th>' in page for rule in usage["rule"])


def test_bad_clips_are_excluded_and_reported(finished):
    clips = pd.read_parquet(finished / "results/own/clips.parquet")
    reasons = clips[clips["excluded"] != USED].set_index("clip_id")["excluded"]
    assert reasons.to_dict() == {
        "silent": SILENT,
        "short": TOO_SHORT,
        "nan": NOT_FINITE,
        "empty": EMPTY,
        "broken": UNREADABLE,
        "absent": MISSING_FILE,
    }
    assert len(clips) == 48 + 36 + 6
    page = (finished / "results/own/report.html").read_text()
    for reason in reasons:
        assert reason in page
    # A clip may be named nan.
    excluded = pd.read_csv(finished / "results/own/excluded.csv", keep_default_na=False)
    excluded = excluded.set_index("clip_id")
    assert excluded["reason"].to_dict() == reasons.to_dict()
    assert Path(excluded.loc["broken", "file"]).name == "broken.wav"


# Rules of the study of own sounds, by what their results depend on.
LAST = {"usage", "provenance"}
GATHERED = {"statistics", "mixed_effects", "claims", "figure", "report_page"} | LAST
# Not every network has these analyses.
OF_SOME_NETWORKS = {"training_course", "random_ablation", "layer_ablation"}
# They show the first network of each model.
EXAMPLES = {"unit_profiles", "sound_examples"}
AFTER_ACTIVATIONS = OF_SOME_NETWORKS | EXAMPLES | GATHERED
AFTER_ACTIVATIONS |= {"analyses", "linear_analyses", "natural_sounds", "brain"}
# The analyses say which units are selective; other rules read it.
AFTER_ANALYSES = AFTER_ACTIVATIONS - {"training_course", "layer_ablation"}
AFTER_TRAINING = AFTER_ACTIVATIONS | {"train", "activations"}
AFTER_CLIPS = AFTER_TRAINING | {"clips", "audit", "baseline", "fit_pca"}
AFTER_CLIPS |= {"linear_features", "natural_sound_features", "natural_sounds_log_mel"}
AFTER_CLIPS |= {"equal_rms", "fmri", "quilt_clips", "quilts", "joint_changes"}
AFTER_CLIPS |= {"brain_baselines"}
EVERYTHING = AFTER_CLIPS | {"list_clips", "categories", "log_mel", "resolved_config"}
# The whole config is shown on the page, and kept with the results.
CONFIG_SHOWN = {"resolved_config", "report_page"} | LAST
# Networks and linear features hear all stimulus sets in one job.
AFTER_QUILTS = AFTER_ACTIVATIONS - {"training_course"} | {"quilts", "joint_changes"}
AFTER_QUILTS |= {"activations", "linear_features"}

LIBRARY = "workflow/music_selectivity"
# A change edits a checkout and its folder of sounds.
Change = Callable[[Path, Path], None]


def edit(path: str, old: str, new: str) -> Change:
    """Replace a text that occurs once in a file of the checkout."""

    def change(checkout: Path, sounds: Path) -> None:
        file = checkout / path
        text = file.read_text()
        assert text.count(old) == 1, (path, old)
        file.write_text(text.replace(old, new))

    return change


def configured(**values) -> Change:
    """Set values of the config; in a key, two underscores are a dot."""

    def change(checkout: Path, sounds: Path) -> None:
        file = checkout / "config.yaml"
        config = yaml.safe_load(file.read_text())
        for key, value in values.items():
            *parents, last = key.split("__")
            part = config
            for parent in parents:
                part = part.setdefault(parent, {})
            part[last] = value
        file.write_text(yaml.safe_dump(config))

    return change


def no_result_changes(checkout: Path, sounds: Path) -> None:
    """Touch files of every kind; edit comments, docstrings and messages."""
    for file in [
        sounds / "clips.csv",
        checkout / "workflow/scripts/train.py",
        checkout / "workflow/scripts/log_mel.py",
        checkout / f"{LIBRARY}/networks/training.py",
        checkout / "workflow/rules/networks.smk",
        checkout / "config.yaml",
        checkout / "Snakefile",
    ]:
        os.utime(file)
    for path, old, new in [
        ("networks/training.py", "import hashlib", "import hashlib  # for digests"),
        ("audio/log_mel.py", '"""', '"""In other words: '),
        ("networks/training.py", "lower training.max_lr", "reduce training.max_lr"),
        ("study/jobs.py", "the disk is full", "the disk has no room"),
        ("errors.py", "ValueError", "Exception"),
    ]:
        file = checkout / LIBRARY / path
        text = file.read_text()
        assert old in text, (path, old)
        file.write_text(text.replace(old, new, 1))


def other_audio(checkout: Path, sounds: Path) -> None:
    file = sorted((sounds / "clips").glob("*.flac"))[0]
    waveform, rate = soundfile.read(file)
    soundfile.write(file, waveform[::-1], rate)


def other_label(checkout: Path, sounds: Path) -> None:
    file = sounds / "clips.csv"
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    other = table.loc[table["labels"] != table.loc[0, "labels"], "labels"]
    table.loc[0, "labels"] = other.iloc[0]
    table.to_csv(file, index=False)


# By change, exactly the rules that run again. Edits of other modules change the digests
# of the rules in tests/library/test_reruns.py, which Snakemake follows as it does here.
PROMISES: dict[str, tuple[Change, set[str]]] = {
    "nothing that counts": (no_result_changes, set()),
    "one clip's audio": (other_audio, AFTER_CLIPS | {"log_mel"}),
    "one clip's label": (other_label, AFTER_CLIPS | {"list_clips", "categories"}),
    "a new seed": (
        configured(seeds=[1, 7]),
        AFTER_TRAINING - EXAMPLES - {"linear_analyses"} | {"resolved_config"},
    ),
    "a new model": (
        configured(models__other={"clips": "all", "epochs": 1}),
        AFTER_TRAINING - OF_SOME_NETWORKS - {"linear_analyses"} | {"resolved_config"},
    ),
    "the number of random sets": (
        configured(analysis__random_ablation__sets=60),
        {"random_ablation"} | GATHERED - {"mixed_effects"} | CONFIG_SHOWN,
    ),
    "quilting code": (
        edit(f"{LIBRARY}/stimuli/quilts.py", "_SECONDS = 0.025", "_SECONDS = 0.02"),
        AFTER_QUILTS,
    ),
    "the code of one figure": (
        edit(f"{LIBRARY}/figures/unit_responses.py", "set_ylim(0, ", "set_ylim(0.01, "),
        {"figure", "report_page"} | LAST,
    ),
    "an unrelated config key": (configured(notice="Another word."), CONFIG_SHOWN),
}
# Other keys of the config.
MORE_PROMISES: dict[str, tuple[Change, set[str]]] = {
    "a new seed of one model": (
        configured(seeds=[1, 7], models__untrained__max_seeds=1),
        AFTER_TRAINING - EXAMPLES - {"linear_analyses"} | {"resolved_config"},
    ),
    "a training hyperparameter": (
        configured(training__max_lr=0.002),
        AFTER_TRAINING - {"linear_analyses"} | {"resolved_config"},
    ),
    "the share of selective units": (
        configured(analysis__ms_fraction=0.25),
        AFTER_ACTIVATIONS | {"resolved_config"},
    ),
    "which units are silenced": (
        configured(analysis__ablation_sets="notebook"),
        AFTER_ANALYSES | {"layer_ablation"} | CONFIG_SHOWN,
    ),
    "another category": (
        configured(analysis__categories__rain={"subtrees": ["Rain"]}),
        AFTER_ANALYSES | {"categories"} | CONFIG_SHOWN,
    ),
    "the length of a quilt's segments": (
        configured(quilts__segment_ms=[50, 200]),
        AFTER_QUILTS | {"quilt_clips"} | CONFIG_SHOWN,
    ),
    "the split on which selective units are measured": (
        configured(analysis__measured_split="train"),
        AFTER_QUILTS | {"quilt_clips"} | CONFIG_SHOWN,
    ),
    "which units are the others": (
        configured(analysis__other_units="least_selective"),
        AFTER_ANALYSES | CONFIG_SHOWN,
    ),
    "a figure's colour": (
        configured(figures__music="crimson"),
        {"figure"} | CONFIG_SHOWN,
    ),
    "whether the report has sounds": (
        configured(report__audio=False),
        {"sound_examples"} | CONFIG_SHOWN,
    ),
    "where networks run": (configured(device="auto"), CONFIG_SHOWN),
    "the models whose units' preferred inputs are sought": (
        configured(analysis__preferred_inputs__models=["without_music"]),
        {"preferred_inputs", "figure"} | CONFIG_SHOWN,
    ),
}
# By change, how many jobs of a rule run again: only the new networks, one of two
# shards, one figure of many.
COUNTS = {
    "one clip's audio": {"log_mel": 1},
    "a new seed": dict.fromkeys(["train", "activations", "analyses"], 2),
    "a new seed of one model": dict.fromkeys(["train", "activations", "analyses"], 1),
    "a new model": dict.fromkeys(["train", "activations", "analyses"], 1),
    "the code of one figure": {"figure": 1, "report_page": 1},
}


def jobs_after(change: Change, checkout: Path, sounds: Path) -> dict[str, int]:
    """Jobs by rule that Snakemake would run after a change, which is then undone."""
    files = [checkout / "config.yaml", checkout / "Snakefile"]
    files += [path for path in (checkout / "workflow").rglob("*") if path.is_file()]
    files += [path for path in sounds.rglob("*") if path.is_file()]
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}
    try:
        change(checkout, sounds)
        return planned(checkout)
    finally:
        for file, (content, mtime) in before.items():
            if file.stat().st_mtime_ns != mtime:
                file.write_bytes(content)
                os.utime(file, ns=(mtime, mtime))


def check_jobs_after(change, promised, counts, checkout, sounds) -> None:
    jobs = jobs_after(change, checkout, sounds)
    assert set(jobs) == promised
    for rule, count in counts.items():
        assert jobs[rule] == count, rule


@pytest.mark.parametrize("change", PROMISES)
def test_exactly_what_changed_runs_again(finished, sounds, change):
    apply, promised = PROMISES[change]
    check_jobs_after(apply, promised, COUNTS.get(change, {}), finished, sounds)


@pytest.mark.full
@pytest.mark.parametrize("change", MORE_PROMISES)
def test_exactly_what_another_key_changed_runs_again(finished, sounds, change):
    apply, promised = MORE_PROMISES[change]
    check_jobs_after(apply, promised, COUNTS.get(change, {}), finished, sounds)


@pytest.mark.full
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


def test_a_bad_config_is_reported_in_one_sentence(tmp_path):
    """Of each kind of error, tests/library/test_config.py has the sentence."""
    config = "training={batch_size: 1}"
    output = run(checkout_into(tmp_path), "-n", "--config", config, check=False)
    assert "config key training.batch_size: 1 is less than the minimum" in output
    assert "Traceback" not in output


@pytest.mark.full
def test_a_bad_table_stops_the_run_with_its_row(tmp_path, sounds):
    """Of each kind of error, tests/library/test_list_clips.py has the sentence."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    table = (sounds / "clips.csv").read_text()
    row = "x,clips/x.wav,Dog,nonmusic,0,test"
    (folder / "clips.csv").write_text(f"{table}{row}\n")
    (folder / "clips").symlink_to(sounds / "clips")
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, folder)
    output = run(checkout, "--until", "list_clips", check=False)
    assert "row 92: split is 'test'" in output
    assert "Traceback" not in output


def test_a_table_broken_after_the_run_is_reported(finished, sounds, tmp_path):
    """Not "nothing to be done": Snakemake alone would be content with old results."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    rows = (sounds / "clips.csv").read_text().splitlines()
    (folder / "clips.csv").write_text("\n".join([*rows, rows[1]]))
    config = f"corpus={{table: {{folder: '{folder}'}}}}"
    output = run(finished, "-n", "--config", config, check=False)
    assert "row 92: clip_id" in output
    assert "is already in row 2" in output


@pytest.mark.full
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
