"""What became of every clip: duplicates, failures, counts, the lost ones, the page."""

import ast
import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import RATE, ROOT
from music_selectivity.audio import MISSING, AudioSettings, load_clip
from music_selectivity.audit import (
    CLIPPED_SHARE,
    COUNTS,
    REASONS,
    audit,
    beside_the_paper,
    set_aside,
)
from music_selectivity.clips import check_failures, class_table, merge_audits
from music_selectivity.errors import InputError
from music_selectivity.report import audit_html
from music_selectivity.store import read_table, write_table
from test_report import Page

NAMES = ["Bark", "Piano", "Rain"]
AUDIO = AudioSettings(
    sample_rate=RATE,
    clip_seconds=1.0,
    min_seconds=0.1,
    fill="repeat",
    trim_silence=True,
    silence_dbfs=-70.0,
)


def clip_table(rows: list[dict]) -> pd.DataFrame:
    """Clip table of what each clip is said to be and what its audio showed."""
    plain = {
        "split": "train",
        "labels": ["Bark"],
        "group": "nonmusic",
        "is_speech": False,
        "unlabelled_music": False,
    }
    listed = [{"clip_id": f"c{number:02d}"} for number in range(len(rows))]
    found = []
    for entry, row in zip(listed, rows, strict=True):
        entry |= {key: row.get(key, value) for key, value in plain.items()}
        reason = row.get("excluded", "")
        if reason != "missing file":
            found.append(
                {
                    "clip_id": entry["clip_id"],
                    "found_in": f"sounds/{entry['clip_id']}.wav",
                    "row": len(found) if reason == "" else -1,
                    "excluded": reason,
                    "content": "" if reason else row.get("content", entry["clip_id"]),
                    "clipped_share": np.nan if reason else row.get("clipped", 0.0),
                }
            )
    return merge_audits(pd.DataFrame(listed), [pd.DataFrame(found)])


def test_every_reason_in_the_library_has_its_column():
    told = set()
    for file in (ROOT / "workflow/music_selectivity").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "UnusableClip":
                told.add(ast.unparse(node.args[0]))
    reasons = {repr(reason) for reason in set(REASONS) - {MISSING, "duplicate"}}
    assert told == reasons | {"MISSING"}
    assert set(REASONS.values()) < set(COUNTS)


def test_the_same_sound_has_the_same_content(write_sound):
    rng = np.random.default_rng(0)
    # Of 16 bits, as libsndfile rounds sound differently for its formats.
    sound = (rng.normal(size=RATE) * 3000).astype(np.int16)
    paths = {
        "plain": write_sound("plain.wav", sound),
        "flac": write_sound("same.flac", sound),
        "padded": write_sound("padded.wav", np.r_[sound, np.zeros(RATE, np.int16)]),
        "longer": write_sound("longer.wav", np.r_[sound, sound]),
        "quieter": write_sound("quieter.wav", sound // 2),
        "cut": write_sound("cut.wav", sound[: RATE // 2]),
    }
    content = {name: load_clip(p, AUDIO)[1]["content"] for name, p in paths.items()}
    same = {name for name in paths if content[name] == content["plain"]}
    assert same == {"plain", "flac", "padded", "longer"}
    assert len(content["plain"]) == 16
    # Nor does it follow the length that clips are filled to, or the scale.
    other = AudioSettings(RATE, 1.0, 0.1, "zeros", True, -70.0, full_scale=32768)
    assert load_clip(paths["cut"], other)[1]["content"] == content["cut"]


def test_the_share_of_samples_at_full_scale(write_sound):
    sound = np.tile([0.5, 1.0, -1.0, 0.0], RATE // 4)
    path = write_sound("clipped.wav", sound, subtype="FLOAT")
    assert load_clip(path, AUDIO)[1]["clipped_share"] == 0.5
    path = write_sound("whole.wav", 0.99 * sound, subtype="FLOAT")
    assert load_clip(path, AUDIO)[1]["clipped_share"] == 0


def test_of_the_same_sound_the_copy_in_eval_stays_else_the_first():
    clips = clip_table(
        [
            {"content": "x"},
            {"content": "y"},
            {"content": "x", "split": "eval"},
            {"content": "y"},
            {"content": "x", "split": "eval"},
            {"content": "z", "excluded": "silent"},
        ]
    )
    assert clips["duplicate_of"].tolist() == ["c02", "", "", "c01", "c02", ""]
    assert clips["excluded"].tolist() == [
        *("duplicate", "", "", "duplicate", "duplicate", "silent")
    ]


def test_what_one_copy_is_said_to_hold_the_sound_holds():
    clips = clip_table(
        [
            {"content": "x", "split": "eval"},
            {"content": "x", "group": "music"},
            {"content": "y"},
            {"content": "y", "is_speech": True},
            {"content": "u", "group": "music"},
            {"content": "u", "group": "music"},
        ]
    )
    kept = clips[clips["excluded"] == ""].set_index("clip_id")
    assert kept["group"].to_dict() == {
        "c00": "mixed",
        "c02": "nonmusic",
        "c04": "music",
    }
    assert kept["is_speech"].to_dict() == {"c00": False, "c02": True, "c04": False}


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "content": st.sampled_from("abcdef"),
                "split": st.sampled_from(["train", "eval"]),
            }
        ),
        min_size=1,
        max_size=20,
    )
)
def test_each_sound_is_used_once_and_none_in_both_splits(rows):
    # A sound of their own keeps both splits from being empty.
    rows = [*rows, {}, {"split": "eval"}]
    clips = clip_table(rows)
    used = clips[clips["excluded"] == ""]
    assert used["content"].is_unique
    assert set(used["content"]) == set(clips["content"])
    for row in clips[clips["excluded"] == "duplicate"].itertuples():
        stays = used.set_index("clip_id").loc[row.duplicate_of]
        assert stays["content"] == row.content
        assert (stays["split"] == "eval") or row.split == "train"


