"""Training: its parts equal closed forms, and whole runs are reproducible."""

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.torch import save_file
from sklearn.metrics import average_precision_score

from music_selectivity import seeds
from music_selectivity.errors import InputError
from music_selectivity.networks.checkpoints import (
    load_checkpoint,
    save_checkpoint,
    save_snapshots,
)
from music_selectivity.networks.device import in_batches, select_device
from music_selectivity.networks.registry import build
from music_selectivity.networks.responses import unit_responses
from music_selectivity.networks.training import (
    TrainingResult,
    TrainingSettings,
    micro_average_precision,
    one_cycle,
    random_labels,
    split,
    train,
)
from music_selectivity.study.models import MINIMUM_INPUT
from plain_network import PlainNetwork

PAPER = TrainingSettings(
    batch_size=32,
    initial_lr=4e-5,
    max_lr=1e-3,
    final_lr=4e-9,
    warmup_share=0.3,
    weight_decay=0.01,
    validation_share=0.1,
    threads=1,
    epochs=100,
)
SHORT = dataclasses.replace(
    PAPER, batch_size=8, epochs=4, validation_share=0.25, snapshots=(0, 1, 4)
)
CPU = torch.device("cpu")


class InMemory:
    """Log-mels with the interface that `train` needs."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def take(self, items: np.ndarray) -> np.ndarray:
        return self.values[items]


class Deadly(InMemory):
    """Kills its own process, as the kernel might, at the given read."""

    def __init__(self, values: np.ndarray, reads: int) -> None:
        super().__init__(values)
        self.reads = reads

    def take(self, items: np.ndarray) -> np.ndarray:
        self.reads -= 1
        if self.reads == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().take(items)


def noise(n_clips: int = 24, n_classes: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Independent log-mels and labels."""
    rng = np.random.default_rng(0)
    log_mels = rng.normal(-30, 15, (n_clips, 64, 125)).astype(np.float32)
    labels = (rng.random((n_clips, n_classes)) < 0.3).astype(np.uint8)
    labels[:, 0] |= labels.sum(1) == 0
    return log_mels, labels


def run(
    settings: TrainingSettings = SHORT, data=None, architecture="kim2024", **kwargs
) -> TrainingResult:
    log_mels, labels = noise() if data is None else data
    if isinstance(log_mels, np.ndarray):
        log_mels = InMemory(log_mels)
    network = build(architecture, labels.shape[1], seed=1)
    kwargs = {"seed": 1, "device": CPU, "name": "with_music seed 1"} | kwargs
    return train(network, log_mels, labels, settings, **kwargs)


def same(first: dict, second: dict) -> bool:
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


@pytest.fixture(scope="module")
def undisturbed() -> TrainingResult:
    return run()


# The schedule


def test_learning_rate_is_piecewise_linear_with_the_papers_endpoints():
    rates, betas = one_cycle(1000, PAPER)
    corners = [0, 299, 999]
    np.testing.assert_allclose(rates[corners], [4e-5, 1e-3, 4e-9], rtol=1e-12)
    np.testing.assert_allclose(betas[corners], [0.95, 0.85, 0.95], rtol=1e-12)
    for values in (rates, betas):
        bends = np.flatnonzero(np.abs(np.diff(values, 2)) > 1e-9) + 1
        assert list(bends) == [299]


@pytest.mark.parametrize(("n_steps", "share"), [(1000, 0.3), (50, 0.33), (2, 0.3)])
def test_schedule_equals_that_of_torch(n_steps, share):
    # With 2 steps, the peak would lie before the first.
    chosen = dataclasses.replace(PAPER, warmup_share=share)
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=1e-3,
        total_steps=n_steps,
        pct_start=share,
        anneal_strategy="linear",
        div_factor=1e-3 / 4e-5,
        final_div_factor=4e-5 / 4e-9,
    )
    expected = []
    for _ in range(n_steps):
        group = optimizer.param_groups[0]
        expected.append([group["lr"], group["betas"][0]])
        optimizer.step()
        schedule.step()
    # Rates end at 4e-9, the difference of numbers near 1e-3.
    np.testing.assert_allclose(
        np.transpose(one_cycle(n_steps, chosen)), expected, rtol=1e-9, atol=1e-15
    )


def test_a_warm_up_that_cannot_rise_is_refused():
    half = dataclasses.replace(PAPER, warmup_share=0.5)
    with pytest.raises(InputError, match="warmup_share"):
        one_cycle(2, half)


# Labels, split, precision


@given(
    labels=arrays.arrays(
        np.uint8,
        arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
        elements=st.integers(0, 1),
    ),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=100)
