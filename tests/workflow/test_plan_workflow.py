"""`make plan` with the real Snakemake: jobs, disk, docs, a study without files."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from music_selectivity.study.disk import DISK
from small_studies import checkout_into, planned

PAPERS_STUDY = [
    *["--configfile", "studies/audioset.yaml"],
    *["--config", "device=cuda", "corpus={audioset: {fetch: true}}"],
]


def plan(checkout: Path, *arguments, check: bool = True) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, "workflow/plan.py", *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def table(text: str) -> dict[str, dict[str, float]]:
    """The plan's numbers by rule and column."""
    rows = re.findall(r"^(\w+)(?: \*)? +([\d., ]+)$", text, re.M)
    columns = ["jobs", "core_hours", "gpu_hours", "memory", "disk"]
    return {
        rule: dict(
            zip(
                columns, (float(x.replace(",", "")) for x in cells.split()), strict=True
            )
        )
        for rule, cells in rows
    }


def test_the_jobs_are_those_of_a_dry_run_and_nothing_is_written(tmp_path):
    checkout = checkout_into(tmp_path)
    tiny = ["--configfile", "studies/tiny.yaml"]
    before = files_in(checkout)
    done = plan(checkout, *tiny, "--cores", "3")
    assert files_in(checkout) == before
    jobs = {rule: row["jobs"] for rule, row in table(done.stdout).items()}
    total = jobs.pop("total")
    assert jobs == planned(checkout, *tiny)
    assert total == sum(jobs.values())
    assert "Study tiny: 100 clips of 2 s, 7 networks" in done.stdout
    assert " on 3 cores\n" in done.stdout
    # The chain reaches from the first job to the last: no dependency was missed.
    (chain,) = re.findall(r"longest chain of jobs is (.*)\.$", done.stdout, re.S)
    assert re.fullmatch(r"soundscape_\w+, .*, provenance", " ".join(chain.split()))
    assert done.stderr == ""


def files_in(checkout: Path) -> set[Path]:
    """Files, without what Python and Snakemake keep for themselves."""
    own = {"__pycache__", ".snakemake"}
    return {
        path
        for path in checkout.rglob("*")
        if path.is_file() and not own & set(path.relative_to(checkout).parts)
    }


def test_the_papers_study_is_planned_without_its_files_as_the_docs_show(tmp_path):
    """After an edit of costs, copy the output of this plan into docs/running.md."""
    text = plan(checkout_into(tmp_path), *PAPERS_STUDY).stdout
    assert "36,000 clips of 10 s (assumed), 27 networks" in text
    rows = table(text)
    assert rows["train"]["jobs"] == 25
    # 73 Parquet files, five tables, and the natural sounds.
    assert rows["fetch"]["jobs"] == 73 + 5 + 1
    # Four threads share the work of a network, on one GPU.
    assert rows["train"]["gpu_hours"] == pytest.approx(
        rows["train"]["core_hours"] / 4, abs=0.01
    )
    shown = re.findall(r"^```text\n(.*?)^```$", page("running"), re.M | re.S)
    assert text in shown
    gigabytes = re.search(r"takes (\d+) GB of disk", page("running"))[1]
    assert float(gigabytes) == pytest.approx(rows["total"]["disk"] / 1000, abs=0.5)


def page(name: str) -> str:
    return (ROOT / f"docs/{name}.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (PAPERS_STUDY[:2], "config key corpus.audioset.folder is empty; give its path"),
        (["--configfile", "studies/none.yaml"], "studies/none.yaml"),
        # The option may be repeated, as `make plan` does for several files.
        (
            ["--configfile", "studies/none.yaml", "--configfile", "studies/tiny.yaml"],
            "studies/none.yaml",
        ),
        (["--config", "seeds"], "have to be defined as name=value"),
        (["--cores", "0"], "--cores 0: at least one core is needed"),
    ],
)
def test_what_cannot_be_planned_is_reported(tmp_path, arguments, message):
    done = plan(checkout_into(tmp_path), *arguments, check=False)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_jobs_leave_what_was_planned(finished):
    """Arrays and networks within a quarter, and all other files at most.

    This study has few bootstrap samples, components and natural sounds.
    """
    provenance = json.loads((finished / "results/own/provenance.json").read_text())
    left: dict[str, float] = {}
    for path, result in provenance["results"].items():
        rule = provenance["jobs"][result["job"]]["rule"]
        size = (finished / "results/own" / path).stat().st_size / 1e6
        left[rule] = left.get(rule, 0) + size
    rows = table(plan(finished).stdout)
    for rule in ("log_mel", "equal_rms", "quilts", "train", "activations"):
        expected = pytest.approx(left[rule], rel=0.25, abs=1)
        assert rows[rule]["disk"] == expected, rule
    for rule, megabytes in left.items():
        unlisted = 0 if rule in DISK else rows[rule]["jobs"]
        # The plan is in whole MB.
        assert megabytes <= rows[rule]["disk"] + unlisted + 0.5, rule


def test_make_passes_the_study_and_its_arguments():
    arguments = "--config device=cuda 'corpus={audioset: {fetch: true}}'"
    make = ["make", "-n", "plan", "STUDY=studies/audioset.yaml", f"ARGS={arguments}"]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True)
    command = "workflow/plan.py --configfile studies/audioset.yaml " + arguments
    assert command in done.stdout
