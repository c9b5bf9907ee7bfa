"""How a job reports a disk that is full, read-only or gone."""

import errno
import resource
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.log_mel_shards import open_shards
from music_selectivity.errors import InputError
from music_selectivity.networks.checkpoints import save_checkpoint, save_resume
from music_selectivity.store import write_table, write_text
from music_selectivity.study.jobs import job


def reported(error: Exception, tmp_path) -> str:
    """Log of a job in which `error` is raised."""
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit), job(SimpleNamespace(log=[str(log)])):
        raise error
    return log.read_text()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (InputError("clips.csv, row 3: no label"), "error: clips.csv, row 3: no label"),
        (OSError(errno.ENOSPC, "No space left on device", "x.npy"), "make room"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "make room"),
        (OSError(errno.EROFS, "Read-only file system", "x"), "you may write to"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "you may write to"),
        (OSError(errno.ESTALE, "Stale file handle", "x"), "mount it again"),
        (OSError(errno.EIO, "Input/output error"), "mount it again"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "mount it again"),
    ],
    ids=lambda value: getattr(value, "strerror", None) or "",
)
def test_what_a_user_can_mend_is_one_sentence(error, message, tmp_path):
    text = reported(error, tmp_path)
    assert message in text
    assert len(text.splitlines()) == 1
    if isinstance(error, OSError):
        assert error.strerror in text and "run the same command again" in text


def test_other_errors_leave_their_traceback(tmp_path):
    assert "Traceback" in reported(ZeroDivisionError("x"), tmp_path)
    assert "Traceback" in reported(FileNotFoundError(errno.ENOENT, "No"), tmp_path)


WRITERS = {
    "text": lambda path: write_text(path.with_suffix(".html"), 4_000_000 * "x"),
    "csv": lambda path: write_table(path.with_suffix(".csv"), LARGE),
    "parquet": lambda path: write_table(path.with_suffix(".parquet"), LARGE),
    "checkpoint": lambda path: save_checkpoint(path, {"w": WEIGHTS}, {}),
    "resume": lambda path: save_resume(path, "key", {"w": WEIGHTS}),
    "log-mels": lambda path: fill_shard(path),
}
LARGE = pd.DataFrame({"x": np.random.default_rng(0).random(500_000)})
WEIGHTS = torch.rand(1_000_000)
LIMIT = 2**20


def fill_shard(path) -> None:
    audio = AudioSettings(22_050, 10.0, 0.1, "zeros", False, -70)
    front_end = LogMelSettings(551, 275, 64, 0, 8000)
    with open_shards([path], 20, audio, front_end) as (shard,):
        for row in range(20):
            shard[row] = np.ones((64, 802), np.float32)


@pytest.fixture
def no_file_grows_beyond_the_limit():
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.usefixtures("no_file_grows_beyond_the_limit")
def test_a_file_that_does_not_fit_is_reported_and_removed(kind, tmp_path, capfd):
    """However the library that writes it reports the system's error."""
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit) as ended, job(SimpleNamespace(log=[str(log)])):
        WRITERS[kind](tmp_path / "out")
    assert ended.value.code == 1
    text = log.read_text()
    assert "File too large" in text and "make room" in text, text
    assert "Traceback" not in text + capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["job.log"]


def test_all_files_are_larger_than_the_limit(tmp_path):
    for kind, write in WRITERS.items():
        write(tmp_path / kind)
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == len(WRITERS) and min(sizes) > LIMIT
