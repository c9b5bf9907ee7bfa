"""Layers are recorded as they are when they run, in one pass, which then ends."""

import numpy as np
import pytest
import torch
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.networks.description import Layer
from music_selectivity.networks.layers import (
    LOGITS,
    LayerRecorder,
    examine,
    find_layers,
    outlines,
)
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

SOUNDS = torch.from_numpy(synthetic_sounds(0.5, RATE))


def responses(network, inputs=SOUNDS):
    with LayerRecorder(network.module, find_layers(network)) as recorder:
        return recorder.responses(inputs)


class Steps(nn.Module):
    """Modules one after the other; names are those of the keywords."""

    def __init__(self, **steps: nn.Module) -> None:
        super().__init__()
        self.steps = list(steps)
        for name, step in steps.items():
            self.add_module(name, step)

    def forward(self, x):
        for name in self.steps:
            x = getattr(self, name)(x)
        return x


class Returns(nn.Module):
    """Returns what a function makes of the input."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def steps(**functions):
    return Steps(**{name: Returns(each) for name, each in functions.items()}).eval()


# Independent references: the same responses computed without hooks.


def test_recurrent_layers_are_averaged_over_time():
    network = recurrent()
    module, found = network.module, responses(network)
    with torch.inference_mode():
        frames = module.frames.convolution(SOUNDS[:, None])
        lstm = module.lstm(frames.relu().transpose(1, 2))[0]
        time_first = module.time_first(lstm.transpose(0, 1))[0]
        logits = module(SOUNDS)
    expected = {
        "frames.convolution": frames.mean(2),
        "lstm": lstm.mean(1),
        "time_first": time_first.mean(0),
        LOGITS: logits,
    }
    assert found.keys() == expected.keys()
    for name, each in expected.items():
        torch.testing.assert_close(found[name], each)


def test_transformers_of_tuples_and_dicts_are_averaged_over_time():
    network = transformer()
    module, found = network.module, responses(network)
    with torch.no_grad():
        x = module.frames(SOUNDS)
        for at, block in enumerate(module.blocks):
            x = block(x)[0]
            torch.testing.assert_close(found[f"blocks.{at}"], x.mean(1))
        for at, layer in enumerate(module.encoder.layers):
            x = layer(x)
            torch.testing.assert_close(
                found[f"encoder.layers.{at}"], x.mean(1), atol=1e-5, rtol=1e-5
            )
    torch.testing.assert_close(found["output"], found["encoder.layers.1"])


def test_layers_of_wav2vec2_are_those_that_torchaudio_returns():
    network = wav2vec2()
    found = responses(network)
    with torch.inference_mode():
        features = network.module.extract_features(SOUNDS)[0]
    assert len(features) == 3
    for at, each in enumerate(features):
        name = f"encoder.transformer.layers.{at}"
        torch.testing.assert_close(found[name], each.mean(1))
    assert found["feature_extractor.conv_layers.2"].shape == (4, 16)


def test_an_output_is_recorded_before_it_is_overwritten():
    module = nn.Sequential(nn.Linear(3, 6), nn.ReLU(inplace=True)).eval()
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    # The pass goes on to the second layer, which overwrites the output of the first.
    found = responses(described(module, Layer("?", unit_axis=1)), x)
    with torch.inference_mode():
        expected = module[0](x)
    assert (expected < 0).any()
    assert torch.equal(found["0"], expected)
    assert torch.equal(found["1"], expected.relu())


def test_later_modules_do_not_run():
    ran = []

    def running(name):
        return lambda x: ran.append(name) or x + 1

    module = steps(**{name: running(name) for name in ("first", "second", "third")})
    layers = {"second": Layer("second", 1), "first": Layer("first", 1)}
    with LayerRecorder(module, layers) as recorder:
        found = recorder.responses(torch.zeros(2, 3))
        assert ran == ["first", "second"]
        assert found["second"].tolist() == [[2.0] * 3] * 2
        recorder.record(torch.zeros(2, 3), whole=True)
    assert ran == ["first", "second"] * 2 + ["third"]


def test_a_network_that_catches_exceptions_does_not_go_on():
    ran = []

    class Catches(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Identity()

        def forward(self, x):
            try:
                self.layer(x)
            except Exception:
                ran.append("caught")
            ran.append("later")

    network = described(Catches().eval(), Layer("layer", 1))
    assert responses(network, torch.ones(2, 3))["layer"].shape == (2, 3)
    assert ran == []


def test_hooks_are_removed_even_after_an_error():
    network = recurrent()
    with (
        pytest.raises(InputError, match="RuntimeError"),
        LayerRecorder(network.module, find_layers(network)) as recorder,
    ):
        recorder.responses(torch.zeros(2, 3))
    assert not any(module._forward_hooks for module in network.module.modules())


@pytest.mark.parametrize("axes", [(0, 1), (0, 2), (1, 0), (2, 0), (2, 1), (-1, -3)])
def test_any_axes_may_hold_clips_and_units(axes):
    clips, units = axes
    shape = [7, 7, 7]
    shape[clips], shape[units] = 5, 3
    output = torch.randn(shape, dtype=torch.float64)
    layer = Layer("step", unit_axis=units, clip_axis=clips)
    found = responses(described(steps(step=lambda x: output), layer), torch.zeros(5, 1))
    other = ({0, 1, 2} - {clips % 3, units % 3}).pop()
    expected = np.moveaxis(output.numpy(), (clips, units, other), (0, 1, 2)).mean(2)
    assert found["step"].dtype == torch.float32
    np.testing.assert_allclose(found["step"], expected, rtol=1e-5, atol=1e-6)


def names(network):
    return list(find_layers(network))


def test_patterns_describe_names_part_by_part():
    network = transformer()
    assert names(network)[:2] == ["blocks.0", "blocks.1"]
    every = changed(network, layers=[Layer("blocks.?.norm", 2), Layer("*.layers.1", 2)])
    assert names(every) == ["blocks.0.norm", "blocks.1.norm", "encoder.layers.1"]


def test_a_module_named_output_is_not_the_network():
    module = steps(output=lambda x: x + 1, last=lambda x: x * 0)
    found = responses(described(module, Layer("output", 1)), torch.ones(2, 3))
    assert found["output"].unique().tolist() == [2.0]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [Layer("block.0", 2)],
            r"no module is named block\.0; similar names are block",
        ),
        (
            [Layer("blocks.*.nrom", 2)],
            r"named blocks\.\*\.nrom; similar .*blocks\.0\.n",
        ),
        ([Layer("qqqq", 2)], "no module is named qqqq; the modules are frames, frames"),
        (
            [Layer("blocks", 2)],
            r"blocks is a collection .* describe its .*, blocks\.\*",
        ),
        ([Layer("blocks.0", 2), Layer("blocks.*", 2)], r"blocks\.0 is described twice"),
        ([], "no layer is described; the modules are frames"),
    ],
)
def test_layers_that_are_not_there(layers, message):
    with pytest.raises(InputError, match=message):
        find_layers(changed(transformer(), layers=layers))


def test_logits_that_are_not_there():
    network = changed(recurrent(), logits=Layer("haed", unit_axis=1))
    with pytest.raises(InputError, match=r"no module is named haed; similar .*head"):
        find_layers(network)


def test_a_layer_may_have_any_name_of_a_module():
    for name in ("class_logits", "logits"):
        module = Steps(**{name: nn.Linear(3, 2)}).eval()
        network = described(
            module,
            Layer(name, 1),
            class_names=["a", "b"],
            logits=Layer("output", unit_axis=1),
        )
        assert names(network) == [name, LOGITS]


def test_a_front_end_that_is_the_whole_network():
    module = Steps(**{"output": nn.Identity(), "last": nn.Identity()}).eval()
    assert names(described(module, Layer("last", 1), front_end=["output"])) == ["last"]
    with pytest.raises(InputError, match="front_end names the whole network, output: "):
        find_layers(changed(recurrent(), front_end=["output"]))


def test_all_problems_are_listed_and_good_layers_kept():
    network = changed(transformer(), layers=[Layer(x, 2) for x in ("a", "b", "frames")])
    network.module.train()
    layers, problems = examine(network)
    assert list(layers) == ["frames"]
    assert len(problems) == 3
    assert "training mode (frames)" in problems[0]


def test_torchscript_is_refused_but_its_output_can_be_read():
    scripted = torch.jit.script(nn.Sequential(nn.Linear(3, 4), nn.ReLU()).eval())
    module = Steps(network=scripted, read=nn.Identity()).eval()
    for name in ("network", "network.0"):
        with pytest.raises(InputError, match=f"{name} is TorchScript, in which hooks"):
            find_layers(described(module, Layer(name, 1)))
    found = responses(described(module, Layer("read", 1)), torch.ones(2, 3))
    assert found["read"].shape == (2, 4)


OUTPUT = torch.zeros(4, 6, 5)


@pytest.mark.parametrize(
    ("output", "layer", "message"),
    [
        (OUTPUT, Layer("a", 3), "unit_axis is 3, but .* 4 x 6 x 5, with the axes 0, 1"),
        (OUTPUT, Layer("a", -4), "unit_axis is -4, but"),
        (OUTPUT, Layer("a", 1, clip_axis=7), "clip_axis is 7, but"),
        (OUTPUT, Layer("a", 0), "axis 0 of .* holds the clips: give another unit_axis"),
        (OUTPUT, Layer("a", 0, clip_axis=1), "axis 1 .* not hold the 4 clips of the b"),
        (OUTPUT, Layer("a", 1, element=0), "no element 0; it is a tensor of 4 x 6 x 5"),
        (
            (OUTPUT, {"x": OUTPUT}),
            Layer("a", 1),
            r"a tuple of \(a tensor .*, a dict of \(x: a .*\)\): name the tensor",
        ),
        ((OUTPUT, None), Layer("a", 1, element=1), "its output is a NoneType: name"),
        ((OUTPUT,), Layer("a", 1, element=1), r"no element 1; it is a tuple of \(a t"),
        ({"x": OUTPUT}, Layer("a", 1, element="y"), "no element 'y'; it is a dict"),
        (OUTPUT.long(), Layer("a", 1), r"torch\.int64; describe one of real numbers"),
        (OUTPUT.view(24, 5), Layer("a", 1), "axis 0 .* 24 x 5, does not hold the 4"),
    ],
)
def test_outputs_that_are_not_as_described(output, layer, message):
    network = described(steps(a=lambda x: output), layer)
    with pytest.raises(InputError, match=f"^layer a: .*{message}"):
        responses(network, torch.zeros(4, 1))


@pytest.mark.parametrize(
    ("element", "expected"), [(0, 1.0), ((1, 0), 2.0), ((2, "x"), 3.0)]
)
def test_elements_of_nested_outputs(element, expected):
    ones = torch.ones(4, 6)
    output = (ones, [2 * ones], {"x": 3 * ones})
    layer = Layer("a", 1, element=element)
    found = responses(described(steps(a=lambda x: output), layer), torch.zeros(4, 1))
    assert found["a"].unique().tolist() == [expected]


def test_the_problems_of_all_layers_are_listed():
    module = steps(a=lambda x: (x, x), b=lambda x: x[0], c=lambda x: x)
    network = described(module, Layer("a", 1), Layer("b", 7), Layer("c", 1))
    with pytest.raises(InputError) as raised:
        responses(network, torch.zeros(4, 2))
    first, second = str(raised.value).splitlines()
    assert first.startswith("layer a: its output is a tuple")
    assert second.startswith("layer b: unit_axis is 7")


def test_a_module_that_does_not_run_once_is_refused():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.relu, self.unused, self.bypassed = (nn.ReLU() for _ in range(3))

        def forward(self, x):
            return self.bypassed.forward(self.relu(self.relu(x) + 1))

    module = Odd().eval()
    layers = {name: Layer(name, 1) for name in ("relu", "unused", "bypassed")}
    with LayerRecorder(module, layers) as recorder:
        found = recorder.record(torch.ones(2, 3))
    assert not found.responses
    assert "relu runs 2 times in a pass" in found.problems["relu"]
    assert "unused does not run in a pass" in found.problems["unused"]
    assert "bypassed does not run in a pass" in found.problems["bypassed"]
    # Without the others, the pass ends after the first run, unless it is a whole one.
    with LayerRecorder(module, {"relu": layers["relu"]}) as recorder:
        assert not recorder.record(torch.ones(2, 3)).problems
        assert recorder.record(torch.ones(2, 3), whole=True).problems


def test_outlines_of_all_modules():
    found = outlines(recurrent().module, SOUNDS)
    assert found["frames"] == "a tensor of 4 x 19 x 16"
    assert found["lstm"] == (
        "a tuple of (a tensor of 4 x 19 x 12, a tuple of (a tensor of 2 x 4 x 12, "
        "a tensor of 2 x 4 x 12))"
    )
    assert found["output"] == "a tensor of 4 x 3"


def test_seeded_networks_are_the_same():
    first, again = (seeded(nn.Linear, 3, 4).weight for _ in range(2))
    assert torch.equal(first, again)
