"""Faults at random moments, full and missing disks, two runs at once, other clocks."""

import contextlib
import ctypes
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from music_selectivity.corpus.soundscapes.corpus import Spec, plan, write_tables
from music_selectivity.corpus.soundscapes.rendering import write_audio
from small_studies import (
    checkout_into,
    configure,
    planned,
    results_of,
    run,
    snakemake_command,
)
from waiting import hold

SEED = 20240101
FAULTS = 50
# Scripts that take long enough to be killed for certain; others may end before.
LONG = {"log_mel", "train", "quilts", "activations", "linear_features"}


@pytest.fixture(scope="session")
def start_seconds() -> float:
    """How long the libraries take to import here, which is most of a short job."""
    command = [sys.executable, "-c", "import pandas, scipy.stats"]
    subprocess.run(command, check=True)  # Now they are in the disk's cache.
    began = time.monotonic()
    subprocess.run(command, check=True)
    return time.monotonic() - began


def start(checkout: Path, *arguments) -> subprocess.Popen:
    """Start Snakemake, with its jobs in a session of their own."""
    return subprocess.Popen(
        snakemake_command(*arguments),
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(text: str, process: subprocess.Popen) -> None:
    """Read the output of a process up to the line that has `text`."""
    output = []
    for line in process.stdout:
        if text in line:
            return
        output.append(line)
    raise AssertionError("".join(output))


def jobs_of(process: subprocess.Popen) -> dict[str, psutil.Process]:
    """The scripts that are running, by rule."""
    found = {}
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                script = re.search(r"/tmp\w+\.(\w+)\.py$", " ".join(child.cmdline()))
                if script:
                    found[script[1]] = child
    return found


def kill_a_job(job: psutil.Process, workflow: subprocess.Popen, dice) -> None:
    job.kill()


def kill_the_workflow(job: psutil.Process, workflow: subprocess.Popen, dice) -> None:
    """Kill Snakemake, with its jobs or without."""
    if dice.random() < 0.5:
        os.killpg(workflow.pid, signal.SIGKILL)
    else:
        workflow.kill()


def disturb(
    checkout: Path,
    dice: random.Random,
    faults: Counter,
    rate: float,
    start_seconds: float,
    *arguments,
) -> bool:
    """Run Snakemake and disturb it until it is killed; returns whether it finished.

    Whenever a job starts or reports its progress, a SIGKILL may follow: up to `rate`
    for each finished job, so that faults are spread over all stages, and certainly if a
    rule is running that no fault has met. `faults` counts them by (what was killed, the
    rule). Jobs that have just started live for a random part of `start_seconds`.
    """
    process = start(checkout, "--retries", "20", *arguments)
    for line in process.stdout:
        moment = re.match(r"(?:local)?rule (\w+):|.*, epoch ([2-9])/", line)
        if not moment:
            continue
        if moment[1]:
            time.sleep(dice.uniform(0, start_seconds))
        jobs, met = jobs_of(process), {rule for _, rule in faults}
        spared = sorted(set(jobs) - met - ({"train"} if moment[1] else set()))
        finished = len(list(checkout.glob("results/*/logs/**/*.json")))
        enough = faults.total() >= rate * (finished + 2) or dice.random() < 0.3
        if not jobs or (enough and not spared):
            continue
        rule = dice.choice(spared or sorted(jobs))
        kill = kill_the_workflow if dice.random() < 0.3 else kill_a_job
        try:
            kill(jobs[rule], process, dice)
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
        faults[kill.__name__, rule] += 1
        if kill is kill_the_workflow:
            process.stdout.close()
            process.wait()
            return False
    return process.wait() == 0


def run_disturbed(
    checkout: Path, rate: float, start_seconds: float, *arguments
) -> Counter:
    """Run Snakemake until it finishes, with `rate` faults per job; returns them."""
    dice, faults = random.Random(SEED), Counter()
    while not disturb(checkout, dice, faults, rate, start_seconds, *arguments):
        # The same as unlocking, in a tenth of the time.
        shutil.rmtree(checkout / ".snakemake/locks", ignore_errors=True)
        assert faults.total() < 10 * FAULTS
    return faults


def test_after_fifty_faults_the_study_ends_in_the_same_bytes(
    finished, sounds, start_seconds, tmp_path
):
    checkout = checkout_into(tmp_path)
    configure(checkout, sounds)
    n_jobs = sum(planned(checkout).values())
    # More than 50 are planned, because the last jobs may end before theirs.
    faults = run_disturbed(checkout, 1.4 * FAULTS / n_jobs, start_seconds)
    assert planned(checkout) == {}
    undisturbed, disturbed = results_of(finished), results_of(checkout)
    assert set(disturbed) == set(undisturbed)
    differing = [name for name in undisturbed if undisturbed[name] != disturbed[name]]
    assert not differing
    assert not list(checkout.rglob(".*.partial*"))
    counts = "\n".join(f"{count} {what}" for what, count in faults.most_common())
    assert faults.total() >= FAULTS, counts
    assert {what for what, _ in faults} == {"kill_a_job", "kill_the_workflow"}, counts
    rules = {rule for _, rule in faults}
    assert rules >= LONG and len(rules) > 15, counts


def test_killed_in_synthesis_the_corpus_is_the_same(start_seconds, tmp_path):
    checkout = checkout_into(tmp_path / "checkout")
    arguments = ["--configfile", "studies/tiny.yaml"]
    targets = ["--until", "soundscape_tables", "soundscape_audio"]
    faults = run_disturbed(checkout, 1, start_seconds, *arguments, *targets)
    assert "soundscape_audio" in {rule for _, rule in faults}
    spec = Spec(seconds=2.0, train=60, eval=40, seed=2)
    write_tables(spec, tmp_path / "expected")
    write_audio(spec, plan(spec), tmp_path / "expected")
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


LIBC = ctypes.CDLL(None, use_errno=True)
READ_ONLY, REMOUNT = 1, 32


def mount(folder: Path, options: str, flags: int = 0) -> bool:
    """Mount memory as a disk, or mount it again; returns whether that succeeded."""
    words = (b"tmpfs", os.fsencode(folder), b"tmpfs", flags, options.encode())
    return LIBC.mount(*words) == 0


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """The results folder of a checkout, which is a disk of 2 MB."""
    folder = tmp_path / "checkout/results"
    folder.mkdir(parents=True)
    if not mount(folder, "size=2m"):
        pytest.skip("this user may not mount a disk")
    yield folder
    LIBC.umount2(os.fsencode(folder), 2)


def test_full_and_read_only_disks_are_reported_and_the_run_continues(disk, sounds):
    checkout = checkout_into(disk.parent)
    configure(checkout, sounds)
    targets = ["results/own/networks/untrained/seed1/checkpoint.safetensors"]
    output = run(checkout, *targets, check=False)
    assert "No space left on device; the disk is full" in output
    assert "Traceback" not in output
    assert not list(disk.rglob("checkpoint.safetensors"))
    mount(disk, "size=1g", REMOUNT | READ_ONLY)
    output = run(checkout, *targets, check=False)
    assert "results/own is not writable" in output
    assert "Traceback" not in output
    mount(disk, "size=1g", REMOUNT)
    run(checkout, *targets)
    assert not list(disk.rglob(".*.partial*"))


def test_a_corpus_that_goes_away_excludes_no_clip(sounds, tmp_path):
    """Such as a network mount that is lost between planning and the job."""
    folder = tmp_path / "sounds"
    shutil.copytree(sounds, folder)
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, folder)
    script = checkout / "workflow/scripts/log_mel.py"
    away = f"import os\nos.rename({str(folder)!r}, {str(tmp_path / 'away')!r})\n"
    code = script.read_text()
    script.write_text(away + code)
    targets = [f"results/own/log_mel/{shard:03d}.npy" for shard in range(2)]
    output = run(checkout, *targets, check=False)
    assert "has vanished since this run was planned" in output
    assert not list((checkout / "results/own/log_mel").glob("*"))
    # The corpus is still away when the next run is planned.
    output = run(checkout, *targets, check=False)
    assert f"config key corpus.table.folder: {folder} does not exist" in output
    shutil.copytree(tmp_path / "away/natural", folder / "natural")
    shutil.copy(tmp_path / "away/clips.csv", folder)
    output = run(checkout, *targets, check=False)
    assert "none of the 90 files listed in clips.csv exists; check that" in output
    shutil.rmtree(folder)
    (tmp_path / "away").rename(folder)
    script.write_text(code)
    run(checkout, *targets)


