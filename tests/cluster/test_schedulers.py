"""The generic profile, under made-up commands of PBS, SGE and LSF."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from music_selectivity.study.resources import memory_mb, runtime_minutes
from music_selectivity.study.scale import Scale
from small_studies import checkout_into

# A scheduler that runs each job at once, under the name of every scheduler's commands.
# It keeps one folder per job, with the arguments of its submission and, at its end, its
# exit status.
SCHEDULER = """#!{python}
import os, subprocess, sys
from pathlib import Path

folder = Path({folder!r})
command, arguments = Path(sys.argv[0]).name, sys.argv[1:]
if command in ("qsub", "bsub"):
    number = str(1 + len(list(folder.iterdir())))
    (folder / number).mkdir()
    (folder / number / "asked").write_text("\\n".join([command, *arguments]))
    run = f"sh {{arguments[-1]}} > {{folder}}/{{number}}/log 2>&1"
    run += f"; echo $? > {{folder}}/{{number}}/part"
    run += f"; mv {{folder}}/{{number}}/part {{folder}}/{{number}}/exit"
    subprocess.Popen(["sh", "-c", run], start_new_session=True)
    shown = {{"bsub": f"Job <{{number}}> is submitted to default queue <short>."}}
    print(shown.get(command, number))
    sys.exit()
number = arguments[-1]
ended = folder / number / "exit"
status = int(ended.read_text()) if ended.exists() else None
accounts = {sge!r}
if command == "qstat" and accounts:
    sys.exit(status is not None)
elif command == "qstat":
    state = "R" if status is None else f"F\\n    Exit_status = {{status}}"
    print(f"Job Id: {{number}}\\n    job_state = {{state}}")
elif command == "qacct" and status is None:
    sys.exit(1)
elif command == "qacct":
    print(f"failed       0\\nexit_status  {{status}}")
elif command == "bjobs":
    print({{None: "RUN", 0: "DONE"}}.get(status, "EXIT"))
"""

# What a job of log_mel asks each of them for: threads, memory, time, and no GPU.
ASKED = {
    "pbs": ["-l select=1:ncpus=1:mem={mb}mb ", "-l walltime={seconds} "],
    "sge": ["-pe smp 1 ", "-l h_vmem={mb}M ", "-l h_rt={seconds} "],
    "lsf": ["-n 1 ", "-M {mb} ", "-W {minutes} "],
}
# The tiny study.
SCALE = Scale(clips=100, seconds=2, shards=2, sources=7, stimuli=3)


def scheduler(checkout: Path, kind: str) -> Path:
    """Install the made-up scheduler in a checkout; returns its folder of jobs."""
    jobs = checkout / "jobs"
    jobs.mkdir()
    program = checkout / "bin/qsub"
    program.parent.mkdir()
    program.write_text(
        SCHEDULER.format(python=sys.executable, folder=str(jobs), sge=kind == "sge")
    )
    program.chmod(0o755)
    for name in ["qstat", "qdel", "qacct", "bsub", "bjobs", "bkill"]:
        shutil.copy(program, program.with_name(name))
    profile = checkout / "profiles/generic/config.yaml"
    text = profile.read_text().replace("generic/pbs", f"generic/{kind}")
    profile.write_text(text.replace("cancel-cmd: qdel", "cancel-cmd: bkill"))
    return jobs


def run(checkout: Path, *arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "snakemake", "--configfile", "studies/tiny.yaml"]
    command += ["--workflow-profile", "profiles/generic"]
    # This scheduler answers at once.
    command += ["--max-status-checks-per-second", "10"]
    command += ["--seconds-between-status-checks", "1", *arguments]
    return subprocess.run(
        command,
        cwd=checkout,
        env=os.environ | {"PATH": f"{checkout}/bin:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def asked_for(jobs: Path, rule: str) -> list[list[str]]:
    """What each job of a rule was submitted with, first attempt first."""
    found = [
        (folder / "asked").read_text().splitlines()
        for folder in sorted(jobs.iterdir(), key=lambda folder: int(folder.name))
    ]
    return [words for words in found if rule in words]


@pytest.mark.parametrize("kind", ASKED)
def test_jobs_go_to_the_scheduler_and_their_ends_come_back(tmp_path, kind):
    checkout = checkout_into(tmp_path)
    jobs = scheduler(checkout, kind)
    # The first attempt at one job fails in a way that only its exit status shows.
    script = checkout / "workflow/scripts/log_mel.py"
    fault = (
        "import os, sys\n"
        "if not os.path.exists('fault'):\n"
        "    open('fault', 'w').close()\n"
        "    sys.exit(3)\n"
    )
    script.write_text(fault + script.read_text())
    done = run(checkout, "results/tiny/log_mel/000.npy")
    assert done.returncode == 0, done.stdout
    tries = asked_for(jobs, "log_mel")
    assert len(tries) == 2
    for attempt, words in enumerate(tries, start=1):
        minutes = runtime_minutes("log_mel", SCALE, attempt)
        amounts = {
            "mb": memory_mb("log_mel", SCALE, attempt),
            "seconds": 60 * minutes,
            "minutes": minutes,
        }
        for expected in ASKED[kind]:
            assert expected.format(**amounts) in " ".join(words), words
        assert "gpu" not in " ".join(words)
    # The folder of synthesised clips was made once for both.
    assert len(asked_for(jobs, "soundscape_audio")) == 1


@pytest.mark.parametrize("kind", ASKED)
def test_a_gpu_is_asked_for(tmp_path, kind):
    """By the script alone: without a GPU no job of this machine asks for one."""
    checkout = checkout_into(tmp_path)
    jobs = scheduler(checkout, kind)
    (checkout / "jobscript").write_text("exit 0\n")
    submit = [f"profiles/generic/{kind}/submit", "train"]
    threads, mb, minutes, gpus = "4", "8001", "60", "1"
    shown = subprocess.run(
        [*submit, threads, mb, minutes, gpus, "jobscript"],
        cwd=checkout,
        env=os.environ | {"PATH": f"{checkout}/bin:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "1"
    (words,) = asked_for(jobs, "train")
    expected = {"pbs": ":ngpus=1", "sge": "gpu=1", "lsf": "num=1"}[kind]
    assert expected in "\n".join(words)
    # SGE counts memory per thread.
    memory = {"pbs": "mem=8001mb", "sge": "h_vmem=2001M", "lsf": "8001"}[kind]
    assert memory in "\n".join(words)


def test_profiles_agree_on_what_decides_reruns():
    """A study that moves between them reruns nothing."""
    profiles = {
        path.parent.name: yaml.safe_load(path.read_text())
        for path in (ROOT / "profiles").glob("*/config.yaml")
    }
    assert set(profiles) == {"default", "slurm", "generic"}
    for key in ["rerun-triggers", "rerun-incomplete", "show-failed-logs"]:
        assert len({str(profile[key]) for profile in profiles.values()}) == 1
