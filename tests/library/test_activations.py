"""Activation tables keep responses exactly; those of other sounds are refused."""

import ast

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from music_selectivity.errors import InputError
from music_selectivity.networks.activations import from_table, responses_to, to_table
from music_selectivity.store import write_table


def test_table_round_trip_and_foreign_tables():
    responses = np.random.default_rng(1).random((3, 4), dtype=np.float32)
    table = to_table(["a", "b", "c"], responses)
    ids, back = from_table(table)
    assert list(ids) == ["a", "b", "c"]
    np.testing.assert_array_equal(back, responses)
    with pytest.raises(InputError, match="clip_id, u000"):
        from_table(table.drop(columns="u002"))


def test_responses_are_those_to_the_sounds_of_a_table(tmp_path):
    responses = np.random.default_rng(1).random((3, 4), dtype=np.float32)
    path = tmp_path / "original.parquet"
    write_table(path, to_table(["a", "b", "c"], responses))
    sounds = pd.DataFrame({"clip_id": ["a", "b", "c"]}, index=[7, 3, 5])
    found = responses_to(sounds["clip_id"], path)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, responses)


@pytest.mark.parametrize(
    ("sounds", "message"),
    [
        (["a", "c", "b"], "row 2 holds the response to b, but .* has c there"),
        (["a", "b"], "row 3 holds the response to c, but .* has no sound there"),
        (["a", "b", "c", "d"], "row 4 holds the response to no sound, but .* has d"),
        (["x", "b", "c"], "row 1 holds the response to a, but .* has x there"),
    ],
)
def test_responses_to_other_sounds_are_refused(tmp_path, sounds, message):
    path = tmp_path / "original.parquet"
    write_table(path, to_table(["a", "b", "c"], np.ones((3, 2), np.float32)))
    with pytest.raises(InputError, match=rf"original\.parquet: {message}.*; delete"):
        responses_to(sounds, path)


def test_every_analysis_checks_the_sounds_of_the_responses_that_it_reads():
    """Responses to stimulus sets are read otherwise: they are joined by clip id."""
    readers = {}
    for path in sorted((ROOT / "workflow/scripts").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        found = used & {"from_table", "responses_to", "responses_of_layers"}
        if found:
            readers[path.stem] = found
    assert readers == {
        "analyses": {"from_table", "responses_to", "responses_of_layers"},
        "brain": {"responses_to", "responses_of_layers"},
        "layer_ablation": {"responses_to"},
        "layers": {"responses_of_layers"},
        "natural_sounds": {"responses_to"},
        "preferred_inputs": {"responses_to"},
        "random_ablation": {"responses_to"},
        "unit_profiles": {"from_table", "responses_to"},
    }
