"""Config: defaults are the paper's, errors name the key, and the docs stay true."""

import copy
import datetime
import json
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from music_selectivity.errors import InputError
from music_selectivity.study.config import resolve_config
from music_selectivity.study.models import (
    OTHER_MAIN_LAYERS,
    main_layers,
    model_colours,
    network_file,
    trained_models,
    twins,
    users_networks,
)

SCHEMA = ROOT / "workflow/schemas/config.schema.json"
DEFAULT = yaml.safe_load((ROOT / "config.yaml").read_text())


def merged(change: dict) -> dict:
    config = copy.deepcopy(DEFAULT)
    for key, value in change.items():
        *parents, last = key.split(".")
        part = config
        for parent in parents:
            part = part.setdefault(parent, {})
        part[last] = value
    return config


def test_categories_of_a_study_join_the_default_ones():
    given = {"rain": {"subtrees": ["Rain"]}, "speech": None}
    categories = resolve_config(merged({"analysis": {"categories": given}}), SCHEMA)
    categories = categories["analysis"]["categories"]
    assert set(categories) == {"vehicle", "animal", "water", "rain"}
    assert categories["water"]["subtrees"] == ["Water"]


def test_linear_features_can_be_dropped():
    config = resolve_config(merged({"linear_features": {"pca": None}}), SCHEMA)
    assert config["linear_features"]["pca"] is None
    assert config["linear_features"]["gabor"]["largest_mels"] == 64


def test_only_reports_of_soundscapes_have_sounds_by_default(tmp_path):
    (tmp_path / "clips.csv").write_text("")
    own = {
        "corpus.type": "table",
        "corpus.table": {"folder": str(tmp_path)},
    }
    assert resolve_config(merged({}), SCHEMA)["report"]["audio"] is True
    assert resolve_config(merged(own), SCHEMA)["report"]["audio"] is False
    for given in (True, False):
        for change in ({}, own):
            config = merged(change | {"report.audio": given})
            assert resolve_config(config, SCHEMA)["report"]["audio"] is given


def test_defaults_are_the_papers_values():
    config = resolve_config(
        {
            "study": "s",
            "corpus": {"type": "soundscapes"},
            "models": {"m": {"clips": "all"}},
        },
        SCHEMA,
    )
    assert config["seeds"] == [1, 2, 3, 4, 5]
    assert config["models"]["m"]["epochs"] == 100
    assert config["audio"]["sample_rate"] == 22050
    assert config["audio"]["clip_seconds"] == 10
    assert config["log_mel"] == {
        "n_fft": 551,
        "hop_length": 275,
        "n_mels": 64,
        "f_min": 0,
        "f_max": 8000,
    }
    training = config["training"]
    assert (training["batch_size"], training["weight_decay"]) == (32, 0.01)
    assert (training["initial_lr"], training["max_lr"], training["final_lr"]) == (
        4e-5,
        1e-3,
        4e-9,
    )
    analysis = config["analysis"]
    assert (analysis["ms_fraction"], analysis["random_ablation"]["sets"]) == (
        0.125,
        10000,
    )
    assert list(analysis["categories"]) == ["speech", "vehicle", "animal", "water"]
    assert config["quilts"] == {
        "segment_ms": [50, 100, 200, 400, 800, 1600],
        "sound_seconds": 8,
        "order": "overath",
        "other_orders": {"groups": ["music"], "lengths": "all"},
        "boundary": {"overath": "overlapping", "notebook": "adjacent"},
    }
    assert config["equal_rms"]["divisors"] == [1, 2, 4, 8, 16, 32, 64]
    assert config["linear_features"]["pca"]["components"] == 256
    assert config["linear_features"]["gabor"] == {
        "largest_mels": 64,
        "largest_frames": 76,
        "gain": "none",
        "edges": "zeros",
        "mean": "filter",
    }
    assert len(config["categories"]["music"]["classes"]) == 9


def quilted_at_40_ms(boundary: dict) -> dict:
    """Segments that hold overlapping frames, but not adjacent ones."""
    return {
        "quilts.segment_ms": [40, 400],
        "quilts.boundary": boundary,
    }


