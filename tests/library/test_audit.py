"""What became of every clip: counts, the excluded clips, and the page of both."""

import ast
import runpy
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from music_selectivity import vocabulary
from music_selectivity.corpus.audit import (
    CLIPPED_SHARE,
    COUNTS,
    REASONS,
    audit,
    compare_with_paper,
    excluded_clips,
)
from music_selectivity.corpus.clips import class_table
from music_selectivity.report.audit_page import audit_html
from music_selectivity.store import read_table, write_table
from small_corpora import clip_table
from small_pages import Page

NAMES = ["Bark", "Piano", "Rain"]


def test_every_reason_in_the_library_has_its_column():
    raised = set()
    for file in (ROOT / "workflow/music_selectivity").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "UnusableClip":
                raised.add(getattr(vocabulary, ast.unparse(node.args[0])))
    assert raised == set(REASONS) - {"duplicate"}
    assert set(REASONS.values()) < set(COUNTS)


ROWS = st.fixed_dictionaries(
    {
        "split": st.sampled_from(["train", "eval"]),
        "group": st.sampled_from(["music", "nonmusic", "mixed"]),
        "labels": st.lists(st.sampled_from(NAMES), min_size=1, unique=True),
        "unlabelled_music": st.booleans(),
        "excluded": st.sampled_from(["", *sorted(set(REASONS) - {"duplicate"})]),
        "content": st.sampled_from("abcdefghijkl"),
        "clipped": st.sampled_from([0.0, CLIPPED_SHARE, 0.5]),
    }
)


@settings(max_examples=50)
@given(st.lists(ROWS, max_size=25))
def test_counts_are_those_of_a_loop_over_clips(rows):
    clips = clip_table([*rows, {}, {"split": "eval"}])
    table = audit(clips, NAMES)
    records = clips.to_dict("records")
    assert len(table) == 2 * (1 + 3 + len(NAMES))
    for row in table.to_dict("records"):
        expected = dict.fromkeys(COUNTS, 0)
        for clip in records:
            member = {"all": ["all"], "group": [clip["group"]], "class": clip["labels"]}
            if clip["split"] != row["split"] or row["name"] not in member[row["kind"]]:
                continue
            expected["listed"] += 1
            expected["found"] += clip["excluded"] != "missing file"
            if clip["excluded"]:
                expected[REASONS[clip["excluded"]]] += 1
                continue
            expected["used"] += 1
            expected["on_exclusion_list"] += clip["unlabelled_music"]
            expected["clipped"] += clip["clipped_share"] > 0.01
        assert {key: row[key] for key in COUNTS} == expected
        assert row["listed"] == row["found"] + row["missing"]
        lost = sum(row[name] for name in list(REASONS.values())[1:])
        assert row["found"] == row["used"] + lost
    classes = class_table(NAMES, {"Piano"}, set(), clips)
    for split in ("train", "eval"):
        of_classes = table[(table["kind"] == "class") & (table["split"] == split)]
        assert of_classes["listed"].tolist() == classes[f"listed_{split}"].tolist()
        assert of_classes["used"].tolist() == classes[f"n_{split}"].tolist()


def test_excluded_clips_are_listed_with_their_file_and_reason():
    clips = clip_table(
        [
            {},
            {"excluded": "unreadable"},
            {"content": "c00", "group": "music"},
            {"excluded": "missing file"},
            {"split": "eval"},
        ]
    )
    rows = list(excluded_clips(clips).itertuples(index=False, name=None))
    assert rows == [
        ("c01", "train", "nonmusic", "sounds/c01.wav", "unreadable"),
        ("c02", "train", "mixed", "sounds/c02.wav", "duplicate of c00"),
        ("c03", "train", "nonmusic", "", "missing file"),
    ]
    given_by_table = clips.assign(file=[f"own/{name}" for name in clips["clip_id"]])
    files = excluded_clips(given_by_table)["file"].tolist()
    assert files == ["sounds/c01.wav", "sounds/c02.wav", "own/c03"]


class Named(dict):
    """Values that Snakemake passes by name."""

    __getattr__ = dict.__getitem__


