"""Where networks run, and the stream of batches that goes there."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from music_selectivity.errors import InputError
from music_selectivity.store import ShardedArray


def select_device(name: str) -> torch.device:
    """Device for the config key `device`; computing is made repeatable for the process.

    Parameters
    ----------
    name
        "cpu", "cuda" or "auto": a GPU if there is one.

    Raises
    ------
    InputError
        A GPU is asked for and torch finds none.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"device {name!r} is unknown; allowed: auto, cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "device: cuda, but torch finds no GPU; set device to cpu or auto, or "
            "install a CUDA build of torch on a machine with a GPU"
        )
    # The same run twice must end in the same bytes. cuBLAS reads its variable when it
    # starts; TF32 would give GPUs other last digits than CPUs.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # As use_deterministic_algorithms(True), which takes a second to import compilers.
    torch.set_deterministic_debug_mode("error")
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    on_gpu = name != "cpu" and torch.cuda.is_available()
    return torch.device("cuda" if on_gpu else "cpu")


def stream(
    log_mels: ShardedArray, batches: Iterable[np.ndarray], device: torch.device
) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
    """Yield each batch of items with its log-mels, shape (items, mels, frames).

    A thread reads one batch ahead, so that disk and network work at the same time and
    no more than two batches are in memory.
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
