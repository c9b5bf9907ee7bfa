"""Claims and figures find their themes, in the order of the catalogue."""

import pandas as pd
import pytest

from music_selectivity.figures.chart import Chart
from music_selectivity.figures.style import Style
from music_selectivity.report.themes import (
    StudyFigure,
    first_sentence,
    first_with_charts,
    placed,
    shown_themes,
    study_figure,
)
from study_pages import SVG, said_of

TABLE = pd.DataFrame({"model": ["pca"], "seed": [0], "x": ["a"], "value": [1.0]})
CHART = Chart(value="value", label="Value", along="x")
THEMES = [
    {"name": "b", "title": "B", "question": "B?", "figures": ["two"], "claims": ["M"]},
    {
        "name": "a",
        "title": "A",
        "question": "A?",
        "figures": ["three", "one"],
        "claims": [],
    },
]


@pytest.fixture
def figures(tmp_path):
    claims = {"one": ["3e"], "two": ["2b", "5c-a"], "three": []}
    found = []
    for name, shown in claims.items():
        svg = tmp_path / f"{name}.svg"
        svg.write_text(SVG)
        charts = [CHART] if name != "three" else []
        found.append(
            StudyFigure(
                name, name, "Fig. 1", "One. Two.", "", svg, TABLE, shown, charts
            )
        )
    return found


def cards(*ids):
    return [{"id": id, "verdict": "open"} for id in ids]


def test_claims_are_placed_by_id_or_panel(figures):
    found = placed(
        cards("2b", "2bc", "3e-a", "3e", "5c-a", "5c-b", "M-a"), THEMES, figures
    )
    assert [(card["theme"], card["figure"]) for card in found] == [
        ("b", 2),
        ("", None),
        ("a", 1),
        ("a", 1),
        ("b", 2),
        ("", None),
        ("b", None),
    ]
    assert [card["id"] for card in placed(cards("2b"), [], [])] == ["2b"]


def test_themes_hold_their_figures_and_claims(figures):
    found = placed(cards("2b", "3e-a", "M-a", "9"), THEMES, figures)
    first, second = shown_themes(THEMES, figures, found, Style())
    assert [shown.number for shown in first.figures] == [2]
    assert [card["id"] for card in first.figures[0].cards] == ["2b"]
    assert [card["id"] for card in first.cards] == ["M-a"]
    # In the order of the figures' numbers, which is that of the catalogue.
    assert [shown.number for shown in second.figures] == [1, 3]
    assert second.cards == []
    assert [(each["verdict"], each["count"]) for each in first.verdicts] == [
        ("open", 2)
    ]


def test_key_figures_are_the_first_that_have_charts(figures):
    shown = shown_themes(THEMES, figures, [], Style())
    names = ["three", "two", "absent", "one"]
    found = [each.figure.name for each in first_with_charts(shown, names)]
    assert found == ["two", "one"]
    assert len(first_with_charts(shown, names, count=1)) == 1


@pytest.mark.parametrize(
    ("caption", "parts"),
    [
        ("One line.\n", ("One line.", "")),
        (
            "Ratios of\nunits. Dots are\nnetworks.",
            ("Ratios of units.", "Dots are networks."),
        ),
        ("Up to 1.7 (Fig. 2b) here. Then.", ("Up to 1.7 (Fig. 2b) here.", "Then.")),
        ("", ("", "")),
    ],
)
def test_captions_are_split_after_their_first_sentence(caption, parts):
    assert first_sentence(caption) == parts


def test_figures_are_what_the_rules_say(tmp_path):
    svg = tmp_path / "ablation.svg"
    found = study_figure(said_of("ablation"), "Networks: 5.", svg, TABLE)
    assert (found.name, found.panel) == ("ablation", "Fig. 5c")
    assert found.claims == ["5c-a", "5c-b", "5c-c", "5c-d"]
    assert found.charts[0].along == "condition"
    assert found.caption.startswith("Mean average precision")
