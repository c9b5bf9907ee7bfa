"""The study's config: defaults and shape from the schema, then what they mean."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import jsonschema

from music_selectivity.errors import InputError


def resolve(config: Mapping, schema_path: str | os.PathLike) -> dict:
    """Config with every default filled in, checked.

    A model that a study sets to null is dropped.

    Raises
    ------
    InputError
        Naming the first bad key, its value and what is allowed.
    """
    schema = json.loads(Path(schema_path).read_text(encoding="utf-8"))
    resolved = json.loads(json.dumps(config))
    _check_shape(resolved, schema)
    _fill_defaults(resolved, schema)
    resolved["models"] = {
        name: model for name, model in resolved["models"].items() if model is not None
    }
    _check_meaning(resolved)
    return resolved


def _check_shape(config: dict, schema: dict) -> None:
    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(config))
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
    """Fill the defaults of `properties`, and of every value where keys are free."""
    for key, part in schema.get("properties", {}).items():
        if "default" in part:
            config.setdefault(key, json.loads(json.dumps(part["default"])))
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
    for name, model in config["models"].items():
        if model["labels"] == "shuffled" and model["epochs"] == 0:
            raise InputError(
                f"config key models.{name}.labels: shuffled labels need epochs > 0"
            )
    form = config["corpus"]["form"]
    needed = {"table": ["folder"], "soundscapes": []}.get(
        form, ["folder", "classes", "ontology", "train_segments", "eval_segments"]
    )
    for key in needed:
        path = config["corpus"][form][key]
        if not path:
            raise InputError(
                f"config key corpus.{form}.{key} is empty; give its path, in the "
                f"study's file or as --config 'corpus={{{form}: {{{key}: PATH}}}}'"
            )
        if not Path(path).exists():
            raise InputError(f"config key corpus.{form}.{key}: {path} does not exist")
