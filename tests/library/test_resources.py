"""What rules ask for and write: at every size, and as the docs state it."""

import dataclasses
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.corpus.archives import ARCHIVES
from music_selectivity.corpus.log_mel_shards import SHARD_DTYPE
from music_selectivity.networks.check import BYTES_PER_RESPONSE
from music_selectivity.networks.checking import check
from music_selectivity.networks.own_networks import describe
from music_selectivity.networks.registry import build
from music_selectivity.networks.training import TrainingSettings, train
from music_selectivity.store import ShardedArray
from music_selectivity.study import scale as sizes
from music_selectivity.study.config import resolve_config
from music_selectivity.study.disk import DISK
from music_selectivity.study.models import MINIMUM_INPUT
from music_selectivity.study.resources import (
    COSTS,
    ESTIMATED,
    MEMORY_MARGIN,
    NETWORK_TIME,
    TIME_MARGIN,
    memory_mb,
    runtime_minutes,
)
from music_selectivity.study.scale import (
    DOWNLOAD_MB,
    LAYERS_KB,
    RESPONSES_KB,
    NetworkSize,
    Scale,
)
from small_networks import METADATA

# The paper's study: 25 networks, principal components and Gabor filters. Six stimulus
# sets of lower power and 18 sets of quilts have music alone.
PAPER = Scale(
    clips=35_000,
    seconds=10,
    shards=32,
    sources=27,
    stimuli=34,
    random_sets=10_000,
    ablated_layers=4,
    epochs=100,
    snapshots=6,
    threads=4,
    equal_rms=35_000 * 0.84,
    quilts=17_500 * (7 * 0.84 + 18 * 0.24),
    heard=35_000 * (1 + 0.84 + 6 * 0.24) + 17_500 * (7 * 0.84 + 18 * 0.24),
)
CONFIG = resolve_config(
    {
        "study": "x",
        "corpus": {"type": "soundscapes"},
        "models": {"a": {"clips": "all"}},
    },
    ROOT / "workflow/schemas/config.schema.json",
)
# Most downloads are Parquet files of the mirror. One archive is unpacked.
OF_RULE = {"unpack": dataclasses.replace(PAPER, download="natural_sounds")}


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


def test_rules_that_run_networks_take_longer_with_slower_ones():
    assert NETWORK_TIME.keys() == MINIMUM_INPUT.keys()
    assert NETWORK_TIME["kim2024"] == 1
    slower = dataclasses.replace(PAPER, network_time=2)
    longer = {
        rule
        for rule, cost in COSTS.items()
        if cost.duration(slower) > cost.duration(PAPER)
    }
    assert longer == {
        "train",
        "activations",
        "layer_ablation",
        "training_course",
        "preferred_inputs",
    }
    cost = COSTS["train"]
    assert cost.duration(slower) - cost.seconds == pytest.approx(
        2 * (cost.duration(PAPER) - cost.seconds)
    )


def test_the_docs_state_the_time_of_each_architecture():
    stated = re.findall(
        r"(\d\.\d) times as long with `(\w+)`",
        " ".join((ROOT / "docs/resources.md").read_text().split()),
    )
    others = {name: time for name, time in NETWORK_TIME.items() if name != "kim2024"}
    assert {name: float(time) for time, name in stated} == others


# What the docs call the units of work, and those of memory.
UNITS = {
    sizes.clips: "clip",
    sizes.sound: "clip",
    sizes.shard_sound: "clip of the shard",
    sizes.epochs: "training clip and epoch",
    sizes.stimuli: "sound of a set",
    sizes.snapshots: "clip and snapshot",
    sizes.random_sets: "eval clip and set",
    sizes.ablated_layers: "eval clip and layer",
    sizes.sources: "clip and network",
    sizes.checked: "s of the network for 25 clips",
    sizes.played: "s of the network for all clips",
    sizes.responses: "million responses",
    sizes.frames: "10 s of a clip's length",
}
MEMORY_UNITS = {
    sizes.clips: "1,000 clips",
    sizes.sources: "1,000 clips and network",
    sizes.network_mb: "1,000 MB of the network",
    sizes.widest_responses: "1,000 million responses of a layer",
}