def test_random_labels_keep_each_clips_number(labels, seed):
    shuffled = random_labels(labels, np.random.default_rng(seed))
    assert shuffled.dtype == labels.dtype
    assert set(np.unique(shuffled)) <= {0, 1}
    np.testing.assert_array_equal(shuffled.sum(1), labels.sum(1))


def test_random_labels_are_uniform_and_independent_of_the_true_ones():
    n = 20_000
    labels = np.zeros((n, 8), dtype=np.uint8)
    labels[:, :2] = 1
    shuffled = random_labels(labels, np.random.default_rng(0)).astype(float)
    # Each class holds a quarter of the clips, each pair 2 / (8 * 7): 5 SD of sampling.
    np.testing.assert_allclose(shuffled.mean(0), 0.25, atol=5 * np.sqrt(0.1875 / n))
    pairs = (shuffled.T @ shuffled / n)[np.triu_indices(8, 1)]
    np.testing.assert_allclose(pairs, 1 / 28, atol=5 * np.sqrt(1 / 28 / n))


@given(n=st.integers(4, 500), share=st.floats(0.01, 0.4), seed=st.integers(0, 9))
def test_split_is_disjoint_and_complete(n, share, seed):
    items, validation = split(n, share, seed)
    assert len(validation) == max(1, round(share * n))
    np.testing.assert_array_equal(
        np.sort(np.concatenate([items, validation])), np.arange(n)
    )


def test_split_is_random_and_follows_the_seed():
    first, again, other = (split(100, 0.1, seed)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)
    assert set(first) not in (set(range(10)), set(range(90, 100)))
    with pytest.raises(InputError, match="too few"):
        split(2, 0.1, 1)


def test_micro_average_precision_equals_its_definition():
    rng = np.random.default_rng(0)
    labels = (rng.random((30, 7)) < 0.2).astype(np.uint8)
    scores = rng.permutation(210).reshape(30, 7) / 210
    positives = scores[labels == 1]
    precisions = [
        np.sum(positives >= threshold) / np.sum(scores >= threshold)
        for threshold in positives
    ]
    assert micro_average_precision(labels, scores) == pytest.approx(np.mean(precisions))
    with pytest.raises(InputError, match="none of 30 clips has a label"):
        micro_average_precision(np.zeros_like(labels), scores)


@given(
    pairs=arrays.arrays(
        np.int64,
        st.tuples(st.just(2), st.integers(1, 40), st.integers(1, 5)),
        elements=st.integers(0, 7),
    )
)
def test_micro_average_precision_equals_that_of_scikit_learn(pairs):
    # Eight scores make many ties.
    labels, scores = (pairs[0] > 4).astype(np.uint8), pairs[1].astype(np.float32)
    labels[0, 0] = 1
    assert micro_average_precision(labels, scores) == pytest.approx(
        average_precision_score(labels.ravel(), scores.ravel()), rel=1e-12
    )


# Whole runs


def test_losses_equal_those_of_a_plain_loop():
    """Without dropout, against torch's layers, optimiser and schedule."""
    log_mels, labels = noise()
    chosen = dataclasses.replace(SHORT, batch_size=6, epochs=2)
    network, plain = build("kim2024", 6, seed=1), PlainNetwork(6)
    plain.load_state_dict(network.state_dict())
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0
    result = train(network, InMemory(log_mels), labels, chosen, 1, CPU, "name")

    items, _ = split(24, 0.25, seed=1)
    optimizer = torch.optim.AdamW(plain.parameters(), lr=4e-5, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1e-3, 6, anneal_strategy="linear"
    )
    expected = []
    for epoch in (1, 2):
        order = seeds.generator("training", 1, "order", epoch).permutation(items)
        losses = []
        for batch in in_batches(order, 6):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                plain(torch.from_numpy(log_mels[batch])),
                torch.from_numpy(labels[batch]).float(),
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses += [loss.item()] * len(batch)
        expected.append(np.mean(losses))
    np.testing.assert_allclose(result.history["train_loss"], expected, rtol=1e-5)


def test_two_runs_end_in_the_same_bytes(undisturbed, tmp_path):
    metadata = {"architecture": "kim2024", "classes": list("abcdef"), "epoch": 1}
    save_checkpoint(tmp_path / "a", undisturbed.state, metadata)
    save_checkpoint(tmp_path / "b", run().state, dict(reversed(metadata.items())))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert not same(undisturbed.state, run(seed=2).state)


