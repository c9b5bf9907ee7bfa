"""Colours of pages and charts differ for readers with every kind of colour vision."""

import itertools
import re

import numpy as np
import pytest

from conftest import ROOT
from music_selectivity.figures.style import COLOURS, ORDER_COLOURS
from music_selectivity.vocabulary import MUSIC, NONMUSIC, PAPER_MODELS

STYLE = (ROOT / "workflow/music_selectivity/report/templates/style.css").read_text()
PAIRS = re.findall(r"--([a-z]+): light-dark\((#\w+), (#\w+)\)", STYLE)
LIGHT = {name: light for name, light, _ in PAIRS}
DARK = {name: dark for name, _, dark in PAIRS}

# How colours look without one kind of cone: Machado, Oliveira & Fernandes (2009), for
# linear RGB.
VISION = {
    "full": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = XYZ.sum(axis=1)


def linear(colour):
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* of linear RGB."""
    ratio = XYZ @ np.clip(rgb, 0, 1) / WHITE
    x, y, z = np.where(
        ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def least_distance(colours, vision):
    """The least difference between two of some colours, as CIE 1976."""
    seen = [lab(np.asarray(VISION[vision]) @ linear(colour)) for colour in colours]
    return min(
        np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)
    )


def contrast(one, other):
    low, high = sorted(XYZ[1] @ linear(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_verdicts_differ_in_colour(colours, vision):
    verdicts = [colours[name] for name in ("yes", "no", "ink", "soft")]
    assert least_distance(verdicts, vision) > 18


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(
    "colours",
    [
        [COLOURS[MUSIC], COLOURS[NONMUSIC]],
        list(ORDER_COLOURS.values()),
        [COLOURS[model] for model in PAPER_MODELS],
    ],
    ids=["groups", "orders", "models"],
)
def test_series_of_charts_differ_in_colour(colours, vision):
    assert least_distance(colours, vision) > 11


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_stand_out_from_the_page(colours):
    for name in ("ink", "soft", "link", "yes", "no"):
        for behind in ("paper", "pale"):
            assert contrast(colours[name], colours[behind]) > 4.5, name