def cells_of(rule):
    """The row of the docs' table, of a rule in the paper's study."""
    cost = COSTS[rule]
    memory, time = cost.mb_per_1000, cost.ms
    return [
        f"{cost.mb}",
        f"{cost.seconds:,}",
        f"{memory:,} per {MEMORY_UNITS[cost.grows_with]}" if memory else "",
        f"{time:,} per {UNITS[cost.work]}" if time else "",
        f"{cost.peak_mb(PAPER):,.0f}",
        f"{cost.duration(PAPER) / 60:,.0f}",
        f"{memory_mb(rule, PAPER):,}",
        f"{runtime_minutes(rule, PAPER):,}",
    ]


def rows_stated(header):
    """Cells by rule of the docs' table with this header."""
    page = (ROOT / "docs/resources.md").read_text()
    table = page.split(header)[1].split("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.M)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def test_the_docs_state_the_costs_and_requests_of_the_papers_study():
    stated = rows_stated("| rule | small: MB | s |")
    assert set(stated) == set(COSTS)
    for name, cells in stated.items():
        assert cells == cells_of(name), name


# What the docs call the units that are written.
DISK_UNITS = {
    sizes.clips: "clip",
    sizes.shard_sound: "clip of the shard",
    sizes.shard_equal_rms: "sound at one RMS amplitude, of the shard",
    sizes.shard_quilts: "quilt or unquilted clip, of the shard",
    sizes.heard: "sound of a set",
    sizes.frames: "10 s of a clip's length",
    sizes.weights: "checkpoint or snapshot",
    sizes.measured: "stimulus set and network",
    sizes.snapshots: "clip and snapshot",
    sizes.responses: "million responses",
}


def disk_cells_of(rule):
    """The row of the docs' table of files, of a rule in the paper's study."""
    disk = DISK[rule]
    units = disk.passing if disk.passing is not sizes.once else disk.units
    growth = f"{disk.kb:,} per {DISK_UNITS[units]}" if units in DISK_UNITS else ""
    if disk.units is sizes.downloaded:
        growth = "the size of the file"
    if disk.units is sizes.recorded:
        growth = f"{RESPONSES_KB} per sound of a set, {LAYERS_KB} per clip"
    stays = disk.stays_mb(OF_RULE.get(rule, PAPER))
    return [f"{disk.mb:,}" if disk.mb else "", growth, f"{stays:,.0f}"]


def test_the_docs_state_what_jobs_write_in_the_papers_study():
    stated = rows_stated("| rule | small: MB | growth: KB |")
    assert list(stated) == list(DISK)
    assert set(DISK) <= set(COSTS)
    for name, cells in stated.items():
        assert cells == disk_cells_of(name), name
    page = (ROOT / "docs/resources.md").read_text()
    assert f"{DISK['train'].temporary_mb(PAPER):,.0f} MB" in page


def test_the_docs_name_the_estimated_costs():
    text = (ROOT / "docs/resources.md").read_text()
    (note,) = re.findall(
        r"^- \*\*Estimated, not measured\*\*.*?(?=^-|\Z)", text, re.M | re.S
    )
    assert {f"`{rule}`" for rule in ESTIMATED} <= set(re.findall(r"`\w+`", note))
    assert not ESTIMATED - set(COSTS)


def test_sizes_of_arrays_follow_from_their_shapes():
    """At the paper's settings: log-mels, components, weights and responses."""
    audio, settings = CONFIG["audio"], LogMelSettings(**CONFIG["log_mel"])
    n_frames = settings.n_frames(audio["clip_seconds"] * audio["sample_rate"])
    log_mel_kb = settings.n_mels * n_frames * np.dtype(SHARD_DTYPE).itemsize / 1000
    for rule in ("log_mel", "equal_rms", "quilts"):
        assert DISK[rule].kb == pytest.approx(log_mel_kb, rel=0.01)
    waveform_kb = 4 * audio["clip_seconds"] * audio["sample_rate"] / 1000
    assert DISK["waveforms"].kb == pytest.approx(waveform_kb, rel=0.01)
    for rule in ("layer_responses", "twin_responses"):
        assert DISK[rule].kb == pytest.approx(1000 * BYTES_PER_RESPONSE)
    components = CONFIG["linear_features"]["pca"]["components"]
    assert DISK["fit_pca"].stays_mb(PAPER) == pytest.approx(
        components * log_mel_kb / 1000, rel=0.02
    )
    network = build("kim2024", 527, seed=1)
    assert DISK["train"].kb == pytest.approx(bytes_of(network) / 1000, rel=0.01)
    assert pytest.approx(4 * network.n_units / 1000, rel=0.05) == RESPONSES_KB
    described = describe(build("kim2024", len(METADATA["classes"]), seed=1), METADATA)
    n_units = check(described, 2.0, torch.device("cpu")).n_units
    assert pytest.approx(BYTES_PER_RESPONSE * n_units / 1000, rel=0.02) == LAYERS_KB
    # Quilts of both groups and their originals, and music in the 18 other sets.
    clips = PAPER.clips / 2 * (7 * 0.84 + 18 * 0.24)
    assert PAPER.shards * DISK["quilts"].stays_mb(PAPER) == pytest.approx(
        clips * log_mel_kb / 1000, rel=0.01
    )


def bytes_of(network) -> int:
    return sum(x.numel() * x.element_size() for x in network.state_dict().values())


def test_a_resume_file_takes_the_temporary_space_twice(tmp_path):
    """Twice, because a new file is written before it replaces the old one."""
    settings = TrainingSettings(**CONFIG["training"], epochs=2, snapshots=(0, 2))
    rng = np.random.default_rng(0)
    np.save(tmp_path / "0.npy", rng.normal(-30, 15, (80, 64, 125)).astype(np.float32))
    rows = np.arange(80)
    log_mels = ShardedArray([tmp_path / "0.npy"], np.zeros_like(rows), rows)
    labels = (rng.random((80, 8)) < 0.5).astype(np.uint8)
    network, file = build("kim2024", 8, seed=1), tmp_path / "resume.pt"
    train(network, log_mels, labels, settings, 1, torch.device("cpu"), "x", file)
    scale = dataclasses.replace(PAPER, epochs=2, snapshots=2)
    sets_of_weights = file.stat().st_size / bytes_of(network)
    assert sizes.resumed(scale) == pytest.approx(2 * sets_of_weights, rel=0.02)
    assert sizes.resumed(dataclasses.replace(scale, epochs=0)) == 0


def test_downloads_and_what_is_unpacked_have_sizes():
    assert set(DOWNLOAD_MB) == set(CONFIG["downloads"]) | set(ARCHIVES)
    mirror = CONFIG["corpus"]["audioset"]["mirror"]
    files = mirror["train_files"] + mirror["eval_files"]
    gigabytes = files * DISK["fetch"].stays_mb(PAPER) / 1000
    assert f"{gigabytes:.0f} GB of clips" in (ROOT / "docs/audioset.md").read_text()


def test_a_checked_network_costs_what_its_check_measured():
    size = NetworkSize(0.5, 4000, 9216, 768, is_assumed=False)
    scale = dataclasses.replace(PAPER, network=size)
    cost = COSTS["layer_responses"]
    assert cost.peak_mb(scale) == cost.mb + 4000
    hours = 35_000 * (0.5 + 0.004) / 3600
    assert cost.duration(scale) / 3600 == pytest.approx(hours, rel=0.01)
    kept, removed = (DISK[rule] for rule in ("layer_responses", "twin_responses"))
    assert kept.stays_mb(scale) == pytest.approx(35_000 * 9216 * 5.6 / 1e6)
    assert kept.passing_mb(scale) == removed.stays_mb(scale) == 0
    assert removed.passing_mb(scale) == kept.stays_mb(scale)
    # The widest layer alone is in memory.
    wider = dataclasses.replace(size, units=10 * size.units)
    assert COSTS["layers"].peak_mb(scale) == COSTS["layers"].peak_mb(
        dataclasses.replace(scale, network=wider)
    )


def test_work_on_a_split_follows_its_share_of_the_clips():
    mostly_train = dataclasses.replace(PAPER, train_share=0.75)
    assert sizes.epochs(mostly_train) == 1.5 * sizes.epochs(PAPER)
    for work in (sizes.random_sets, sizes.ablated_layers):
        assert work(mostly_train) == work(PAPER) / 2


def test_jobs_of_the_default_size_are_asked_for_as_the_config_says():
    few = dataclasses.replace(PAPER, epochs=16)
    assert runtime_minutes("train", few) < runtime_minutes("train", PAPER)
    limited = dataclasses.replace(PAPER, max_clips=64)
    cost = COSTS["train"]
    learned = 64 * 100 * cost.ms / 1000 / PAPER.threads
    assert cost.duration(limited) == pytest.approx(cost.seconds + learned)
    untrained = dataclasses.replace(PAPER, epochs=0)
    assert runtime_minutes("train", untrained) <= runtime_minutes("train", few)