@pytest.mark.parametrize("architecture", MINIMUM_INPUT)
def test_networks_of_each_architecture_are_repeatable(architecture):
    short = dataclasses.replace(SHORT, epochs=1)
    first, again = (run(short, architecture=architecture) for _ in range(2))
    assert same(first.state, again.state)


def run_and_die(resume_path: str) -> None:
    """Called in a separate process, which is killed within the third of four epochs.

    18 clips make 3 batches and 6 validation clips one, so an epoch reads 4 times.
    """
    log_mels, labels = noise()
    run(data=(Deadly(log_mels, reads=10), labels), resume_path=resume_path)


def test_a_killed_run_continues_to_the_same_bytes(undisturbed, tmp_path, caplog):
    caplog.set_level("INFO")
    resume = tmp_path / "resume.pt"
    code = "import sys, test_training as t; t.run_and_die(sys.argv[1])"
    # The process finds the modules of the tests where pytest has found them.
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    folder = Path(__file__).parent
    died = subprocess.run([sys.executable, "-c", code, resume], cwd=folder, env=environ)
    assert died.returncode == -signal.SIGKILL
    result = run(resume_path=resume)
    name = "with_music seed 1"
    assert caplog.messages[0] == f"{name}, continuing after epoch 2, from {resume}"
    assert [line.split(":")[0] for line in caplog.messages[1:]] == [
        f"{name}, epoch 3/4",
        f"{name}, epoch 4/4",
    ]
    assert same(result.state, undisturbed.state)
    assert result.history.equals(undisturbed.history)
    assert list(result.snapshots) == [0, 1, 4]
    for epoch, state in undisturbed.snapshots.items():
        assert same(result.snapshots[epoch], state)

    # Files of other runs, and damaged ones, are ignored.
    for other in ({"seed": 2}, {"data_key": "other clips"}):
        caplog.clear()
        run(resume_path=resume, **other)
        assert "ignored" in caplog.messages[0]
        assert len(caplog.messages) == 5
    resume.write_bytes(b"damaged")
    caplog.clear()
    assert same(run(resume_path=resume).state, result.state)
    assert "ignored" in caplog.messages[0]


def bands(n_clips: int) -> tuple[np.ndarray, np.ndarray]:
    """An easy task: each of three classes is a band 5 dB louder."""
    log_mels, _ = noise(n_clips)
    classes = np.random.default_rng(0).integers(0, 3, n_clips)
    for clip, label in enumerate(classes):
        log_mels[clip, 20 * label : 20 * label + 20] += 5
    return log_mels, np.eye(3, dtype=np.uint8)[classes]


@pytest.mark.parametrize("select_by", ["validation_ap", "train_ap"])
def test_kept_epoch_is_the_best_and_its_weights_are_kept(select_by):
    # Labels of validation clips are inverted, so that training lowers their precision.
    log_mels, labels = bands(48)
    items, validation = split(48, 0.25, seed=1)
    labels[validation] = 1 - labels[validation]
    chosen = dataclasses.replace(
        SHORT, initial_lr=1e-5, max_lr=2e-4, epochs=5, select_by=select_by
    )
    result = run(chosen, (log_mels, labels))
    history = result.history
    assert list(history["epoch"]) == [1, 2, 3, 4, 5]
    best = history[select_by].idxmax()
    assert result.epoch == history["epoch"][best]
    assert list(history.index[history["best"]]) == [best]
    assert result.validation_ap == history["validation_ap"][best]
    if select_by == "validation_ap":
        assert best < 2
        assert history["train_ap"].isna().all()
    else:
        assert best > 2
        assert result.train_ap == history["train_ap"][best] > 0.8
    # Measured again from the returned weights.
    network = build("kim2024", 3, seed=9)
    network.load_state_dict(result.state)
    measured = [(items, result.train_ap), (validation, result.validation_ap)]
    for part, expected in measured:
        with torch.inference_mode():
            scores = network.eval()(torch.from_numpy(log_mels[part])).numpy()
        assert micro_average_precision(labels[part], scores) == pytest.approx(expected)


def test_no_epochs_keep_the_initial_network():
    result = run(dataclasses.replace(SHORT, epochs=0))
    assert result.epoch == 0
    assert same(result.state, build("kim2024", 6, seed=1).state_dict())
    assert result.history.empty
    assert 0 < result.validation_ap < 1


def test_snapshots_are_the_weights_of_their_epochs(undisturbed):
    assert same(undisturbed.snapshots[0], build("kim2024", 6, seed=1).state_dict())
    until_best = undisturbed.epoch
    again = run(dataclasses.replace(SHORT, snapshots=(until_best,)))
    assert same(again.snapshots[until_best], undisturbed.state)
    assert not same(undisturbed.snapshots[0], undisturbed.snapshots[1])


