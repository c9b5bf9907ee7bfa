"""The comparison of studies: what differs, which claims agree, and bad folders."""

import copy
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import compare
from conftest import ROOT
from music_selectivity.claims import across_studies, verdicts
from music_selectivity.report.comparison_figure import draw, in_words, main_claims
from music_selectivity.report.comparison_page import comparison_html, differences
from music_selectivity.store import read_table, write_table
from music_selectivity.study.models import MINIMUM_INPUT
from small_claims import claims
from small_pages import Page

CONFIG = {
    "study": "one",
    "notice": "<b>made up</b>",
    "architecture": "kim2024",
    "corpus": {"type": "soundscapes", "shards": 2, "soundscapes": {"train": 9}},
    "audio": {"clip_seconds": 2.0},
    "models": {"a": {"architecture": "kim2024"}, "b": {"architecture": "kim2024"}},
}


def with_architecture(name: str, study: str) -> dict:
    config = copy.deepcopy(CONFIG) | {"study": study, "architecture": name}
    for model in config["models"].values():
        model["architecture"] = name
    return config


def test_keys_that_differ_alike_share_a_row():
    other = with_architecture("cnn10", "two")
    other["corpus"]["shards"] = 3
    other["seeds"] = [1, 2]
    found = differences({"one": CONFIG, "two": other})
    assert found == [
        (
            ["architecture", "models.a.architecture", "models.b.architecture"],
            {"one": "kim2024", "two": "cnn10"},
        ),
        (["corpus.shards"], {"one": 2, "two": 3}),
        (["seeds"], {"one": None, "two": [1, 2]}),
    ]
    assert differences({"one": CONFIG, "two": CONFIG | {"study": "two"}}) == []


TABLES = {
    "one": claims(a=verdicts.REPLICATED, b=verdicts.OPEN, c=verdicts.REPLICATED),
    "two": claims(a=verdicts.NOT_REPLICATED, b=verdicts.OPEN, c=verdicts.DIRECTION),
}


def page_of(configs: dict) -> str:
    table = across_studies.side_by_side(TABLES)
    reports = {study: f"../{study}/report.html" for study in configs}
    return comparison_html(table, configs, reports)


def test_claims_are_shown_by_their_agreement():
    configs = {"one": CONFIG, "two": with_architecture("cnn10", "two")}
    html = page_of(configs)
    text = " ".join(html.split())
    assert (
        "Of 3 claims, 1 is replicated in some studies and not in others, 1 is "
        "replicated in every study, and 1 is not decided in every study." in text
    )
    page = Page(html)
    of_configs, contradictory, held, undecided = page.tables
    assert of_configs[1][1:] == ["kim2024", "cnn10"]
    assert contradictory == [
        ["Claim", "one", "two"],
        [
            "a Claim a",
            "✓ replicated 1 0.500 to 1.50",
            "✗ not replicated 1 0.500 to 1.50",
        ],
    ]
    assert [table[1][0] for table in (held, undecided)] == ["c Claim c", "b Claim b"]
    assert {"../one/report.html", "../two/report.html"} < set(page.addresses)
    assert "different sounds" not in text
    assert text.count("&lt;b&gt;made up&lt;/b&gt;") == 1


@pytest.mark.parametrize(
    ("part", "value", "differ"),
    [
        ("corpus", CONFIG["corpus"] | {"soundscapes": {"train": 10}}, True),
        ("corpus", {"type": "table", "table": {"folder": "x"}}, True),
        ("audio", {"clip_seconds": 3.0}, True),
        # The same sounds in other files.
        ("corpus", CONFIG["corpus"] | {"shards": 4}, False),
    ],
)
def test_a_page_says_whether_the_sounds_differ(part, value, differ):
    other = CONFIG | {"study": "two", part: value}
    assert ("different sounds" in page_of({"one": CONFIG, "two": other})) == differ


def test_intervals_of_a_claim_have_one_scale():
    tables = {
        "one": TABLES["one"].assign(measured=1.0, low=0.0, high=2.0),
        "two": TABLES["two"].assign(measured=3.0, low=np.nan, high=np.nan),
        "three": TABLES["one"].assign(measured=4.0, low=3.0, high=5.0),
        "four": TABLES["two"].assign(measured=np.nan, low=np.nan, high=np.nan),
    }
    table = across_studies.side_by_side(tables)
    html = comparison_html(
        table,
        dict.fromkeys(tables, CONFIG),
        dict.fromkeys(tables, ""),
    )
    assert html.count('<svg class="interval"') == 9
    left, right = 8.0, 152.0
    for value in (1, 3, 4):
        assert html.count(f'cx="{left + (right - left) * value / 5:.1f}"') == 3
    assert html.count(f'd="M{left} 8H{left + (right - left) * 2 / 5:.1f}"') == 3
    assert html.count('class="range"') == 6
    assert 'class="zero"' not in html


