"""What rules ask for: at every size, at each attempt, and as the docs state it."""

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from music_selectivity.study import resources
from music_selectivity.study.resources import (
    COSTS,
    MEMORY_MARGIN,
    TIME_MARGIN,
    Scale,
    memory_mb,
    runtime_minutes,
)

# The paper's study: 25 networks, principal components and Gabor filters.
PAPER = Scale(
    clips=35_000,
    seconds=10,
    shards=32,
    sources=27,
    stimuli=34,
    random_sets=10_000,
    epochs=100,
    snapshots=6,
    threads=4,
)


def test_every_rule_has_its_cost():
    texts = [path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk")]
    named = re.findall(r"^(?:rule|use rule \w+ as) (\w+)\b", "\n".join(texts), re.M)
    assert sorted(named) == sorted(COSTS)


@pytest.mark.parametrize("rule", COSTS)
def test_each_attempt_asks_for_twice_as_much(rule):
    for ask in (memory_mb, runtime_minutes):
        first = ask(rule, PAPER)
        assert [ask(rule, PAPER, attempt) for attempt in (1, 2, 3)] == [
            first,
            2 * first,
            4 * first,
        ]


@given(
    st.sampled_from(list(COSTS)),
    st.integers(1, 2_000_000),
    st.floats(1, 60),
    st.integers(1, 1000),
)
def test_requests_cover_the_cost_and_grow_with_the_study(rule, clips, seconds, shards):
    scale = dataclasses.replace(PAPER, clips=clips, seconds=seconds, shards=shards)
    cost = COSTS[rule]
    assert memory_mb(rule, scale) >= MEMORY_MARGIN * cost.peak_mb(scale)
    assert runtime_minutes(rule, scale) >= TIME_MARGIN * cost.duration(scale) / 60
    larger = dataclasses.replace(scale, clips=2 * clips)
    assert memory_mb(rule, larger) >= memory_mb(rule, scale)
    assert runtime_minutes(rule, larger) >= runtime_minutes(rule, scale)


# What the docs call the units of work, and those of memory.
UNITS = {
    resources.clips: "clip",
    resources.sound: "clip",
    resources.shard_sound: "clip of the shard",
    resources.epochs: "training clip and epoch",
    resources.stimuli: "clip of a set",
    resources.snapshots: "clip and snapshot",
    resources.random_sets: "eval clip and set",
    resources.sources: "clip and network",
}
MEMORY_UNITS = {resources.clips: "clips", resources.sources: "clips and network"}


def cells_of(rule):
    """The row of the docs' table, of a rule in the paper's study."""
    cost = COSTS[rule]
    memory, time = cost.mb_per_1000, cost.ms
    return [
        f"{cost.mb}",
        f"{cost.seconds:,}",
        f"{memory} per 1,000 {MEMORY_UNITS[cost.grows_with]}" if memory else "",
        f"{time} per {UNITS[cost.work]}" if time else "",
        f"{cost.peak_mb(PAPER):,.0f}",
        f"{cost.duration(PAPER) / 60:,.0f}",
        f"{memory_mb(rule, PAPER):,}",
        f"{runtime_minutes(rule, PAPER):,}",
    ]


def test_the_docs_state_the_costs_and_requests_of_the_papers_study():
    table = (ROOT / "docs/resources.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.M)
    stated = {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}
    assert set(stated) == set(COSTS)
    for name, cells in stated.items():
        assert cells == cells_of(name), name


def test_jobs_of_the_default_size_are_asked_for_as_the_config_says():
    few = dataclasses.replace(PAPER, epochs=16)
    assert runtime_minutes("train", few) < runtime_minutes("train", PAPER)
    untrained = dataclasses.replace(PAPER, epochs=0)
    assert runtime_minutes("train", untrained) <= runtime_minutes("train", few)
