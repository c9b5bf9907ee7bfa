"""What the report adds to each caption: the numbers of networks and clips."""

import pandas as pd
import pytest

from music_selectivity.figures.catalogue import COMPARED_CLIPS, FIGURES
from music_selectivity.report.tables import sample_size

MUSIC = FIGURES["quilts_genres"].clips
ALL_CLIPS = FIGURES["ablation"].clips
OTHER_SOUNDS = ""
STATISTICS = pd.DataFrame(
    [
        (model, seed, *row)
        for model, seed in (("without_music", 1), ("without_music", 2), ("pca", 0))
        for row in (
            ("n_clips", "music", 4210.0),
            ("n_clips", "nonmusic", 10688.0),
            ("effect_size", "all_units", 0.7),
        )
    ],
    columns=["model", "seed", "measure", "condition", "value"],
)


def figure_table(networks, model="model"):
    return pd.DataFrame(networks, columns=[model, "seed"])


def test_networks_are_counted_by_model_in_the_figures_order():
    untrained = [("untrained", seed) for seed in (1, 2, 3)]
    others = [("pca", 0), ("my_model", 1), ("gabor", 0)]
    table = figure_table([*untrained, *4 * [("without_music", 7)], *others])
    assert sample_size(table, STATISTICS, COMPARED_CLIPS) == (
        "Networks: without music (1), untrained (3), my model (1); linear features: "
        "Gabor filters, PCA; evaluation clips: 4,210 of music, 10,688 of other sounds."
    )


def test_each_figure_says_what_was_measured():
    table = figure_table([("without_music", 1), ("without_music", 2)])
    networks = "Networks: without music (2)"
    assert sample_size(table, STATISTICS, MUSIC) == (
        f"{networks}; evaluation clips: 4,210 of music."
    )
    assert sample_size(table, STATISTICS, ALL_CLIPS) == (
        f"{networks}; evaluation clips: 4,210 of music, 10,688 of other sounds, and "
        "mixed ones."
    )
    assert sample_size(table, STATISTICS, OTHER_SOUNDS) == f"{networks}."


def test_tables_of_means_have_the_number_of_networks():
    table = pd.DataFrame(
        {"model": ["without_music", "without_music"], "networks": [4, 5]}
    )
    assert sample_size(table, STATISTICS, OTHER_SOUNDS) == (
        "Networks: without music (5)."
    )
    # The brain is neither a network nor a feature.
    sounds = pd.DataFrame({"source": ["without_music", "fmri"], "networks": [2, 1]})
    assert sample_size(sounds, STATISTICS, OTHER_SOUNDS) == (
        "Networks: without music (2)."
    )


@pytest.mark.parametrize("table", [figure_table([]), figure_table([("fmri", 0)])])
def test_the_sentence_is_empty_where_nothing_is_shown(table):
    assert sample_size(table, STATISTICS, OTHER_SOUNDS) == ""


def test_a_study_without_tuning_has_no_number_of_clips():
    table = figure_table([("without_music", 1)])
    assert sample_size(table, STATISTICS.iloc[:0], MUSIC) == (
        "Networks: without music (1); evaluation clips: — of music."
    )


def test_every_figure_says_what_it_is_measured_on():
    numbers = {"music": "3", "nonmusic": "4"}
    for name, entry in FIGURES.items():
        natural = name.startswith("natural_")
        assert bool(entry.clips.format(**numbers)) != natural, name
