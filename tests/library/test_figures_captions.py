"""Captions: the paper's numbers, and what the report adds on networks and clips."""

import json
import re

import pandas as pd
import pytest

from conftest import ROOT
from music_selectivity import paper
from music_selectivity.figures.catalogue import CLIPS, FIGURES, THEMES
from music_selectivity.figures.style import COLOURS
from music_selectivity.report.tables import clip_numbers, sample_size
from music_selectivity.vocabulary import (
    MUSIC,
    NONMUSIC,
    SPEECH,
    SPLITS,
    WITHOUT_MUSIC,
)

# The numbers of the paper in each caption that has any.
PAPER_NUMBERS = {
    "equal_rms": {f"{paper.EQUAL_RMS_RATIOS[split, 64].value:.1f}" for split in SPLITS},
    "categories": {f"{paper.CATEGORY_RATIOS[SPEECH]}"},
    "class_precision": {f"{paper.CHANCE_APS[group]}" for group in (NONMUSIC, MUSIC)},
    "embedding": {f"{paper.OWN_SEGREGATION_INDICES[WITHOUT_MUSIC]}"},
    "natural_categories": {paper.SIGNED_RANK_P.removeprefix("p = ")},
    "readout": {f"{paper.READOUT_CHANCE_REPORTED}"},
    "readout_units": {f"{paper.EIGHTH_AP.value}"},
}
# The effect size of no difference.
OWN_NUMBERS = {"unit_responses": {"0.5"}}
MUSIC_CLIPS = FIGURES["quilts_genres"].clips
ALL_CLIPS = FIGURES["ablation"].clips
OTHER_SOUNDS = ""
COUNTS = {
    ("eval", "music"): 4210,
    ("eval", "nonmusic"): 10688,
    ("eval", "mixed"): 2000,
    ("train", "music"): 4100,
    ("train", "nonmusic"): 11010,
}
# Excluded clips do not count.
EXCLUDED = pd.DataFrame({"split": "eval", "group": "music"}, index=range(30))
PARTS_OF_CLIPS = [
    pd.DataFrame({"split": split, "group": group, "excluded": ""}, index=range(count))
    for (split, group), count in COUNTS.items()
]
CLIP_TABLE = pd.concat([*PARTS_OF_CLIPS, EXCLUDED.assign(excluded="silent")])

QUILT_CLIPS = pd.DataFrame(
    [
        ("music", "", 4000),
        ("music", "too short", 210),
        ("nonmusic", "", 10000),
        ("nonmusic", "too short", 688),
    ],
    columns=["group", "reason", "clips"],
)
NUMBERS = clip_numbers(CLIP_TABLE, QUILT_CLIPS, "eval")


def figure_table(networks, model="model"):
    return pd.DataFrame(networks, columns=[model, "seed"])


def test_networks_are_counted_by_model_in_the_figures_order():
    untrained = [("untrained", seed) for seed in (1, 2, 3)]
    others = [("pca", 0), ("my_model", 1), ("gabor", 0)]
    table = figure_table([*untrained, *4 * [("without_music", 7)], *others])
    assert sample_size(table, CLIPS["compared"], NUMBERS) == (
        "Networks: without music (1), untrained (3), my model (1); linear features: "
        "Gabor filters, PCA; eval clips: 4,210 of music, 10,688 of other sounds."
    )


def test_each_figure_says_what_was_measured():
    table = figure_table([("without_music", 1), ("without_music", 2)])
    networks = "Networks: without music (2)"
    assert sample_size(table, MUSIC_CLIPS, NUMBERS) == (
        f"{networks}; quilted eval clips of music: 4,000."
    )
    assert sample_size(table, ALL_CLIPS, NUMBERS) == (
        f"{networks}; eval clips: 4,210 of music, 10,688 of other sounds, and "
        "mixed ones."
    )
    assert sample_size(table, OTHER_SOUNDS, NUMBERS) == f"{networks}."


def test_some_figures_follow_the_measured_split():
    table = figure_table([("without_music", 1), ("without_music", 2)])
    numbers = clip_numbers(CLIP_TABLE, QUILT_CLIPS, "train")
    networks = "Networks: without music (2)"
    assert sample_size(table, FIGURES["selectivity_ratio"].clips, numbers) == (
        f"{networks}; train clips: 4,100 of music, 11,010 of other sounds."
    )
    assert sample_size(table, FIGURES["quilts"].clips, numbers) == (
        f"{networks}; quilted train clips: 4,000 of music, 10,000 of other sounds."
    )
    assert sample_size(table, FIGURES["readout"].clips, numbers) == (
        f"{networks}; eval clips: 4,210 of music, 10,688 of other sounds."
    )


def test_tables_of_means_have_the_number_of_networks():
    table = pd.DataFrame(
        {"model": ["without_music", "without_music"], "networks": [4, 5]}
    )
    assert sample_size(table, OTHER_SOUNDS, NUMBERS) == ("Networks: without music (5).")
    # The brain is neither a network nor a feature.
    sounds = pd.DataFrame({"source": ["without_music", "fmri"], "networks": [2, 1]})
    assert sample_size(sounds, OTHER_SOUNDS, NUMBERS) == (
        "Networks: without music (2)."
    )


@pytest.mark.parametrize("table", [figure_table([]), figure_table([("fmri", 0)])])
def test_the_sentence_is_empty_where_nothing_is_shown(table):
    assert sample_size(table, OTHER_SOUNDS, NUMBERS) == ""


def test_a_split_without_music_has_no_clip_of_it():
    table = figure_table([("without_music", 1)])
    of_other_sounds = CLIP_TABLE[CLIP_TABLE["group"] == "nonmusic"]
    numbers = clip_numbers(of_other_sounds, QUILT_CLIPS, "eval")
    assert sample_size(table, CLIPS["compared"], numbers) == (
        "Networks: without music (1); eval clips: 0 of music, 10,688 of other sounds."
    )


def test_every_figure_says_what_it_is_measured_on():
    (natural,) = (theme.figures for theme in THEMES if theme.name == "brain")
    for name, entry in FIGURES.items():
        assert bool(entry.clips.format(**NUMBERS)) != (name in natural), name


@pytest.mark.parametrize("name", FIGURES)
def test_captions_have_the_numbers_of_the_paper(name):
    caption = (ROOT / f"workflow/report/{name}.rst").read_text(encoding="utf-8")
    expected = PAPER_NUMBERS.get(name, set()) | OWN_NUMBERS.get(name, set())
    assert set(re.findall(r"\d*\.\d+", caption)) == expected
    genres = re.findall(r"The paper reads out (\d+) genres", caption)
    assert genres == [f"{paper.READOUT_GENRES}"] * (name == "readout_genres")


def test_the_default_colours_are_those_of_the_config():
    schema = json.loads((ROOT / "workflow/schemas/config.schema.json").read_text())
    colours = schema["properties"]["figures"]["properties"]
    for name, colour in colours.items():
        assert COLOURS[name] == colour["default"], name
