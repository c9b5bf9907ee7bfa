"""What the check of a user's network found is kept without loss."""

import json

import pytest

from music_selectivity.errors import InputError
from music_selectivity.networks.check_record import (
    CheckRecord,
    read_record,
    write_record,
)

RECORD = CheckRecord(
    layers=[
        {"name": "a", "shape": [4, 3, 9], "n_units": 3, "n_constant": 0},
        {"name": "b", "shape": [4, 8], "n_units": 8, "n_constant": 2},
    ],
    takes="waveforms",
    sample_rate=16_000,
    batch_size=8,
    licence="CC BY 4.0 © the authors",
    training_data="960 h of speech",
    device="cpu",
    seconds=0.25,
    job_mb=640.0,
)


def test_a_record_is_read_as_it_was_written(tmp_path):
    write_record(tmp_path / "check.json", RECORD)
    assert read_record(tmp_path / "check.json") == RECORD


@pytest.mark.parametrize(
    "text", ["", "[]", json.dumps({"layers": []}), json.dumps(vars(RECORD) | {"x": 1})]
)
def test_a_record_of_another_version_is_refused(tmp_path, text):
    path = tmp_path / "check.json"
    path.write_text(text)
    with pytest.raises(
        InputError, match=r"check\.json is no check of this version; del"
    ):
        read_record(path)


def test_numbers_of_units_follow_from_the_layers():
    assert (RECORD.n_units, RECORD.widest) == (11, 8)
