"""Networks of the zoo: as described, and the same as in the packages they come from."""

import re
import sys
import tomllib
import types
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from conftest import ROOT
from music_selectivity.audio.torchaudio_import import import_transforms
from music_selectivity.networks.checking import check
from music_selectivity.networks.description import NetworkDescription
from music_selectivity.networks.layers import LayerRecorder, find_layers
from music_selectivity.networks.synthetic_sounds import synthetic_sounds
from music_selectivity.networks.twins import INITIALISED, PERMUTED, twin
from music_selectivity.networks.user_code import load_network
from music_selectivity.store import ShardedArray

CPU = torch.device("cpu")
ZOO = ROOT / "zoo"

# The package of each network that is tried, and the units of its layers.
PACKAGES = {
    "voice_encoder.py:make": ("resemblyzer", [256] * 4),
    "silero.py:make": ("silero_vad", [128, 64, 64, 128, 128]),
    "crepe.py:tiny": ("torchcrepe", [128, 16, 16, 16, 32, 64, 360]),
    "pesto_pitch.py:make": ("pesto", [40, 40, 40, 30, 30, 384]),
}


DOCS = (ROOT / "docs/networks.md").read_text()


def test_the_documented_networks_and_versions_are_these():
    documented = set(re.findall(r"^\| `zoo/(\S+\.py):", DOCS, re.MULTILINE))
    assert documented == {path.name for path in ZOO.glob("*.py")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = [*project["optional-dependencies"]["zoo"], "Resemblyzer==0.1.4"]
    pins += [pin for pin in project["dependencies"] if pin.startswith("torchaudio")]
    for pin in pins:
        assert f" | {pin.replace('==', ' ')}" in DOCS
    assert "--no-deps Resemblyzer==0.1.4\n" in DOCS


def load(place: str, package: str) -> NetworkDescription:
    """A network of the zoo, if its package is installed."""
    if find_spec(package) is None:
        pytest.skip(
            f"{package} is not installed: see «Networks to try» in docs/networks.md"
        )
    return load_network(f"{ZOO / place}")


def sounds(seconds: float) -> torch.Tensor:
    """Synthetic sounds at 16 kHz, which all these networks take."""
    return torch.from_numpy(synthetic_sounds(seconds, 16000))


def output(network: NetworkDescription, waveforms: torch.Tensor) -> torch.Tensor:
    assert network.sample_rate == 16000
    with torch.inference_mode():
        return network.module(waveforms)


@pytest.mark.parametrize("place", PACKAGES)
def test_networks_are_as_described(place):
    package, units = PACKAGES[place]
    checked = check(load(place, package), 2.0, CPU)
    assert [layer.n_units for layer in checked.layers] == units
    assert checked.other_seconds == 2.5
    n_constant = sum(layer.n_constant for layer in checked.layers)
    assert n_constant < 0.2 * sum(units)


@pytest.mark.parametrize("place", PACKAGES)
@pytest.mark.parametrize("kind", [PERMUTED, INITIALISED])
def test_networks_have_twins(place, kind, tmp_path):
    network = load(place, PACKAGES[place][0])
    np.save(tmp_path / "0.npy", sounds(1.2))
    inputs = ShardedArray([tmp_path / "0.npy"], np.zeros(4, int), np.arange(4))
    front_end = [
        (x, x.clone())
        for name in network.front_end
        for x in network.module.get_submodule(name).parameters()
    ]
    before = output(network, sounds(1.2))
    other = twin(network, kind, 1, inputs, CPU)
    assert not torch.allclose(output(other, sounds(1.2)), before)
    for x, was in front_end:
        assert torch.equal(x, was)
    with LayerRecorder(other.module, find_layers(other)) as recorder:
        for responses in recorder.responses(sounds(1.2)).values():
            # A ReLU without batch-norm may silence many units.
            assert (responses != responses[0]).any(0).float().mean() > 0.25


def test_the_voice_encoder_is_that_of_resemblyzer(monkeypatch):
    network = load("voice_encoder.py:make", "resemblyzer")
    pytest.importorskip("librosa", reason="resemblyzer computes spectra with librosa")
    # It is used only to leave out what is no speech, and no longer installs.
    monkeypatch.setitem(sys.modules, "webrtcvad", types.ModuleType("webrtcvad"))
    resemblyzer = pytest.importorskip("resemblyzer")
    waveforms = sounds(2.0)
    mels = [resemblyzer.wav_to_mel_spectrogram(each) for each in waveforms.numpy()]
    with torch.inference_mode():
        expected = resemblyzer.VoiceEncoder("cpu", verbose=False)(
            torch.from_numpy(np.stack(mels))
        )
    found = output(network, waveforms)
    np.testing.assert_allclose(found, expected, atol=1e-4 * float(expected.std()) * 10)


# The last chunk is filled with zeros, unless the sound ends with it.
@pytest.mark.parametrize("n_samples", [32000, 32256])
def test_the_speech_detector_is_that_of_silero(n_samples):
    network = load("silero.py:make", "silero_vad")
    waveforms = sounds(2.1)[:, :n_samples]
    path = find_spec("silero_vad").submodule_search_locations[0]
    reference = torch.jit.load(f"{path}/data/silero_vad.jit")
    expected = reference.audio_forward(waveforms, sr=16000)
    found = output(network, waveforms).sigmoid().squeeze(2)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(("capacity", "seconds"), [("tiny", 2.0), ("full", 0.05)])
def test_pitches_of_crepe_are_those_of_torchcrepe(capacity, seconds):
    network = load(f"crepe.py:{capacity}", "torchcrepe")
    import torchcrepe

    waveforms = sounds(seconds)
    found = output(network, waveforms)
    with torch.inference_mode():
        for pitches, waveform in zip(found, waveforms, strict=True):
            (frames,) = torchcrepe.preprocess(waveform[None], 16000, 480)
            expected = torchcrepe.infer(frames, capacity)
            np.testing.assert_allclose(pitches, expected, atol=1e-5)


def test_pitches_of_pesto_are_those_of_its_package():
    network = load("pesto_pitch.py:make", "pesto")
    import pesto

    reference = pesto.load_model("mir-1k_g7", step_size=30.0, sampling_rate=16000)
    waveforms = sounds(2.0)
    with torch.inference_mode():
        *_, expected = reference(waveforms)
    np.testing.assert_allclose(output(network, waveforms), expected, atol=1e-5)


@pytest.fixture(scope="module")
def torchaudio_weights(tmp_path_factory):
    """Folder with the adapter of torchaudio's networks, and random weights for both."""
    import_transforms()
    from torchaudio.models import hubert_base

    folder = tmp_path_factory.mktemp("zoo")
    (folder / "wav2vec2.py").write_bytes((ZOO / "wav2vec2.py").read_bytes())
    weights = folder / "wav2vec2_fairseq_base_ls960.pth"
    network = hubert_base().eval()
    torch.save(network.state_dict(), weights)
    (folder / "hubert_fairseq_base_ls960.pth").symlink_to(weights)
    yield folder, network
    weights.unlink()


@pytest.mark.parametrize("name", ["wav2vec2", "hubert"])
def test_layers_of_torchaudio_networks(torchaudio_weights, name):
    folder, reference = torchaudio_weights
    network = load_network(f"{folder}/wav2vec2.py:{name}")
    waveforms = sounds(0.2)
    with LayerRecorder(network.module, find_layers(network)) as recorder:
        found = recorder.responses(waveforms)
    with torch.inference_mode():
        expected, _ = reference.extract_features(waveforms)
    assert len(found) == 7 + 12
    for responses, features in zip(list(found.values())[7:], expected, strict=True):
        np.testing.assert_allclose(responses, features.mean(1), atol=1e-5)


def test_torchaudio_networks_are_as_described(torchaudio_weights):
    network = load_network(f"{torchaudio_weights[0]}/wav2vec2.py:hubert")
    checked = check(network, 0.5, CPU)
    assert [layer.n_units for layer in checked.layers] == [512] * 7 + [768] * 12
