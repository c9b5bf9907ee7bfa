"""The workflow under a real Slurm, started here for the test, as on a cluster."""

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import local_slurm
from small_studies import checkout_into

pytestmark = [
    pytest.mark.skipif(
        bool(local_slurm.why_not()),
        reason=local_slurm.why_not() or "Slurm can be started",
    ),
    # One Slurm at a time: its configuration has one place.
    pytest.mark.xdist_group("slurm"),
]

# One network on a handful of clips; many epochs, so that there is time to kill it.
STUDY = """
corpus: {shards: 1}
models:
  without_music: {epochs: EPOCHS, snapshots: []}
  with_music: null
  untrained: null
  memorization: null
  without_music_and_speech: null
"""
# Accounting, which a real one has a database for: it answers from the queue's memory,
# and keeps count of the questions that it could not answer.
SACCT = """#!/bin/sh
for run; do :; done
timeout 1 squeue --states=all --noheader --format='%i|%T' --name "$run" && exit
echo >> "$0.unanswered"
exit 1
"""
# After which the plugin by itself forgets the jobs that it asks for.
QUESTIONS = 5
# This Slurm keeps no accounts and answers at once.
IMPATIENT = (
    "--slurm-no-account",
    *("--slurm-init-seconds-before-status-checks", "1"),
    *("--seconds-between-status-checks", "1"),
)


@pytest.fixture
def slurm(tmp_path):
    folder = tmp_path / "slurm"
    with local_slurm.running(folder):
        yield folder


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose profile is filled in as the profile says, and a login node."""
    checkout = checkout_into(tmp_path / "checkout")
    (checkout / "study.yaml").write_text(STUDY.replace("EPOCHS", "400"))
    profile = checkout / "profiles/slurm/config.yaml"
    text = profile.read_text().replace("=ACCOUNT", "=laboratory")
    text = text.replace("GPU_PARTITION", "batch").replace("=PARTITION", "=batch")
    profile.write_text(text)
    # The node has a GPU for the scheduler to give, which no program can use.
    program = checkout / "bin/nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return checkout


def submit(checkout: Path, target: str, *options: str) -> subprocess.Popen:
    """A user's Snakemake on the login node."""
    command = [sys.executable, "-m", "snakemake", *IMPATIENT, *options]
    command += ["--workflow-profile", "profiles/slurm", "--configfile"]
    command += ["studies/tiny.yaml", "study.yaml", "--config", "device=auto"]
    return subprocess.Popen(
        [*command, "--", target],
        cwd=checkout,
        env=os.environ | {"PATH": f"{checkout}/bin:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def attempts(rule: str) -> list[dict[str, str]]:
    """Slurm's jobs of a rule, first attempt first."""
    jobs = local_slurm.jobs().values()
    found = [job for job in jobs if job.get("Comment", "").startswith(f"rule_{rule}")]
    return sorted(found, key=lambda job: int(job["JobId"]))


def wait_for_epochs(log: Path, after: int, seconds: float = 300) -> int:
    """Until a training has gone on two epochs `after` one; the epoch it is at."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if log.exists():
            epochs = [
                int(found) for found in re.findall(r", epoch (\d+)/", log.read_text())
            ]
            if epochs and epochs[-1] >= after + 2:
                return epochs[-1]
        time.sleep(0.1)
    raise AssertionError(f"no epoch {after + 2} in {log}")


TARGET = "results/tiny/networks/without_music/seed1/checkpoint.safetensors"
LOG = "results/tiny/logs/train/without_music_seed1.log"


def test_killed_jobs_are_retried_with_more_and_go_on(slurm, checkout):
    log = checkout / LOG
    # As where there is no accounting.
    process = submit(checkout, TARGET, "--slurm-status-command", "squeue")
    try:
        epoch = wait_for_epochs(log, 0)
        subprocess.run(["scancel", attempts("train")[-1]["JobId"]], check=True)
        while len(attempts("train")) < 2:
            time.sleep(0.2)
        wait_for_epochs(log, epoch)
        # Its time is up.
        job = f"JobId={attempts('train')[-1]['JobId']}"
        subprocess.run(["scontrol", "update", job, "EndTime=now"], check=True)
        output, _ = process.communicate(timeout=600)
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert (checkout / TARGET).exists()
    tries = attempts("train")
    states = [job["JobState"] for job in tries]
    assert states == ["CANCELLED", "TIMEOUT", "COMPLETED"]
    # Each has asked for more, and gone on from where the one before was killed.
    memory = [job["MinMemoryNode"] for job in tries]
    assert memory == ["1200M", "2400M", "4800M"]
    # The second limit is the time at which it was ended.
    assert tries[0]["TimeLimit"] == "00:10:00"
    assert tries[2]["TimeLimit"] == "00:40:00"
    assert "going on after epoch" in log.read_text()
    assert all(job["TresPerJob"] == "gres:gpu:1" for job in tries)
    assert all("TresPerJob" not in job for job in attempts("log_mel"))
    assert [job["MinMemoryNode"] for job in attempts("log_mel")] == ["600M"]
    assert all(job["Partition"] == "batch" for job in local_slurm.jobs().values())
    assert all(job["Account"] == "laboratory" for job in tries)
    # What went wrong is told where the user looks, not on some node.
    for state in ("CANCELLED", "TIMEOUT"):
        assert f"SLURM status is: '{state}'" in output


def test_killed_daemons_lose_no_job(slurm, checkout):
    """That which signs, the node's own and the controller, away for a while."""
    (checkout / "study.yaml").write_text(STUDY.replace("EPOCHS", "800"))
    sacct = checkout / "bin/sacct"
    sacct.write_text(SACCT)
    sacct.chmod(0o755)
    unanswered = sacct.with_name("sacct.unanswered")
    dice = random.Random(20240101)
    process = submit(checkout, TARGET, "--slurm-status-command", "sacct")
    try:
        wait_for_epochs(checkout / LOG, 0)
        for daemon in ("munged", "slurmd"):
            local_slurm.stop(slurm, daemon)
            time.sleep(dice.uniform(2, 6))
            local_slurm.start(slurm, daemon)
            time.sleep(dice.uniform(0, 2))
        assert not (checkout / TARGET).exists()
        local_slurm.stop(slurm, "slurmctld")
        unanswered.write_text("")
        deadline = time.monotonic() + 200
        while len(unanswered.read_text()) < 2 * QUESTIONS:
            assert time.monotonic() < deadline, "Snakemake asks no more"
            time.sleep(0.2)
        local_slurm.start(slurm, "slurmctld")
        output, _ = process.communicate(timeout=600)
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert (checkout / TARGET).exists()
    # None was lost, and none done twice.
    assert [job["JobState"] for job in attempts("train")] == ["COMPLETED"]
    assert "going on after epoch" not in (checkout / LOG).read_text()