def run_script(name: str, **parts: dict) -> None:
    """Run a rule's script with the object that Snakemake would pass to it."""
    handed = {key: Named(part) for key, part in parts.items()}
    handed["params"] = Named(code="", **parts.get("params", {}))
    handed |= {"rule": name, "wildcards": {}}
    handed["log"] = [f"{parts['output']['folder']}/{name}.log"]
    runpy.run_path(
        str(ROOT / f"workflow/scripts/{name}.py"),
        {"snakemake": SimpleNamespace(**handed)},
    )


def test_from_audits_to_the_page_or_an_error(tmp_path, capfd):
    clips = clip_table([{}, {}, {"excluded": "unreadable"}, {"split": "eval"}])
    measured = ["found_in", "row", "excluded", "content", "clipped_share"]
    write_table(tmp_path / "000.parquet", clips[["clip_id", *measured]])
    listed = clips.drop(columns=[*measured, "shard", "duplicate_of"])
    write_table(tmp_path / "listed.parquet", listed)
    names = pd.DataFrame({"name": NAMES, "music_related": False, "speech": False})
    write_table(tmp_path / "listed.csv", names)
    made = {"clips": tmp_path / "clips.parquet", "classes": tmp_path / "classes.csv"}
    given = {
        "input": {
            "clips": tmp_path / "listed.parquet",
            "classes": tmp_path / "listed.csv",
            "audits": [tmp_path / "000.parquet"],
        },
        "output": {**made, "folder": tmp_path},
        "params": {"needs_all": False},
    }
    with pytest.raises(SystemExit):
        run_script("clips", config={"corpus": {"max_failed_share": 0.3}}, **given)
    assert (
        "1 of the 3 clips found in the train split are broken" in capfd.readouterr().err
    )
    assert not made["clips"].exists()
    run_script("clips", config={"corpus": {"max_failed_share": 0.4}}, **given)
    files = {
        "audit": tmp_path / "audit.csv",
        "excluded": tmp_path / "excluded.csv",
        "page": tmp_path / "audit.html",
    }
    run_script(
        "audit",
        config={},
        input=made,
        output={**files, "folder": tmp_path},
        params={"study": "mine", "corpus_type": "audioset"},
    )
    pd.testing.assert_frame_equal(read_table(files["audit"]), audit(clips, NAMES))
    assert read_table(files["excluded"])["reason"].tolist() == ["unreadable"]
    assert "17,902" in files["page"].read_text()


def test_the_page_shows_every_count():
    clips = clip_table(
        [
            {"labels": ["Bark", "Rain"], "clipped": 0.5},
            {"excluded": "too short", "labels": ["Rain"]},
            {"split": "eval", "group": "music", "labels": ["Piano"]},
        ]
    )
    table = audit(clips, NAMES)
    page = Page(audit_html("<my> study", table, None))
    totals, *classes = page.tables
    kept = table[table["kind"] != "class"]
    for shown, row in zip(totals[1:], kept.to_dict("records"), strict=True):
        assert shown == [row["split"], row["name"], *(str(row[key]) for key in COUNTS)]
    counted = [row[:2] for row in classes[0][1:]]
    assert counted == [["Bark", "1"], ["Piano", "0"], ["Rain", "2"]]
    assert len(classes) == 2
    assert {"excluded.csv", "audit.csv"} <= set(page.addresses)
    assert "my" not in page.tags
    # The paper's numbers are shown for AudioSet alone.
    assert not [table for table in page.tables if "Paper" in table[0]]


def test_counts_of_audioset_are_compared_with_the_papers():
    clips = clip_table(
        [{}, {"group": "music"}, {"excluded": "missing file"}, {"split": "eval"}]
    )
    table = audit(clips, NAMES)
    page = Page(audit_html("audioset", table, compare_with_paper(table)))
    (shown,) = [table for table in page.tables if "Paper" in table[0]]
    assert shown[1:] == [
        ["train", "all", "17,902", "3", "2", "2"],
        ["train", "music", "4,000 to 4,500", "1", "1", "1"],
        ["train", "nonmusic", "11,010", "2", "1", "1"],
        ["eval", "all", "17,585", "1", "1", "1"],
        ["eval", "music", "4,000 to 4,500", "0", "0", "0"],
        ["eval", "nonmusic", "10,483", "1", "1", "1"],
    ]
