"""The folder of layers is complete or absent, and read in the order of depth."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from music_selectivity.errors import InputError
from music_selectivity.networks.activations import to_table
from music_selectivity.networks.layer_folder import (
    layers_in,
    new_folder,
    responses_of_layers,
    table_path,
    write_index,
)
from music_selectivity.store import write_table

SOUNDS = ["a", "b", "c"]
# By depth, which is not the order of their names.
SIZES = {"conv2": 3, "conv1": 2, "12": 4, "encoder.layers.0": 1}


def write(path, sizes=SIZES):
    """The responses of each layer."""
    rng = np.random.default_rng(0)
    responses = {
        name: rng.random((3, size)).astype(np.float32) for name, size in sizes.items()
    }
    with new_folder(path) as folder:
        for name, values in responses.items():
            write_table(table_path(folder, name, "original"), to_table(SOUNDS, values))
        write_index(folder, sizes)
        assert not path.exists() or layers_in(path) != list(sizes)
    return responses


def test_layers_are_read_in_the_order_of_depth(tmp_path):
    written = write(tmp_path / "layers")
    assert layers_in(tmp_path / "layers") == list(SIZES)
    found = list(responses_of_layers(tmp_path / "layers", "original", SOUNDS))
    assert [name for name, _ in found] == list(SIZES)
    for name, responses in found:
        np.testing.assert_array_equal(responses, written[name])


def test_tables_of_other_sounds_are_refused(tmp_path):
    write(tmp_path / "layers")
    with pytest.raises(InputError, match="row 1 holds the response to a"):
        next(responses_of_layers(tmp_path / "layers", "original", SOUNDS[::-1]))


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_responses_that_are_not_finite_are_refused(tmp_path, bad):
    responses = np.ones((3, 2), np.float32)
    responses[1, 1] = responses[2, 0] = bad
    path = table_path(tmp_path, "conv1", "natural_sounds")
    path.parent.mkdir()
    write_table(path, to_table(SOUNDS, responses))
    write_index(tmp_path, {"conv1": 2})
    with pytest.raises(
        InputError,
        match=r"natural_sounds\.parquet: layer conv1 responds to b with NaN or inf",
    ):
        list(responses_of_layers(tmp_path, "natural_sounds", pd.Series(SOUNDS)))


def test_a_new_folder_replaces_the_old_one_as_a_whole(tmp_path):
    write(tmp_path / "layers")
    write(tmp_path / "layers", {"other": 2})
    assert layers_in(tmp_path / "layers") == ["other"]
    files = [path.name for path in (tmp_path / "layers").iterdir()]
    assert sorted(files) == ["layers.csv", "other"]


def test_a_failed_write_leaves_the_old_folder_and_nothing_else(tmp_path):
    write(tmp_path / "layers")
    with pytest.raises(RuntimeError), new_folder(tmp_path / "layers") as folder:
        write_index(folder, {"half": 1})
        raise RuntimeError
    assert layers_in(tmp_path / "layers") == list(SIZES)
    assert [path.name for path in tmp_path.iterdir()] == ["layers"]


def test_what_a_killed_job_left_is_removed(tmp_path):
    partial = tmp_path / ".layers.partial"
    partial.mkdir()
    (partial / "half").write_text("half")
    write(tmp_path / "layers")
    assert [path.name for path in tmp_path.iterdir()] == ["layers"]


def test_the_documented_example(tmp_path, monkeypatch, capsys):
    """The clips in use, in the order of their table, are those of the responses."""
    monkeypatch.chdir(tmp_path)
    results = Path("results/soundscapes")
    write(results / "activations/without_music/seed1/layers")
    clips = pd.DataFrame({"clip_id": ["a", "x", "b", "c"], "excluded": ""})
    clips.loc[1, "excluded"] = "silent"
    write_table(results / "clips.parquet", clips)
    page = (ROOT / "docs/networks.md").read_text()
    (example,) = re.findall(
        r"```python\n([^`]*responses_of_layers[^`]*)```", page, re.DOTALL
    )
    exec(example, {})
    shapes = [f"{name} (3, {size})" for name, size in SIZES.items()]
    assert capsys.readouterr().out.splitlines() == shapes