def test_short_segments_are_allowed_where_no_order_needs_adjacent_frames():
    for change in (
        {"quilts.boundary": {"notebook": "overlapping"}},
        {"quilts.other_orders": {"groups": []}},
    ):
        resolve_config(merged(quilted_at_40_ms({}) | change), SCHEMA)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epoch": 3}, r"epoch.*known keys: .*seeds"),
        ({"training.batch_size": 0}, r"training\.batch_size: 0 .*from 2"),
        ({"natsound165": {"fetch": True}}, r"natsound165 is renamed to natural_sounds"),
        (
            {"amplitude": {"power_ratios": [1]}},
            r"amplitude is renamed to equal_rms, and its power_ratios to divisors",
        ),
        ({"natsound165": None}, r"natsound165 is renamed to natural_sounds"),
        ({"corpus.form": "table"}, r"corpus\.form is renamed to corpus\.type"),
        (
            {"downloads": {"natsound165.zip": {"sha256": None}}},
            r"downloads\.natsound165\.zip is renamed to .*natural_sounds\.zip",
        ),
        ({"device": "gpu"}, r"device: 'gpu'.*allowed: auto, cpu, cuda"),
        ({"seeds": "[1"}, r"seeds: '\[1' is not of type 'array'; allowed: array"),
        ({"audio.clip_seconds": float("nan")}, r"clip_seconds: nan is not of type"),
        ({"corpus.shards": 2.0}, r"shards: 2\.0 is not of type 'integer'"),
        ({"study": "downloads"}, r"study: 'downloads'.*which are folders of other"),
        ({"seeds": []}, r"key seeds: .*distinct integers"),
        ({"seeds": [1, 1]}, r"key seeds: "),
        ({"models.with_music.clips": "some"}, r"models\.with_music\.clips: 'some'"),
        ({"models.with_music.epoch": 3}, r"models\.with_music.*known keys: .*epochs"),
        ({"study": "../x"}, r"key study: "),
        ({"audio.min_seconds": 9}, r"audio\.min_seconds: 9 is more than"),
        ({"log_mel.f_max": 12000}, r"log_mel\.f_max: 12000 Hz"),
        ({"models": {}}, r"key models: at least one"),
        ({"models.untrained.labels": "shuffled"}, r"models\.untrained\.labels"),
        ({"models.memorization.select_by": "validation_ap"}, r"need train_ap"),
        ({"corpus.type": "table"}, r"corpus\.table\.folder is empty"),
        (
            {"corpus.type": "table", "corpus.table": {"folder": "/no/such"}},
            r"corpus\.table\.folder: /no/such does not exist",
        ),
        ({"corpus.type": "audioset"}, r"corpus\.audioset\.folder is empty"),
        ({"corpus.shards": "two"}, r"corpus\.shards: 'two'.*integer"),
        ({"audio.clip_seconds": 1.0}, r"audio\.clip_seconds: 1\.0 s give 81 frames"),
        ({"log_mel.n_mels": 40}, r"log_mel\.n_mels: 40, but model"),
        ({"architecture": "resnet"}, r"architecture: 'resnet'.*kim2024, cnn10"),
        (
            {"architecture": "cnn10", "audio.clip_seconds": 0.1},
            r"model without_music \(cnn10\) needs 16; give longer clips",
        ),
        ({"corpus.soundscapes": {"music_share": 0.7, "mixed_share": 0.4}}, r"together"),
        ({"models.pca": {"clips": "all"}}, r"models\.pca: .*principal components"),
        ({"models.untrained.snapshots": [1]}, r"snapshots: 1 is after the last epoch"),
        (
            {"quilts.segment_ms": [50, 1650]},
            r"quilts\.segment_ms: 3 segments of 1650 ms .*longer than 533\.333 ms",
        ),
        ({"quilts.sound_seconds": 5}, r"quilts\.sound_seconds: 5 is more than"),
        (
            {"audio.sample_rate": 16000, "audio.clip_seconds": 3.0},
            r"quilts\.segment_ms: segments of 50 ms do not hold two overlapping frames",
        ),
        (
            {"quilts.segment_ms": [50, 300, 400]},
            r"quilts\.segment_ms: 300 ms do not divide the longest, 400 ms",
        ),
        (
            quilted_at_40_ms({}),
            r"quilts\.segment_ms: segments of 40 ms .* two adjacent frames",
        ),
        (
            quilted_at_40_ms({"overath": "adjacent"}),
            r"quilts\.segment_ms: segments of 40 ms .* adjacent frames .*50\.0 ms",
        ),
        (
            {"analysis": {"random_ablation": {"models": ["without-music"]}}},
            r"random_ablation\.models: without-music is not a model that the study",
        ),
        (
            {"analysis": {"layer_ablation": {"models": ["conv2"]}}},
            r"layer_ablation\.models: conv2 is not a model that the study trains",
        ),
        (
            {"analysis": {"preferred_inputs": {"models": ["music"]}}},
            r"preferred_inputs\.models: music is not a model that the study trains",
        ),
        # Only a default may name a model that the study dropped.
        (
            {"models.without_music": None}
            | {"analysis": {"preferred_inputs": {"models": ["without_music"]}}},
            r"preferred_inputs\.models: without_music is not a model that the study",
        ),
        ({"equal_rms.divisors": [2, 4]}, r"equal_rms\.divisors: .*1 must be"),
        ({"natural_sounds.folder": "/no/such"}, r"natural_sounds\.folder: /no/such"),
        ({"figures": {"music": "#12"}}, r"figures\.music: '#12'.*#rrggbb"),
        (
            {
                "corpus.type": "table",
                "corpus.table": {"folder": "/", "exclusions": "/no/such"},
            },
            r"corpus\.table\.exclusions: /no/such does not exist",
        ),
    ],
)
def test_a_bad_key_is_named_with_what_is_allowed(change, message):
    with pytest.raises(InputError, match=message):
        resolve_config(merged(change), SCHEMA)


