"""Records of jobs and of studies, and checksums that the system's own tool reads."""

import hashlib
import json
import subprocess
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from music_selectivity.study import provenance
from music_selectivity.study.jobs import job


def snakemake_of(folder, rule: str, outputs: list[str], **wildcards):
    """The object that Snakemake gives a script, as far as jobs need it."""
    log = folder / f"logs/{rule}/{'_'.join(wildcards.values()) or rule}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    return SimpleNamespace(
        rule=rule,
        log=[str(log)],
        output=outputs,
        wildcards=wildcards,
        params=SimpleNamespace(code="c0de"),
    )


@pytest.fixture
def study(tmp_path):
    """Results of two jobs, and a file that none of them made."""
    folder = tmp_path / "results/s"
    outputs = [folder / "clips.parquet", folder / "corpus"]
    with job(snakemake_of(folder, "clips", [str(path) for path in outputs])):
        (folder / "corpus/000").mkdir(parents=True)
        (folder / "corpus/000/a b.flac").write_bytes(b"sound")
        (folder / "corpus/.snakemake_timestamp").write_text("")
        (folder / "clips.parquet").write_bytes(b"table")
    network = folder / "networks/m/seed1/checkpoint.safetensors"
    with job(snakemake_of(folder, "train", [str(network)], model="m", seed="1")):
        network.parent.mkdir(parents=True)
        network.write_bytes(b"weights")
    (folder / "left_over.csv").write_text("of another run")
    (folder / "benchmarks").mkdir()
    (folder / "benchmarks/clips.tsv").write_text("s\n1\n")
    return folder


CLIPS = pd.DataFrame({"clip_id": ["b", "a"], "content": ["2", "1"]})
CONFIG = {"study": "s", "seeds": [1], "device": "cpu"}


def test_every_result_tells_what_made_it(study, tmp_path):
    table = tmp_path / "clips.csv"
    table.write_text("clip_id\n")
    natural = tmp_path / "natural"
    (natural / "sounds").mkdir(parents=True)
    (natural / "sounds/one.wav").write_bytes(b"wave")
    found = provenance.study(study, CONFIG, [table, natural], CLIPS, tmp_path)
    made_by = {path: result["job"] for path, result in found["results"].items()}
    assert made_by == {
        "clips.parquet": "clips/clips",
        "corpus/000/a b.flac": "clips/clips",
        "left_over.csv": None,
        "networks/m/seed1/checkpoint.safetensors": "train/m_1",
    }
    weights = found["results"]["networks/m/seed1/checkpoint.safetensors"]
    assert weights["sha256"] == hashlib.sha256(b"weights").hexdigest()
    assert weights["bytes"] == len(b"weights")
    made = found["jobs"]["train/m_1"]
    assert (made["rule"], made["code"]) == ("train", "c0de")
    assert made["wildcards"] == {"model": "m", "seed": "1"}
    assert made["packages"]["numpy"] == np.__version__
    assert made["packages"]["pandas"] == pd.__version__
    assert {"python", "host", "machine", "gpu", "finished"} <= set(made)
    assert found["inputs"] == {
        str(table): hashlib.sha256(b"clip_id\n").hexdigest(),
        str(natural / "sounds/one.wav"): hashlib.sha256(b"wave").hexdigest(),
    }
    assert found["commit"] is None
    assert found["config"]["values"] == CONFIG


def test_digests_tell_what_was_heard_and_asked_for(study, tmp_path):
    def digests(clips=CLIPS, config=CONFIG):
        found = provenance.study(study, config, [], clips, tmp_path)
        return found["clips"]["sha256"], found["config"]["sha256"]

    heard, asked = digests()
    assert digests(clips=CLIPS.iloc[::-1]) == (heard, asked)
    assert digests(clips=CLIPS.assign(content=["2", "x"]))[0] != heard
    assert digests(config={**CONFIG, "seeds": [2]})[1] != asked


def test_the_systems_own_tool_checks_an_archive(study, tmp_path):
    found = provenance.study(study, CONFIG, [], CLIPS, tmp_path)
    (study / "provenance.json").write_text(json.dumps(found))
    sums = provenance.checksums(study / "provenance.json")
    (study / "SHA256SUMS").write_text(sums)
    assert len(sums.splitlines()) == 5
    elsewhere = study.rename(tmp_path / "elsewhere")

    def check() -> str:
        command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
        done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True)
        return done.stdout

    assert check() == ""
    (elsewhere / "corpus/000/a b.flac").write_bytes(b"sount")
    assert check() == "corpus/000/a b.flac: FAILED\n"


def test_a_job_that_fails_leaves_no_record(tmp_path):
    snakemake = snakemake_of(tmp_path, "train", [])
    with pytest.raises(SystemExit), job(snakemake):
        raise RuntimeError("no")
    assert not provenance.record_path(snakemake.log[0]).exists()


def test_the_commit_says_whether_files_are_changed(tmp_path):
    def git(*words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        command = ["git", "-C", str(tmp_path), *identity, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True)

    git("init", "-q")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "-qm", "First")
    head = git("rev-parse", "HEAD").stdout.strip()
    assert provenance.commit(tmp_path) == head
    (tmp_path / "untracked").write_text("")
    assert provenance.commit(tmp_path) == head
    (tmp_path / "file").write_text("2")
    assert provenance.commit(tmp_path) == f"{head}+"


def test_packages_are_told_by_the_names_they_are_installed_by():
    import sklearn
    import yaml

    packages = provenance.environment()["packages"]
    assert packages["scikit-learn"] == sklearn.__version__
    assert packages["pyyaml"] == yaml.__version__
    pinned = (ROOT / "pyproject.toml").read_text()
    assert f"scikit-learn>={'.'.join(sklearn.__version__.split('.')[:2])}" in pinned
