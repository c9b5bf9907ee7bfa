"""Waiting for an event instead of a number of seconds, and jobs that wait for a test.

No machine is too slow for these: the hour only ends a test in which nothing happens.
"""

import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

GIVE_UP_SECONDS = 3600


def wait_until(
    happened: Callable[[], bool], event: str, process: Popen | None = None
) -> None:
    """Return once `happened()` is true.

    Raises
    ------
    AssertionError
        An hour has passed, or `process`, which was to bring the event about, has ended.
    """
    give_up = time.monotonic() + GIVE_UP_SECONDS
    while not happened():
        ended = process is not None and process.poll() is not None
        assert not ended, f"the process ended before this event: {event}"
        assert time.monotonic() < give_up, f"this did not happen in an hour: {event}"
        time.sleep(0.1)


def hold(script: Path, gate: Path) -> None:
    """Make a script of a checkout wait, before its first line, while `gate` exists."""
    gate.touch()
    script.write_text(
        "import os, time\n"
        f"while os.path.exists({str(gate)!r}):\n"
        "    time.sleep(0.1)\n" + script.read_text()
    )


# Logging the line of epoch 3 waits while the file `gate3` exists.
EPOCH_GATES = """
import logging, os, re, time

make_record = logging.getLogRecordFactory()

def wait_at_gate(*args, **kwargs):
    record = make_record(*args, **kwargs)
    epoch = re.search(r"epoch (\\d+)/", record.getMessage())
    while epoch and os.path.exists("gate" + epoch[1]):
        time.sleep(0.1)
    return record

logging.setLogRecordFactory(wait_at_gate)
"""


def hold_training(checkout: Path, *epochs: int) -> list[Path]:
    """Make training in a checkout wait at the end of each of these epochs.

    Returns the files to remove, one for each epoch, for training to continue. By then
    the resume file holds that epoch, and the log the epoch before it.
    """
    script = checkout / "workflow/scripts/train.py"
    script.write_text(EPOCH_GATES + script.read_text())
    gates = [checkout / f"gate{epoch}" for epoch in epochs]
    for gate in gates:
        gate.touch()
    return gates
