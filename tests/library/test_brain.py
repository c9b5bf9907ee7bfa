"""Comparison with the brain: planted relations, the rows, the scripts, real sounds."""

import runpy
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from conftest import ROOT
from music_selectivity.analyses import brain as analysis
from music_selectivity.analyses.brain import (
    RANDOM_SETS,
    baseline_features,
    brain_responses,
    brain_rows,
    measures_of_brain,
    unit_set_rows,
)
from music_selectivity.measures import check_statistics, measure_table
from music_selectivity.networks.activations import to_table
from music_selectivity.networks.layer_folder import table_path, write_index
from music_selectivity.stimuli.natural_sounds import read_sounds
from music_selectivity.stimuli.response_components import read_voxel_weights
from music_selectivity.store import read_table, write_table
from music_selectivity.vocabulary import COMPONENTS
from small_studies import natural_sounds

sys.path.append(str(ROOT / "benchmarks"))

from simulation import brain as simulated

MUSIC = COMPONENTS.index("music")
LAYERS = list(simulated.LAYERS)


@pytest.fixture(scope="module")
def planted():
    """A simulated brain, and layers that are close, distant and unrelated to it."""
    sounds, layers = simulated.study(np.random.default_rng(0))
    return brain_responses(sounds, simulated.POPULATION.voxels, 39, 50), layers


def values_of(rows):
    """First value of each row, by measure and condition."""
    return {row[:2]: float(np.atleast_1d(row[2])[0]) for row in rows}


def test_planted_relations_are_found(planted):
    brain, layers = planted
    found, best = brain_rows(layers, brain)
    assert list(found) == LAYERS
    close, distant, unrelated = (values_of(found[name]) for name in LAYERS)
    for key in (("brain_prediction", "lowfreq"), ("brain_similarity", "rsa")):
        assert close[key] > distant[key] > unrelated[key] + 0.1
        assert close[f"{key[0]}_p", key[1]] == 1 / 40
        assert abs(unrelated[key]) < 0.25
    # The close layer predicts best wherever anything does, so it is chosen.
    of_best = values_of(best)["brain_prediction_by_best_layer", "lowfreq"]
    assert of_best == close["brain_prediction", "lowfreq"]


def test_all_rows_are_measures_with_replicates(planted):
    brain, layers = planted
    found, best = brain_rows(layers, brain)
    rows = found["close"] + best + unit_set_rows(layers["close"], np.arange(8), brain)
    check_statistics(measure_table(rows))
    for measure, _, values in rows:
        assert np.shape(values) == (() if measure.endswith("_p") else (51,))
        assert np.isfinite(values).all()
    names = {condition for measure, condition, _ in best}
    assert names == set(COMPONENTS)


def test_a_network_with_several_layers_has_a_best_one(planted):
    brain, layers = planted
    found = measures_of_brain(layers, brain)
    rows = {name: of_layer for name, of_layer in found.groupby("layer", sort=False)}
    assert list(rows) == [*LAYERS, "best layer"]
    of_layers, of_best = brain_rows(layers, brain)
    for name, expected in {**of_layers, "best layer": of_best}.items():
        of_layer = rows[name].drop(columns="layer").reset_index(drop=True)
        pd.testing.assert_frame_equal(of_layer, measure_table(expected))
    alone = measures_of_brain({"close": layers["close"]}, brain)
    assert set(alone["layer"]) == {"close"}


def test_layers_of_a_network_do_not_depend_on_each_other(planted):
    brain, layers = planted
    together, _ = brain_rows(layers, brain)
    alone, best = brain_rows({"distant": layers["distant"]}, brain)
    for one, two in zip(together["distant"], alone["distant"], strict=True):
        assert one[:2] == two[:2]
        np.testing.assert_allclose(one[2], two[2])
    # Of a single layer, the best one is that layer.
    predicted = [row for row in alone["distant"] if row[0] == "brain_prediction"]
    for one, two in zip(predicted, best, strict=True):
        np.testing.assert_allclose(one[2], two[2])


def test_similarity_is_that_of_standardised_units_and_voxels(planted):
    brain, layers = planted
    units = layers["distant"]
    scaled = (units - units.mean(axis=0)) / units.std(axis=0)
    voxels = brain.components @ simulated.POPULATION.voxels
    voxels = (voxels - voxels.mean(axis=0)) / voxels.std(axis=0)
    pairs = np.triu_indices(simulated.N, k=1)
    both = [1 - np.corrcoef(each)[pairs] for each in (scaled, voxels)]
    found, _ = brain_rows({"x": units * 7 + 1}, brain)
    assert values_of(found["x"])["brain_similarity", "rsa"] == pytest.approx(
        spearmanr(*both).statistic
    )


