"""Tables of several layers come from one pass, in pieces; kim2024's stay the same."""

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from test_own_networks import METADATA

from music_selectivity.errors import InputError
from music_selectivity.networks.activations import from_table
from music_selectivity.networks.description import Layer
from music_selectivity.networks.layer_responses import write_layer_responses
from music_selectivity.networks.layers import LOGITS, LayerRecorder, find_layers
from music_selectivity.networks.own_networks import describe
from music_selectivity.networks.registry import build
from music_selectivity.networks.responses import write_responses
from music_selectivity.networks.synthetic_sounds import synthetic_sounds
from music_selectivity.store import ShardedArray, read_table
from small_networks import RATE, changed, recurrent

CPU = torch.device("cpu")
IDS = [f"clip{item}" for item in range(8)]


@pytest.fixture
def sounds(tmp_path) -> ShardedArray:
    """Eight sounds, the same four twice, in another order the second time."""
    path = tmp_path / "sounds.npy"
    np.save(path, synthetic_sounds(0.5, RATE))
    rows = [0, 1, 2, 3, 3, 2, 1, 0]
    return ShardedArray([path], np.zeros(8, int), rows)


def write(tmp_path, network, sounds, *layers):
    paths = {name: tmp_path / f"{name}.parquet" for name in layers}
    write_layer_responses(paths, IDS, network, sounds, CPU)
    return paths


def test_each_layer_has_its_table(tmp_path, sounds):
    network = changed(recurrent(), batch_size=3)
    layers = ("time_first", "frames.convolution", LOGITS)
    paths = write(tmp_path, network, sounds, *layers)
    with LayerRecorder(network.module, find_layers(network)) as recorder:
        expected = recorder.responses(torch.from_numpy(sounds.take(np.arange(8))))
    for name, path in paths.items():
        ids, responses = from_table(read_table(path))
        assert list(ids) == IDS
        np.testing.assert_allclose(responses, expected[name], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(responses[:4], responses[:3:-1], rtol=1e-4)


def test_the_pass_ends_after_the_last_layer_that_is_asked_for(tmp_path, sounds):
    network = recurrent()
    ran = []
    network.module.time_first.register_forward_hook(lambda *_: ran.append(1))
    write(tmp_path, changed(network, batch_size=2), sounds, "lstm")
    # Only the first pass is whole.
    assert len(ran) == 1


def test_values_in_memory_do_not_grow_with_the_clips(tmp_path, sounds, monkeypatch):
    # The two layers have 22 units.
    module = "music_selectivity.networks.responses"
    monkeypatch.setattr(f"{module}.MOST_VALUES", 66)
    paths = write(tmp_path, recurrent(), sounds, "lstm", "time_first")
    for path in paths.values():
        file = pq.ParquetFile(path)
        assert [file.metadata.row_group(at).num_rows for at in range(3)] == [3, 3, 2]


def test_tables_of_kim2024_are_those_of_its_units(tmp_path):
    """The same bytes by either way, in batches of which the last is smaller."""
    rng = np.random.default_rng(0)
    np.save(tmp_path / "0.npy", rng.normal(-30, 15, (40, 64, 125)).astype(np.float32))
    rows = np.arange(40)
    log_mels = ShardedArray([tmp_path / "0.npy"], 0 * rows, rows)
    network = build("kim2024", 3, seed=1)
    ids = [str(row) for row in rows]
    units = tmp_path / "units.parquet"
    write_responses(units, ids, network, log_mels, CPU)
    described = describe(network, METADATA)
    # Among them are conv2 and conv2.3, whose files have similar names.
    paths = {name: tmp_path / f"{name}.parquet" for name in find_layers(described)}
    write_layer_responses(paths, ids, described, log_mels, CPU)
    assert paths["avgpool"].read_bytes() == units.read_bytes()
    for path in paths.values():
        assert len(read_table(path)) == 40


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "has no layer encoder; its layers are frames.convolution, lstm, time_f"),
        ({"layers": [Layer("encoder", 1)]}, "no module is named encoder"),
    ],
)
def test_an_unknown_layer_is_refused(tmp_path, sounds, changes, message):
    with pytest.raises(InputError, match=message):
        write(tmp_path, changed(recurrent(), **changes), sounds, "encoder")


def test_nothing_is_left_if_a_layer_is_wrong(tmp_path, sounds):
    network = changed(recurrent(), layers=[Layer("lstm", 2, 0), Layer("head", 5)])
    with pytest.raises(InputError, match="layer head: unit_axis is 5"):
        write(tmp_path, network, sounds, "lstm", "head")
    assert not list(tmp_path.glob("*.parquet"))


def test_the_layers_of_a_network_that_fails_later_are_not_written(tmp_path, sounds):
    network = recurrent()
    calls = []

    def fails(*_):
        calls.append(1)
        if len(calls) == 3:
            raise ZeroDivisionError("third call")

    network.module.lstm.register_forward_pre_hook(fails)
    with pytest.raises(InputError, match=r"line \d+, in fails: ZeroDivisionError: th"):
        write(tmp_path, changed(network, batch_size=2), sounds, "lstm")
    assert not list(tmp_path.glob("*lstm*"))


def test_as_many_ids_as_sounds(tmp_path, sounds):
    with pytest.raises(ValueError, match="3 clip ids for 8 sounds"):
        write_layer_responses(
            {"lstm": tmp_path / "x.parquet"}, IDS[:3], recurrent(), sounds, CPU
        )
