"""The report of a study that seeks preferred inputs, and of one that does not."""

import base64
import json
import re

import numpy as np
import pandas as pd
import pytest

from music_selectivity.report.study_page import report_html
from report_inputs import make_inputs, with_preferred_inputs


@pytest.fixture
def inputs(tmp_path):
    return make_inputs(tmp_path)


@pytest.fixture
def preferring(inputs):
    return with_preferred_inputs(inputs)


def preferred_data(text):
    (data,) = re.findall(r'id="preferred-data">(.*?)</script>', text)
    return json.loads(data)


def test_a_page_without_preferred_inputs_has_no_trace_of_them(preferring):
    text = report_html(**preferring | {"preferred_inputs": {}})
    assert text == report_html(**preferring | {"preferred_inputs": None})
    for trace in ('"preferred-', "<audio", "Each input can be heard"):
        assert trace not in text
        assert trace in report_html(**preferring)
    assert "This page has no sounds to play" in text


@pytest.mark.parametrize("audio", [True, False])
def test_preferred_inputs_are_played_whether_or_not_clips_are(preferring, audio):
    """No recording is part of them, so that `report.audio` does not decide."""
    config = preferring["config"] | {"report": {"audio": audio}}
    text = report_html(**preferring | {"config": config})
    (table,) = preferring["preferred_inputs"].values()
    mp3s = [
        base64.b64decode(each["sound"][2])
        for _, sounds in preferred_data(text)["networks"]
        for each in sounds
    ]
    assert mp3s == list(table["mp3"])
    assert text.count('<audio id="player">') == 1
    (figure,) = re.findall(r'id="figure-3">(.*?)</article>', text, re.S)
    assert figure.count('<div id="preferred-inputs"') == 1
    assert ("Clips and quilts have no sounds to play" in text) == (not audio)


def test_preferred_inputs_beyond_the_budget_are_left_out(preferring):
    ((network, table),) = preferring["preferred_inputs"].items()
    rng = np.random.default_rng(0)
    large = pd.concat([table.assign(mp3=rng.bytes(90_000)) for _ in range(100)])
    text = report_html(**preferring | {"preferred_inputs": {network: large}})
    assert 7_000_000 < len(text.encode()) < 8_000_000
    kept = len(re.findall(r'"[A-Za-z0-9+/]{120000}"', text))
    (cuts,) = re.findall(r'<ul class="cuts">(.*?)</ul>', text, re.S)
    assert f"{200 - kept} of 200 sounds left out" in cuts
    assert 'href="#preferred-inputs"' in cuts
