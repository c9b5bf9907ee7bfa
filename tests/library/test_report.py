"""The report shows everything that it is given, safely and in one file.

What it looks like and how it answers is tested in the files test_report_browser*.py.
"""

import base64
import functools
import hashlib
import html
import json
import re
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
import yaml

import made_up_units
from music_selectivity.networks.check_record import CheckRecord
from music_selectivity.report import tables
from music_selectivity.report.pictures import pictures
from music_selectivity.report.study_page import claims_html, report_html
from report_inputs import EVIL, make_inputs, with_preferred_inputs
from small_pages import Page
from study_pages import SVG


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


def test_users_networks_are_shown_with_licence_and_training_data(inputs):
    record = CheckRecord(
        layers=[{"n_units": 768}, {"n_units": 512}],
        takes="waveforms",
        sample_rate=16_000,
        batch_size=8,
        licence=f"MIT {EVIL}",
        training_data="960 h of speech",
        device="cpu",
        seconds=0.1,
        job_mb=1,
    )
    twins = {"my_net": {"permuted": 20, "initialised": 0}, "other": {}}
    checks = {"my_net": record, "other": record}
    rows = tables.users_networks(checks, twins)
    assert [row["model"] for row in rows] == ["my net", "other"]
    page = Page(report_html(**inputs, users_networks=rows))
    shown = ["waveforms at 16,000 Hz", "2", "1,280"]
    about = [f"MIT {EVIL}", "960 h of speech"]
    assert rows_of(page, "Network") == {
        "my net": [*shown, "20 permuted", *about],
        "other": [*shown, "none", *about],
    }
    assert "Users' networks" not in report_html(**inputs)


def test_a_study_without_trained_networks_has_no_section_on_units(inputs):
    assert '<section id="units">' in report_html(**inputs)
    text = report_html(**inputs | {"profiles": None, "examples": None})
    assert 'href="#units"' not in text
    assert 'id="units"' not in text
    assert Page(text).tables


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
    (table,) = [rows for rows in Page(text).tables if rows[0][0] == "Claim"]
    figures = {"1c": "", "2b": " · Figure 2", "5c": " · Figure 1"}
    if not whole:
        figures = dict.fromkeys(figures, "")
    assert table[1:] == [
        [
            f"1c One. m{figures['1c']}",
            "✓ replicated",
            "0.331 0.325 to 0.337",
            "0.109",
            "0.031",
            "1",
            "5",
        ],
        [
            f"2b Two. m{figures['2b']}",
            "✗ not replicated",
            "1.02 0.900 to 1.10",
            "2.07",
            "0.5",
            "0.400",
            "5",
        ],
        [
            f"5c {EVIL} m{figures['5c']}",
            "? too few networks to tell",
            "—",
            "—",
            "—",
            "—",
            "2",
        ],
    ]


def card_of(text, claim):
    """The card of a claim, as facts by name and as plain text."""
    (card,) = re.findall(
        rf'<article [^>]*id="claim-{claim}">(.*?)</article>', text, re.S
    )
    facts = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", card, re.S)
    return {
        name: html.unescape(re.sub(r"<.*?>", "", value)) for name, value in facts
    }, html.unescape(re.sub(r"\s+", " ", re.sub(r"<.*?>", " ", card)))


@pytest.mark.parametrize("whole", [True, False])
def test_each_claim_has_its_test_and_notes_once(inputs, whole):
    text = report_html(**inputs) if whole else claims_html(inputs["claims"], "")
    facts, words = card_of(text, "1c")
    assert facts == {
        "Measured": "0.331 0.325 to 0.337",
        "Paper": "0.109",
        "p": "0.031",
        "Networks": "5",
        "Of the paper": "Fig. 1c",
        "Mean ± SD": "0.331 ± 0.006",
        "The interval covers": "networks and clips",
        "Test": "signed-rank",
        "Adjusted p": "0.046",
        "Effect size": "1",
        "Mixed model": "0.812 0.700 to 0.900",
        "p of the mixed model": "< 0.001",
    }
    assert "difference 0.225, 95 % interval 0.210 to 0.240" in words
    assert "measured: mean AP" in words
    facts, words = card_of(text, "2b")
    assert facts["p, labels permuted"] == "0.005"
    assert facts["Open if there is no difference"] == "0.160"
    change = "change 0.0321, 90 % interval -0.0123 to 0.0765, margin 0.100"
    assert change in words
    facts, words = card_of(text, "5c")
    assert facts == {"Networks": "2", "Of the paper": "Fig. 5c"}
    assert EVIL in words


def test_claims_and_figures_link_to_each_other(inputs):
    text = report_html(**inputs)
    figure = text.split('id="figure-1"')[1].split('id="figure-2"')[0]
    assert 'id="claim-5c"' in figure
    for id in ("1c", "2b", "5c"):
        assert text.count(f'id="claim-{id}"') == 1
        assert text.count(f'id="row-{id}"') == 1
    addresses = Page(text).addresses
    targets = {address for address in addresses if address.startswith("#")}
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    assert targets
    assert {html.unescape(target)[1:] for target in targets} <= ids
    assert len(re.findall(r'\bid="', text)) == len(ids)


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
    (source,) = [a for a in page.addresses if a.startswith("data:image")]
    assert unquote(source.removeprefix("data:image/svg+xml,")) == SVG
    assert "figures/ablation.csv" in page.addresses


