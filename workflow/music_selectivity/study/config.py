"""The study's config: shape and defaults by the schema, then what the values mean."""

import contextlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import yaml

from music_selectivity.errors import InputError
from music_selectivity.study.models import (
    MINIMUM_INPUT,
    network_file,
    trained_models,
    twins,
    users_networks,
)
from music_selectivity.vocabulary import (
    ADJACENT,
    AUDIOSET,
    COLLECTIONS,
    FMRI,
    GABOR,
    LEAST_SEGMENTS,
    LEVEL,
    LOG_MEL,
    NATURAL,
    OVERLAPPING,
    PCA,
    SHUFFLED_LABELS,
    SOUNDSCAPES,
    WITHOUT_MUSIC,
)

# Downloads are shared by all studies. AudioSet's tables have these names there.
DOWNLOADS = "results/downloads"
AUDIOSET_TABLES = {
    "classes": "audioset/class_labels_indices.csv",
    "ontology": "audioset/ontology.json",
    "train_segments": "audioset/balanced_train_segments.csv",
    "eval_segments": "audioset/eval_segments.csv",
    "exclusions": "audioset/exclusions.xlsx",
}

COLLECTION_FILES = {
    "esc50": "esc50",
    "music": "gtzan",
    "ontology": AUDIOSET_TABLES["ontology"],
}

# Names of what tables hold besides networks.
RESERVED = {
    PCA: "the principal components",
    GABOR: "the Gabor filter bank",
    FMRI: "the responses of the brain to the 165 natural sounds",
    LOG_MEL: "the mean log-mel spectra of the 165 natural sounds",
    LEVEL: "the levels of the 165 natural sounds",
}

# Keys of earlier versions, and what they are called now.
RENAMED = {
    ("natsound165",): "natural_sounds",
    ("corpus", "form"): "corpus.type",
    ("amplitude",): "equal_rms, and its power_ratios to divisors",
    ("downloads", "natsound165.zip"): 'downloads."natural_sounds.zip"',
}


def resolve_config(config: Mapping, schema_path: str | os.PathLike) -> dict:
    """Config with every default filled in, checked.

    A model or category that a study sets to null is dropped, a model that names no
    architecture gets that of the study, and a file that is to be downloaded gets the
    path that it will have. Whether the report contains sounds follows from the corpus,
    unless the study says so.

    Raises
    ------
    InputError
        Naming the first bad key, its value and what is allowed.
    """
    schema = json.loads(Path(schema_path).read_text(encoding="utf-8"))
    # YAML reads some texts as dates.
    resolved = _parsed(json.loads(json.dumps(config, default=str)), schema)
    _check_renamed(resolved)
    _check_shape(resolved, schema)
    _fill_defaults(resolved, schema)
    for part, key in ((resolved, "models"), (resolved["analysis"], "categories")):
        part[key] = {name: x for name, x in part[key].items() if x is not None}
    for model in trained_models(resolved["models"]).values():
        model["architecture"] = model["architecture"] or resolved["architecture"]
    _check_meaning(resolved)
    _name_downloads(resolved)
    if resolved["report"]["audio"] is None:
        resolved["report"]["audio"] = resolved["corpus"]["type"] == SOUNDSCAPES
    return resolved


def _parsed(value: object, schema: dict) -> object:
    """`value` with numbers, booleans and lists parsed where they are text.

    Snakemake passes values inside ``--config 'key={...}'`` as text.
    """
    schema = _chosen(schema, value)
    if isinstance(value, dict):
        free = schema.get("additionalProperties")
        parts = schema.get("properties", {})
        return {
            key: _parsed(item, parts.get(key, free if isinstance(free, dict) else {}))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_parsed(item, schema.get("items", {})) for item in value]
    types = schema.get("type", "string")
    if isinstance(value, str) and ("string" not in types or value == "null"):
        # Text that cannot be parsed has the wrong type, which the schema says.
        with contextlib.suppress(yaml.YAMLError):
            return yaml.safe_load(value)
    return value


def _chosen(schema: dict, value: object) -> dict:
    """Of a schema with alternatives by the keys of a value, the one that applies."""
    if "if" not in schema:
        return schema
    given = isinstance(value, dict) and set(schema["if"]["required"]) <= set(value)
    return schema["then" if given else "else"]


def _check_renamed(config: dict) -> None:
    """Say what the keys of earlier versions are called now."""
    for key, new in RENAMED.items():
        *parents, last = key
        part: object = config
        for name in parents:
            part = part.get(name) if isinstance(part, dict) else None
        if isinstance(part, dict) and last in part:
            raise InputError(f"config key {'.'.join(key)} is renamed to {new}")


# Stricter than JSON Schema, in which 2.0 is an integer, and NaN a number.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: type(value) is int,
            "number": lambda _, value: (
                type(value) in (int, float) and math.isfinite(value)
            ),
        }
    ),
)


