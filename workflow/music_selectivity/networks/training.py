"""Training of one network: loop, schedule, selection of the epoch, and resuming.

As in the paper (Methods), the loss is binary cross-entropy, the optimiser AdamW, and
the learning rate a linear One Cycle. A tenth of the clips is used for validation, and
the weights of the epoch with the best micro average precision are kept.
"""

import hashlib
import json
import logging
import os
import time
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from music_selectivity import seeds
from music_selectivity.errors import InputError
from music_selectivity.networks.checkpoints import State, load_resume, save_resume
from music_selectivity.networks.device import in_batches, stream
from music_selectivity.networks.folding import folded
from music_selectivity.networks.optimizer import AdamW
from music_selectivity.store import ShardedArray

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingSettings:
    """Config section `training`, with the keys of one model.

    With 0 epochs, the initial network is kept. `select_by`, "validation_ap" or
    "train_ap", is the average precision by which the kept epoch is selected; models
    with shuffled labels need train_ap, because no epoch exceeds chance on validation
    clips with random labels. `snapshots` are additional epochs whose weights are kept,
    to follow the course of training; 0 is the initial network.
    """

    batch_size: int
    initial_lr: float
    max_lr: float
    final_lr: float
    warmup_share: float
    weight_decay: float
    validation_share: float
    threads: int
    epochs: int
    select_by: str = "validation_ap"
    snapshots: tuple[int, ...] = ()


@dataclass(frozen=True)
class TrainingResult:
    """The kept epoch, counted from 1 (0: the initial network), and its weights.

    `validation_ap` and `train_ap` are micro average precisions of these weights in
    evaluation mode. `history` has one row per epoch: epoch, lr (of its last step),
    train_loss, train_ap (NaN unless epochs are selected by it), validation_loss,
    validation_ap, best (True for the kept epoch). `snapshots` are weights by epoch. All
    weights are on the CPU.
    """

    state: State
    history: pd.DataFrame
    epoch: int
    validation_ap: float
    train_ap: float
    snapshots: dict[int, State]


def train(
    network: nn.Module,
    log_mels: ShardedArray,
    labels: np.ndarray,
    settings: TrainingSettings,
    seed: int,
    device: torch.device,
    name: str,
    resume_path: str | os.PathLike | None = None,
    data_key: str = "",
) -> TrainingResult:
    """Train `network` in place, and keep its best epoch.

    Every random draw of an epoch is seeded by `seed` and the number of the epoch. A
    killed run therefore continues from `resume_path` to the same bytes that it would
    have reached. The global random state and the number of threads of torch are set.

    Parameters
    ----------
    network
        With its initial weights, as from ``registry.build``.
    log_mels
        Log-mels in dB, (clips, mels, frames), by ``take`` and ``len``.
    labels
        (clips, classes), 0 or 1.
    settings
        Hyperparameters.
    seed
        Seed of the split, the order of clips, and the dropout.
    device
        Where to compute.
    name
        Name of the network in log messages, of which there is one per epoch.
    resume_path
        Written after every epoch; the caller removes it after saving the result. A file
        of another run (settings, seed, labels, initial weights or `data_key`) is
        ignored.
    data_key
        Describes everything else on which the result depends, such as the clips.

    Raises
    ------
    InputError
        There are too few clips or steps, a split has no label, or the loss diverged.
    """
    torch.set_num_threads(settings.threads)
    items, validation_items = split(len(log_mels), settings.validation_share, seed)
    data = _Data(log_mels, torch.from_numpy(labels), settings.batch_size, device)
    key = _run_key(network, settings, seed, labels, data_key)
    run = _Run(network.to(device), len(data.training_batches(items)), settings)
    if resume_path is not None and os.path.exists(resume_path):
        if run.resume(resume_path, key):
            epoch = len(run.history)
            log.info("%s, continuing after epoch %d, from %s", name, epoch, resume_path)
        else:
            log.info(
                "%s, %s is unreadable or of another run and is ignored",
                name,
                resume_path,
            )

    began, epochs_before = time.monotonic(), len(run.history)
    for epoch in range(epochs_before + 1, settings.epochs + 1):
        torch.manual_seed(seeds.derive("training", seed, "dropout", epoch))
        order = seeds.generator("training", seed, "order", epoch).permutation(items)
        lr, train_loss = _train_epoch(run, data, order)
        if not np.isfinite(train_loss):
            raise InputError(
                f"training diverged: the loss of epoch {epoch} is {train_loss}; "
                "lower training.max_lr"
            )
        validation_loss, validation_ap = _evaluate(network, data, validation_items)
        train_ap = float("nan")
        if settings.select_by == "train_ap":
            train_ap = _evaluate(network, data, items)[1]
        row = {
            "epoch": epoch,
            "lr": lr,
            "train_loss": train_loss,
            "train_ap": train_ap,
            "validation_loss": validation_loss,
            "validation_ap": validation_ap,
        }
        run.end_epoch(row, settings.select_by)
        if resume_path is not None:
            run.save(resume_path, key)
        pace = (time.monotonic() - began) / (epoch - epochs_before)
        log.info(
            f"{name}, epoch {epoch}/{settings.epochs}: loss {train_loss:.4f}, "
            f"{settings.select_by} {row[settings.select_by]:.4f} "
            f"(best: epoch {run.best['epoch']}), {pace:.1f} s per epoch, "
            f"{pace * (settings.epochs - epoch) / 60:.1f} min left"
        )

    network.load_state_dict(run.best["state"])
    return TrainingResult(
        state=run.best["state"],
        history=run.history_table(),
        epoch=run.best["epoch"],
        validation_ap=_evaluate(network, data, validation_items)[1],
        train_ap=_evaluate(network, data, items)[1],
        snapshots=run.snapshots,
    )