def test_sets_of_units_are_compared(planted):
    """Planted: eight units that alone follow the music component."""
    brain, _ = planted
    rng = np.random.default_rng(1)
    units = rng.normal(size=(simulated.N, 64))
    units[:, 20:28] += 2 * analysis.standardised(brain.components[:, [MUSIC]])
    found = values_of(unit_set_rows(units, np.arange(20, 28), brain))
    all_units, ms, random = (
        found["brain_prediction_by_units", name] for name in ("all", "ms", "random")
    )
    assert ms > 0.9 and all_units > 0.8 and abs(random) < 0.2
    whole, _ = brain_rows({"x": units}, brain)
    of_music = values_of(whole["x"])["brain_prediction", "music"]
    assert all_units == pytest.approx(of_music)


def test_units_that_never_vary_say_nothing_of_similarity(planted):
    brain, layers = planted
    varying = np.zeros(layers["close"].shape)
    varying[:, [3, 7]] = layers["close"][:, [3, 7]]
    found, _ = brain_rows({"x": varying}, brain)
    names = {measure for measure, _, _ in found["x"]}
    assert names == {"brain_prediction", "brain_prediction_p"}
    varying[:, 9] = layers["close"][:, 9]
    found, _ = brain_rows({"x": varying}, brain)
    assert "brain_similarity" in {measure for measure, _, _ in found["x"]}


def test_random_sets_are_means_over_sets_of_other_units(planted, monkeypatch):
    brain, layers = planted
    drawn = []
    predict = analysis._predict

    def spied(responses, brain):
        drawn.append(responses)
        return predict(responses, brain)

    monkeypatch.setattr(analysis, "_predict", spied)
    units, ms = layers["close"], np.arange(0, 64, 8)
    rows = unit_set_rows(units, ms, brain)
    sets = drawn[2:]
    assert len(sets) == RANDOM_SETS
    columns = {tuple(column): number for number, column in enumerate(units.T)}
    for each in sets:
        members = {columns[tuple(column)] for column in each.T}
        assert len(members) == len(ms) and not members & set(ms)
    scores = [predict(each, brain).scores().value[MUSIC] for each in sets]
    assert values_of(rows)["brain_prediction_by_units", "random"] == pytest.approx(
        np.mean(scores)
    )
    # The same units again, and none where the others are too few.
    assert values_of(unit_set_rows(units, ms, brain)) == values_of(rows)
    few = values_of(unit_set_rows(units[:, :15], np.arange(8), brain))
    assert {condition for _, condition in few} == {"all", "ms"}


def test_baselines_are_spectrum_and_level():
    rng = np.random.default_rng(2)
    log_mels = rng.uniform(-40, 0, (5, 4, 9)).astype(np.float32)
    found = baseline_features(log_mels)
    np.testing.assert_allclose(found["log_mel"], log_mels.mean(axis=2), rtol=1e-5)
    for log_mel, (mean, sd) in zip(log_mels, found["level"], strict=True):
        levels = [10 * np.log10(sum(10.0 ** (x / 10))) for x in log_mel.T.astype(float)]
        assert (mean, sd) == pytest.approx((np.mean(levels), np.std(levels)))


def test_two_features_have_no_dissimilarities(planted):
    brain, layers = planted
    found, _ = brain_rows({"level": layers["close"][:, :2]}, brain)
    assert {measure for measure, _, _ in found["level"]} == {
        "brain_prediction",
        "brain_prediction_p",
    }


def test_a_dead_layer_has_no_values(planted, recwarn):
    brain, layers = planted
    found, best = brain_rows({"dead": np.zeros_like(layers["close"])}, brain)
    assert np.isnan([value for value in values_of(found["dead"] + best).values()]).all()
    assert not recwarn


class Named(dict):
    """Values that Snakemake passes by name, or by number."""

    __getattr__ = dict.__getitem__

    def __iter__(self):
        return iter(self.values())


def run(rule, inputs, outputs, **params):
    snakemake = SimpleNamespace(
        rule=rule,
        wildcards={},
        input=Named({name: str(path) for name, path in inputs.items()}),
        output=Named({path.stem: str(path) for path in outputs}),
        params=Named(params, permutations=19, draws=5, code=""),
        log=[f"{outputs[0]}.log"],
    )
    script = ROOT / f"workflow/scripts/{rule}.py"
    runpy.run_path(str(script), {"snakemake": snakemake})
    return [read_table(path) for path in outputs]


