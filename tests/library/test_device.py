"""Which device is selected, and the stream of batches that goes there."""

import numpy as np
import pytest
import torch

from music_selectivity.errors import InputError
from music_selectivity.networks.device import in_batches, select_device, stream


def test_an_unknown_device_is_refused():
    with pytest.raises(InputError, match="auto, cpu, cuda"):
        select_device("tpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_without_a_gpu():
    assert select_device("auto") == torch.device("cpu")
    with pytest.raises(InputError, match="set device to cpu or auto"):
        select_device("cuda")


@pytest.mark.skipif(torch.cuda.is_available(), reason="torch can use a GPU")
def test_a_gpu_that_torch_cannot_use_is_reported(monkeypatch, caplog):
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert select_device("cpu") == torch.device("cpu")
    assert not caplog.messages
    assert select_device("auto") == torch.device("cpu")
    assert "install a CUDA build" in caplog.messages[0]


def test_stream_reads_one_batch_ahead_and_no_more():
    log_mels = np.random.default_rng(0).random((9, 4, 3), dtype=np.float32)
    taken = []

    class Watched:
        def take(self, items):
            taken.append(list(items))
            return log_mels[items]

    batches = in_batches(np.arange(9), 2)
    assert [len(batch) for batch in batches] == [2, 2, 2, 2, 1]
    for count, (items, x) in enumerate(
        stream(Watched(), batches, torch.device("cpu")), 1
    ):
        np.testing.assert_array_equal(x.numpy(), log_mels[items])
        assert len(taken) <= count + 1
    assert taken == [list(batch) for batch in batches]