def test_charts_have_the_numbers_of_their_figures(inputs):
    text = report_html(**inputs)
    (data,) = re.findall(
        r'<script type="application/json" id="charts">(.*?)</script>', text
    )
    charts = json.loads(data)
    assert list(charts) == ["ablation"]
    assert charts["ablation"][0]["places"] == [EVIL]
    assert charts["ablation"][0]["panels"][0]["series"][0]["values"] == [[0.5]]
    assert text.count('<span class="mini" data-figure="ablation">') == 1


def test_a_figure_without_data_is_a_line_that_says_why(inputs):
    text = report_html(**inputs)
    (figure,) = re.findall(r'id="figure-2">(.*?)<div class="cards">', text, re.S)
    assert '<p class="nothing">No &lt;quilts&gt; here.</p>' in figure
    assert "<img" not in figure
    assert "Quilts." not in figure


def test_what_was_left_out_to_fit_is_listed(inputs, monkeypatch):
    assert "To keep this page small" not in report_html(**inputs)
    nothing = functools.partial(pictures, budget=0)
    monkeypatch.setattr("music_selectivity.report.themes.pictures", nothing)
    inputs["figures"][0].svg.with_suffix(".png").write_bytes(b"PNG")
    text = report_html(**inputs)
    (listed,) = re.findall(r'<ul class="cuts">(.*?)</ul>', text, re.S)
    assert "left out, because its SVG takes 0.0" in listed
    assert "figures/ablation.svg" in listed


@pytest.mark.parametrize(
    ("audio", "part", "name", "most"),
    [(True, "mp3", "sounds", 8_000_000), (False, "picture", "spectrograms", 5_000_000)],
)
def test_pictures_and_sounds_beyond_the_budget_are_left_out(
    inputs, audio, part, name, most
):
    rng = np.random.default_rng(0)
    ids = [f"clip{number}" for number in range(100)]
    examples = made_up_units.examples(ids, [])
    content = [rng.bytes(90_000) for _ in ids]
    profiles = made_up_units.profiles(["without_music"], ["x", "y"], ids)
    row = profiles[profiles["quantity"] == "clip_response"].iloc[[0] * len(ids)]
    config = inputs["config"] | {"report": {"audio": audio}}
    changed = {
        "examples": examples.assign(**{part: content}),
        "profiles": pd.concat([profiles, row.assign(place=ids)]),
        "config": config,
    }
    text = report_html(**inputs | changed)
    assert most - 1_000_000 < len(text.encode()) < most
    kept = len(re.findall(r'"[A-Za-z0-9+/]{120000}"', text))
    (cuts,) = re.findall(r'<ul class="cuts">(.*?)</ul>', text, re.S)
    assert f"{100 - kept} of 100 {name} left out" in cuts


def test_the_page_needs_nothing_from_the_net_and_runs_only_its_own_scripts(inputs):
    texts = {
        report_html(**inputs): ["charts", "unit-data", "examples"],
        report_html(**with_preferred_inputs(inputs)): [
            "charts",
            "preferred-data",
            "unit-data",
            "examples",
        ],
        claims_html(inputs["claims"], ""): [],
    }
    for text, wanted in texts.items():
        page = Page(text)
        assert not re.search(r"(src|href)=\"?(https?:)?//|@import|url\(", text)
        (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
        policy = html.unescape(policy)
        assert policy.startswith(
            "default-src 'none'; img-src data: blob:; media-src data:; style-src "
        )
        assert "unsafe" not in policy
        scripts = re.findall(r"<script>(.*?)</script>", text, re.S)
        styles = re.findall(r"<style>(.*?)</style>", text, re.S)
        assert len(scripts) >= 2
        assert len(styles) == 1
        for content in scripts + styles:
            digest = hashlib.sha256(content.encode()).digest()
            assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy
        assert not re.search(r"<[^>]*\s(style|on\w+)=", text)
        data = re.findall(r'<script type="application/json" id="([\w-]+)">', text)
        assert data == wanted
        assert page.tags.count("script") == len(scripts) + len(data)


def test_hostile_names_stay_text(inputs):
    text = report_html(**inputs)
    assert EVIL not in text
    assert "<script>alert" not in text


def test_config_is_shown_completely(inputs):
    (dump,) = re.findall(r"<pre>(.*?)</pre>", report_html(**inputs), re.S)
    assert yaml.safe_load(html.unescape(dump)) == inputs["config"]


def test_the_same_inputs_give_the_same_page(inputs):
    assert report_html(**inputs) == report_html(**inputs)


def test_an_empty_study_still_has_a_report(inputs):
    for name, value in inputs.items():
        if isinstance(value, pd.DataFrame):
            inputs[name] = value.iloc[:0]
    page = Page(report_html(**{**inputs, "histories": {}, "figures": []}))
    assert rows_of(page, "Split")["train"] == ["0"] * 5
    assert not [table for table in page.tables if table[0][0] in ("Claim", "Model")]
