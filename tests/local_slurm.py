"""Slurm with one node on this machine, and one made-up GPU, while a test runs.

This needs root and Debian's packages slurm-wlm and munge. The configuration must be in
/etc/slurm, because the job step in which Snakemake runs a job ignores SLURM_CONF. If
there is already a configuration that no test wrote, no Slurm is started and nothing is
changed.
"""

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil

from waiting import wait_until

CONFIG = Path("/etc/slurm/slurm.conf")
GENERIC = Path("/etc/slurm/gres.conf")
DAEMONS = ["munged", "slurmctld", "slurmd"]
COMMANDS = [*DAEMONS, "sbatch", "squeue", "scancel", "scontrol"]

# There are no cgroups, no accounting and no systemd. Slurm schedules every two seconds
# and remembers jobs that have ended. The node claims to have more than this machine, so
# that no job waits for it. A slow machine is no failure of a node.
MARK = "# Written by a test. If the test was killed, this file may be overwritten."
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
SlurmdTimeout=3600
BatchStartTimeout=3600
UnkillableStepTimeout=3600
ReturnToService=2
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
SlurmdParameters=config_overrides
NodeName={host} CPUs=8 RealMemory=1000000 Gres=gpu:1 State=UNKNOWN
PartitionName=batch Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
GRES_CONF = "AutoDetect=off\nName=gpu File=/dev/null\n"


def why_not() -> str:
    """The reason why Slurm cannot be started here; empty if it can."""
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    if missing:
        return f"{missing[0]} is not installed: apt-get install slurm-wlm munge"
    if os.geteuid() != 0:
        return "starting Slurm needs root"
    if CONFIG.exists() and not CONFIG.read_text().startswith(MARK):
        return f"{CONFIG} exists: this machine has a Slurm of its own"
    return ""


@contextlib.contextmanager
def running(folder: Path) -> Iterator[None]:
    """Run Slurm, idle at first, with its files in `folder`, which is left behind."""
    for name in ["state", "spool"]:
        (folder / name).mkdir(parents=True)
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    try:
        _write_configuration(folder)
        for daemon in DAEMONS:
            start(folder, daemon)
        wait_until(lambda: _is_idle(folder), "the node is idle")
        yield
    finally:
        for daemon in reversed(DAEMONS):
            stop(folder, daemon)
        CONFIG.unlink(missing_ok=True)
        GENERIC.unlink(missing_ok=True)


def start(folder: Path, daemon: str) -> None:
    """Start a daemon of this Slurm, for the first time or again."""
    log = folder / f"{daemon}.log"
    options = {
        "munged": [
            f"--key-file={folder}/munge.key",
            f"--socket={folder}/munge.socket",
            f"--log-file={log}",
            f"--pid-file={folder}/munge.pid",
            f"--seed-file={folder}/munge.seed",
            "--force",
        ],
        # The path of the log tells these daemons from those of another Slurm.
        "slurmctld": ["-f", str(CONFIG), "-L", str(log)],
        "slurmd": ["-f", str(CONFIG), "-L", str(log)],
    }
    subprocess.run([daemon, *options[daemon]], check=True, capture_output=True)


def stop(folder: Path, daemon: str) -> None:
    """Kill a daemon of this Slurm at once, as a crash would."""
    for process in _processes(folder, daemon):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until(lambda: not _processes(folder, daemon), f"{daemon} has ended")


def jobs() -> dict[str, dict[str, str]]:
    """Every job that Slurm remembers, by number: the fields that ``scontrol`` shows."""
    found = {}
    for line in _output("scontrol", "show", "job", "-o").splitlines():
        fields = dict(word.split("=", 1) for word in line.split() if "=" in word)
        if "JobId" in fields:
            found[fields["JobId"]] = fields
    return found


def _write_configuration(folder: Path) -> None:
    controller_port, node_port = _free_ports(2)
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


def _is_idle(folder: Path) -> bool:
    """Whether the node waits for jobs; an error with the logs if a daemon has ended."""
    if not all(_processes(folder, daemon) for daemon in DAEMONS):
        logs = [path.read_text() for path in sorted(folder.glob("*.log"))]
        raise RuntimeError("Slurm did not start:\n" + "\n".join(logs))
    return "idle" in _output("sinfo", "--noheader", "--format=%t")


def _processes(folder: Path, daemon: str) -> list[psutil.Process]:
    """Processes of a daemon of this Slurm; a zombie has no command line."""
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == daemon
        and str(folder) in " ".join(process.info["cmdline"] or [])
    ]


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True).stdout


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
