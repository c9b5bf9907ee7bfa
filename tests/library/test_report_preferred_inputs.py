"""Preferred inputs on the page: each with its verdict, its picture and its sound."""

import base64
import json
import zlib

import numpy as np
import pandas as pd
import pytest

from music_selectivity.report.preferred_inputs import (
    inputs_with_sounds,
    preferred_inputs_section,
)

CONFIG = {
    "audio": {"clip_seconds": 2.0},
    "log_mel": {"n_mels": 3, "f_min": 0, "f_max": 8000},
    "analysis": {"measured_split": "eval"},
}
VERDICTS = pd.DataFrame(
    [
        ("ms", 7, 9.0, 8.1234, 2.0, True, "ms_007.mp3"),
        ("ms", 2, 9.0, 0.5, 2.0, False, "ms_002.mp3"),
        ("random", 4, 9.0, 3.25, 2.0, True, "random_004.mp3"),
        ("untrained", 7, 9.0, 0.0, 0.0, False, "untrained_007.mp3"),
    ],
    columns=["kind", "unit", "optimised", "heard", "percentile_99", "kept", "sound"],
)


def log_mel_table():
    """Each input is silent but for one frame, that with the number of its unit."""
    rows = [
        (row.kind, row.unit, band, *np.where(np.arange(8) == row.unit, 0.0, -80.0))
        for row in VERDICTS.itertuples()
        for band in range(3)
    ]
    frames = [f"frame_{frame:03d}" for frame in range(8)]
    # The page does not rely on the order of the rows of different inputs.
    table = pd.DataFrame(rows, columns=["kind", "unit", "band", *frames])
    return table.sort_values("unit", kind="stable")


@pytest.fixture
def table(tmp_path):
    for name in VERDICTS["sound"]:
        (tmp_path / name).write_bytes(name.encode() * 3)
    return inputs_with_sounds(VERDICTS, log_mel_table(), tmp_path)


def test_each_input_gets_its_own_picture_and_sound(table):
    assert list(table["unit"]) == list(VERDICTS["unit"])
    for row in table.itertuples():
        levels = np.frombuffer(zlib.decompress(row.picture), np.uint8).reshape(3, 8)
        assert (levels == 15 * (np.arange(8) == row.unit)).all()
        assert row.mp3 == row.sound.encode() * 3


def section(tables, budget=10_000):
    found = preferred_inputs_section(tables, CONFIG, budget)
    assert json.loads(json.dumps(found["data"], allow_nan=False)) == found["data"]
    return found


def test_inputs_are_by_network_with_unit_and_verdict(table):
    found = section({("with_music", 3): table})
    (title, sounds), (untrained, last) = found["data"]["networks"]
    assert title == "with music, seed 3"
    assert untrained == "with music, seed 3: untrained network"
    assert [each["lines"] for each in sounds + last] == [
        ["Music-selective unit 7", "✓ kept", "8.12 (clips: 2)"],
        ["Music-selective unit 2", "✗ failed", "0.500 (clips: 2)"],
        ["Random unit 4", "✓ kept", "3.25 (clips: 2)"],
        ["Unit 7", "✗ failed", "0 (clips: 0)"],
    ]
    names = [each["name"] for each in sounds + last]
    assert names[0] == "preferred input of music-selective unit 7, with music, seed 3"
    assert len(set(names)) == len(names)
    for each, row in zip(sounds + last, table.itertuples(), strict=True):
        seconds, picture, mp3 = each["sound"]
        assert seconds == 2.0
        assert base64.b64decode(picture) == row.picture
        assert base64.b64decode(mp3) == row.mp3
    assert found["data"]["bands"] == 3
    assert (found["cuts"], found["split"]) == ([], "eval")


def test_the_first_inputs_of_each_kind_and_network_have_room_first(table):
    tables = {("with_music", 1): table, ("without_music", 1): table.assign(mp3=b"1234")}
    pictures = 2 * sum(len(base64.b64encode(each)) for each in table["picture"])
    of_first = table.drop_duplicates("kind")["mp3"]
    sounds = sum(len(base64.b64encode(each)) + 8 for each in of_first)
    found = section(tables, pictures + sounds)
    heard = {
        (title.split(",")[0], each["lines"][0]): bool(each["sound"][2])
        for title, sounds in found["data"]["networks"]
        for each in sounds
    }
    cut = [key for key, is_there in heard.items() if not is_there]
    assert cut == [
        (m, "Music-selective unit 2") for m in ("with music", "without music")
    ]
    assert found["cuts"] == ["2 of 8 sounds"]


def test_a_model_whose_network_is_untrained_has_no_other_to_compare(table):
    found = section({("untrained", 1): table[table["kind"] != "untrained"]})
    assert [title for title, _ in found["data"]["networks"]] == ["untrained, seed 1"]
