"""Descriptions of networks: wrong values are refused, inputs follow the settings."""

from dataclasses import replace

import numpy as np
import pytest
from torch import nn

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.errors import InputError
from music_selectivity.networks.description import Layer, NetworkDescription

SETTINGS = LogMelSettings(n_fft=200, hop_length=100, n_mels=20, f_min=0, f_max=4000)
GOOD = {
    "module": nn.Identity(),
    "sample_rate": 8000,
    "layers": [Layer("output", unit_axis=1)],
    "licence": "MIT",
    "training_data": "unknown",
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"module": nn.Identity}, r"module is a type; give a torch\.nn\.Module"),
        ({"sample_rate": 0}, "sample_rate is 0; give a whole number"),
        ({"sample_rate": 16e3}, r"sample_rate is 16000\.0; give a whole number"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"layers": ["encoder"]}, r"layers must be a list of Layer\("),
        ({"layers": Layer("encoder", 1)}, r"layers must be a list of Layer\("),
        ({"licence": " "}, "licence is ' '; give a text"),
        ({"training_data": None}, "training_data is None; give a text"),
        ({"log_mel": {"n_mels": 64}}, "log_mel is a dict; give LogMelSettings"),
        ({"front_end": "stft"}, "front_end is 'stft'; give a list of names of modules"),
        ({"front_end": None}, "front_end is None; give a list of names of modules"),
        ({"front_end": [3]}, r"front_end is \(3,\); give a list of names of modules"),
        ({"class_names": "abcd"}, "class_names is 'abcd'; give a list of names of cla"),
        (
            {"class_names": range(99)},
            r"class_names is \(0, 1, 2, .*, \.\.\.\); give a l",
        ),
        ({"class_names": ["a", "b", "a"]}, "class_names has a twice; name each of the"),
        ({"class_names": ["a"]}, "class_names and logits belong together"),
        ({"logits": Layer("head", 1)}, "class_names and logits belong together"),
        ({"logits": "head", "class_names": ["a"]}, "logits is a str; give Layer"),
    ],
)
def test_wrong_attributes_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        NetworkDescription(**GOOD | changes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((nn.ReLU(), 1), "module of a Layer is a ReLU; give its name"),
        (("relu", "1"), "unit_axis of the Layer relu is '1'; give a whole number"),
        (("relu", True), "unit_axis of the Layer relu is True; give a whole number"),
        (("relu", 1, 0, None), "clip_axis of the Layer relu is None; give a"),
    ],
)
def test_wrong_layers_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        Layer(*arguments)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_fft": 400.5}, r"log_mel\.n_fft is 400\.5; give a whole number above 0"),
        ({"hop_length": 0}, r"log_mel\.hop_length is 0; give a whole number above 0"),
        ({"n_mels": None}, r"log_mel\.n_mels is None; give a whole number above 0"),
        ({"f_min": 5000}, r"log_mel\.f_min is 5000 and log_mel\.f_max 4000; give num"),
        ({"f_min": -1}, r"log_mel\.f_min is -1 and"),
        ({"f_max": "4000"}, r"log_mel\.f_min is 0 and log_mel\.f_max '4000'; give num"),
        (
            {"f_max": 9000},
            r"log_mel\.f_max is 9000; give at most half the sample rate, 4000$",
        ),
    ],
)
def test_wrong_settings_of_log_mels_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        NetworkDescription(**GOOD, log_mel=replace(SETTINGS, **changes))


def test_sequences_may_be_generators_or_arrays():
    network = NetworkDescription(
        **GOOD
        | {
            "layers": (Layer(f"{at}", np.int64(1)) for at in range(2)),
            "front_end": (name for name in "ab"),
            "class_names": np.array(["Speech", "Music"]),
            "logits": Layer("head", unit_axis=1),
        }
    )
    assert [layer.module for layer in network.layers] == ["0", "1"]
    assert network.front_end == ("a", "b")
    assert network.class_names == ("Speech", "Music")


def test_all_wrong_attributes_are_listed():
    with pytest.raises(InputError) as raised:
        NetworkDescription(**GOOD | {"sample_rate": 0, "licence": ""})
    assert len(str(raised.value).splitlines()) == 2


def test_inputs_are_scaled_waveforms_or_their_log_mels():
    waveforms = np.random.default_rng(0).uniform(-1, 1, (2, 1000)).astype(np.float32)
    inputs = NetworkDescription(**GOOD, full_scale=32768).inputs(waveforms)
    assert inputs.dtype == np.float32
    np.testing.assert_array_equal(inputs, waveforms * 32768)
    inputs = NetworkDescription(**GOOD, log_mel=SETTINGS).inputs(waveforms)
    assert inputs.shape == (2, 20, 11)
    np.testing.assert_array_equal(inputs, LogMel(SETTINGS, 8000)(waveforms))
