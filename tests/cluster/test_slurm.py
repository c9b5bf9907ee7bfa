"""The workflow under a real Slurm, which the test starts on this machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import local_slurm
from music_selectivity.study.resources import memory_mb, runtime_minutes
from music_selectivity.study.scale import Scale
from small_studies import checkout_into, run
from waiting import hold_training, wait_until

pytestmark = [
    pytest.mark.skipif(
        bool(local_slurm.why_not()),
        reason=local_slurm.why_not() or "Slurm can be started",
    ),
    # One Slurm at a time: its configuration has one place.
    pytest.mark.xdist_group("slurm"),
]

# One network on a handful of clips, laid over the tiny study.
EPOCHS = 8
STUDY = {
    "corpus": {"shards": 1},
    "models": {
        "without_music": {"epochs": EPOCHS, "snapshots": []},
        "with_music": None,
        "untrained": None,
        "memorization": None,
        "without_music_and_speech": None,
    },
}
SCALE = Scale(clips=100, seconds=2, shards=1, sources=3, stimuli=3, epochs=EPOCHS)
CONFIG = ["--configfile", "studies/tiny.yaml", "study.yaml", "--config", "device=auto"]
# In place of accounting, which needs a database: it answers from the queue's memory, or
# not at all while the file `away` exists, and counts the questions of each kind.
SACCT = """#!/bin/sh
for run; do :; done
if [ -e away ]; then
    echo >> unanswered
    exit 1
