"""What a study will take, from the jobs that Snakemake plans and what they cost.

Costs are those of ``resources``, most of which were measured on CPU cores.
"""

import dataclasses
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from music_selectivity.study.disk import DISK, Disk
from music_selectivity.study.resources import COSTS, ESTIMATED, OF_USERS_NETWORKS
from music_selectivity.study.scale import NetworkSize, Scale

FETCH = "fetch"


@dataclass(frozen=True)
class Job:
    """A planned job.

    Attributes
    ----------
    rule : str
        Its rule, one of ``resources.COSTS``.
    scale : Scale
        The size of the study and of the job.
    threads : int
        Cores that it occupies.
    gpus : int
        GPUs that it requests.
    inputs, outputs : tuple of str
        Files that it reads and writes.
    """

    rule: str
    scale: Scale
    threads: int = 1
    gpus: int = 0
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    def seconds(self, cores: float = math.inf) -> float:
        """Duration on a machine with `cores` cores."""
        threads = min(self.threads, cores)
        scale = dataclasses.replace(self.scale, threads=threads)
        return COSTS[self.rule].duration(scale)

    def core_seconds(self, cores: float = math.inf) -> float:
        """Duration times the cores that are occupied, of `cores` cores."""
        return min(self.threads, cores) * self.seconds(cores)

    @property
    def disk(self) -> Disk:
        """What jobs of its rule write."""
        return DISK.get(self.rule, Disk())


@dataclass(frozen=True)
class Demand:
    """What jobs take together.

    Attributes
    ----------
    jobs : int
        Number of jobs.
    core_hours, gpu_hours : float
        Duration times cores; duration of the jobs that request a GPU, times GPUs.
    peak_mb : float
        Expected memory of the largest job, MB.
    disk_mb : float
        Files that stay, MB.
    temporary_mb : float
        Files that the largest job removes when it ends, MB.
    passing_mb : float
        Files that are removed when no job needs them any more, MB.
    """

    jobs: int
    core_hours: float
    gpu_hours: float
    peak_mb: float
    disk_mb: float
    temporary_mb: float
    passing_mb: float


def demand(jobs: Sequence[Job]) -> Demand:
    """What `jobs`, at least one, take together."""
    return Demand(
        jobs=len(jobs),
        core_hours=math.fsum(job.core_seconds() for job in jobs) / 3600,
        gpu_hours=math.fsum(job.gpus * job.seconds() for job in jobs) / 3600,
        peak_mb=max(COSTS[job.rule].peak_mb(job.scale) for job in jobs),
        disk_mb=math.fsum(job.disk.stays_mb(job.scale) for job in jobs),
        temporary_mb=max(job.disk.temporary_mb(job.scale) for job in jobs),
        passing_mb=math.fsum(job.disk.passing_mb(job.scale) for job in jobs),
    )


def demand_by_rule(jobs: Sequence[Job]) -> dict[str, Demand]:
    """`demand` of each rule's jobs, in the order in which data flows."""
    of_rules = {rule: [job for job in jobs if job.rule == rule] for rule in COSTS}
    return {rule: demand(some) for rule, some in of_rules.items() if some}


def longest_chain(jobs: Sequence[Job], cores: float = math.inf) -> list[Job]:
    """The jobs of the longest chain in which each job reads what the last one wrote.

    Parameters
    ----------
    jobs
        At least one.
    cores
        Cores of the machine, which limit the threads of a job.
    """
    makers = {path: number for number, job in enumerate(jobs) for path in job.outputs}
    before = {
        number: {makers[path] for path in job.inputs if path in makers}
        for number, job in enumerate(jobs)
    }
    ends: dict[int, float] = {}
    last: dict[int, int | None] = {}
    for number in TopologicalSorter(before).static_order():
        last[number] = max(before[number], key=ends.__getitem__, default=None)
        begins = 0 if last[number] is None else ends[last[number]]
        ends[number] = begins + jobs[number].seconds(cores)
    chain = []
    number = max(ends, key=ends.__getitem__)
    while number is not None:
        chain.append(jobs[number])
        number = last[number]
    return chain[::-1]


def least_hours(jobs: Sequence[Job], cores: int) -> float:
    """Hours that every schedule of `jobs` on `cores` cores takes at least.

    The cores share the work of all jobs at best equally, and the jobs of a chain run
    one after the other.
    """
    work = math.fsum(job.core_seconds(cores) for job in jobs) / cores
    chain = math.fsum(job.seconds(cores) for job in longest_chain(jobs, cores))
    return max(work, chain) / 3600