def test_two_runs_at_once_and_a_stale_lock_are_reported(sounds, tmp_path):
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, sounds)
    target, gate = "results/own/clips.parquet", tmp_path / "gate"
    # No script ends before the test says so.
    for rule in ["log_mel", "clips"]:
        hold(checkout / f"workflow/scripts/{rule}.py", gate)
    first = start(checkout, target)
    read_until("rule log_mel:", first)
    output = run(checkout, target, check=False)
    assert "Directory cannot be locked" in output and "--unlock" in output
    gate.unlink()
    rest = first.stdout.read()
    assert first.wait() == 0, rest
    # A kill leaves a lock without a run.
    (checkout / target).unlink()
    gate.touch()
    killed = start(checkout, target)
    read_until("rule clips:", killed)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.stdout.close()
    killed.wait()
    gate.unlink()
    assert "--unlock" in run(checkout, target, check=False)
    run(checkout, target, "--unlock")
    run(checkout, target)
    assert planned(checkout, target) == {}


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_nodes_with_other_clocks_rerun_nothing(sounds, tmp_path, skew):
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, sounds)
    store = checkout / "workflow/music_selectivity/store.py"
    code = store.read_text()
    moved = f"now = __import__('time').time() + {skew}"
    rename = "        os.replace(temporary, path)"
    assert code.count(rename) == 1
    skewed = f"        {moved}\n        os.utime(temporary, (now, now))\n{rename}"
    store.write_text(code.replace(rename, skewed))
    target = "results/own/clips.parquet"
    run(checkout, target)
    assert planned(checkout, target) == {}


def test_a_clip_with_a_time_in_the_future_is_reported(sounds, tmp_path):
    """Snakemake refuses it, since it could not know what to run again."""
    folder = tmp_path / "sounds"
    shutil.copytree(sounds, folder)
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, folder)
    clip = next((folder / "clips").glob("*.flac"))
    tomorrow = time.time() + 86_400
    os.utime(clip, (tomorrow, tomorrow))
    target = "results/own/clips.parquet"
    output = run(checkout, target, check=False)
    assert re.search(r"older modification time .* than input \S*" + clip.name, output)
    os.utime(clip)
    run(checkout, target)
    assert planned(checkout, target) == {}