fi
squeue --states=all --noheader --format='%i|%T' --name "$run" || exit
echo >> answered
"""
# By default the plugin forgets a run's jobs after this number of unanswered questions.
QUESTIONS = 5
# This Slurm keeps no accounts and answers at once.
IMPATIENT = [
    "--slurm-no-account",
    "--slurm-init-seconds-before-status-checks",
    "1",
    "--seconds-between-status-checks",
    "1",
]


@pytest.fixture
def slurm(tmp_path):
    folder = tmp_path / "slurm"
    with local_slurm.running(folder):
        yield folder


@pytest.fixture
def checkout(tmp_path):
    """A checkout on a login node, with its profile filled in as it says."""
    checkout = checkout_into(tmp_path / "checkout")
    (checkout / "study.yaml").write_text(yaml.safe_dump(STUDY))
    profile = checkout / "profiles/slurm/config.yaml"
    text = profile.read_text().replace("=ACCOUNT", "=laboratory")
    text = text.replace("GPU_PARTITION", "batch").replace("=PARTITION", "=batch")
    profile.write_text(text)
    # The node has a GPU for the scheduler to give, which no program can use.
    write_program(checkout / "bin/nvidia-smi", "#!/bin/sh\n")
    yield checkout
    for gate in checkout.glob("gate*"):  # No job waits for a test that has failed.
        gate.unlink()


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def submit(checkout: Path, *options: str) -> subprocess.Popen:
    """A user's Snakemake on the login node; its output goes to ``snakemake.log``."""
    command = [sys.executable, "-m", "snakemake", *IMPATIENT, *options]
    command += ["--workflow-profile", "profiles/slurm", *CONFIG, "--", TARGET]
    with open(checkout / "snakemake.log", "w") as log:
        return subprocess.Popen(
            command,
            cwd=checkout,
            env=os.environ | {"PATH": f"{checkout}/bin:{os.environ['PATH']}"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def attempts(rule: str) -> list[dict[str, str]]:
    """Slurm's jobs of a rule, first attempt first."""
    jobs = local_slurm.jobs().values()
    found = [job for job in jobs if job.get("Comment", "").startswith(f"rule_{rule}")]
    return sorted(found, key=lambda job: int(job["JobId"]))


TARGET = "results/tiny/networks/without_music/seed1/checkpoint.safetensors"
LOG = "results/tiny/logs/train/without_music_seed1.log"


def wait_for_epoch(checkout: Path, epoch: int, process: subprocess.Popen) -> None:
    """Wait until the present attempt at training has logged an epoch."""
    log, line = checkout / LOG, f", epoch {epoch}/"
    wait_until(lambda: log.exists() and line in log.read_text(), line, process)


def test_killed_jobs_are_retried_with_more_and_continue(slurm, checkout):
    run(checkout, *CONFIG, "--until", "soundscape_audio", "list_clips")
    third, sixth = hold_training(checkout, 3, 6)
    # As on a cluster without accounting.
    process = submit(checkout, "--slurm-status-command", "squeue")
    try:
        wait_for_epoch(checkout, 2, process)
        subprocess.run(["scancel", attempts("train")[-1]["JobId"]], check=True)
        wait_until(lambda: len(attempts("train")) == 2, "a second attempt", process)
        third.unlink()
        wait_for_epoch(checkout, 5, process)
        # Its time is up.
        job = f"JobId={attempts('train')[-1]['JobId']}"
        subprocess.run(["scontrol", "update", job, "EndTime=now"], check=True)
        wait_until(lambda: len(attempts("train")) == 3, "a third attempt", process)
        sixth.unlink()
        process.wait()
    finally:
        process.kill()
    output = (checkout / "snakemake.log").read_text()
    assert process.returncode == 0, output
    assert (checkout / TARGET).exists()
    tries = attempts("train")
    states = [job["JobState"] for job in tries]
    assert states == ["CANCELLED", "TIMEOUT", "COMPLETED"]
    # Each asked for more, and continued where the one before was killed.
    assert [job["MinMemoryNode"] for job in tries] == [
        f"{memory_mb('train', SCALE, attempt)}M" for attempt in (1, 2, 3)
    ]
    # Slurm changed the time limit of the second when its time was up.
    for attempt in (1, 3):
        minutes = runtime_minutes("train", SCALE, attempt)
        limit = f"{minutes // 60:02d}:{minutes % 60:02d}:00"
        assert tries[attempt - 1]["TimeLimit"] == limit
    assert "continuing after epoch" in (checkout / LOG).read_text()
    assert all(job["TresPerJob"] == "gres:gpu:1" for job in tries)
    (log_mel,) = attempts("log_mel")
    assert "TresPerJob" not in log_mel
    assert log_mel["MinMemoryNode"] == f"{memory_mb('log_mel', SCALE)}M"
    assert all(job["Partition"] == "batch" for job in local_slurm.jobs().values())
    assert all(job["Account"] == "laboratory" for job in tries)
    # The reason is written where the user looks, and not only on the node.
    for state in ["CANCELLED", "TIMEOUT"]:
        assert f"SLURM status is: '{state}'" in output


def test_killed_daemons_lose_no_job(slurm, checkout):
    """A job outlives the controller, the node's daemon and the one that signs."""
    write_program(checkout / "bin/sacct", SACCT)
    away, unanswered, answered = (
        checkout / name for name in ("away", "unanswered", "answered")
    )

    def wait_for_questions(number: int, questions: Path) -> None:
        questions.write_text("")
        wait_until(
            lambda: len(questions.read_text()) >= number,
            f"Snakemake has asked {number} times ({questions.name})",
            process,
        )

    run(checkout, *CONFIG, "--until", "clips")
    (gate,) = hold_training(checkout, 2)
    process = submit(checkout, "--slurm-status-command", "sacct")
    try:
        wait_for_epoch(checkout, 1, process)
        # Its time will not be up, however long all this takes.
        job = f"JobId={attempts('train')[-1]['JobId']}"
        subprocess.run(["scontrol", "update", job, "TimeLimit=1-0"], check=True)
        for daemon in ["munged", "slurmctld"]:
            away.touch()
            local_slurm.stop(slurm, daemon)
            wait_for_questions(2 * QUESTIONS, unanswered)
            local_slurm.start(slurm, daemon)
            away.unlink()
            wait_for_questions(1, answered)
        local_slurm.stop(slurm, "slurmd")
        wait_for_questions(1, answered)
        local_slurm.start(slurm, "slurmd")
        assert not (checkout / TARGET).exists()
        gate.unlink()
        process.wait()
    finally:
        process.kill()
    assert process.returncode == 0, (checkout / "snakemake.log").read_text()
    assert (checkout / TARGET).exists()
    # No job was lost, and none was run twice.
    assert [job["JobState"] for job in attempts("train")] == ["COMPLETED"]
    assert "continuing after epoch" not in (checkout / LOG).read_text()
