"""The device on which networks run, and the stream of batches to it."""

import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from music_selectivity.errors import InputError
from music_selectivity.store import ShardedArray

log = logging.getLogger(__name__)


def select_device(name: str) -> torch.device:
    """Device for the config key `device`; the process becomes deterministic.

    Parameters
    ----------
    name
        "cpu", "cuda" or "auto", which is a GPU if there is one.

    Raises
    ------
    InputError
        The name is unknown, or a GPU is requested and torch finds none.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"device {name!r} is unknown; allowed: auto, cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "device is cuda, but torch finds no GPU; set device to cpu or auto, or "
            "install a CUDA build of torch on a machine with a GPU"
        )
    # Repeated runs must give the same bytes. cuBLAS reads this variable when it starts.
    # TF32 would make the last digits on GPUs differ from those on CPUs.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # Equivalent to use_deterministic_algorithms(True), which imports compilers slowly.
    torch.set_deterministic_debug_mode("error")
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    on_gpu = name != "cpu" and torch.cuda.is_available()
    if name == "auto" and not on_gpu and shutil.which("nvidia-smi"):
        log.warning(
            "networks run on the CPU, one at a time: this machine has a GPU, but torch "
            "cannot use it; install a CUDA build of torch, or set device to cpu"
        )
    return torch.device("cuda" if on_gpu else "cpu")


def stream(
    log_mels: ShardedArray, batches: Iterable[np.ndarray], device: torch.device
) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
    """Yield each batch of items with its log-mels, shape (items, mels, frames).

    A thread reads one batch ahead, so that reading and computing overlap. At most two
    batches are in memory.

    Parameters
    ----------
    log_mels
        (clips, mels, frames), by ``take``.
    batches
        Numbers of the clips of each batch.
    device
        Where the log-mels are moved.
    """

    def read(items: np.ndarray) -> tuple[np.ndarray, torch.Tensor]:
        batch = torch.from_numpy(log_mels.take(items))
        return items, batch.pin_memory() if device.type == "cuda" else batch

    with ThreadPoolExecutor(1) as reader:
        ahead = None
        for items in batches:
            ready, ahead = ahead, reader.submit(read, items)
            if ready is not None:
                yield _moved(ready.result(), device)
        if ahead is not None:
            yield _moved(ahead.result(), device)


def in_batches(items: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Consecutive pieces of `items`; the last may be shorter."""
    return [items[at : at + batch_size] for at in range(0, len(items), batch_size)]


def _moved(
    batch: tuple[np.ndarray, torch.Tensor], device: torch.device
) -> tuple[np.ndarray, torch.Tensor]:
    items, log_mels = batch
    return items, log_mels.to(device, non_blocking=True)
