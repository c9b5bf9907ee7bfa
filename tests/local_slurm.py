"""A Slurm of one node on this machine, with one made-up GPU, while a test runs.

It needs root and Debian's slurm-wlm and munge. Its configuration has to stand in
/etc/slurm, for the step in which Snakemake runs a job forgets SLURM_CONF; where a
configuration of somebody else's stands there, nothing is touched and no Slurm started.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

CONFIG = Path("/etc/slurm/slurm.conf")
GENERIC = Path("/etc/slurm/gres.conf")
DAEMONS = ("munged", "slurmctld", "slurmd")
COMMANDS = (*DAEMONS, "sbatch", "squeue", "scancel", "scontrol")

# No cgroups, no accounting, no systemd; jobs are looked at every two seconds, and what
# has ended stays in the queue's memory. The node claims more than this machine has, so
# that no job waits for what a cluster would give it.
MARK = "# Of a test; what a killed one left may be overwritten."
SLURM_CONF = """{mark}
ClusterName=local
SlurmctldHost={host}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmctldPort={controller_port}
SlurmdPort={node_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
MinJobAge=3600
KillWait=2
InactiveLimit=0
ReturnToService=2
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
SlurmdParameters=config_overrides
NodeName={host} CPUs=8 RealMemory=1000000 Gres=gpu:1 State=UNKNOWN
PartitionName=batch Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
GRES_CONF = "AutoDetect=off\nName=gpu File=/dev/null\n"


def why_not() -> str:
    """Why Slurm cannot be started here; empty if it can."""
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    if missing:
        return f"no {missing[0]} here: apt-get install slurm-wlm munge"
    if os.geteuid() != 0:
        return "starting Slurm needs root"
    if CONFIG.exists() and not CONFIG.read_text().startswith(MARK):
        return f"{CONFIG} is there already: this machine has a Slurm of its own"
    return ""


@contextlib.contextmanager
def running(folder: Path) -> Iterator[None]:
    """Slurm, idle and ready; its files stand in `folder`, which the test removes."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    ports = [_free_port() for _ in range(2)]
    try:
        _write_configuration(folder, *ports)
        _start(folder)
        _wait_until_idle(folder)
        yield
    finally:
        for daemon in reversed(DAEMONS):
            stop(folder, daemon)
        CONFIG.unlink(missing_ok=True)
        GENERIC.unlink(missing_ok=True)


def stop(folder: Path, daemon: str) -> None:
    """Kill a daemon of this Slurm at once, as a crash would."""
    subprocess.run(["pkill", "-KILL", "-f", f"{daemon} .*{folder}"], check=False)


def start(folder: Path, daemon: str) -> None:
    """Start a daemon of this Slurm, for the first time or again."""
    files = {
        name: f"{folder}/munge.{name}" for name in ("socket", "log", "pid", "seed")
    }
    options = {
        "munged": [
            f"--key-file={folder}/munge.key",
            f"--socket={files['socket']}",
            f"--log-file={files['log']}",
            f"--pid-file={files['pid']}",
            f"--seed-file={files['seed']}",
            "--force",
        ],
        # The log's place says whose daemon it is, to `stop`.
        "slurmctld": ["-f", str(CONFIG), "-L", f"{folder}/slurmctld.log"],
        "slurmd": ["-f", str(CONFIG), "-L", f"{folder}/slurmd.log"],
    }
    subprocess.run([daemon, *options[daemon]], check=True, capture_output=True)


def jobs() -> dict[str, dict[str, str]]:
    """Every job that Slurm remembers, by number, as ``scontrol show job`` has it."""
    shown = _output("scontrol", "show", "job", "-o")
    found = {}
    for line in shown.splitlines():
        fields = dict(word.split("=", 1) for word in line.split() if "=" in word)
        if "JobId" in fields:
            found[fields["JobId"]] = fields
    return found


def _write_configuration(folder: Path, controller_port: int, node_port: int) -> None:
    CONFIG.parent.mkdir(exist_ok=True)
    CONFIG.write_text(
        SLURM_CONF.format(
            mark=MARK,
            host=socket.gethostname(),
            folder=folder,
            controller_port=controller_port,
            node_port=node_port,
        )
    )
    GENERIC.write_text(GRES_CONF)


def _start(folder: Path) -> None:
    for daemon in DAEMONS:
        start(folder, daemon)


def _wait_until_idle(folder: Path) -> None:
    for _ in range(100):
        if "idle" in _output("sinfo", "--noheader", "--format=%t"):
            return
        time.sleep(0.1)
    logs = [(folder / f"{name}.log").read_text() for name in ("slurmctld", "slurmd")]
    raise RuntimeError("Slurm did not start:\n" + "\n".join(logs))


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True).stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
