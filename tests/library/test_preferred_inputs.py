"""Preferred inputs: their units, their sounds, and the rule by which they are kept."""

import io

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from torch import nn

from music_selectivity.analyses import preferred_inputs as module
from music_selectivity.analyses.preferred_inputs import (
    PreferredInput,
    chosen_units,
    log_mel_table,
    preferred_inputs,
    verdict_table,
)
from music_selectivity.audio.inversion import Inversion
from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.networks import ascent
from music_selectivity.networks.kim2024 import Network
from music_selectivity.networks.log_mel_statistics import log_mel_statistics
from music_selectivity.seeds import generator
from music_selectivity.store import ShardedArray

RATE = 22_050
FRONT_END = LogMelSettings(n_fft=551, hop_length=275, n_mels=64, f_min=0, f_max=8000)


def audio(seconds: float, full_scale: int = 1) -> AudioSettings:
    return AudioSettings(RATE, seconds, 0.5, "repeat", False, -60, full_scale)


def statistics(tmp_path, seconds: float, full_scale: int = 1):
    """Statistics of clips of noise whose level changes in time and frequency."""
    rng = np.random.default_rng(0)
    n_samples = round(RATE * seconds)
    noise = rng.normal(0, 0.05, (24, n_samples)).cumsum(axis=1) * 0.02
    noise += rng.normal(0, 0.05, (24, n_samples))
    swells = np.exp(np.sin(np.linspace(0, rng.uniform(5, 20), n_samples)))
    log_mels = LogMel(FRONT_END, RATE)((full_scale * noise * swells).astype("f4"))
    np.save(tmp_path / "clips.npy", log_mels)
    rows = np.arange(24)
    clips = ShardedArray([tmp_path / "clips.npy"], np.zeros_like(rows), rows)
    return log_mel_statistics(clips, rows)


class Bands(nn.Module):
    """Units that respond to the mean level of a group of bands against all others."""

    n_units = 4

    def units(self, log_mels: torch.Tensor) -> torch.Tensor:
        groups = log_mels.unflatten(1, (self.n_units, -1)).mean((2, 3))
        return groups - log_mels.mean((1, 2))[:, None]


@pytest.fixture
def few_steps(monkeypatch):
    """Enough for units of bands."""
    monkeypatch.setattr(ascent, "STEPS", 60)


def found_by(network, units, tmp_path, seconds, full_scale=1):
    settings = audio(seconds, full_scale)
    return preferred_inputs(
        "ms",
        network,
        np.array(units),
        statistics(tmp_path, seconds, full_scale),
        Inversion(FRONT_END, RATE, settings.n_samples),
        settings,
        generator("test of preferred inputs"),
    )


@pytest.mark.parametrize("full_scale", [1, 32768])
def test_units_of_bands_prefer_sounds_in_them(tmp_path, few_steps, full_scale):
    network = Bands()
    found = found_by(network, [2, 1], tmp_path, 0.5, full_scale)
    assert [each.unit for each in found] == [2, 1]
    clips = statistics(tmp_path, 0.5, full_scale)
    at_mean = network.units(clips.mean.expand(1, -1, 41))[0]
    for each in found:
        assert each.log_mel.shape == (64, 41)
        own = network.units(torch.from_numpy(each.log_mel)[None])[0, each.unit]
        assert each.optimised == pytest.approx(float(own), rel=1e-4)
        assert each.optimised > at_mean[each.unit] + 5
        assert each.heard == pytest.approx(each.optimised, abs=1)