def of_main_claims(ratio: float, verdict: str) -> pd.DataFrame:
    """Claims of a study, of which the figure shows the first alone."""
    table = claims(**{"2b": verdict, "5c-a": verdicts.NOT_RUN, "c": verdict})
    table.loc[table["id"] == "2b", ["measured", "low", "high"]] = ratio, 1.0, 3.0
    table.loc[table["id"] == "5c-a", ["measured", "low", "high"]] = np.nan
    return table


def test_the_figure_has_what_studies_measured_of_the_main_claims():
    tables = {
        "one": of_main_claims(2.0, verdicts.REPLICATED),
        "two": of_main_claims(1.5, verdicts.NOT_REPLICATED),
    }
    main = main_claims(across_studies.side_by_side(tables), tables)
    assert main[["id", "study", "measured"]].to_numpy().tolist() == [
        ["2b", "one", 2.0],
        ["2b", "two", 1.5],
    ]
    (axes,) = draw(main).axes
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    assert [(*mark.get_xdata(), *mark.get_ydata()) for mark in marks] == [
        (2.0, 0),
        (1.5, 1),
    ]
    assert [mark.get_markerfacecolor() for mark in marks] == ["black", "white"]
    assert in_words(main).endswith("on eval clips: one 2, two 1.50.")


# The command


def finished(folder: Path, name: str, table: pd.DataFrame, **changes) -> Path:
    """What the command reads of a study."""
    folder = folder / "results" / name
    write_table(folder / "claims.csv", table)
    config = with_architecture("kim2024", name) | changes
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder


def run(monkeypatch, *arguments) -> None:
    monkeypatch.setattr("sys.argv", ["compare.py", *map(str, arguments)])
    compare.main()


def test_the_command_writes_a_page_and_a_table(tmp_path, monkeypatch, capsys):
    folders = [finished(tmp_path, name, table) for name, table in TABLES.items()]
    output = tmp_path / "results/both"
    run(monkeypatch, *folders, "--output", output)
    assert capsys.readouterr().out == f"{output}/comparison.html\n"
    table = read_table(output / "comparison.csv")
    pd.testing.assert_frame_equal(table, across_studies.side_by_side(TABLES))
    page = (output / "comparison.html").read_text()
    assert 'href="../one/report.html"' in page
    # Of the claims in the figure, these studies measured none.
    assert not list(output.glob("main_claims.*")) and "<img" not in page


def test_the_page_shows_its_figure(tmp_path, monkeypatch):
    table = of_main_claims(2.0, verdicts.REPLICATED)
    folders = [finished(tmp_path, name, table) for name in TABLES]
    output = tmp_path / "results/both"
    run(monkeypatch, *folders, "--output", output)
    assert {path.suffix for path in output.glob("main_claims.*")} == {
        ".csv",
        ".png",
        ".svg",
    }
    assert '<img src="data:image/svg' in (output / "comparison.html").read_text()


def test_folders_that_cannot_be_compared_are_named(tmp_path, monkeypatch, capsys):
    one = finished(tmp_path, "one", TABLES["one"])
    copied = finished(tmp_path, "copy", TABLES["one"], study="one")
    unfinished = finished(tmp_path, "unfinished", TABLES["one"])
    (unfinished / "claims.csv").unlink()
    for folders, message in [
        ([one], "give the folders of two studies or more"),
        ([one, unfinished], f"{unfinished} has no claims.csv; give the folder"),
        ([one, tmp_path / "none"], "none has no config.yaml"),
        ([one, copied], f"{copied}: another of these folders holds the study one"),
    ]:
        with pytest.raises(SystemExit) as stopped:
            run(monkeypatch, *folders, "--output", tmp_path / "results/both")
        assert message in f"{stopped.value}{capsys.readouterr().err}"
    assert not (tmp_path / "results/both").exists()


def test_make_compares_a_study_of_each_architecture():
    done = subprocess.run(
        ["make", "-n", "architectures"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    studies = [f"results/architectures_{name}" for name in MINIMUM_INPUT]
    assert f"workflow/compare.py {' '.join(studies)} " in done.stdout
    assert f"for name in {' '.join(MINIMUM_INPUT)}; do" in done.stdout