@pytest.mark.parametrize(
    ("split", "selected_on"), [("eval", "train"), ("train", "eval")]
)
def test_scripts_measure_a_source_and_the_baselines(tmp_path, split, selected_on):
    natural_sounds(tmp_path / "natural")
    sounds = read_sounds(tmp_path / "natural")
    write_table(tmp_path / "sounds.parquet", sounds)
    rng = np.random.default_rng(3)
    responses = rng.random((len(sounds), 16)).astype(np.float32)
    write_table(tmp_path / "a.parquet", to_table(sounds["sound"], responses))
    selective = {"train": [3, 7], "eval": [7, 12]}
    units = {"unit": np.arange(16)} | {
        f"msi_{each}": np.isin(np.arange(16), chosen) + rng.random(16)
        for each, chosen in selective.items()
    }
    write_table(tmp_path / "units.csv", pd.DataFrame(units))
    shared = {"sounds": tmp_path / "sounds.parquet"}
    settings = {
        "folder": str(tmp_path / "natural"),
        "layer": "x",
        "measured_split": split,
        "ms_fraction": 0.125,
    }
    inputs = {"activations": tmp_path / "a.parquet", "units": tmp_path / "units.csv"}
    outputs = [tmp_path / "measures.parquet", tmp_path / "layers.parquet"]
    found, by_layer = run("brain", shared | inputs, outputs, **settings)
    weights = read_voxel_weights(tmp_path / "natural")
    brain = brain_responses(sounds, weights, 19, 5)
    of_layers, _ = brain_rows({"x": responses}, brain)
    chosen = np.array(selective[selected_on])
    sets = unit_set_rows(responses, chosen, brain)
    of_x = measure_table(of_layers["x"])
    expected = pd.concat([of_x, measure_table(sets)], ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)
    pd.testing.assert_frame_equal(by_layer, of_x.assign(layer="x"))

    # A network has several layers, of which x is the main one.
    other = rng.random((len(sounds), 5)).astype(np.float32)
    layers = {"before": other, "x": responses}
    for name, values in layers.items():
        path = table_path(tmp_path / "layers", name, "natural_sounds")
        path.parent.mkdir(parents=True)
        write_table(path, to_table(sounds["sound"], values))
    write_index(tmp_path / "layers", {name: x.shape[1] for name, x in layers.items()})
    inputs["layers"] = tmp_path / "layers"
    again, by_layer = run("brain", shared | inputs, outputs, **settings)
    pd.testing.assert_frame_equal(again, expected)
    pd.testing.assert_frame_equal(by_layer, measures_of_brain(layers, brain))
    assert list(by_layer["layer"].unique()) == ["before", "x", "best layer"]

    log_mels = rng.normal(-30, 9, (len(sounds), 8, 20)).astype(np.float32)
    np.save(tmp_path / "log_mels.npy", log_mels)
    tables = run(
        "brain_baselines",
        shared | {"log_mels": tmp_path / "log_mels.npy"},
        [tmp_path / "log_mel.parquet", tmp_path / "level.parquet"],
        folder=str(tmp_path / "natural"),
        features=["log_mel", "level"],
    )
    features, _ = brain_rows(baseline_features(log_mels), brain)
    for name, table in zip(("log_mel", "level"), tables, strict=True):
        pd.testing.assert_frame_equal(table, measure_table(features[name]))


def test_the_brain_predicts_itself_from_the_published_sounds(sounds_folder):
    """Voxels hold six components; and music and song alone predict that of music."""
    folder = sounds_folder / "natsound165"
    sounds, weights = read_sounds(folder), read_voxel_weights(folder)
    brain = brain_responses(sounds, weights, 19, 5)
    assert brain.voxels.shape == (165, 11_065)
    assert np.linalg.matrix_rank(brain.voxels) == len(COMPONENTS)
    assert [len(half) for half in brain.splits[0]] == [83, 82]
    is_music = sounds["category"].isin(["Music", "Song"]).to_numpy(float)
    layers = {"itself": brain.components, "music": is_music[:, None]}
    found, _ = brain_rows(layers, brain)
    itself, music = (values_of(found[name]) for name in layers)
    assert min(itself["brain_prediction", name] for name in COMPONENTS) > 0.999
    assert itself["brain_similarity", "rsa"] > 0.9
    assert music["brain_prediction", "music"] == pytest.approx(0.81, abs=0.05)


def test_simulated_measures_have_intervals_and_ways_to_resample():
    found = simulated.measured(0)
    assert set(found["layer"]) == {*LAYERS, "difference", "best"}
    assert np.isfinite(found[["value", "se"]]).all(axis=None)
    assert found["p"].notna().sum() == len(LAYERS) * (len(COMPONENTS) + 2)
    pd.testing.assert_frame_equal(found, simulated.measured(0))


def test_copies_in_both_halves_are_learned_and_tested(monkeypatch):
    """The component that is hardly predicted seems to be, in bootstrap samples."""
    monkeypatch.setattr(simulated, "REFITTED", 8)
    found = simulated.resampled(1).set_index(["way", "component"])
    shift = found["mean"] - found["value"]
    assert shift["bootstrap, copies in both halves", "music"] > 0.15
    assert abs(shift["jackknife", "music"]) < 0.15
    assert (found["low"] <= found["high"]).all()