def test_too_many_broken_files_stop_the_study():
    reasons = [*["unreadable"] * 2, "empty", *["missing file"] * 9, "silent"]
    rows = [{"excluded": reason} for reason in [*reasons, *[""] * 6]]
    clips = clip_table([*rows, {"split": "eval"}])
    # 3 of 10 with a file: one that is silent is no failure, one without no clip found.
    check_failures(clips, 0.3)
    with pytest.raises(InputError) as told:
        check_failures(clips, 0.29)
    assert str(told.value) == (
        "3 of the 10 clips found of the train split failed (2 unreadable, 1 empty), "
        "such as c00 in sounds/c00.wav, c01 in sounds/c01.wav, c02 in sounds/c02.wav; "
        "mend or fetch them anew, or raise corpus.max_failed_share, now 0.29"
    )
    clips.loc[clips["split"] == "eval", "excluded"] = "not finite"
    with pytest.raises(
        InputError, match=r"1 of the 1 clips .* eval .*\(1 not finite\)"
    ):
        check_failures(clips, 0.9)
    check_failures(clips, 1)


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


@settings(deadline=None, max_examples=50)
@given(st.lists(ROWS, max_size=25))
def test_counts_are_those_of_a_loop_over_clips(rows):
    clips = clip_table([*rows, {}, {"split": "eval"}])
    table = audit(clips, NAMES)
    assert len(table) == 2 * (1 + 3 + len(NAMES))
    for row in table.to_dict("records"):
        expected = dict.fromkeys(COUNTS, 0)
        for clip in clips.to_dict("records"):
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


def test_clips_set_aside_stand_with_their_file_and_reason():
    clips = clip_table(
        [
            {},
            {"excluded": "unreadable"},
            {"content": "c00", "group": "music"},
            {"excluded": "missing file"},
            {"split": "eval"},
        ]
    )
    rows = list(set_aside(clips).itertuples(index=False, name=None))
    assert rows == [
        ("c01", "train", "nonmusic", "sounds/c01.wav", "unreadable"),
        ("c02", "train", "mixed", "sounds/c02.wav", "duplicate of c00"),
        ("c03", "train", "nonmusic", "", "missing file"),
    ]
    given_by_table = clips.assign(file=[f"own/{name}" for name in clips["clip_id"]])
    assert set_aside(given_by_table)["file"].tolist() == [
        *("sounds/c01.wav", "sounds/c02.wav", "own/c03")
    ]


class Named(dict):
    """What Snakemake hands over by name."""

    __getattr__ = dict.__getitem__


def run_script(name: str, **parts: dict) -> None:
    """Run a rule's script with what Snakemake would hand it."""
    handed = {key: Named(part) for key, part in parts.items()}
    handed["params"] = Named(code="", **parts.get("params", {}))
    handed |= {"rule": name, "wildcards": {}}
    handed["log"] = [f"{parts['output']['folder']}/{name}.log"]
    runpy.run_path(
        str(ROOT / f"workflow/scripts/{name}.py"),
        {"snakemake": SimpleNamespace(**handed)},
    )


def test_from_audits_to_the_page_or_a_sentence(tmp_path, capfd):
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
    }
    with pytest.raises(SystemExit):
        run_script("clips", config={"corpus": {"max_failed_share": 0.3}}, **given)
    assert "1 of the 3 clips found of the train split" in capfd.readouterr().err
    assert not made["clips"].exists()
    run_script("clips", config={"corpus": {"max_failed_share": 0.4}}, **given)
    files = {
        "audit": tmp_path / "audit.csv",
        "set_aside": tmp_path / "set_aside.csv",
        "page": tmp_path / "audit.html",
    }
    run_script(
        "audit",
        config={},
        input=made,
        output={**files, "folder": tmp_path},
        params={"study": "mine", "form": "audioset"},
    )
    pd.testing.assert_frame_equal(read_table(files["audit"]), audit(clips, NAMES))
    assert read_table(files["set_aside"])["reason"].tolist() == ["unreadable"]
    assert "17,902" in files["page"].read_text()


def test_the_page_holds_every_count():
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
    assert [name[:2] for name in classes[0][1:]] == [
        *(["Bark", "1"], ["Piano", "0"], ["Rain", "2"])
    ]
    assert len(classes) == 2
    assert {"set_aside.csv", "audit.csv"} <= set(page.addresses)
    assert "my" not in page.tags
    # The paper's clips are shown beside those of its own corpus alone.
    assert not [table for table in page.tables if "Paper" in table[0]]


def test_the_papers_clips_stand_beside_those_of_its_corpus():
    clips = clip_table(
        [{}, {"group": "music"}, {"excluded": "missing file"}, {"split": "eval"}]
    )
    table = audit(clips, NAMES)
    page = Page(audit_html("audioset", table, beside_the_paper(table)))
    (shown,) = [table for table in page.tables if "Paper" in table[0]]
    assert shown[1:] == [
        ["train", "all", "17,902", "3", "2", "2"],
        ["train", "music", "4,000 to 4,500", "1", "1", "1"],
        ["train", "nonmusic", "11,010", "2", "1", "1"],
        ["eval", "all", "17,585", "1", "1", "1"],
        ["eval", "music", "4,000 to 4,500", "0", "0", "0"],
        ["eval", "nonmusic", "10,483", "1", "1", "1"],
    ]