UNCHECKED = (
    f"Each user's network that was not checked yet counts as {NetworkSize.seconds} s a "
    f"clip, {NetworkSize.mb:,} MB, and {NetworkSize.units:,} units in all layers."
)
COLUMNS = "rule", "jobs", "core-hours", "GPU-hours", "memory, MB", "disk, MB"
WIDTH = 80


def plan_text(
    study: str, jobs: Sequence[Job], clips_are_assumed: bool, cores: Sequence[int]
) -> str:
    """The plan as text: what the jobs take, what that means, and the elapsed time.

    Parameters
    ----------
    study
        Name of the study.
    jobs
        All its jobs.
    clips_are_assumed
        Whether the number of clips is unknown until they are read.
    cores
        Numbers of cores for which to state the least elapsed time.
    """
    by_rule, total = demand_by_rule(jobs), demand(jobs)
    scale = jobs[0].scale
    title = (
        f"Study {study}: {scale.clips:,} clips of {scale.seconds:g} s"
        f"{' (assumed)' if clips_are_assumed else ''}, {scale.sources} networks and "
        f"sets of linear features, {_played(scale)}{scale.stimuli} stimulus sets."
    )
    parts = [
        textwrap.fill(title, WIDTH),
        "\n".join(_table(by_rule, total)),
        *(textwrap.fill(note, WIDTH) for note in _notes(by_rule, total)),
        "\n".join(_elapsed(jobs, cores)),
    ]
    if any(map(_is_assumed, jobs)):
        parts.insert(1, textwrap.fill(UNCHECKED, WIDTH))
    if clips_are_assumed:
        parts.insert(1, "The number of clips is not known before they are read.")
    return "\n\n".join(parts)


def _played(scale: Scale) -> str:
    if not scale.played:
        return ""
    return f"{scale.played} users' networks and twins, "


def _is_assumed(job: Job) -> bool:
    """Whether a job is of a user's network that was not checked yet."""
    return job.rule in OF_USERS_NETWORKS and job.scale.network.is_assumed


def _table(by_rule: Mapping[str, Demand], total: Demand) -> list[str]:
    """Lines of the table; the first column to the left and all others to the right."""
    decimals = 2 if total.core_hours >= 10 else 3
    names = [f"{rule} *" if rule in ESTIMATED else rule for rule in by_rule]
    demands = [*by_rule.values(), total]
    rows = [COLUMNS] + [
        (
            name,
            f"{of_jobs.jobs:,}",
            f"{of_jobs.core_hours:,.{decimals}f}",
            f"{of_jobs.gpu_hours:,.{decimals}f}",
            f"{of_jobs.peak_mb:,.0f}",
            f"{of_jobs.disk_mb:,.0f}",
        )
        for name, of_jobs in zip([*names, "total"], demands, strict=True)
    ]
    first, *others = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        f"{name:{first}}"
        + "".join(f"{cell:>{2 + n}}" for cell, n in zip(cells, others, strict=True))
        for name, *cells in rows
    ]


def _notes(by_rule: Mapping[str, Demand], total: Demand) -> Iterator[str]:
    """What the columns mean."""
    yield (
        "Hours and memory follow from costs that were measured on CPU cores "
        "(docs/resources.md). Memory is the expected peak of the largest job, and jobs "
        "request more. Disk is what stays, without installed packages."
    )
    if ESTIMATED.intersection(by_rule):
        note = "* The costs of these rules are estimates."
        if FETCH in by_rule:
            hours = COSTS[FETCH].seconds / 3600
            note += (
                f" A download counts as {hours:g} h, in which it hardly uses its core."
            )
        yield note
    if total.gpu_hours:
        yield (
            "GPU-hours are estimates: durations, on CPU cores, of the jobs that "
            "request a GPU. No job was timed on a GPU, where it probably takes less."
        )
    if total.temporary_mb:
        yield (
            f"Each training needs up to {total.temporary_mb:,.0f} MB more disk until "
            "it ends."
        )
    if total.passing_mb:
        yield (
            f"Responses of twins need up to {total.passing_mb:,.0f} MB more disk until "
            "they are analysed."
        )


def _elapsed(jobs: Sequence[Job], cores: Sequence[int]) -> Iterator[str]:
    """Lines that state the least elapsed time, by the number of cores."""
    chain = longest_chain(jobs)
    least = {f"{some} cores": least_hours(jobs, some) for some in cores}
    least["any number of cores"] = math.fsum(job.seconds() for job in chain) / 3600
    yield "With these costs, the elapsed time is at least"
    for on, hours in least.items():
        shown = f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min"
        yield f"  {shown:>8} on {on}"
    names = ", ".join(job.rule for job in chain)
    yield textwrap.fill(f"The longest chain of jobs is {names}.", WIDTH)