def _check_shape(config: dict, schema: dict) -> None:
    error = jsonschema.exceptions.best_match(_Validator(schema).iter_errors(config))
    if error is None:
        return
    key = ".".join(str(part) for part in error.absolute_path) or "(top level)"
    allowed = {
        "enum": lambda: f"allowed: {', '.join(map(str, error.validator_value))}",
        "additionalProperties": lambda: (
            f"known keys: {', '.join(error.schema.get('properties', {}))}"
        ),
        "type": lambda: f"allowed: {error.validator_value}",
    }.get(error.validator, lambda: error.schema.get("description", ""))()
    raise InputError(f"config key {key}: {error.message}; {allowed}".rstrip("; "))


def _fill_defaults(config: dict, schema: dict) -> None:
    """Fill the defaults of `properties`, and of every value where keys are free.

    Where keys are free, a study's own keys are added to those of the default.
    """
    schema = _chosen(schema, config)
    for key, part in schema.get("properties", {}).items():
        default = json.loads(json.dumps(part.get("default")))
        if "default" in part:
            config.setdefault(key, default)
        if isinstance(default, dict) and isinstance(config[key], dict):
            config[key] = default | config[key]
        if part.get("type") == "object":
            config.setdefault(key, {})
        if isinstance(config.get(key), dict):
            _fill_defaults(config[key], part)
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        for key, value in config.items():
            if key not in schema.get("properties", {}) and isinstance(value, dict):
                _fill_defaults(value, values)


def _check_meaning(config: dict) -> None:
    """What a schema cannot say."""
    if not config["models"]:
        raise InputError("config key models: at least one model is needed")
    audio = config["audio"]
    if audio["min_seconds"] > audio["clip_seconds"]:
        raise InputError(
            f"config key audio.min_seconds: {audio['min_seconds']} is more than "
            f"audio.clip_seconds, {audio['clip_seconds']}; no clip could be used"
        )
    mel = config["log_mel"]
    if not mel["f_min"] < mel["f_max"] <= audio["sample_rate"] / 2:
        raise InputError(
            f"config key log_mel.f_max: {mel['f_max']} Hz must lie above f_min and at "
            f"or below half the sample rate, {audio['sample_rate'] / 2:g} Hz"
        )
    trained = trained_models(config["models"])
    n_frames = (
        1 + round(audio["clip_seconds"] * audio["sample_rate"]) // mel["hop_length"]
    )
    for name, model in trained.items():
        n_mels_needed, n_frames_needed = MINIMUM_INPUT[model["architecture"]]
        if n_frames < n_frames_needed:
            raise InputError(
                f"config key audio.clip_seconds: {audio['clip_seconds']} s give "
                f"{n_frames} frames, and model {name} ({model['architecture']}) needs "
                f"{n_frames_needed}; give longer clips"
            )
        if mel["n_mels"] < n_mels_needed:
            raise InputError(
                f"config key log_mel.n_mels: {mel['n_mels']}, but model {name} "
                f"({model['architecture']}) needs {n_mels_needed} or more"
            )
        if max(model["snapshots"], default=0) > model["epochs"]:
            raise InputError(
                f"config key models.{name}.snapshots: {max(model['snapshots'])} is "
                f"after the last epoch, {model['epochs']}"
            )
        if model["labels"] == SHUFFLED_LABELS and model["epochs"] == 0:
            raise InputError(
                f"config key models.{name}.labels: shuffled labels need epochs > 0"
            )
        if model["labels"] == SHUFFLED_LABELS and model["select_by"] != "train_ap":
            raise InputError(
                f"config key models.{name}.select_by: shuffled labels need train_ap: "
                "on validation clips with random labels every epoch is at chance"
            )
    _check_users_networks(config["models"])
    _check_names(config["models"])
    _check_quilts(config["quilts"], audio, mel)
    for key in ("random_ablation", "layer_ablation", "preferred_inputs"):
        named = set(config["analysis"][key]["models"])
        if key == "random_ablation":
            # Its default names a model, which a study may have dropped.
            named -= {WITHOUT_MUSIC}
        _check_models_of(key, named, trained)
    shares = config["corpus"][SOUNDSCAPES]
    if shares["music_share"] + shares["mixed_share"] > 1:
        raise InputError(
            "config key corpus.soundscapes: music_share and mixed_share are "
            f"{shares['music_share']} and {shares['mixed_share']}, together more than 1"
        )
    _check_paths(config["corpus"])
    folder = config["natural_sounds"]["folder"]
    if folder and not Path(folder).is_dir():
        raise InputError(f"config key natural_sounds.folder: {folder} is not a folder")
    if config["corpus"]["type"] == NATURAL:
        _check_natural_corpus(folder, trained)


def _check_natural_corpus(folder: str | None, trained: dict) -> None:
    """Its sounds are there, and no network learns them, as all are measured on them."""
    if not folder:
        place = f"{DOWNLOADS}/natural_sounds"
        raise InputError(
            "config key natural_sounds.folder is empty; give its path, because these "
            "sounds are the corpus. To download them before the study is planned: "
            f"snakemake --cores 1 {place}; they are then in that folder"
        )
    learning = [name for name, model in trained.items() if model["epochs"]]
    if learning:
        raise InputError(
            f"config key models.{learning[0]}: it would learn half of the natural "
            "sounds, which are the corpus, and then be measured on all of them; set it "
            "to null, or take another corpus"
        )