def test_values_that_the_command_line_gives_as_text_are_read():
    config = resolve_config(
        merged(
            {
                "seeds": ["3", "4"],
                "training.batch_size": "64",
                "audio.trim_silence": "true",
                "models.with_music": "null",
                "study": "7",
                # As YAML reads it in a file.
                "notice": datetime.date(2026, 1, 5),
            }
        ),
        SCHEMA,
    )
    assert config["notice"] == "2026-01-05"
    assert config["seeds"] == [3, 4]
    assert config["training"]["batch_size"] == 64
    assert config["audio"]["trim_silence"] is True
    assert "with_music" not in config["models"]
    assert config["study"] == "7"


def test_the_smallest_input_is_that_of_the_networks():
    from music_selectivity.networks.registry import build
    from music_selectivity.study.models import MAIN_LAYERS, MINIMUM_INPUT

    of_study = json.loads(SCHEMA.read_text())["properties"]
    models = of_study["models"]["additionalProperties"]
    of_model = models["else"]["properties"]
    assert of_study["architecture"]["enum"] == list(MINIMUM_INPUT)
    assert of_model["architecture"]["enum"] == [*MINIMUM_INPUT, None]
    assert set(MAIN_LAYERS) == set(MINIMUM_INPUT)
    for name, smallest in MINIMUM_INPUT.items():
        network = build(name, 2, seed=0)
        assert (network.minimum_mels, network.minimum_frames) == smallest