def test_responses_are_those_to_the_sounds_in_the_files(tmp_path, few_steps):
    """Read by libsndfile alone, analysed by torchaudio."""
    from test_log_mel import by_torchaudio

    for each in found_by(Bands(), [0, 3], tmp_path, 0.5):
        waveform, rate = soundfile.read(io.BytesIO(each.mp3), dtype="float32")
        assert rate == RATE
        assert 0.01 < np.abs(waveform).max() <= 1
        log_mel = by_torchaudio(FRONT_END, waveform[: RATE // 2], center=True)
        heard = Bands().units(torch.from_numpy(log_mel)[None])[0, each.unit]
        assert each.heard == pytest.approx(float(heard), rel=1e-3)


def test_the_same_seed_gives_the_same_bytes(tmp_path, few_steps):
    first, second = (found_by(Bands(), [1], tmp_path, 0.5)[0] for _ in range(2))
    assert first.mp3 == second.mp3
    assert first.log_mel.tobytes() == second.log_mel.tobytes()


def test_a_sound_above_full_scale_is_made_softer():
    loud = 5 * np.sin(np.arange(RATE) / 20).astype(np.float32)
    decoded, _ = soundfile.read(io.BytesIO(module._encoded(loud, audio(1.0))))
    assert 0.9 < np.abs(decoded[2000:-2000]).max() <= 1
    soft = loud / 50
    decoded, _ = soundfile.read(io.BytesIO(module._encoded(soft, audio(1.0))))
    assert decoded[2000:-2000].std() == pytest.approx(soft.std(), rel=0.05)


@pytest.mark.full
def test_inputs_of_an_untrained_network_are_kept_by_far(tmp_path):
    """The network of the paper, whose units clips of noise hardly tell apart."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        network = Network(5).eval()
    clips = statistics(tmp_path, 2.0)
    draws = clips.noise(100, generator("test"))
    with torch.inference_mode():
        responses = network.units(draws).numpy()
    units = np.argsort(-responses.mean(axis=0))[:3]
    found = found_by(network, units, tmp_path, 2.0)
    table = verdict_table(found, {"ms": responses})
    assert table["kept"].all()
    assert (table["optimised"] >= 0.95 * table["heard"]).all()


def unit_table(**columns):
    return pd.DataFrame({"unit": np.arange(16), **columns})


def test_units_are_the_most_selective_and_a_random_other():
    rng = np.random.default_rng(0)
    train, evaluated = rng.permutation(16), rng.permutation(16)
    l1 = np.ones(16)
    # A unit that never responds.
    l1[train == 3] = 0
    units = unit_table(
        msi_train=train, msi_eval=evaluated, l1_train=np.ones(16), l1_eval=l1
    )
    drawn = set()
    for seed in range(100):
        chosen = chosen_units(units, 0.375, "eval", generator("test", seed))
        assert list(train[chosen["ms"]]) == [15, 14, 13, 12]
        (other,) = train[chosen["random"]]
        drawn.add(int(other))
    assert drawn == set(range(10)) - {3}
    chosen = chosen_units(units, 0.375, "train", generator("test"))
    assert list(evaluated[chosen["ms"]]) == [15, 14, 13, 12]


def test_few_units_are_all_there_are():
    units = unit_table(msi_train=np.arange(16), l1_eval=np.zeros(16))
    chosen = chosen_units(units, 0.125, "eval", generator("test"))
    assert list(chosen["ms"]) == [15, 14]
    assert "random" not in chosen


def preferred(kind, unit, optimised, heard, seed=0):
    log_mel = np.random.default_rng(seed).normal(size=(3, 4)).astype(np.float32)
    return PreferredInput(kind, unit, log_mel, b"", optimised, heard)


def test_inputs_are_kept_above_the_99th_percentile():
    """Of 101 clips with responses 0, 1, ..., 100 it is 99; a dead unit has 0."""
    responses = np.stack([np.arange(101), np.zeros(101)], axis=1)
    found = [
        preferred("ms", 0, 150, 99.01),
        preferred("ms", 0, 150, 99.0),
        preferred("untrained", 1, 0, 0.0),
        preferred("untrained", 0, 3, 2.0),
    ]
    # The units of an untrained network are compared with its own responses.
    table = verdict_table(found, {"ms": responses, "untrained": responses / 100})
    assert list(table["percentile_99"]) == [99, 99, 0, pytest.approx(0.99)]
    assert list(table["kept"]) == [True, False, False, True]
    assert list(table["kind"]) == ["ms", "ms", "untrained", "untrained"]
    assert list(table["unit"]) == [0, 0, 1, 0]
    assert list(table["sound"])[1:3] == ["ms_000.mp3", "untrained_001.mp3"]
    assert list(table["heard"]) == [99.01, 99.0, 0, 2]
    assert list(table["optimised"]) == [150, 150, 0, 3]


def test_log_mels_are_a_row_per_band():
    found = [preferred("ms", 5, 1, 1), preferred("random", 7, 1, 1, seed=1)]
    table = log_mel_table(found)
    frames = [f"frame_00{frame}" for frame in range(4)]
    assert list(table.columns) == ["kind", "unit", "band", *frames]
    of_random = table[table["kind"] == "random"]
    assert list(of_random["band"]) == [0, 1, 2]
    assert set(of_random["unit"]) == {7}
    np.testing.assert_array_equal(of_random[frames], found[1].log_mel)
    assert table["frame_000"].dtype == np.float32
