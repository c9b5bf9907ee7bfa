"""Users' networks in real studies: played, measured, refused, and what runs again."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
import yaml

from conftest import ROOT
from music_selectivity.analyses.brain import brain_responses, brain_rows
from music_selectivity.claims.verdicts import NOT_RUN
from music_selectivity.figures.catalogue import FIGURES
from music_selectivity.measures import measure_table
from music_selectivity.networks.layer_folder import layers_in, table_path
from music_selectivity.networks.layer_responses import write_layer_responses
from music_selectivity.networks.user_code import load_network
from music_selectivity.stimuli.response_components import read_voxel_weights
from music_selectivity.store import ShardedArray, read_table
from small_studies import checkout_into, configure, planned, run

# Written from docs/networks.md alone: a network that takes waveforms at 16 kHz, one
# that takes the log-mels of the study, and five that are not as described.
NETWORKS = """
import torch
from torch import nn

from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.networks.description import Layer, NetworkDescription


class Waves(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = nn.Sequential(nn.Conv1d(1, 12, 400, stride=160), nn.ReLU())
        self.norm = nn.BatchNorm1d(12)
        self.lstm = nn.LSTM(12, 10, batch_first=True)

    def forward(self, waveforms):
        x = self.norm(self.convolution(waveforms[:, None]))
        return self.lstm(x.transpose(1, 2))


class Mels(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(64, 20)

    def forward(self, log_mels):
        return self.hidden(0.01 * log_mels.transpose(1, 2)).relu()


WAVES = Layer("convolution", unit_axis=1), Layer("lstm", unit_axis=2, element=0)


def describe(module, *layers, training=False, rate=16000, **more):
    return NetworkDescription(
        module=module.train(training),
        sample_rate=rate,
        layers=layers,
        licence="a licence of my own",
        training_data="none: random weights",
        **more,
    )


def waves():
    torch.manual_seed(1)
    return describe(Waves(), *WAVES)


def mels():
    torch.manual_seed(torch.load("weights.pt")["seed"])
    return describe(
        Mels(),
        Layer("output", unit_axis=2),
        rate=22050,
        log_mel=LogMelSettings(
            n_fft=551, hop_length=275, n_mels=64, f_min=0, f_max=8000
        ),
    )


def wrong_axis():
    return describe(Waves(), Layer("convolution", unit_axis=2))


class Dependent(Waves):
    def forward(self, waveforms):
        x = self.convolution(waveforms[:, None])
        return self.lstm((x - x.mean(0)).transpose(1, 2))


def batch_dependent():
    return describe(Dependent(), Layer("lstm", unit_axis=2, element=0))


class Random(Waves):
    def forward(self, waveforms):
        return super().forward(waveforms + 0.1 * torch.randn_like(waveforms))


def random():
    return describe(Random(), *WAVES)


class Long(Waves):
    def forward(self, waveforms):
        return super().forward(waveforms.unfold(1, 50000, 50000)[:, 0])


def too_short():
    return describe(Long(), *WAVES)


def training_mode():
    return describe(Waves(), *WAVES, training=True)
"""

# By function, what the check says of the network.
WRONG = {
    "wrong_axis": "layer convolution has 198 units for clips of 2 s and 248 for 2.5 s",
    "batch_dependent": "responses of layer lstm to a clip alone differ from those in a",
    "random": "the network draws random numbers in evaluation mode",
    "too_short": "clips of 2 s are too short for the network, which takes 4 s",
    "training_mode": "the network is in training mode (",
}


def study_of(checkout: Path, sounds: Path, models: dict) -> None:
    """Make a study of users' networks alone the checkout's default."""
    configure(checkout, sounds)
    (checkout / "networks.py").write_text(NETWORKS)
    torch.save({"seed": 2}, checkout / "weights.pt")
    config = yaml.safe_load((checkout / "config.yaml").read_text())
    config["models"] = models
    config["linear_features"] = {"pca": None, "gabor": None}
    config["analysis"]["layer_ablation"]["models"] = []
    (checkout / "config.yaml").write_text(yaml.safe_dump(config))


MODELS = {
    "waves": {
        "network": "networks.py:waves",
        "twins": {"permuted": 1, "initialised": 1},
    },
    "mels": {"network": "networks.py:mels", "files": ["weights.pt"]},
}
SOURCES = [
    ("waves", 0),
    ("mels", 0),
    ("waves_permuted", 1),
    ("waves_initialised", 1),
]


def test_a_study_of_users_networks_plans_no_training_and_no_quilts(tmp_path, sounds):
    checkout = checkout_into(tmp_path)
    study_of(checkout, sounds, MODELS)
    jobs = planned(checkout)
    for rule, count in {
        "check_network": 2,
        "check_twin": 2,
        "waveforms": 2,
        "natural_sounds_waveforms": 1,
        "layer_responses": 2,
        "twin_responses": 2,
        "layers": 4,
    }.items():
        assert jobs[rule] == count, rule
    for rule in ["train", "activations", "analyses", "linear_features", "quilts"]:
        assert rule not in jobs
    # A check of another version counts as none.
    record = checkout / "results/own/networks/mels/check.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    assert planned(checkout)["layer_responses"] == 2


def test_the_study_of_pretrained_networks_plays_sounds_alone(sounds):
    command = [sys.executable, "workflow/plan.py", "--configfile", "studies/diets.yaml"]
    folder = f"natural_sounds={{folder: '{sounds / 'natural'}'}}"
    done = subprocess.run(
        [*command, "--config", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    jobs = dict(re.findall(r"^(\w+)(?: \*)? +(\d+) ", done.stdout, re.MULTILINE))
    # Four networks, with 20 twins of two kinds each.
    assert jobs["layer_responses"] == "4" and jobs["twin_responses"] == "160"
    assert jobs["layers"] == "164" and jobs["brain_baselines"] == "1"
    assert not {"train", "analyses", "quilts", "natural_sounds_waveforms"} & set(jobs)


@pytest.fixture(scope="module")
def finished_users(tmp_path_factory, sounds) -> Path:
    """A checkout in which the study of two users' networks is finished."""
    checkout = checkout_into(tmp_path_factory.mktemp("users"))
    study_of(checkout, sounds, MODELS)
    run(checkout)
    return checkout


@pytest.mark.full
def test_all_layers_are_measured_and_shown(finished_users):
    results = finished_users / "results/own"
    statistics = read_table(results / "statistics/statistics.csv")
    of_layers = statistics[statistics["measure"] == "ms_effect_size"]
    found = of_layers.groupby(["model", "seed"], sort=False)["layer"].unique()
    layers = {"waves": ["convolution", "lstm"], "mels": ["output"]}
    assert {key: list(names) for key, names in found.items() if key[0] != "fmri"} == {
        (model, seed): layers[model.split("_")[0]] for model, seed in SOURCES
    }
    assert of_layers["value"].between(0, 1).all()
    # Twins have other weights.
    values = of_layers.pivot_table("value", ["layer", "condition"], "model")
    assert (values["waves"] != values["waves_permuted"]).any()
    assert (values["waves_initialised"] != values["waves_permuted"]).any()
    depth = pd.read_csv(results / "figures/depth.csv")
    assert set(zip(depth["model"], depth["seed"], strict=True)) == set(SOURCES[:2])
    against_twins = pd.read_csv(results / "figures/users_networks.csv")
    assert set(against_twins["kind"].dropna()) == {"permuted", "initialised"}
    # With one twin, the network is the first or the second of two.
    assert set(against_twins["p"].dropna()) <= {0.5, 1}
    # The brain is compared with each layer, of twins as well.
    of_brain = statistics[statistics["measure"] == "brain_prediction"]
    found = of_brain.groupby(["model", "seed"], sort=False)["layer"].unique()
    for model, seed in SOURCES:
        assert list(found[model, seed]) == layers[model.split("_")[0]]
    page = (results / "report.html").read_text()
    assert "a licence of my own" in page
    assert "2 users&#39; networks with 2 twins" in page


@pytest.mark.full
def test_claims_are_not_run_and_other_figures_say_why_they_are_empty(finished_users):
    results = finished_users / "results/own"
    claims = pd.read_csv(results / "claims.csv")
    of_networks = claims[~claims["models"].str.contains("fmri")]
    assert set(of_networks["verdict"]) == {NOT_RUN}
    empty = {
        name for name in FIGURES if pd.read_csv(results / f"figures/{name}.csv").empty
    }
    of_brain = {"natural_sounds", "natural_ratio", "natural_categories", "brain"}
    assert set(FIGURES) - empty == {"depth", "users_networks"} | of_brain
    for name in empty:
        svg = (results / f"figures/{name}.svg").read_text()
        assert "<dc:description>" in svg, name


@pytest.mark.full
def test_natural_sounds_that_are_the_clips_are_played_once(tmp_path, sounds):
    checkout = checkout_into(tmp_path)
    study_of(checkout, sounds, {"waves": {"network": "networks.py:waves"}})
    config = yaml.safe_load((checkout / "config.yaml").read_text())
    config["corpus"]["type"] = "natural_sounds"
    (checkout / "config.yaml").write_text(yaml.safe_dump(config))
    assert "natural_sounds_waveforms" not in planned(checkout)
    run(checkout)
    results = checkout / "results/own"
    clips = read_table(results / "clips.parquet")
    assert (clips["group"] == "music").sum() == 4
    listed = read_table(results / "stimuli/natural_sounds.parquet")
    assert set(clips["clip_id"]) == set(listed["sound"])
    # Responses to clips are sorted by their ids, and the brain's by those of sounds.
    heard = read_table(
        table_path(results / "activations/waves/seed0/layers", "lstm", "original")
    ).set_index("clip_id")
    weights = read_voxel_weights(sounds / "natural")
    brain = brain_responses(listed, weights, permutations=20, draws=20)
    of_layers, _ = brain_rows({"lstm": heard.loc[listed["sound"]].to_numpy()}, brain)
    expected = measure_table(of_layers["lstm"])
    found = read_table(results / "analyses/waves/seed0/layer_measures.parquet")
    found = found[found["layer"] == "lstm"].drop(columns="layer")
    found = found[found["measure"].str.startswith("brain")].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.full
def test_a_silent_natural_sound_stops_the_study_before_a_network_hears_any(
    tmp_path, sounds
):
    checkout = checkout_into(tmp_path)
    study_of(checkout, sounds, {"waves": {"network": "networks.py:waves"}})
    config = yaml.safe_load((checkout / "config.yaml").read_text())
    config["corpus"]["type"] = "natural_sounds"
    folder = shutil.copytree(sounds / "natural", checkout / "natural")
    config["natural_sounds"]["folder"] = "natural"
    (checkout / "config.yaml").write_text(yaml.safe_dump(config))
    silenced = min(folder.glob("sounds/wav/*.wav"))
    sound, rate = soundfile.read(silenced)
    soundfile.write(silenced, np.zeros_like(sound), rate)
    output = run(checkout, check=False)
    assert f"error: natural sound {silenced.stem} is excluded (silent)" in output
    assert "Traceback" not in output
    assert not (checkout / "results/own/activations").exists()


@pytest.mark.full
def test_responses_of_twins_are_removed(finished_users):
    results = finished_users / "results/own"
    kept = {path.parts[-3] for path in results.glob("activations/*/*/layers")}
    assert kept == {"waves", "mels"}
    folder = results / "activations/waves/seed0/layers"
    assert layers_in(folder) == ["convolution", "lstm"]
    sounds = read_table(table_path(folder, "lstm", "natural_sounds"))
    listed = read_table(results / "stimuli/natural_sounds.parquet")
    assert list(sounds["clip_id"]) == list(listed["sound"])
    assert "Nothing to be done" in run(finished_users)


@pytest.mark.full
def test_a_network_with_the_studys_front_end_hears_the_log_mels_of_the_study(
    finished_users, tmp_path, monkeypatch
):
    monkeypatch.chdir(finished_users)
    results = Path("results/own")
    clips = read_table(results / "clips.parquet")
    clips = clips[clips["excluded"] == ""]
    log_mels = ShardedArray(
        sorted(results.glob("log_mel/*.npy")), clips["shard"], clips["row"]
    )
    write_layer_responses(
        {"output": tmp_path / "output.parquet"},
        list(clips["clip_id"]),
        load_network("networks.py:mels"),
        log_mels,
        torch.device("cpu"),
    )
    expected = read_table(tmp_path / "output.parquet")
    folder = results / "activations/mels/seed0/layers"
    found = read_table(table_path(folder, "output", "original"))
    assert list(found["clip_id"]) == list(expected["clip_id"])
    units = list(found)[1:]
    np.testing.assert_allclose(found[units], expected[units], rtol=0, atol=1e-5)


@pytest.mark.full
def test_a_plan_uses_what_the_check_measured(finished_users):
    def plan() -> str:
        command = [sys.executable, "workflow/plan.py"]
        done = subprocess.run(
            command, cwd=finished_users, capture_output=True, text=True, check=True
        )
        return " ".join(done.stdout.split())

    assumed = "Each user's network that was not checked yet counts as"
    assert assumed not in plan()
    check = finished_users / "results/own/networks/mels/check.json"
    away = check.rename(check.with_name("away.json"))
    try:
        assert assumed in plan()
    finally:
        away.rename(check)


@pytest.mark.full
def test_usage_shows_no_request_of_rules_in_which_networks_differ(finished_users):
    usage = pd.read_csv(finished_users / "results/own/usage.csv").set_index("rule")
    assert np.isnan(usage.loc["layer_responses", "asked_mb"])
    assert usage.loc["claims", "asked_mb"] > 0


@pytest.mark.full
def test_files_of_networks_are_in_the_provenance(finished_users):
    provenance = json.loads(
        (finished_users / "results/own/provenance.json").read_text()
    )
    assert {"networks.py", "weights.pt"} <= set(provenance["inputs"])
    assert all(result["job"] for result in provenance["results"].values())


# By change, the jobs that run again. The responses of twins were removed, so that an
# analysis that changes needs them again.
SHOWN = {"report_page": 1, "usage": 1, "provenance": 1}
GATHERED = {"statistics": 1, "claims": 1, **SHOWN}
ALL_PLAYED = {"layer_responses": 2, "twin_responses": 2, "layers": 4} | GATHERED
CHANGES = {
    "nothing that counts": ({}, {}),
    "the file of the networks": (
        {"networks.py": (".relu()", ".sigmoid()")},
        {"check_network": 2, "check_twin": 2} | ALL_PLAYED,
    ),
    "the code of the check": (
        {
            "workflow/music_selectivity/networks/check_problems.py": (
                "TOLERANCE = 1e-2",
                "TOLERANCE = 1e-3",
            )
        },
        {"check_network": 2, "check_twin": 2} | ALL_PLAYED,
    ),
    "the code of the responses": (
        {
            "workflow/music_selectivity/networks/waveform_inputs.py": (
                "self.take(np.arange(1))",
                "self.take(np.arange(2))",
            )
        },
        ALL_PLAYED,
    ),
    "one more twin": (
        {"config.yaml": ("permuted: 1", "permuted: 2")},
        {"twin_responses": 1, "layers": 1, "resolved_config": 1} | GATHERED,
    ),
    "the number of bootstrap samples": (
        {"config.yaml": ("bootstrap_draws: 20", "bootstrap_draws: 21")},
        {"twin_responses": 2, "layers": 4, "resolved_config": 1}
        | {"fmri": 1, "brain_baselines": 1}
        | GATHERED,
    ),
}


def jobs_after(checkout: Path, edits: dict[str, tuple[str, str]]) -> dict[str, int]:
    """Jobs by rule after edits, which are then undone, and after touching networks."""
    for name in ("networks.py", "weights.pt"):
        os.utime(checkout / name)
    before = {name: (checkout / name).read_text() for name in edits}
    times = {name: (checkout / name).stat().st_mtime_ns for name in edits}
    try:
        for name, (old, new) in edits.items():
            assert before[name].count(old) == 1, old
            (checkout / name).write_text(before[name].replace(old, new))
        return planned(checkout)
    finally:
        for name, text in before.items():
            (checkout / name).write_text(text)
            os.utime(checkout / name, ns=(times[name], times[name]))


@pytest.mark.full
@pytest.mark.parametrize("change", CHANGES)
def test_exactly_what_changed_runs_again(finished_users, change):
    edits, expected = CHANGES[change]
    jobs = jobs_after(finished_users, edits)
    assert {rule: n for rule, n in jobs.items() if rule != "figure"} == expected


@pytest.mark.full
def test_new_weights_reach_their_network_alone(finished_users):
    weights = (finished_users / "weights.pt").read_bytes()
    try:
        torch.save({"seed": 3}, finished_users / "weights.pt")
        jobs = planned(finished_users)
    finally:
        (finished_users / "weights.pt").write_bytes(weights)
    of_networks = {"check_network": 1, "layer_responses": 1, "layers": 1}
    found = {rule: n for rule, n in jobs.items() if rule != "figure"}
    assert found == of_networks | GATHERED


@pytest.mark.full
def test_wrong_networks_are_refused_with_a_sentence_each(tmp_path, sounds):
    checkout = checkout_into(tmp_path)
    models = {name: {"network": f"networks.py:{name}"} for name in WRONG}
    study_of(checkout, sounds, models)
    output = run(checkout, "-k", "--until", "check_network", check=False)
    assert "Traceback" not in output
    for name, sentence in WRONG.items():
        log = (checkout / f"results/own/logs/check_network/{name}.log").read_text()
        (line,) = [line for line in log.splitlines() if "error: " in line]
        assert sentence in line
        assert not (checkout / f"results/own/networks/{name}/check.json").exists()


@pytest.mark.full
def test_a_wrong_network_ends_a_study_before_any_other_job(tmp_path, sounds):
    checkout = checkout_into(tmp_path)
    study_of(checkout, sounds, MODELS | {"wrong": {"network": "networks.py:random"}})
    output = run(checkout, "--cores", "1", check=False)
    assert WRONG["random"] in output
    started = {path.parent.name for path in checkout.glob("results/own/logs/**/*.log")}
    assert "check_network" in started
    assert started <= {"check_network", "check_twin"}
