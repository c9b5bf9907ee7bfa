"""Good networks pass the check; each wrong one fails with its own sentence alone."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from music_selectivity.errors import InputError
from music_selectivity.networks.checking import check, check_twin
from music_selectivity.networks.description import Layer
from music_selectivity.networks.synthetic_sounds import synthetic_sounds
from small_networks import (
    RATE,
    changed,
    described,
    recurrent,
    seeded,
    transformer,
    wav2vec2,
)

CPU = torch.device("cpu")


class Network(nn.Module):
    """Frames of a waveform and what a function makes of them, all of one shape."""

    def __init__(self, function=lambda x: x) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(1, 16, 400, stride=200)
        self.made = nn.Identity()
        self.function = function

    def forward(self, waveforms):
        return self.made(self.function(self.convolution(waveforms[:, None])))


def network(function=lambda x: x, *layers):
    layers = layers or (Layer("made", unit_axis=1),)
    return described(seeded(Network, function), *layers)


def problems(network, seconds=1.0):
    with pytest.raises(InputError) as raised:
        check(network, seconds, CPU)
    return str(raised.value).splitlines()


@pytest.mark.parametrize(
    ("network", "units"),
    [
        (recurrent, [16, 12, 10]),
        (transformer, [16, 16, 16, 16, 16]),
        (wav2vec2, [16, 16, 16, 24, 24, 24]),
        (network, [16]),
    ],
)
def test_good_networks_pass(network, units):
    checked = check(network(), 1.0, CPU)
    assert [layer.n_units for layer in checked.layers] == units
    assert checked.n_units == sum(units)
    assert checked.other_seconds == 1.25
    assert checked.seconds > 0
    assert checked.mb >= 0
    assert checked.loaded_mb > 0


def test_shapes_and_units_that_never_vary_are_reported():
    mask = torch.ones(16, 1)
    mask[:5] = 0
    checked = check(network(lambda x: x * mask), 1.0, CPU)
    (layer,) = checked.layers
    assert layer.shape == (4, 16, 39)
    assert layer.n_constant == 5


# Twins.


def test_twins_that_can_be_made_pass():
    for kind in ("permuted", "initialised"):
        check_twin(recurrent(), kind, 1.0, CPU)


class OwnWeights(nn.Module):
    """Holds a parameter that nothing initialises."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(16, 1))

    def forward(self, x):
        return self.scale * x


def test_a_twin_that_cannot_be_made():
    described = network(OwnWeights())
    check_twin(described, "permuted", 1.0, CPU)
    with pytest.raises(InputError, match=r"no module initialises function\.scale, so"):
        check_twin(described, "initialised", 1.0, CPU)


