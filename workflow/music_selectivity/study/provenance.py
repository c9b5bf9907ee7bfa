"""Where results come from: a record of every job, and of a whole study.

Each job that succeeds leaves a record next to its log: which code, packages and machine
made its outputs. `study` gathers them, with checksums of every result.
"""

import contextlib
import datetime
import hashlib
import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

import pandas as pd

from music_selectivity.store import write_text

# These describe a run, not what it found, and change while the record is written.
NOT_RESULTS = ("logs", "benchmarks")

# Packages of another name than the module that they are imported by.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "yaml": "pyyaml"}


def record_path(log: str | os.PathLike) -> Path:
    """Path of the record of the job with this log."""
    return Path(log).with_suffix(".json")


def write_record(
    rule: str,
    wildcards: Mapping[str, str],
    outputs: Iterable[str],
    code: str,
    log: str | os.PathLike,
) -> None:
    """Write the record of the job that runs in this process.

    Parameters
    ----------
    outputs
        Paths, as Snakemake has them.
    code
        Digest of the code that the job runs.
    log
        The record is written next to it.
    """
    record = {
        "rule": rule,
        "wildcards": dict(wildcards),
        "code": code,
        "finished": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "outputs": list(outputs),
        **environment(),
    }
    write_text(record_path(log), json.dumps(record, indent=1))


def environment() -> dict:
    """Python, imported packages and machine of this process."""
    return {
        "python": platform.python_version(),
        "packages": dict(sorted(_imported_packages())),
        "host": socket.gethostname(),
        "machine": f"{platform.platform()}, {_processor()}, {os.cpu_count()} CPUs",
        "gpu": _gpu(),
    }


def study(
    folder: str | os.PathLike,
    config: Mapping,
    inputs: Iterable[str | os.PathLike],
    clips: pd.DataFrame,
    source: str | os.PathLike,
) -> dict:
    """What made every result of a study.

    Parameters
    ----------
    folder
        The study's results.
    config
        The resolved config.
    inputs
        Files and folders that came from outside, except the clips' audio.
    clips
        The clip table, whose column content is a digest of each waveform.
    source
        A folder of the checkout that holds the code, for its commit.

    Returns
    -------
    dict
        study, seeds, config and its sha256; commit, if the code is a git checkout;
        inputs, sha256 by path, and clips, one over all waveforms; jobs by name, each
        what `write_record` wrote but for its outputs; results by path below `folder`,
        each with sha256, bytes and the name of the job that made it, or None.
    """
    folder = Path(folder)
    records = _records(folder)
    maker = {
        str(file): name
        for name, record in records.items()
        for output in record.pop("outputs")
        for file in _files(Path(output))
    }
    results = {}
    for file in sorted(_files(folder)):
        below = file.relative_to(folder)
        if below.parts[0] not in NOT_RESULTS:
            results[below.as_posix()] = {
                "sha256": sha256(file),
                "bytes": file.stat().st_size,
                "job": maker.get(str(file)),
            }
    text = json.dumps(config, sort_keys=True)
    return {
        "study": config["study"],
        "seeds": config["seeds"],
        "commit": commit(source),
        "config": {"sha256": _text_digest(text), "values": config},
        "inputs": {
            str(file): sha256(file)
            for path in inputs
            for file in sorted(_files(Path(path)))
        },
        "clips": {"count": len(clips), "sha256": _clips_digest(clips)},
        "jobs": records,
        "results": results,
    }


def checksums(provenance: str | os.PathLike) -> str:
    """Checksums of the results, and of their provenance.json, one line per file.

    ``sha256sum --check`` reads them in the folder of the results.
    """
    text = Path(provenance).read_text(encoding="utf-8")
    sums = {name: of["sha256"] for name, of in json.loads(text)["results"].items()}
    sums[Path(provenance).name] = _text_digest(text)
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def sha256(path: str | os.PathLike) -> str:
    """Hexadecimal SHA-256 of a file, read piece by piece."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def commit(folder: str | os.PathLike) -> str | None:
    """Commit of the git checkout that holds `folder`, with "+" if files are changed."""
    git = ["git", "-C", os.fspath(folder)]
    try:
        head, changes = (
            subprocess.run([*git, *words], capture_output=True, text=True, check=True)
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "-uno"])
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("+" if changes.stdout.strip() else "")


def _records(folder: Path) -> dict[str, dict]:
    """Records of the study's jobs by name, such as train/without_music_seed1."""
    logs = folder / "logs"
    return {
        path.relative_to(logs).with_suffix("").as_posix(): json.loads(path.read_text())
        for path in sorted(logs.rglob("*.json"))
    }


def _files(path: Path) -> Iterable[Path]:
    """The file itself, or the files below a folder; hidden ones are of programs."""
    found = [path] if path.is_file() else path.rglob("*")
    return (file for file in found if file.is_file() and not file.name.startswith("."))


def _clips_digest(clips: pd.DataFrame) -> str:
    """Over all clips by id, so that equal digests mean equal sounds."""
    table = clips[["clip_id", "content"]].sort_values("clip_id")
    return _text_digest(table.to_csv(index=False, lineterminator="\n"))


def _text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _imported_packages() -> Iterable[tuple[str, str]]:
    tops = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
    for name in (DISTRIBUTIONS.get(top, top) for top in tops):
        with contextlib.suppress(metadata.PackageNotFoundError, ValueError):
            yield name, metadata.version(name)


def _processor() -> str:
    """Model of the CPU, if the system reports it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2] for line in lines if line.startswith("model name")]
    return models[0].strip() if models else platform.processor() or "unknown CPU"


def _gpu() -> str | None:
    """Name of the GPU, in a job that has used one."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return None
    return torch.cuda.get_device_name()
