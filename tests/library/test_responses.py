"""Unit responses do not depend on batches, and are written in chunks."""

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from music_selectivity.networks.activations import from_table
from music_selectivity.networks.registry import build
from music_selectivity.networks.responses import unit_responses, write_responses
from music_selectivity.store import ShardedArray, read_table

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def log_mels(tmp_path_factory) -> ShardedArray:
    """Nine clips of the minimum length in two shards, in another order."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("logmel")
    paths = [folder / "0.npy", folder / "1.npy"]
    for path in paths:
        np.save(path, rng.normal(-30, 15, (5, 64, 125)).astype(np.float32))
    return ShardedArray(paths, [0, 1, 0, 1, 0, 1, 0, 1, 1], [4, 0, 3, 1, 2, 2, 1, 3, 4])


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    return build("kim2024", 5, seed=3)


@pytest.fixture
def small_batches(monkeypatch):
    """Batches of 4 clips, and thus three of them."""
    monkeypatch.setattr("music_selectivity.networks.responses.BATCH", 4)


@pytest.mark.usefixtures("small_batches")
def test_responses_equal_one_clip_at_a_time(network, log_mels):
    responses = unit_responses(network, log_mels, CPU)
    assert responses.shape == (9, 256)
    assert responses.dtype == np.float32
    scale = responses.std()
    assert scale > 0
    for clip in range(9):
        with torch.inference_mode():
            alone = (
                network.eval().units(torch.from_numpy(log_mels.take([clip])))[0].numpy()
            )
        np.testing.assert_allclose(responses[clip], alone, rtol=0, atol=1e-4 * scale)


def test_a_network_in_training_mode_responds_in_evaluation_mode(network, log_mels):
    expected = unit_responses(network.eval(), log_mels, CPU)
    np.testing.assert_array_equal(
        unit_responses(network.train(), log_mels, CPU), expected
    )


def test_items_pick_clips(network, log_mels):
    items = np.array([7, 2])
    some = unit_responses(network, log_mels, CPU, items=items)
    every = unit_responses(network, log_mels, CPU)
    np.testing.assert_allclose(some, every[items], atol=1e-4 * every.std())
    assert unit_responses(network, log_mels, CPU, items=items[:0]).shape == (0, 256)


@pytest.mark.usefixtures("small_batches")
def test_table_written_by_row_groups(network, log_mels, tmp_path, monkeypatch):
    monkeypatch.setattr("music_selectivity.networks.responses.ROW_GROUP", 4)
    ids = [f"clip{item}" for item in range(9)]
    path = tmp_path / "original.parquet"
    write_responses(path, ids, network, log_mels, CPU)
    assert pq.ParquetFile(path).num_row_groups == 3
    table = read_table(path)
    assert list(table.columns[[0, 1, -1]]) == ["clip_id", "u000", "u255"]
    read_ids, responses = from_table(table)
    assert list(read_ids) == ids
    assert responses.dtype == np.float32
    np.testing.assert_array_equal(responses, unit_responses(network, log_mels, CPU))
    assert [file.name for file in tmp_path.iterdir()] == ["original.parquet"]


def test_ids_must_be_as_many_as_clips(network, log_mels, tmp_path):
    with pytest.raises(ValueError, match="8 clip ids for 9"):
        write_responses(tmp_path / "a.parquet", ["x"] * 8, network, log_mels, CPU)