class Logarithm(nn.Module):
    """Its weights are 0 and 1; where a 0 comes first, the logarithm is not finite."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.arange(1.0, 1001.0))

    def forward(self, x):
        return x + (self.weights[0] - 1 < 1e-6).log()


def test_a_twin_whose_responses_are_not_finite():
    check(network(Logarithm().eval()), 1.0, CPU)
    with pytest.raises(InputError, match=r"^in a twin, layer made is not finite for 4"):
        check_twin(network(Logarithm().eval()), "permuted", 1.0, CPU)


# Wrong networks, and the sentence of each.


def test_units_on_the_axis_of_time():
    (problem,) = problems(network(lambda x: x, Layer("made", unit_axis=2)))
    assert problem == (
        "layer made has 39 units for clips of 1 s and 49 for 1.25 s, so that its "
        "unit_axis holds time (its output is 4 x 16 x 39): give another axis or, if "
        "units and time share one, a module before"
    )


def test_units_and_time_on_one_axis():
    (problem,) = problems(network(lambda x: x.flatten(1)))
    assert problem.startswith("layer made has 624 units for clips of 1 s and 784 for")


def test_responses_that_depend_on_the_batch():
    def normalised(x):
        return (x - x.mean(0)) / (x.std(0, correction=0) + 1)

    (problem,) = problems(network(normalised))
    assert problem.startswith(
        "responses of layer made to a clip alone differ from those in a batch by "
    )
    assert problem.endswith(
        "no response may depend on other clips; normalise each clip by itself"
    )


def test_random_responses():
    (problem,) = problems(network(lambda x: functional.dropout(x, 0.2)))
    assert problem == (
        "two passes of the same sounds differ in layer made: the network draws random "
        "numbers in evaluation mode; leave these out, such as functional.dropout "
        "without training=self.training"
    )


def test_clips_that_are_too_short():
    (problem,) = problems(network(), seconds=0.04)
    assert problem.startswith(
        "clips of 0.04 s are too short for the network, which takes 0.08 s: give "
        "longer clips (audio.clip_seconds), or lengthen them in forward; "
    )
    assert "RuntimeError: Calculated padded input size" in problem


def test_natural_sounds_of_a_length_that_the_network_does_not_take():
    def fixed(x):
        if x.shape[2] < 30:
            raise ValueError("too few frames")
        return x

    check(network(fixed), 1.0, CPU, natural_seconds=2.0)
    with pytest.raises(InputError) as raised:
        check(network(fixed), 1.0, CPU, natural_seconds=0.7)
    (problem,) = str(raised.value).splitlines()
    assert problem.startswith(
        "the network does not take the natural sounds, which last 0.7 s: cut or "
    )
    assert problem.endswith("ValueError: too few frames")


def problem_with_natural_sounds(network, seconds):
    with pytest.raises(InputError) as raised:
        check(network, 1.0, CPU, natural_seconds=seconds)
    (problem,) = str(raised.value).splitlines()
    return problem


def test_a_layer_that_does_not_run_for_the_natural_sounds():
    function = Skipping(nn.Identity(), lambda x: x.shape[2] < 25).eval()
    described = network(function, Layer("function.layer", unit_axis=1))
    check(described, 1.0, CPU, natural_seconds=0.7)
    assert problem_with_natural_sounds(described, 0.5).startswith(
        "for the natural sounds, which last 0.5 s, layer function.layer does not run in"
    )


def test_units_that_vary_with_the_length_of_the_natural_sounds():
    def fixed(x):
        if x.shape[2] not in (39, 79):
            raise ValueError("a length between")
        return x.flatten(1)

    described = network(fixed)
    assert check(described, 1.0, CPU).other_seconds is None
    assert problem_with_natural_sounds(described, 2.0).startswith(
        "layer made has 624 units for clips of 1 s and 1264 for 2 s, so that its unit_a"
    )
    # A layer whose units are known to vary is named once.
    assert problem_with_natural_sounds(network(lambda x: x.flatten(1)), 2.0).startswith(
        "layer made has 624 units for clips of 1 s and 784 for 1.25 s"
    )


class Skipping(nn.Module):
    """Calls a layer unless a condition holds for what it would get."""

    def __init__(self, layer, condition) -> None:
        super().__init__()
        self.layer, self.condition = layer, condition

    def forward(self, x):
        return x if self.condition(x) else self.layer(x)


def test_a_network_that_fails_after_its_last_layer():
    """No clips are long enough, although their layers could be recorded."""
    module = nn.Sequential(network().module, nn.Linear(7, 2)).eval()
    (problem,) = problems(described(module, Layer("0.made", 1)))
    assert problem.startswith("the network fails on clips of 1 s: ")
    assert "RuntimeError: mat1 and mat2 shapes cannot be multiplied" in problem


def test_training_mode():
    module = nn.Sequential(nn.Unflatten(1, (1, -1)), nn.Conv1d(1, 4, 99, 50))
    module.extend([nn.BatchNorm1d(4), nn.Dropout(0.5)])
    (problem,) = problems(described(module, Layer("3", 1)))
    assert problem == (
        "the network is in training mode (0), in which responses are random or depend "
        "on other clips: call module.eval() in your function"
    )


class Stateful(nn.Module):
    """Keeps a mean of all that it was called with, as detectors of voices do."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = 0

    def forward(self, x):
        self.mean = 0.5 * self.mean + 0.5 * x.mean(0)
        return x + self.mean


