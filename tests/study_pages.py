"""Pages of studies for tests: everything that the rules give to the report."""

import dataclasses
import importlib
from pathlib import Path

import pandas as pd

import made_up_units
import paper_scale
from conftest import ROOT
from music_selectivity.claims.evaluation import evaluate
from music_selectivity.claims.measured import Measured
from music_selectivity.figures.catalogue import FIGURES, KEY_FIGURES, THEMES
from music_selectivity.figures.style import Style, save
from music_selectivity.report.themes import study_figure
from music_selectivity.vocabulary import PAPER_MODELS
from true_study import study

SVG = (
    '<svg viewBox="0 0 90 60" xmlns="http://www.w3.org/2000/svg">'
    '<path d="M 10 10 L 80 50"/></svg>'
)

# A name that is dangerous where it is not escaped.
EVIL = "<img src=x onerror=alert(1)>\"'&</script><script>alert(2)</script>"


def said_of(name: str) -> dict:
    """What the rules say of a figure."""
    entry = dataclasses.asdict(FIGURES[name])
    caption = (ROOT / f"workflow/report/{name}.rst").read_text(encoding="utf-8")
    return entry | {"name": name, "caption": caption}


def figures(folder: Path, tables: dict[str, pd.DataFrame], drawn: bool) -> list:
    """All figures from their tables; as a sketch if they need not be `drawn`."""
    found = []
    for name in FIGURES:
        stem = folder / "figures" / name
        stem.parent.mkdir(parents=True, exist_ok=True)
        table = tables[name]
        if drawn:
            module = importlib.import_module(f"music_selectivity.figures.{name}")
            save(module.draw(table, Style()), table, stem)
        else:
            stem.with_suffix(".svg").write_text(SVG)
        svg = stem.with_suffix(".svg")
        found.append(study_figure(said_of(name), "Networks: many.", svg, table))
    return found


def preferred_inputs() -> dict[tuple[str, int], pd.DataFrame]:
    """Those of the paper's size with their sounds, by model and seed."""
    names = ["kind", "unit", "heard", "percentile_99", "kept"]
    verdicts = paper_scale.preferred_inputs().query("band == 0")
    return {
        network: made_up_units.preferred_inputs(of_network[names], 10.0)
        for network, of_network in verdicts.groupby(["model", "seed"])
    }


def inputs(folder: Path, drawn: bool = False, sounds: bool = False, **changes) -> dict:
    """Arguments of `report_html` for a made-up study as large as the paper's."""
    statistics = study(5)
    clips = pd.DataFrame(
        {
            "clip_id": [f"clip{i}" for i in range(400)],
            "split": ["train", "eval"] * 200,
            "group": ["music", "music", "nonmusic", "nonmusic"] * 100,
            "is_speech": False,
            "excluded": "",
        }
    )
    classes = pd.DataFrame(
        {
            "name": [f"class {k}" for k in range(paper_scale.CLASSES)],
            "music_related": [k % 4 == 0 for k in range(paper_scale.CLASSES)],
            "speech": False,
        }
    )
    lengths = tuple(map(int, paper_scale.LENGTHS))
    profiles = made_up_units.profiles(
        PAPER_MODELS,
        classes["name"],
        # With sounds, few clips, so that the page loads fast.
        [f"clip{k:05d}" for k in range(100 if sounds else paper_scale.CLIPS)],
        paper_scale.UNITS,
        lengths,
    )
    of_clips = profiles["quantity"] == "clip_response"
    strongest = profiles.loc[of_clips, "place"].unique()
    baseline = pd.DataFrame(
        {"features": ["level"], "auc": [0.51], "n_train": [200], "n_eval": [200]}
    )
    config = {
        "study": "made_up",
        "corpus": {"type": "audioset"},
        "audio": {"clip_seconds": 10.0},
        "log_mel": {"n_mels": 64, "f_min": 0, "f_max": 8000},
        "analysis": {"measured_split": "eval"},
        "report": {"audio": sounds},
    }
    return {
        "colours": {},
        "notice": "",
        "clips": clips,
        "classes": classes,
        "baseline": baseline,
        "histories": {},
        "statistics": statistics,
        "claims": evaluate(Measured(statistics)),
        "figures": figures(folder, paper_scale.tables(), drawn),
        "themes": [dataclasses.asdict(theme) for theme in THEMES],
        "key_figures": KEY_FIGURES,
        "profiles": profiles,
        "examples": made_up_units.examples(
            strongest, [f"quilted{k:02d}" for k in range(12)], sounds, lengths, 10.0
        ),
        "config": config,
    } | changes
