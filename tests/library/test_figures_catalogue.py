"""A figure is complete: its module, constants, caption and place in the report.

The catalogue reads the constants without importing the module; here they are compared
with those of the imported module.
"""

import importlib
import inspect
import re
import subprocess
import sys

import pytest

from conftest import ROOT
from music_selectivity.claims.catalogue import all_claims
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.figures import catalogue
from music_selectivity.figures.catalogue import (
    FIGURES,
    KEY_FIGURES,
    THEMES,
    read_entry,
)
from music_selectivity.figures.chart import LINES, Chart

FOLDER = ROOT / "workflow/music_selectivity/figures"
CAPTIONS = ROOT / "workflow/report"


def module_of(name):
    return importlib.import_module(f"music_selectivity.figures.{name}")


def test_the_catalogue_lists_every_figure_module_once():
    modules = {file.stem for file in FOLDER.glob("*.py")} - {"__init__"}
    figures = {name for name in modules if hasattr(module_of(name), "table")}
    assert sorted(catalogue.ORDER) == sorted(figures)
    assert list(FIGURES) == catalogue.ORDER


@pytest.mark.parametrize("name", FIGURES)
def test_constants_are_those_of_the_module(name):
    module, entry = module_of(name), FIGURES[name]
    assert (entry.title, entry.panel) == (module.TITLE, module.PANEL)
    assert entry.inputs == module.INPUTS
    assert entry.arguments == getattr(module, "ARGUMENTS", {})
    assert entry.clips == catalogue.CLIPS[getattr(module, "CLIPS", "compared")]
    assert entry.claims == getattr(module, "CLAIMS", [])
    charts = [Chart(**chart) for chart in getattr(module, "CHARTS", [])]
    assert entry.charts == charts


@pytest.mark.parametrize("name", FIGURES)
def test_inputs_and_arguments_are_the_parameters_of_table(name):
    parameters = inspect.signature(module_of(name).table).parameters
    assert [*FIGURES[name].inputs, *FIGURES[name].arguments] == list(parameters)
    assert list(inspect.signature(module_of(name).draw).parameters) == [
        "table",
        "style",
    ]


@pytest.mark.parametrize("name", FIGURES)
def test_captions_are_plain_text(name):
    """Snakemake's report reads them as reStructuredText, and ours as plain text."""
    caption = (CAPTIONS / f"{name}.rst").read_text()
    assert caption.strip()
    assert not re.search(r"[`*{}|_]", caption)


def test_every_caption_file_has_its_figure_or_page():
    pages = {"audit", "claims", "figure", "usage", "workflow"}
    assert {file.stem for file in CAPTIONS.glob("*.rst")} == {*FIGURES, *pages}


def test_each_figure_has_one_theme():
    shown = [figure for theme in THEMES for figure in theme.figures]
    assert sorted(shown) == sorted(FIGURES)
    assert len({theme.name for theme in THEMES}) == len(THEMES)
    assert all(theme.question.endswith("?") for theme in THEMES)


def test_each_claim_has_one_place_on_the_page():
    places = [claim for entry in FIGURES.values() for claim in entry.claims]
    places += [claim for theme in THEMES for claim in theme.claims]
    ids = [claim.id for claim in all_claims(DEFAULT)]
    for id in ids:
        found = [name for name in places if id == name or id.startswith(f"{name}-")]
        assert len(found) == 1, (id, found)
    for name in places:
        assert any(id == name or id.startswith(f"{name}-") for id in ids), name


def test_the_figures_that_carry_the_answer_have_charts():
    assert len(KEY_FIGURES) >= 4
    assert all(FIGURES[name].charts for name in KEY_FIGURES)


def test_figures_do_not_import_each_other():
    for name in FIGURES:
        code = (FOLDER / f"{name}.py").read_text()
        imported = re.findall(r"music_selectivity\.figures\.(\w+)", code)
        assert not set(imported) & set(FIGURES), name


def test_planning_imports_no_library_that_draws_or_computes():
    code = (
        "import sys, music_selectivity.figures.catalogue\n"
        "print(*{'matplotlib', 'numpy', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "workflow",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


def test_constants_are_read_and_other_code_is_not_run(tmp_path):
    module = tmp_path / "spectra.py"
    module.write_text(
        'import missing_library\nTITLE = "Spectra"\nPANEL = "Fig. 9"\n'
        'CLIPS = "quilted_music"\nINPUTS = {"units": ["units", "networks"]}\n'
        'ARGUMENTS = {"share": "analysis.share"}\nCOLOUR = missing_library.red\n'
        'CLAIMS = ["9a"]\n'
        'CHARTS = [{"value": "y", "label": "Y", "along": "x", "kind": "lines"}]\n'
    )
    assert read_entry(module) == catalogue.Entry(
        title="Spectra",
        panel="Fig. 9",
        inputs={"units": ["units", "networks"]},
        arguments={"share": "analysis.share"},
        clips=catalogue.CLIPS["quilted_music"],
        claims=["9a"],
        charts=[Chart(value="y", label="Y", along="x", kind=LINES)],
    )


def test_a_constant_that_is_no_literal_is_refused(tmp_path):
    module = tmp_path / "spectra.py"
    module.write_text('TITLE = f"{1}"\n')
    with pytest.raises(ValueError, match="line 1"):
        read_entry(module)
