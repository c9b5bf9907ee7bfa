"""The report shows everything that it is given, safely and in one file."""

import base64
import html
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from conftest import ROOT
from music_selectivity.report import numbers, rendering
from music_selectivity.report.study_page import claims_html, report_html
from small_pages import Page

TEMPLATES = ROOT / "workflow/music_selectivity/report"
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
        columns=["id", "claim", "model", "paper", "where", "measured", "sd", "n",
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
    svg.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    return {
        "study": "my study",
        "notice": "These sounds are synthetic.",
        "clips": clips,
        "classes": classes,
        "baseline": baseline,
        "histories": histories,
        "statistics": statistics,
        "claims": claims,
        "figures": [("A title", "A caption.\n", svg)],
        "config": {"study": "my study", "models": {EVIL: {"epochs": 3}}},
    }


@pytest.fixture
def inputs(tmp_path):
    return make_inputs(tmp_path)


def rows_of(page, first_header):
    (table,) = [table for table in page.tables if table[0][0] == first_header]
    return {row[0]: row[1:] for row in table[1:]}


def test_clips_are_counted_by_split_and_group_and_reason(inputs):
    page = Page(report_html(**inputs))
    used = rows_of(page, "Split")
    assert used == {
        "train": ["1", "2", "0", "3", "1"],
        "eval": ["0", "0", "1", "1", "1"],
    }
    assert rows_of(page, "Reason") == {
        "silent": ["1", "1"],
        f"unreadable {EVIL}": ["0", "1"],
    }


def test_networks_table_has_the_kept_epoch_and_its_precision(inputs):
    rows = rows_of(Page(report_html(**inputs)), "Model")
    assert rows["without music"] == [
        "2",
        "3",
        "1 to 2",
        "—",
        "0.620 ± 0.014",
        "0.310 ± 0.007 chance 0.0456",
        "— chance —",
    ]
    assert rows["untrained"][:5] == ["1", "0", "—", "—", "—"]


@pytest.mark.parametrize("whole", [True, False])
def test_every_claim_has_its_verdict_in_words(inputs, whole):
    text = report_html(**inputs) if whole else claims_html(inputs["claims"], "")
    rows = rows_of(Page(text), "Id")
    assert rows["1c"] == [
        "One. measured: mean AP",
        "✓ replicated",
        "0.331 ± 0.006 0.325 to 0.337 networks and clips",
        "5",
        "0.109 Fig. 1c",
        "0.031 0.046 signed-rank",
        "1 0.225 0.210 to 0.240",
        "0.812 0.700 to 0.900 < 0.001",
    ]
    assert rows["2b"][1] == "✗ not replicated"
    assert rows["2b"][5] == "0.5 0.5 signed-rank labels permuted: 0.005"
    change = "0.400 change 0.0321 -0.0123 to 0.0765 margin 0.100"
    assert rows["2b"][6] == f"{change} open if no difference: 0.160"
    assert "the variance over clips\nthat networks share added once" in text
    assert rows["5c"] == [
        EVIL,
        "? too few networks to tell",
        "— —",
        "2",
        "— Fig. 5c",
        "— —",
        "— —",
        "— —",
    ]


def test_baseline_is_shown(inputs):
    rows = rows_of(Page(report_html(**inputs)), "Features")
    assert rows == {"level": ["0.512", "11", "12"], EVIL: ["—", "11", "12"]}


def test_notice_is_shown_when_there_is_one(inputs):
    assert "These sounds are synthetic." in report_html(**inputs)
    without = report_html(**{**inputs, "notice": ""})
    assert 'class="notice"' in report_html(**inputs)
    assert 'class="notice"' not in without
    notice = inputs["notice"]
    assert notice in claims_html(inputs["claims"], notice)
    assert 'class="notice"' not in claims_html(inputs["claims"], "")


def test_pictures_are_inside_and_numbers_are_named(inputs):
    page = Page(report_html(**inputs))
    (source,) = [a for a in page.addresses if a.startswith("data:")]
    svg = inputs["figures"][0][2].read_bytes()
    assert base64.b64decode(source.removeprefix("data:image/svg+xml;base64,")) == svg
    assert "figures/ablation.csv" in page.addresses


def test_the_page_needs_nothing_from_the_net_and_runs_no_script(inputs):
    text = report_html(**inputs)
    page = Page(text)
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert not re.search(r"(src|href)=\"?(https?:)?//|@import|url\(", text)


def test_config_is_shown_completely(inputs):
    (dump,) = re.findall(r"<pre>(.*?)</pre>", report_html(**inputs), re.S)
    assert yaml.safe_load(html.unescape(dump)) == inputs["config"]


def test_the_same_inputs_give_the_same_page(inputs):
    assert report_html(**inputs) == report_html(**inputs)


def test_an_empty_study_still_has_a_report(inputs):
    for name in ("clips", "classes", "baseline", "statistics", "claims"):
        inputs[name] = inputs[name].iloc[:0]
    page = Page(report_html(**{**inputs, "histories": {}, "figures": []}))
    assert rows_of(page, "Split")["train"] == ["0"] * 5
    assert not [table for table in page.tables if table[0][0] in ("Id", "Model")]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.88712, "0.887"),
        (0.5, "0.500"),
        (2.0, "2"),
        (1234.5, "1,234"),
        (12345, "12,345"),
        (123.4, "123"),
        (0, "0"),
        (-0.05, "-0.0500"),
        (1.2e-5, "1.20e-05"),
        (np.nan, "—"),
        (np.inf, "—"),
        ("", "—"),
        (None, "—"),
    ],
)
def test_numbers_have_three_significant_digits(value, shown):
    assert numbers.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1 / 32, "0.031"), (0.417, "0.42"), (4.4e-4, "< 0.001"), (1, "1"), (None, "—")],
)
def test_p_values_are_never_zero(value, shown):
    assert numbers.p_value(value) == shown


@pytest.mark.parametrize(
    ("mean", "sd", "shown"),
    [
        (0.33312, 0.00551, "0.333 ± 0.006"),
        (2.07, np.nan, "2.07"),
        (0.31, 0.00002, "0.310 ± <0.001"),
        (-12.34, 1.26, "-12.3 ± 1.3"),
        (0.0, 0.5, "0.00 ± 0.50"),
        (np.nan, 0.5, "—"),
    ],
)
def test_sd_has_the_decimals_of_its_mean(mean, sd, shown):
    assert numbers.plus_minus(mean, sd) == shown


def test_every_template_is_used():
    """Their digest is of the whole folder, so that an unused one would rerun pages."""
    folder = Path(rendering.__file__).parent
    code = "".join(path.read_text() for path in folder.glob("*.py"))
    text = "".join(file.read_text() for file in TEMPLATES.glob("*.j2"))
    used = re.findall(r'"(\w+\.html\.j2)"', code + text)
    assert set(used) == {file.name for file in TEMPLATES.glob("*.j2")}
