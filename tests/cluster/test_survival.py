"""Faults at random moments, disks full and gone, two runs at once, other clocks."""

import contextlib
import ctypes
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from music_selectivity.corpus import soundscapes
from small_studies import (
    checkout_into,
    configure,
    planned,
    results_of,
    run,
    snakemake_command,
)

SEED = 20240101
FAULTS = 50
# Scripts that last, which a fault surely meets; others may end before theirs.
LONG = {"log_mel", "train", "quilts", "activations", "linear_features"}


def start(checkout: Path, *arguments) -> subprocess.Popen:
    """A run of Snakemake, with its jobs in a session of their own."""
    return subprocess.Popen(
        snakemake_command(*arguments),
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def jobs_of(process: subprocess.Popen) -> dict[str, psutil.Process]:
    """Scripts that run now, by rule."""
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
    """With its jobs or leaving them behind."""
    if dice.random() < 0.5:
        os.killpg(workflow.pid, signal.SIGKILL)
    else:
        workflow.kill()


def disturb(
    checkout: Path, dice: random.Random, faults: Counter, rate: float, *arguments
) -> bool:
    """Run Snakemake and do it harm, until it is killed; whether it came to its end.

    Each time a job starts or tells of its progress, a SIGKILL may follow, up to `rate`
    for each job that has been finished, so that all stages have their share; and surely
    where a rule runs that has met none. A fault counts as (what was killed, its rule).
    """
    process = start(checkout, "--retries", "20", *arguments)
    for line in process.stdout:
        moment = re.match(r"(?:local)?rule (\w+):|.*, epoch ([2-9])/", line)
        if not moment:
            continue
        time.sleep(dice.uniform(0, 1) if moment[1] else 0)
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


def run_disturbed(checkout: Path, rate: float, *arguments) -> Counter:
    """Run Snakemake to its end, with `rate` faults a job."""
    dice, faults = random.Random(SEED), Counter()
    while not disturb(checkout, dice, faults, rate, *arguments):
        # What unlocking does, in a tenth of the time.
        shutil.rmtree(checkout / ".snakemake/locks", ignore_errors=True)
        assert faults.total() < 10 * FAULTS
    return faults


def test_after_fifty_faults_the_study_ends_in_the_same_bytes(
    finished, sounds, tmp_path
):
    checkout = checkout_into(tmp_path)
    configure(checkout, sounds)
    n_jobs = sum(planned(checkout).values())
    # More than that: some are given up where the last jobs end before theirs.
    faults = run_disturbed(checkout, 1.4 * FAULTS / n_jobs)
    assert planned(checkout) == {}
    undisturbed, disturbed = results_of(finished), results_of(checkout)
    assert set(disturbed) == set(undisturbed)
    differing = [name for name in undisturbed if undisturbed[name] != disturbed[name]]
    assert not differing
    assert not list(checkout.rglob(".*.partial*"))
    told = "\n".join(f"{count} {what}" for what, count in faults.most_common())
    assert faults.total() >= FAULTS, told
    assert {what for what, _ in faults} == {"kill_a_job", "kill_the_workflow"}, told
    rules = {rule for _, rule in faults}
    assert rules >= LONG and len(rules) > 15, told


def test_killed_in_synthesis_the_corpus_is_the_same(tmp_path):
    checkout = checkout_into(tmp_path / "checkout")
    arguments = ["--configfile", "studies/tiny.yaml"]
    targets = ["--until", "soundscape_tables", "soundscape_audio"]
    faults = run_disturbed(checkout, 1, *arguments, *targets)
    assert "soundscape_audio" in {rule for _, rule in faults}
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


LIBC = ctypes.CDLL(None, use_errno=True)
READ_ONLY, REMOUNT = 1, 32


def mount(folder: Path, options: str, flags: int = 0) -> bool:
    """Mount memory as a disk of its own, or mount it anew; whether that went well."""
    words = (b"tmpfs", os.fsencode(folder), b"tmpfs", flags, options.encode())
    return LIBC.mount(*words) == 0


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """The results folder of a checkout, on a disk of 2 MB."""
    folder = tmp_path / "checkout/results"
    folder.mkdir(parents=True)
    if not mount(folder, "size=2m"):
        pytest.skip("this user may not mount a disk")
    yield folder
    LIBC.umount2(os.fsencode(folder), 2)


def test_full_and_read_only_disks_are_told_and_the_run_goes_on(disk, sounds):
    checkout = checkout_into(disk.parent)
    configure(checkout, sounds)
    targets = ["results/own/networks/untrained/seed1/checkpoint.safetensors"]
    output = run(checkout, *targets, check=False)
    assert "No space left on device; the disk is full" in output
    assert "Traceback" not in output
    assert not list(disk.rglob("checkpoint.safetensors"))
    mount(disk, "size=1g", REMOUNT | READ_ONLY)
    output = run(checkout, *targets, check=False)
    assert "results/own may not be written" in output
    assert "Traceback" not in output
    mount(disk, "size=1g", REMOUNT)
    run(checkout, *targets)
    assert not list(disk.rglob(".*.partial*"))


def test_a_corpus_that_goes_away_sets_no_clip_aside(sounds, tmp_path):
    """As a network mount that is lost between planning and the job."""
    folder = tmp_path / "sounds"
    shutil.copytree(sounds, folder)
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, folder)
    script = checkout / "workflow/scripts/log_mel.py"
    away = f"import os\nos.rename({str(folder)!r}, {str(tmp_path / 'away')!r})\n"
    code = script.read_text()
    script.write_text(away + code)
    targets = [f"results/own/logmel/{shard:03d}.npy" for shard in range(2)]
    output = run(checkout, *targets, check=False)
    assert "was there when this run was planned and is gone" in output
    assert not list((checkout / "results/own/logmel").glob("*"))
    # And before the next is planned.
    output = run(checkout, *targets, check=False)
    assert f"config key corpus.table.folder: {folder} does not exist" in output
    shutil.copytree(tmp_path / "away/natural", folder / "natural")
    shutil.copy(tmp_path / "away/clips.csv", folder)
    output = run(checkout, *targets, check=False)
    assert "none of the 90 files that clips.csv lists is there; see that" in output
    shutil.rmtree(folder)
    (tmp_path / "away").rename(folder)
    script.write_text(code)
    run(checkout, *targets)


def test_two_runs_at_once_and_a_stale_lock_are_told(sounds, tmp_path):
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, sounds)
    target = "results/own/clips.parquet"
    first = start(checkout, target)
    for line in first.stdout:
        if "rule log_mel:" in line:
            break
    # So that it does not end before the second has begun.
    os.kill(first.pid, signal.SIGSTOP)
    output = run(checkout, target, check=False)
    os.kill(first.pid, signal.SIGCONT)
    assert "Directory cannot be locked" in output and "--unlock" in output
    rest = first.stdout.read()
    assert first.wait() == 0, rest
    # A lock without a run, as a kill leaves it.
    (checkout / target).unlink()
    killed = start(checkout, target)
    for line in killed.stdout:
        if "rule clips:" in line:
            break
    os.killpg(killed.pid, signal.SIGKILL)
    killed.stdout.close()
    killed.wait()
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


def test_a_clip_with_a_time_to_come_is_told(sounds, tmp_path):
    """By Snakemake, which could not know what to run again."""
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
