"""Plans: sums by hand, the longest chain by brute force, bounds of real schedules."""

import dataclasses
import heapq
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.study import plan
from music_selectivity.study.disk import Disk
from music_selectivity.study.plan import (
    Job,
    demand,
    demand_by_rule,
    least_hours,
    longest_chain,
    plan_text,
)
from music_selectivity.study.resources import COSTS, Cost
from music_selectivity.study.scale import NetworkSize, Scale, clips, sound

SCALE = Scale(clips=2_000, seconds=10, shards=2, sources=3, stimuli=4)


@pytest.fixture
def simple_costs(monkeypatch):
    """Two rules whose costs are round numbers."""
    costs = {
        "once": Cost(mb=100, seconds=1800),
        "grows": Cost(
            mb=200,
            seconds=0,
            ms=3600,
            work=clips,
            mb_per_1000=50,
            parallel=True,
        ),
    }
    disk = {"grows": Disk(mb=1, kb=2, units=clips, temporary=sound)}
    monkeypatch.setattr(plan, "COSTS", costs)
    monkeypatch.setattr(plan, "DISK", disk)


def test_demands_are_sums_and_largest_jobs(simple_costs):
    larger = dataclasses.replace(SCALE, clips=4_000)
    once = [Job("once", SCALE, threads=2)] * 3
    grows = [Job("grows", SCALE, threads=4, gpus=1), Job("grows", larger, threads=4)]
    # Each clip takes 3.6 s of one core.
    of_grows = demand(grows)
    assert of_grows.core_hours == pytest.approx(2 + 4)
    assert of_grows.gpu_hours == pytest.approx(2 / 4)
    assert of_grows.peak_mb == pytest.approx(200 + 4 * 50)
    assert of_grows.disk_mb == pytest.approx(2 * 1 + 4 + 8)
    assert of_grows.temporary_mb == pytest.approx(8)
    # One core of two is idle in each job of half an hour.
    assert demand(once) == plan.Demand(3, 3, 0, 100, 0, 0, 0)
    assert demand_by_rule(grows + once) == {"once": demand(once), "grows": of_grows}
    total = demand(once + grows)
    assert (total.jobs, total.peak_mb) == (5, 400)
    assert total.core_hours == pytest.approx(9)


def test_few_cores_limit_the_threads_of_a_job(simple_costs):
    job = Job("grows", SCALE, threads=4)
    assert [job.seconds(cores) / 3600 for cores in (1, 2, 4, 8)] == [2, 1, 0.5, 0.5]
    assert {job.core_seconds(cores) for cores in (1, 2, 4, 8)} == {7200}
    assert least_hours([job, job], cores=1) == pytest.approx(4)
    assert least_hours([job, job], cores=4) == pytest.approx(1)
    assert least_hours([job, job], cores=100) == pytest.approx(0.5)


@st.composite
def jobs_in_order(draw) -> list[Job]:
    """Up to eight jobs of real rules, each reading files of some of those before it."""
    jobs: list[Job] = []
    for number in range(draw(st.integers(1, 8))):
        read = draw(st.sets(st.sampled_from(range(number)))) if number else set()
        jobs.append(
            Job(
                draw(st.sampled_from(sorted(COSTS))),
                dataclasses.replace(SCALE, clips=draw(st.integers(1, 100_000))),
                threads=draw(st.integers(1, 4)),
                inputs=("given", *(f"file{maker}" for maker in sorted(read))),
                outputs=(f"file{number}", f"log{number}"),
            )
        )
    return jobs


def chains(jobs: list[Job], end: Job) -> list[list[Job]]:
    """All chains of jobs that end with a job."""
    found = [[end]]
    for job in jobs:
        if set(job.outputs) & set(end.inputs):
            found += [[*chain, end] for chain in chains(jobs, job)]
    return found


def duration(jobs: list[Job], cores: float) -> float:
    return sum(job.seconds(cores) for job in jobs)


@given(jobs_in_order(), st.integers(1, 6), st.randoms())
def test_no_chain_is_longer(jobs, cores, random):
    random.shuffle(jobs)
    chain = longest_chain(jobs, cores)
    every = [each for job in jobs for each in chains(jobs, job)]
    assert chain in every
    assert duration(chain, cores) == pytest.approx(
        max(duration(each, cores) for each in every)
    )


