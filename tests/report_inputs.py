"""Made-up inputs of the report, with names that would break a careless page."""

import dataclasses

import numpy as np
import pandas as pd

import made_up_units
from music_selectivity.figures.chart import Chart
from music_selectivity.report.themes import StudyFigure
from study_pages import SVG

EVIL = '<script>alert("&")</script>'


def make_inputs(folder):
    clips = pd.DataFrame(
        [
            ("a", "train", "music", False, ""),
            ("b", "train", "nonmusic", True, ""),
            ("c", "train", "nonmusic", False, ""),
            ("d", "eval", "mixed", True, ""),
            ("e", "eval", "music", False, f"unreadable {EVIL}"),
            ("f", "train", "music", False, "silent"),
            ("g", "eval", "music", False, "silent"),
        ],
        columns=["clip_id", "split", "group", "is_speech", "excluded"],
    )
    classes = pd.DataFrame(
        {"name": ["x", "y"], "music_related": [True, False], "speech": [False, False]}
    )
    baseline = pd.DataFrame(
        [("level", 0.5123, 11, 12), (EVIL, np.nan, 11, 12)],
        columns=["features", "auc", "n_train", "n_eval"],
    )
    history = pd.DataFrame(
        {"epoch": [1, 2, 3], "best": [True, True, False], "validation_ap": [1, 2, 1.5]}
    )
    histories = {
        ("without_music", 1): history,
        ("without_music", 2): history.assign(best=[True, False, False]),
        ("untrained", 1): history.iloc[:0],
    }
    rows = [("untrained", 1, "mean_ap", "nonmusic/none", 0.0123)]
    for seed, value in ((1, 0.61), (2, 0.63)):
        rows += [
            ("without_music", seed, "validation_ap", "best epoch", value),
            ("without_music", seed, "train_ap", "best epoch", np.nan),
            ("without_music", seed, "mean_ap", "nonmusic/none", value / 2),
            ("without_music", seed, "random_ap", "nonmusic", 0.0456),
        ]
    statistics = pd.DataFrame(
        rows, columns=["model", "seed", "measure", "condition", "value"]
    )
    # fmt: off
    claims = pd.DataFrame(
        [
            ("1c", "One.", "m", "0.109", "Fig. 1c", 0.3312, 0.0058, 5, "signed-rank",
             1 / 32, 1.0, "replicated"),
            ("2b", "Two.", "m", "2.07", "Fig. 2b", 1.02, 0.1, 5, "signed-rank",
             0.5, 0.4, "not replicated"),
            ("5c", EVIL, "m", "", "Fig. 5c", np.nan, np.nan, 2, "", np.nan, np.nan,
             "too few networks to tell"),
        ],
        columns=["id", "claim", "models", "paper", "where", "measured", "sd", "n",
                 "test", "p", "effect_size", "verdict"],
    )
    # fmt: on
    claims = claims.assign(
        notes=["measured: mean AP", "", ""],
        low=[0.3251, 0.9, np.nan],
        high=[0.3371, 1.1, np.nan],
        covers=["networks and clips", "networks", np.nan],
        change=[np.nan, 0.0321, np.nan],
        change_low=[np.nan, -0.0123, np.nan],
        change_high=[np.nan, 0.0765, np.nan],
        margin=[np.nan, 0.1, np.nan],
        open_probability=[np.nan, 0.1597, np.nan],
        p_adjusted=[0.0456, 0.5, np.nan],
        contrast=[0.2249, 0.02, np.nan],
        contrast_low=[0.21, -0.1, np.nan],
        contrast_high=[0.24, 0.15, np.nan],
        permutation_p=[np.nan, 1 / 201, np.nan],
        mixed_estimate=[0.812, np.nan, np.nan],
        mixed_low=[0.7, np.nan, np.nan],
        mixed_high=[0.9, np.nan, np.nan],
        mixed_p=[1e-9, np.nan, np.nan],
    )
    svg = folder / "figures" / "ablation.svg"
    svg.parent.mkdir(exist_ok=True)
    svg.write_text(SVG)
    empty = folder / "figures" / "quilts.svg"
    reason = "<dc:description>No &lt;quilts&gt; here</dc:description>"
    empty.write_text(SVG.replace("<path", f"<metadata>{reason}</metadata><path"))
    table = pd.DataFrame(
        {"model": ["without_music"], "seed": [1], "place": [EVIL], "value": [0.5]}
    )
    return {
        "notice": "These sounds are synthetic.",
        "clips": clips,
        "classes": classes,
        "baseline": baseline,
        "histories": histories,
        "statistics": statistics,
        "claims": claims,
        "figures": [
            StudyFigure(
                name="ablation",
                title="A title",
                panel="Fig. 5c",
                caption="A caption.\nIts rest.\n",
                sample="Networks: 1.",
                svg=svg,
                table=table,
                claims=["5c"],
                charts=[Chart(value="value", label="Value", along="place")],
            ),
            StudyFigure(
                name="quilts",
                title="Nothing",
                panel="not in the paper",
                caption="Quilts.",
                sample="",
                svg=empty,
                table=table.iloc[:0],
                claims=["2b"],
            ),
        ],
        "themes": [
            {
                "name": "function",
                "title": "Function",
                "question": "What for?",
                "figures": ["ablation", "quilts"],
                "claims": ["1c"],
            }
        ],
        "key_figures": ["quilts", "ablation"],
        "profiles": made_up_units.profiles(["without_music"], ["x", "y"], ["a", "b"]),
        "examples": made_up_units.examples(["a", "b"], ["c", "d"], sounds=True),
        "colours": {},
        "config": {
            "study": "my study",
            "corpus": {"type": "soundscapes"},
            "audio": {"clip_seconds": 2.0},
            "log_mel": {"n_mels": 64, "f_min": 0, "f_max": 8000},
            "report": {"audio": True},
            "models": {EVIL: {"epochs": 3}},
        },
    }


def with_preferred_inputs(inputs):
    """Inputs of a study that seeks preferred inputs, and whose clips have no sounds."""
    (ablation, *_), (theme,) = inputs["figures"], inputs["themes"]
    figure = dataclasses.replace(ablation, name="preferred_inputs", claims=[])
    names = ["kind", "unit", "heard", "percentile_99", "kept"]
    rows = [("ms", 3, 2.0, 1.0, True), ("untrained", 3, 0.5, 1.0, False)]
    verdicts = pd.DataFrame(rows, columns=names)
    return inputs | {
        "figures": [*inputs["figures"], figure],
        "themes": [theme | {"figures": [*theme["figures"], "preferred_inputs"]}],
        "examples": made_up_units.examples(["a", "b"], ["c", "d"]),
        "preferred_inputs": {
            ("without_music", 1): made_up_units.preferred_inputs(verdicts)
        },
        "config": inputs["config"]
        | {"report": {"audio": False}, "analysis": {"measured_split": "eval"}},
    }
