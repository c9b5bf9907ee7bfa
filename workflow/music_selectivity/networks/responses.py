"""Responses of a network's units to a stimulus set, computed and written in chunks."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch import nn

from music_selectivity.networks.activations import to_table, unit_names
from music_selectivity.networks.device import in_batches, stream
from music_selectivity.networks.folding import folded
from music_selectivity.store import ShardedArray, atomic_path

# Clips that are computed at once. Larger batches of 10 s leave the cache of a CPU.
BATCH = 32

# Clips that are held and written at a time, which limits the memory; fewer where their
# responses are more values than this.
ROW_GROUP = 4096
MOST_VALUES = 2**25


def unit_responses(
    network: nn.Module,
    log_mels: ShardedArray,
    device: torch.device,
    items: np.ndarray | None = None,
) -> np.ndarray:
    """Unit responses to each clip: in the paper, features after average pooling.

    They are those of evaluation mode, in which they do not depend on the other clips of
    a batch. A copy of the network is moved to `device`; the network is not changed.

    Parameters
    ----------
    network
        A network as described in ``networks.registry``, or linear features.
    log_mels
        Log-mels in dB, (clips, mels, frames), by ``take`` and ``len``.
    device
        Where to compute.
    items
        Numbers of the clips; all clips if None.

    Returns
    -------
    array, shape (clips, units), float32
    """
    items = np.arange(len(log_mels)) if items is None else items
    network = folded(network).to(device)
    responses = np.empty((len(items), network.n_units), dtype=np.float32)
    done = 0
    with torch.inference_mode():
        for batch, x in stream(log_mels, in_batches(items, BATCH), device):
            responses[done : done + len(batch)] = network.units(x).cpu().numpy()
            done += len(batch)
    return responses


def write_responses(
    path: str | os.PathLike,
    clip_ids: Sequence[str],
    network: nn.Module,
    log_mels: ShardedArray,
    device: torch.device,
) -> None:
    """Compute an activation table and write it atomically, row group by row group.

    Memory does not grow with the number of clips.

    Parameters
    ----------
    path
        Parquet file to write.
    clip_ids
        Ids of the clips, in the order of `log_mels`.
    network, log_mels, device
        As for `unit_responses`.

    Raises
    ------
    ValueError
        There are not as many ids as log-mels.
    """
    write_tables(
        {"units": path},
        clip_ids,
        {"units": network.n_units},
        lambda items: {"units": unit_responses(network, log_mels, device, items)},
        len(log_mels),
    )


def write_tables(
    paths: Mapping[str, str | os.PathLike],
    clip_ids: Sequence[str],
    n_units: Mapping[str, int],
    responses: Callable[[np.ndarray], Mapping[str, np.ndarray]],
    n_sounds: int,
) -> None:
    """Write one activation table per layer, row group by row group.

    No table gets its name before all of them are complete.

    Parameters
    ----------
    paths
        Parquet files to write, by layer.
    clip_ids
        Ids of all clips.
    n_units
        Number of units, by layer.
    responses
        Gives the responses of each layer, (clips, units) float32, to clips by their
        numbers.
    n_sounds
        Number of all clips.

    Raises
    ------
    ValueError
        There are not as many ids as clips.
    """
    if len(clip_ids) != n_sounds:
        raise ValueError(f"{len(clip_ids)} clip ids for {n_sounds} sounds")
    clip_ids = np.asarray(clip_ids, dtype=object)
    rows = min(ROW_GROUP, max(1, MOST_VALUES // sum(n_units.values())))
    with contextlib.ExitStack() as stack:
        writers = {
            layer: stack.enter_context(_writer(path, n_units[layer]))
            for layer, path in paths.items()
        }
        for items in in_batches(np.arange(n_sounds), rows):
            found = responses(items)
            for layer, writer in writers.items():
                table = to_table(clip_ids[items], found[layer])
                writer.write_table(
                    pa.Table.from_pandas(
                        table, schema=writer.schema, preserve_index=False
                    )
                )


@contextlib.contextmanager
def _writer(path: str | os.PathLike, n_units: int) -> Iterator[pq.ParquetWriter]:
    schema = pa.schema(
        [("clip_id", pa.string())]
        + [(name, pa.float32()) for name in unit_names(n_units)]
    )
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, schema) as writer:
        yield writer