def schedule_hours(jobs: list[Job], cores: int) -> float:
    """Hours that jobs take if each starts as soon as its inputs and cores allow."""
    waiting, done, running = list(jobs), {"given"}, []
    now, free = 0.0, cores
    while waiting or running:
        for job in list(waiting):
            threads = min(job.threads, cores)
            if set(job.inputs) <= done and threads <= free:
                waiting.remove(job)
                free -= threads
                end = now + job.seconds(cores)
                heapq.heappush(running, (end, jobs.index(job), threads))
        now, number, threads = heapq.heappop(running)
        done.update(jobs[number].outputs)
        free += threads
    return now / 3600


@given(jobs_in_order(), st.integers(1, 6))
def test_no_schedule_is_faster_than_the_bound(jobs, cores):
    bound = least_hours(jobs, cores)
    assert schedule_hours(jobs, cores) >= bound * (1 - 1e-9)
    assert least_hours(jobs, cores + 1) <= bound * (1 + 1e-9)


def test_one_chain_takes_exactly_the_bound():
    jobs = [
        Job(rule, SCALE, inputs=(f"file{number}",), outputs=(f"file{number + 1}",))
        for number, rule in enumerate(["log_mel", "train", "activations", "claims"])
    ]
    jobs[0] = dataclasses.replace(jobs[0], inputs=("given",))
    assert longest_chain(jobs) == jobs
    assert least_hours(jobs, 2) == pytest.approx(schedule_hours(jobs, 2))


def rows(text: str) -> dict[str, list[float]]:
    """Numbers of the table by rule."""
    found = re.findall(r"^(\w+)(?: \*)? +([\d., ]+)$", text, re.M)
    return {
        rule: [float(cell.replace(",", "")) for cell in cells.split()]
        for rule, cells in found
    }


def test_the_text_has_each_rule_and_what_is_uncertain():
    jobs = [Job("train", SCALE, gpus=1)] * 500 + [Job("fetch", SCALE)] * 50
    text = plan_text("mine", jobs, True, [2, 16])
    table = rows(text)
    assert list(table) == ["fetch", "train", "total"]
    assert [row[0] for row in table.values()] == [50, 500, 550]
    total = demand(jobs)
    assert table["total"][1:3] == pytest.approx(
        [total.core_hours, total.gpu_hours], abs=0.01
    )
    for said in [
        "Study mine: 2,000 clips of 10 s (assumed)",
        "fetch *",
        "estimates. A download counts as 1 h",
        "GPU-hours are estimates",
        "number of clips is not known",
        f"{least_hours(jobs, 16):.1f} h on 16 cores",
    ]:
        assert said in " ".join(text.split()), said
    assert max(map(len, text.splitlines())) <= plan.WIDTH


def test_the_text_has_no_notes_that_do_not_apply():
    text = plan_text("mine", [Job("log_mel", SCALE)], False, [2])
    assert list(rows(text)) == ["log_mel", "total"]
    for said in ["assumed", "not known", "GPU-hours are", "*", "training", "download"]:
        assert said not in text, said
    assert "user" not in text
    assert "twin" not in text


def test_the_text_says_what_is_assumed_of_users_networks():
    scale = dataclasses.replace(SCALE, played=41)
    assumed = "Each user's network that was not checked yet counts as 0.1 s a clip"
    jobs = [Job("layer_responses", scale), *[Job("twin_responses", scale)] * 40]
    text = " ".join(plan_text("mine", jobs, False, [2]).split())
    assert "linear features, 41 users' networks and twins, 4 stimulus sets" in text
    assert assumed in text
    # 2,000 clips, 10,000 units, 5.6 bytes, 40 twins.
    assert "Responses of twins need up to 4,480 MB more disk until" in text
    checked = dataclasses.replace(scale, network=NetworkSize(is_assumed=False))
    assert assumed not in plan_text("mine", [Job("layers", checked)], False, [2])
    # The networks that a study trains have no such check.
    assert assumed not in plan_text("mine", [Job("train", scale)], False, [2])