@pytest.fixture
def network(tmp_path, monkeypatch) -> dict:
    """The entry of a user's network whose files lie in the working directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("mine.py", "weights.pt"):
        Path(name).touch()
    return {"network": "mine.py:make", "files": ["weights.pt"]}


def test_a_users_network_has_no_keys_of_training(network):
    given = network | {"twins": {"permuted": "20"}}
    config = resolve_config(merged({"models.mine": given}), SCHEMA)
    models = config["models"]
    defaults = {"diet": "", "twins": {"permuted": 20, "initialised": 0}}
    assert models["mine"] == network | defaults
    assert models["untrained"]["architecture"] == "kim2024"
    assert set(trained_models(models)) == set(DEFAULT["models"])
    assert users_networks(models) == {"mine": models["mine"]}
    assert network_file(models["mine"]) == "mine.py"
    assert twins(models) == {"mine_permuted": ("mine", "permuted", 20)}
    assert "mine" not in main_layers(models)
    assert set(model_colours(models)) == {"mine", "mine_permuted"}
    # A resolved config is one that can be resolved.
    assert resolve_config(config, SCHEMA) == config


def natural_corpus(folder, **models):
    dropped = {f"models.{name}": None for name in DEFAULT["models"]}
    sounds = {"corpus.type": "natural_sounds", "natural_sounds.folder": folder}
    return merged(
        dropped | sounds | {f"models.{name}": x for name, x in models.items()}
    )


def test_the_natural_sounds_are_a_corpus_for_networks_that_do_not_learn_them(
    tmp_path, network
):
    untrained = {"clips": "all", "epochs": 0}
    given = natural_corpus(str(tmp_path), mine=network, untrained=untrained)
    config = resolve_config(given, SCHEMA)
    assert config["natural_sounds"]["folder"] == str(tmp_path)
    assert "natural_sounds" not in config["corpus"]
    learning = natural_corpus(str(tmp_path), mine=network, with_music={"clips": "all"})
    with pytest.raises(InputError, match=r"models\.with_music: .* half of the natural"):
        resolve_config(learning, SCHEMA)


@pytest.mark.parametrize("fetch", [False, True])
def test_a_corpus_of_the_natural_sounds_needs_their_folder(fetch, network):
    given = natural_corpus(None, mine=network)
    given["natural_sounds"]["fetch"] = fetch
    with pytest.raises(
        InputError, match=r"is empty; give its path.*snakemake --cores 1"
    ):
        resolve_config(given, SCHEMA)


def test_a_study_may_have_users_networks_alone(network):
    dropped = {f"models.{name}": None for name in DEFAULT["models"]}
    config = resolve_config(merged(dropped | {"models.mine": network}), SCHEMA)
    assert set(config["models"]) == {"mine"}
    assert main_layers(config["models"]) == OTHER_MAIN_LAYERS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"models.mine": {"files": ["weights.pt"]}},
            r"models\.mine: .*files.*unexpected.*known keys: architecture, clips",
        ),
        ({"models.mine": {}}, r"models\.mine: 'clips' is a required .*or network for"),
        ({"models.mine.epochs": 3}, r"models\.mine: .*'epochs' was unexpected.*twins$"),
        ({"models.mine.network": "mine.py"}, r"models\.mine\.network: .*my_network.py"),
        ({"models.mine.network": "no.py:make"}, r"mine\.network: no\.py is not a file"),
        (
            {"models.mine.files": ["no.pt"]},
            r"mine\.files: no\.pt is not a file",
        ),
        ({"models.mine.twins": {"permuted": -1}}, r"mine\.twins\.permuted: -1 "),
        ({"models.mine.twins": {"other": 1}}, r"twins: .*known keys: permuted, init"),
        (
            {"models.mine_permuted": {"clips": "all"}},
            r"models\.mine_permuted: .*reserved for the permuted twins of mine;",
        ),
        (
            {"models.gabor": {"network": "mine.py:make"}},
            r"gabor: .*reserved for",
        ),
        (
            {"analysis.random_ablation": {"models": ["mine"]}},
            r"models: mine is not a model that the study trains; these are without_m",
        ),
    ],
)
def test_a_bad_key_of_a_users_network_is_named(network, change, message):
    given = {"models.mine": network | {"twins": {"permuted": 1}}}
    with pytest.raises(InputError, match=message):
        resolve_config(merged(given | change), SCHEMA)


def test_models_have_the_architecture_of_the_study_unless_they_name_one():
    models = resolve_config(DEFAULT, SCHEMA)["models"]
    assert {model["architecture"] for model in models.values()} == {"kim2024"}
    change = {"architecture": "cnn10", "models.with_music.architecture": "ast_small"}
    models = resolve_config(merged(change), SCHEMA)["models"]
    found = {name: model["architecture"] for name, model in models.items()}
    assert found == dict.fromkeys(models, "cnn10") | {"with_music": "ast_small"}


def test_a_model_set_to_null_is_dropped():
    config = resolve_config(merged({"models.with_music": None}), SCHEMA)
    assert set(config["models"]) == set(DEFAULT["models"]) - {"with_music"}


def leaves(schema: dict, prefix: str = ""):
    """Every key of the schema with the part that describes it."""
    for key, part in schema.get("properties", {}).items():
        yield f"{prefix}{key}", part
        yield from leaves(part, f"{prefix}{key}.")
    for alternative in {"then", "else"} & set(schema):
        yield from leaves(schema[alternative], prefix)
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        yield from leaves(values, f"{prefix}<name>.")


def test_every_key_is_described_and_its_default_allowed():
    import jsonschema

    schema = json.loads(SCHEMA.read_text())
    for key, part in leaves(schema):
        if part.get("type") == "object":
            assert "additionalProperties" in part, key
            continue
        assert part.get("description"), f"{key} is not described"
        if "default" in part:
            jsonschema.validate(part["default"], part)


@pytest.mark.parametrize(
    "study", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda path: path.stem
)
def test_each_study_is_known_keys_over_the_default(study):
    """Studies that need folders are complete but for those."""
    from snakemake.utils import update_config

    config = copy.deepcopy(DEFAULT)
    update_config(config, yaml.safe_load(study.read_text()))
    try:
        resolve_config(config, SCHEMA)
    except InputError as error:
        assert "is empty; give its path" in str(error)


def test_what_a_study_does_not_give_gets_the_path_of_what_is_fetched(tmp_path):
    table = tmp_path / "classes.csv"
    table.touch()
    audioset = {"fetch": True, "classes": str(table)}
    change = {"corpus": {"type": "audioset", "audioset": audioset}}
    config = resolve_config(
        merged(change | {"natural_sounds": {"fetch": True}}), SCHEMA
    )
    found = config["corpus"]["audioset"]
    assert found["classes"] == str(table)
    assert found["eval_segments"] == "results/downloads/audioset/eval_segments.csv"
    assert config["natural_sounds"]["folder"] == "results/downloads/natural_sounds"
    assert found["exclusions"] in {
        f"results/downloads/{x}" for x in config["downloads"]
    }
    assert found["folder"] is None
    audioset["exclusions"] = "none"
    assert (
        resolve_config(merged(change), SCHEMA)["corpus"]["audioset"]["exclusions"]
        is None
    )


def test_the_study_of_the_paper_has_the_papers_values():
    """It is laid over the default study, which is shortened, and must undo all that."""
    from snakemake.utils import update_config

    config = copy.deepcopy(DEFAULT)
    update_config(config, yaml.safe_load((ROOT / "studies/audioset.yaml").read_text()))
    config["corpus"]["audioset"]["folder"] = str(ROOT)
    resolved = resolve_config(config, SCHEMA)
    paper = resolve_config(
        {
            "study": "s",
            "corpus": {"type": "soundscapes"},
            "models": {"m": {"clips": "all"}},
        },
        SCHEMA,
    )
    for key in ("audio", "log_mel", "equal_rms", "quilts", "linear_features"):
        assert resolved[key] == paper[key], key
    for key in ("seeds", "categories", "analysis"):
        assert resolved[key] == paper[key], key
    assert resolved["training"] == paper["training"]
    epochs = {name: model["epochs"] for name, model in resolved["models"].items()}
    assert epochs == {
        "without_music": 100,
        "with_music": 100,
        "untrained": 0,
        "memorization": 200,
        "without_music_and_speech": 100,
    }
    for model in resolved["models"].values():
        assert (model["max_clips"], model["max_seeds"]) == (None, None)