class FixedBatch(nn.Module):
    """Keeps a state for each clip, which fits no other number of clips."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = None

    def forward(self, x):
        if self.hidden is not None:
            x = x[..., :9] + self.hidden
        self.hidden = x
        return x


@pytest.mark.parametrize(
    ("function", "beginning"),
    [
        (
            Stateful(),
            "two passes of the same sounds differ in layer made, even with th",
        ),
        (FixedBatch(), "the network fails in a second pass: if the network keeps a st"),
    ],
)
def test_a_state_between_calls(function, beginning):
    (problem,) = problems(network(function.eval()))
    assert problem.startswith(beginning)
    assert "reset it at the beginning of forward, in an adapter" in problem


def test_a_batch_of_one_clip_is_not_taken():
    def squeezed(x):
        x = x.squeeze(0)
        return x[:, :, 1:]

    (problem,) = problems(network(squeezed))
    assert problem.startswith("the network fails on a batch of one clip: ")
    assert "in squeezed: IndexError: too many indices" in problem


def test_an_axis_that_only_seems_to_hold_the_clips():
    """The axis has the size of the batch of the check by chance."""
    (problem,) = problems(
        network(lambda x: x[:, :4], Layer("made", unit_axis=0, clip_axis=1))
    )
    assert "a tensor of 1 x 4 x 39, does not hold the 1 clip of the batch" in problem


def third_alone():
    """A condition that holds for the third batch of one clip."""
    batches = itertools.count(1)
    return lambda x: len(x) == 1 and next(batches) == 3


def test_a_layer_that_does_not_run_for_each_clip_alone():
    function = Skipping(nn.Identity(), third_alone()).eval()
    (problem,) = problems(network(function, Layer("function.layer", unit_axis=1)))
    assert problem.startswith(
        "in a batch of one clip, layer function.layer does not run in a pass"
    )


def test_units_that_vary_between_clips_alone():
    is_third = third_alone()
    (problem,) = problems(network(lambda x: x[:, :8] if is_third(x) else x))
    assert problem.startswith(
        "layer made has 8 units in a batch of one clip and 16 in a batch of 4: its "
    )


@pytest.mark.parametrize("function", [torch.log, lambda x: x.abs() / 0])
def test_responses_that_are_not_finite(function):
    (problem,) = problems(network(function))
    assert problem.startswith("layer made is not finite for 4 of 4 sounds: see to the ")


def test_a_layer_that_no_sound_reaches():
    (problem,) = problems(network(lambda x: torch.zeros_like(x) + 3))
    assert problem.startswith("layer made responds to all sounds equally: describe a")


def test_a_length_that_is_the_only_one():
    module = nn.Sequential(nn.Linear(RATE, 5), nn.ReLU()).eval()
    assert check(described(module, Layer("1", 1)), 1.0, CPU).other_seconds is None
    (problem,) = problems(described(module, Layer("1", 1)), seconds=0.5)
    assert problem.startswith("clips of 0.5 s are too short for the network, which tak")
    (problem,) = problems(described(module, Layer("1", 1)), seconds=2)
    assert problem.startswith("the network fails on clips of 2 s: ")
    assert "RuntimeError: mat1 and mat2 shapes cannot be multiplied" in problem


def test_an_axis_is_also_compared_with_shorter_clips():
    module = nn.Sequential(Shorter(), nn.Linear(1, 3)).eval()
    (problem,) = problems(described(module, Layer("1", unit_axis=1)))
    assert "8000 units for clips of 1 s and 6400 for 0.8 s" in problem


class Shorter(nn.Module):
    """Takes one second at most, as a network with a table of positions does."""

    def forward(self, waveforms):
        if waveforms.shape[1] > RATE:
            raise ValueError("too long")
        return waveforms[..., None]


def test_names_of_classes_for_each_logit():
    (problem,) = problems(changed(recurrent(), class_names=["a", "b"]))
    assert problem == (
        "class_names has 2 names, but there are 3 logits: name each class, in the "
        "order of the logits"
    )


def test_all_problems_are_listed():
    wrong = network(
        lambda x: functional.dropout(x, 0.2),
        Layer("convolution", unit_axis=2),
        Layer("made", unit_axis=7),
        Layer("mode", unit_axis=1),
        Layer("output", unit_axis=1),
    )
    wrong.module.train()
    beginnings = [
        "the network is in training mode",
        "no module is named mode; similar names are made",
        "layer made: unit_axis is 7",
        "two passes of the same sounds differ in layer output",
        "layer convolution has 39 units for clips of 1 s and 49 for 1.25 s",
    ]
    for found, beginning in zip(problems(wrong), beginnings, strict=True):
        assert found.startswith(beginning)


@pytest.mark.parametrize("seconds", [0.05, 1.0, 2.7])
def test_synthetic_sounds_differ_and_repeat(seconds):
    sounds = synthetic_sounds(seconds, RATE)
    assert sounds.shape == (4, round(seconds * RATE))
    assert sounds.dtype == np.float32
    np.testing.assert_allclose(np.abs(sounds).max(1), 0.5, rtol=1e-6)
    assert np.abs(np.corrcoef(sounds) - np.eye(4)).max() < 0.5
    np.testing.assert_array_equal(sounds, synthetic_sounds(seconds, RATE))