# What each architecture reaches at least. The pooling of cnn10 averages over mels, so
# that it learns more slowly in which band a sound is.
LEARNED = {"kim2024": 0.9, "cnn10": 0.7, "ast_small": 0.9}


@pytest.mark.parametrize("architecture", MINIMUM_INPUT)
def test_an_easy_task_is_learned(architecture):
    data = bands(96)
    result = run(dataclasses.replace(SHORT, epochs=5), data, architecture)
    untrained = run(dataclasses.replace(SHORT, epochs=0), data, architecture)
    assert untrained.validation_ap < 0.6
    assert result.validation_ap > LEARNED[architecture]
    assert result.history["train_loss"].iloc[-1] < result.history["train_loss"].iloc[0]


def test_a_last_batch_of_one_clip_is_left_out():
    log_mels, labels = noise(n_clips=12)
    nine = dataclasses.replace(SHORT, epochs=1)
    seen = []

    class Watched(InMemory):
        def take(self, items):
            seen.append(len(items))
            return super().take(items)

    run(nine, (Watched(log_mels), labels))
    # Of 9 training clips one is left out; then there are 3 validation clips.
    assert seen[:2] == [8, 3]


def test_divergence_is_named():
    log_mels, labels = noise()
    log_mels[:] = np.nan
    with pytest.raises(InputError, match=r"lower training\.max_lr"):
        run(data=(log_mels, labels))


# Checkpoints


def test_checkpoint_round_trip(tmp_path):
    network = build("kim2024", 3, seed=4)
    metadata = {"architecture": "kim2024", "classes": ["a", "b", "c"], "note": [1, 2]}
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(path, network.state_dict(), metadata)
    loaded, read = load_checkpoint(path)
    assert read == metadata
    assert not loaded.training
    assert same(loaded.state_dict(), network.state_dict())
    x = torch.randn(2, 64, 125)
    with torch.inference_mode():
        assert torch.equal(loaded(x), network.eval()(x))


def test_snapshots_round_trip(tmp_path):
    states = {epoch: build("kim2024", 3, seed=epoch).state_dict() for epoch in (0, 10)}
    path = tmp_path / "snapshots.safetensors"
    metadata = {"architecture": "kim2024", "classes": ["a", "b", "c"]}
    save_snapshots(path, states, metadata)
    for epoch, state in states.items():
        assert same(load_checkpoint(path, epoch)[0].state_dict(), state)
    with pytest.raises(InputError, match=r"snapshots\.safetensors"):
        load_checkpoint(path, 1)
    save_snapshots(path, {}, metadata)


@pytest.mark.parametrize("damage", ["missing", "cut", "foreign", "other classes"])
def test_a_checkpoint_that_cannot_be_read_is_named(tmp_path, damage):
    path = tmp_path / "checkpoint.safetensors"
    state = build("kim2024", 3, seed=4).state_dict()
    classes = ["a", "b"] if damage == "other classes" else ["a", "b", "c"]
    save_checkpoint(path, state, {"architecture": "kim2024", "classes": classes})
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    elif damage == "foreign":
        save_file({"weight": torch.zeros(3)}, path)
    with pytest.raises(InputError, match=r"checkpoint\.safetensors"):
        load_checkpoint(path)


def test_a_checkpoint_of_an_unknown_architecture_is_not_to_be_deleted(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(path, {}, {"architecture": "resnet", "classes": ["a"]})
    with pytest.raises(InputError, match=r"safetensors: architecture 'resnet' is unk"):
        load_checkpoint(path)


# The same code on a GPU, if there is one


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU")
@pytest.mark.parametrize("architecture", MINIMUM_INPUT)
def test_on_a_gpu_two_runs_are_equal_and_the_task_is_learned(architecture):
    device = select_device("cuda")
    data = bands(96)
    settings_ = dataclasses.replace(SHORT, epochs=5)
    first, second = (run(settings_, data, architecture, device=device) for _ in "12")
    assert same(first.state, second.state)
    assert first.validation_ap > LEARNED[architecture]
    network = build(architecture, data[1].shape[1], seed=1)
    network.load_state_dict(first.state)
    log_mels = InMemory(data[0])
    on_gpu = unit_responses(network, log_mels, device)
    on_cpu = unit_responses(network, log_mels, CPU)
    np.testing.assert_allclose(on_gpu, on_cpu, rtol=0, atol=1e-3 * on_cpu.std())
