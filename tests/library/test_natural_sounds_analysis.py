"""The script of the natural sounds: the units that it measures, and their sounds."""

import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from music_selectivity.networks.activations import to_table
from music_selectivity.store import read_table, write_table
from music_selectivity.vocabulary import COMPONENTS, NATURAL_CATEGORIES

N_UNITS = 16
NAMES = [f"sound{number}" for number in range(2 * len(NATURAL_CATEGORIES))]
# The two most selective units by the split on which they are selected.
SELECTIVE = {"train": [3, 7], "eval": [7, 12]}


class Named(dict):
    """Values that Snakemake passes by name."""

    __getattr__ = dict.__getitem__


@pytest.fixture
def responses(tmp_path) -> np.ndarray:
    """Responses to the sounds; all tables that the script reads are in tmp_path."""
    rng = np.random.default_rng(0)
    sounds = pd.DataFrame({"sound": NAMES, "category": 2 * list(NATURAL_CATEGORIES)})
    for name in COMPONENTS:
        sounds[f"component_{name}"] = rng.normal(size=len(sounds))
    write_table(tmp_path / "sounds.parquet", sounds)
    units = pd.DataFrame({"unit": np.arange(N_UNITS)})
    for split, selective in SELECTIVE.items():
        units[f"msi_{split}"] = np.isin(units["unit"], selective) + rng.random(N_UNITS)
    write_table(tmp_path / "units.csv", units)
    responses = rng.random((len(NAMES), N_UNITS)).astype(np.float32)
    write_table(tmp_path / "activations.parquet", to_table(NAMES, responses))
    return responses


def run(folder, measured_split: str) -> None:
    snakemake = SimpleNamespace(
        rule="natural_sounds",
        wildcards={},
        input=Named(
            activations=folder / "activations.parquet",
            units=folder / "units.csv",
            sounds=folder / "sounds.parquet",
        ),
        output=Named(
            sounds=folder / "found.parquet", measures=folder / "measures.parquet"
        ),
        params=Named(
            ms_fraction=0.125, draws=5, measured_split=measured_split, code=""
        ),
        log=[str(folder / "script.log")],
    )
    script = ROOT / "workflow/scripts/natural_sounds.py"
    runpy.run_path(str(script), {"snakemake": snakemake})


@pytest.mark.parametrize(
    ("measured_split", "selected_on"), [("eval", "train"), ("train", "eval")]
)
def test_units_are_those_selected_on_the_split_that_is_not_measured(
    tmp_path, responses, measured_split, selected_on
):
    run(tmp_path, measured_split)
    found = read_table(tmp_path / "found.parquet")["response"]
    expected = responses[:, SELECTIVE[selected_on]].mean(axis=1, dtype=float)
    np.testing.assert_allclose(found, expected)
    assert "natural_ratio" in set(read_table(tmp_path / "measures.parquet")["measure"])


def test_responses_to_sounds_in_another_order_are_refused(tmp_path, responses, capfd):
    write_table(tmp_path / "activations.parquet", to_table(NAMES[::-1], responses))
    with pytest.raises(SystemExit):
        run(tmp_path, "eval")
    assert "row 1 holds the response to sound21, but" in capfd.readouterr().err