def _check_names(models: dict) -> None:
    taken = set(RESERVED).intersection(models)
    if taken:
        raise InputError(
            f"config key models.{min(taken)}: this name is reserved for "
            f"{RESERVED[min(taken)]}; give the model another name"
        )
    of_twins = twins(models)
    taken = set(of_twins).intersection(models)
    if taken:
        network, kind, _ = of_twins[min(taken)]
        raise InputError(
            f"config key models.{min(taken)}: this name is reserved for the {kind} "
            f"twins of {network}; give the model another name"
        )


def _check_users_networks(models: dict) -> None:
    """The files of every network are there."""
    for name, model in users_networks(models).items():
        files = {"network": [network_file(model)], "files": model["files"]}
        for key, paths in files.items():
            for path in paths:
                if not Path(path).is_file():
                    raise InputError(
                        f"config key models.{name}.{key}: {path} is not a file; paths "
                        f"are relative to {Path.cwd()}"
                    )


def _check_quilts(quilts: dict, audio: dict, mel: dict) -> None:
    """Quilts of every order and length hold the same sound, in another order."""
    lengths, sound_seconds = quilts["segment_ms"], quilts["sound_seconds"]
    longest = max(lengths)
    if sound_seconds > audio["clip_seconds"]:
        raise InputError(
            f"config key quilts.sound_seconds: {sound_seconds} is more than "
            f"audio.clip_seconds, {audio['clip_seconds']}"
        )
    if LEAST_SEGMENTS * longest > 1000 * sound_seconds:
        raise InputError(
            f"config key quilts.segment_ms: {LEAST_SEGMENTS} segments of {longest} ms "
            f"do not fit into the {sound_seconds} s of quilts.sound_seconds; leave out "
            f"what is longer than {1000 * sound_seconds / LEAST_SEGMENTS:g} ms"
        )
    for length in lengths:
        if longest % length:
            raise InputError(
                f"config key quilts.segment_ms: {length} ms do not divide the longest, "
                f"{longest} ms, so quilts would differ in their amount of sound; leave "
                "one of the two out"
            )
    # Joints of all quilts are measured with overlapping frames.
    _check_frames(lengths, OVERLAPPING, audio, mel)
    for order, boundary in quilts["boundary"].items():
        # The shortest segments are among those of every order.
        if order == quilts["order"] or quilts["other_orders"]["groups"]:
            _check_frames(lengths, boundary, audio, mel)


def _check_frames(lengths: list[int], boundary: str, audio: dict, mel: dict) -> None:
    """Each segment holds the two frames that are compared at each of its ends."""
    step = {OVERLAPPING: mel["hop_length"], ADJACENT: mel["n_fft"]}[boundary]
    needed = mel["n_fft"] + step
    for length in lengths:
        # As in ``stimuli.quilt_clips.segment_samples``.
        if length * audio["sample_rate"] // 1000 < needed:
            needed_ms = 1000 * needed / audio["sample_rate"]
            raise InputError(
                f"config key quilts.segment_ms: segments of {length} ms do not hold "
                f"two {boundary} frames of the log-mel spectrogram, {needed_ms:.1f} "
                "ms; leave them out, or see quilts.boundary"
            )


def _check_models_of(key: str, named: set[str], trained: dict) -> None:
    if unknown := named - set(trained):
        raise InputError(
            f"config key analysis.{key}.models: {min(unknown)} is not a model that the "
            f"study trains; these are {', '.join(trained) or 'none'}"
        )


def _check_paths(corpus: dict) -> None:
    """Every path that is needed is given, and every path given is there."""
    kind = corpus["type"]
    if kind in (SOUNDSCAPES, NATURAL):
        return
    given = corpus[kind]
    if kind != COLLECTIONS and not given["folder"] and not given.get("fetch"):
        fetched = ", or {fetch: true} to download 50 GB" if kind == AUDIOSET else ""
        raise InputError(
            f"config key corpus.{kind}.folder is empty; give its path, in the study's "
            f"file or as --config 'corpus={{{kind}: {{folder: PATH}}}}'{fetched}"
        )
    for key in ("folder", "esc50", "music", *AUDIOSET_TABLES):
        path = given.get(key)
        if path and path != "none" and not Path(path).exists():
            raise InputError(f"config key corpus.{kind}.{key}: {path} does not exist")


def _name_downloads(config: dict) -> None:
    """Fill the paths of downloads in, where a user gives no path."""
    if config["corpus"]["type"] == AUDIOSET:
        audioset = config["corpus"][AUDIOSET]
        for key, name in AUDIOSET_TABLES.items():
            audioset[key] = audioset[key] or f"{DOWNLOADS}/{name}"
        if audioset["exclusions"] == "none":
            audioset["exclusions"] = None
    collections = config["corpus"][COLLECTIONS]
    for key, name in COLLECTION_FILES.items():
        collections[key] = collections[key] or f"{DOWNLOADS}/{name}"
    natural = config["natural_sounds"]
    if natural["fetch"] and not natural["folder"]:
        natural["folder"] = f"{DOWNLOADS}/natural_sounds"
