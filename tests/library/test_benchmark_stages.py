"""The benchmark of stages: both ways agree, and the tables say what was measured."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import stages
from comparison import pairs
from comparison.inputs import AUDIO, Inputs
from comparison.pairs import STAGES, Pair, Stage, Way
from pages import begin

# Of these, t-SNE takes 128, for fewer of which its results vary by more.
CLIPS = 8


@pytest.fixture(autouse=True)
def threads():
    """Those of torch, which the benchmark sets."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def inputs(stage, tmp_path):
    return Inputs(max(2, round(CLIPS * stage.share)), tmp_path)


@pytest.mark.parametrize(
    "stage", [x for x in STAGES if x.compared], ids=lambda stage: stage.name
)
def test_both_ways_agree(stage, tmp_path):
    torch.set_num_threads(stage.threads)
    pair = stage.prepare(inputs(stage, tmp_path))
    assert 0 <= stages.difference_of(stage, pair) <= stage.tolerance


def test_quilts_of_both_ways_are_clips_with_the_same_silence(tmp_path):
    pair = pairs.quilts_by_overath(Inputs(1, tmp_path))
    theirs = [quilted for _, _, quilted in pair.notebook.work()]
    (ours,) = pair.ours.work()
    assert len(theirs) == len(ours) == 6
    for quilted in [*theirs, *ours]:
        assert quilted.shape == (AUDIO.n_samples,)
        assert np.flatnonzero(quilted)[-1] < 8 * AUDIO.sample_rate
        assert (quilted[: 7 * AUDIO.sample_rate] != 0).mean() > 0.99


def test_operations_are_those_of_the_layers(tmp_path):
    """Of the shapes that the paper's layers have for clips of ten seconds."""
    given = Inputs(2, tmp_path)
    shapes = [(1, 32, 30 * 200), (32, 64, 11 * 96), (64, 128, 6 * 91), (128, 256, 86)]
    layers = [2 * 25 * n_in * n_out * places for n_in, n_out, places in shapes]
    layers += [2 * 256 * 256, 2 * 256 * 527]
    assert pairs.evaluation(given).flops == sum(layers)
    # Forwards, and backwards to weights and inputs, but for the input of the network.
    assert pairs.training_step(given).flops == 3 * sum(layers) - layers[0]
    # 18 factors over frames, 8 over mels, each with 3 parts of 2 x 32 x 32.
    products = 2 * 18 * 8 * 3 * 2 * 32 * 32 * 802
    assert pairs.gabor(given).flops == products + 2 * 64 * 64 * 802


def stage(prepare=None, **changes):
    defaults = {"name": "a", "share": 1, "compared": "numbers", "tolerance": 1}
    defaults |= {"by_design": ""}
    return Stage(prepare=prepare, **(defaults | changes))


@pytest.mark.parametrize("difference", [1.5, np.nan])
def test_results_that_differ_are_refused(difference):
    pair = Pair(Way(lambda: difference, 1), Way(lambda: 0, 1), lambda x, y: x - y)
    with pytest.raises(ValueError, match=r"^a: the results differ by .*\(numbers\)"):
        stages.difference_of(stage(), pair)


@pytest.fixture
def clock(monkeypatch):
    """A clock that works advance, of one thread or of several."""
    clock = SimpleNamespace(now=0.0)
    fake = SimpleNamespace(process_time=lambda: clock.now, perf_counter=lambda: -1.0)
    monkeypatch.setattr(stages, "time", fake)
    return clock


def test_ways_take_turns_and_the_least_time_counts(clock):
    log, slow = [], iter([9, 3, 2, 4])

    def theirs():
        log.append("theirs")
        clock.now += next(slow)

    def ours():
        log.append("ours")
        clock.now += 1

    works = {"theirs": theirs, "ours": ours}
    assert stages.least_seconds(works, 3, threads=1) == {"theirs": 2, "ours": 1}
    assert log == ["theirs", "ours"] * 4
    slow = iter([1, 1])
    assert stages.least_seconds(works, 1, threads=2) == {"theirs": 0, "ours": 0}


def test_tables_say_what_was_measured(clock, monkeypatch):
    def prepare(given):
        def work(seconds):
            clock.now += seconds
            return given.n_clips

        # The time for a clip grows with their number.
        return Pair(
            Way(lambda: work(0.3 * given.n_clips), given.n_clips),
            Way(lambda: work(0.01 * given.n_clips**2), 2 * given.n_clips),
            lambda x, y: x - y,
        )

    (row,) = [stages.measure(stage(prepare, share=0.5), clips=4, repetitions=1)]
    assert row.clips == 2 and row.difference == 0 and row.share is None
    assert row.notebook == pytest.approx(0.3) and row.ours == pytest.approx(0.01)
    (cells,) = stages.times_table([row]).splitlines()[2:]
    assert cells == "| a | 2 | 300 | 10 | 30 |  | 2.00 | 4.00 | 8.00 |"
    (cells,) = stages.agreement_table([row]).splitlines()[2:]
    assert cells == "| a | numbers |  | 0 | 1 |"

    def with_flops(given):
        return Pair(Way(int, 1), Way(lambda: prepare(given).ours.work(), 1), flops=1e9)

    monkeypatch.setattr(
        stages, "least_seconds", lambda works, *_: dict.fromkeys(works, 2.0)
    )
    found = stages.measure(stage(with_flops), clips=4, repetitions=1)
    assert found.share == pytest.approx(1e9 / 2 / (2 * 1024**3 / 2))
    assert found.difference is None
    assert "| 47 % |" in stages.times_table([found])


def test_stages_are_chosen_by_parts_of_their_names(monkeypatch):
    measured = []

    def measure(stage, *sizes):
        measured.append((stage.name, *sizes))
        return stages.Measured(stage, 1, 1.0, 1.0, None, [1.0] * 4, None)

    monkeypatch.setattr(stages, "measure", measure)
    text = stages.main(["quilts", "Gabor"], 3, 5)
    names = [x.name for x in STAGES if "quilts" in x.name or "Gabor" in x.name]
    assert measured == [(name, 3, 5) for name in names] and len(names) == 4
    assert text.count("| Gabor filter bank |") == 2
    assert stages.PAGE.read_text().count(begin(stages.COMMAND)) == 1