def split(n_clips: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random, disjoint items for training and for validation, each in order.

    Raises
    ------
    InputError
        There are too few clips.
    """
    n_validation = max(1, round(share * n_clips))
    if n_clips - n_validation < 2:
        raise InputError(
            f"{n_clips} training clips, of which {n_validation} for validation, are "
            "too few; give more clips or lower training.validation_share"
        )
    order = seeds.generator("split", seed).permutation(n_clips)
    return np.sort(order[n_validation:]), np.sort(order[:n_validation])


def random_labels(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random labels for memorization (paper, Fig. 5b), as many per clip as before.

    They are drawn uniformly from all classes, without replacement. `labels` and the
    result are (clips, classes), 0 or 1.
    """
    counts = labels.sum(axis=1, dtype=np.int64, keepdims=True)
    # The ranks of independent draws are a uniform permutation of each clip's classes.
    ranks = rng.random(labels.shape).argsort(axis=1).argsort(axis=1)
    return (ranks < counts).astype(labels.dtype)


def micro_average_precision(labels: np.ndarray, scores: np.ndarray) -> float:
    """Average precision over all pairs of a clip and a class.

    `labels`, 0 or 1, and `scores` are (clips, classes).

    Raises
    ------
    InputError
        No clip has a label.
    """
    if not labels.any():
        raise InputError(
            f"none of {len(labels)} clips has a label, so average precision is "
            "undefined; give more labelled clips or raise training.validation_share"
        )
    ascending, positives = np.sort(scores.ravel()), np.sort(scores[labels == 1])
    # The mean of the precision among the scores that reach each positive's.
    hits = len(positives) - np.searchsorted(positives, positives)
    retrieved = len(ascending) - np.searchsorted(ascending, positives)
    return float(np.mean(hits / retrieved))


def one_cycle(
    n_steps: int, settings: TrainingSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Learning rate and first beta of AdamW in each step of a linear One Cycle.

    The three rates in the paper follow from the defaults of torch's ``OneCycleLR`` for
    a peak of 1e-3. Its other default is therefore kept: the first beta of AdamW moves
    opposite to the rate, from 0.95 to 0.85 and back.

    Returns
    -------
    rates, betas : array, shape (n_steps,)

    Raises
    ------
    InputError
        The warm-up is a single step, in which the rate cannot rise.
    """
    if settings.warmup_share * n_steps == 1:
        raise InputError(
            f"the warm-up is one of {n_steps} steps, in which the learning rate cannot "
            "rise; train more epochs or raise training.warmup_share"
        )
    peak, last = settings.warmup_share * n_steps - 1, n_steps - 1
    # A peak before the first step leaves only the descent.
    corners = [0 if peak > 0 else peak - 1, peak, last]
    rates = [settings.initial_lr, settings.max_lr, settings.final_lr]
    steps = np.arange(n_steps)
    return np.interp(steps, corners, rates), np.interp(
        steps, corners, [0.95, 0.85, 0.95]
    )


@dataclass(frozen=True)
class _Data:
    """The clips, and how they are passed to the network."""

    log_mels: ShardedArray
    labels: torch.Tensor
    batch_size: int
    device: torch.device

    def training_batches(self, items: np.ndarray) -> list[np.ndarray]:
        """Batches of at least two clips, which batch-norm needs."""
        return [x for x in in_batches(items, self.batch_size) if len(x) > 1]


class _Run:
    """The state that changes in training, which is the content of a resume file."""

    stateful = ("network", "optimizer")
    kept = ("history", "best", "snapshots")

    def __init__(
        self, network: nn.Module, steps_per_epoch: int, settings: TrainingSettings
    ) -> None:
        self.network = network
        self.optimizer = AdamW(network.parameters(), settings.weight_decay)
        self.rates, self.betas = one_cycle(settings.epochs * steps_per_epoch, settings)
        self.history: list[dict] = []
        self.snapshots: dict[int, State] = {}
        self._snapshot_epochs = settings.snapshots
        self.keep_snapshot(0)
        self.best = {"epoch": 0, "score": -np.inf, "state": _copy(network)}

    def end_epoch(self, row: dict, select_by: str) -> None:
        """Record the epoch, and keep its weights if no previous one was as good."""
        self.history.append(row)
        self.keep_snapshot(row["epoch"])
        score = row[select_by]
        if score > self.best["score"]:
            state = _copy(self.network)
            self.best = {"epoch": row["epoch"], "score": score, "state": state}

    def keep_snapshot(self, epoch: int) -> None:
        """Keep the current weights if a snapshot of this epoch is requested."""
        if epoch in self._snapshot_epochs:
            self.snapshots[epoch] = _copy(self.network)

    def history_table(self) -> pd.DataFrame:
        columns = "epoch lr train_loss train_ap validation_loss validation_ap"
        table = pd.DataFrame(self.history, columns=columns.split())
        return table.assign(best=table["epoch"] == self.best["epoch"])

    def save(self, path: str | os.PathLike, key: str) -> None:
        """Write the resume file."""
        content = {part: getattr(self, part).state_dict() for part in self.stateful}
        content |= {part: getattr(self, part) for part in self.kept}
        save_resume(path, key, content)

    def resume(self, path: str | os.PathLike, key: str) -> bool:
        """Continue from the resume file if it is of this run; whether it is."""
        content = load_resume(path, key)
        if content is None:
            return False
        for part in self.stateful:
            getattr(self, part).load_state_dict(content[part])
        for part in self.kept:
            setattr(self, part, content[part])
        return True


def _train_epoch(run: _Run, data: _Data, order: np.ndarray) -> tuple[float, float]:
    """Train for one epoch; learning rate of its last step, and mean loss."""
    run.network.train()
    total, n_clips = 0.0, 0
    batches = data.training_batches(order)
    first_step = len(run.history) * len(batches)
    stream_of_batches = stream(data.log_mels, batches, data.device)
    for step, (items, x) in enumerate(stream_of_batches, first_step):
        targets = data.labels[items].to(data.device, torch.float32)
        loss = binary_cross_entropy_with_logits(run.network(x), targets)
        run.network.zero_grad()
        loss.backward()
        run.optimizer.step(run.rates[step], run.betas[step])
        # Summed on the device, because reading each loss would make a GPU wait.
        total, n_clips = total + loss.detach() * len(items), n_clips + len(items)
    return float(run.rates[step]), float(total) / n_clips


def _evaluate(
    network: nn.Module, data: _Data, items: np.ndarray
) -> tuple[float, float]:
    """Mean loss and micro average precision on `items`, in evaluation mode."""
    network = folded(network)
    batches = stream(data.log_mels, in_batches(items, data.batch_size), data.device)
    with torch.inference_mode():
        logits = torch.cat([network(x).cpu() for _, x in batches])
    labels = data.labels[items]
    loss = binary_cross_entropy_with_logits(logits, labels.float())
    # Scores are logits, because float32 probabilities close to 0 and 1 would tie.
    return float(loss), micro_average_precision(labels.numpy(), logits.numpy())


def _run_key(
    network: nn.Module,
    settings: TrainingSettings,
    seed: int,
    labels: np.ndarray,
    data_key: str,
) -> str:
    """Digest of everything on which the result of a run depends."""
    digest = hashlib.sha256(json.dumps([asdict(settings), seed, data_key]).encode())
    digest.update(repr(labels.shape).encode() + np.ascontiguousarray(labels).tobytes())
    for name, tensor in _copy(network).items():
        digest.update(name.encode() + tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _copy(network: nn.Module) -> State:
    return {name: x.detach().cpu().clone() for name, x in network.state_dict().items()}
