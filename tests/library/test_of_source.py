"""One job has all analyses of a source: units are found, scored and silenced."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from music_selectivity.analyses.of_source import Source, Study, analyse
from music_selectivity.measures import measure_table
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.vocabulary import ALL_OTHERS, SPLITS

PLANTED, RATIO, N_UNITS, DRAWS = [3, 11], 3.0, 16, 5
CHOICES = {
    "ms_fraction": 0.125,
    "measured_split": "eval",
    "other_units": ALL_OTHERS,
    "permutations": 20,
    "ablation_sets": "paper",
}
TABLES = {"units", "clips", "embedding", "permutations"}


def study() -> Study:
    groups = ["music"] * 30 + ["nonmusic"] * 40 + ["mixed"] * 6
    labels = {"music": ["Music"], "nonmusic": ["Dog"], "mixed": ["Music", "Dog"]}
    clips = pd.DataFrame({"split": np.repeat(SPLITS, len(groups)), "group": 2 * groups})
    clips["labels"] = clips["group"].map(labels)
    clips["clip_id"] = [f"clip{number}" for number in range(len(clips))]
    return Study(
        clips,
        pd.DataFrame(
            {"index": [0, 1], "name": ["Dog", "Music"], "music_related": [False, True]}
        ),
        pd.DataFrame({"kind": [], "category": [], "class": []}),
        {split: split_weights(clips, split, DRAWS) for split in SPLITS},
        CHOICES,
    )


def source(of: Study, head=None, **layers) -> Source:
    rng = np.random.default_rng(1)
    responses = rng.lognormal(0, 0.2, (len(of.clips), N_UNITS)).astype(np.float32)
    music = (of.clips["group"] == "music").to_numpy()
    responses[np.ix_(music, PLANTED)] *= RATIO
    heard = iter([("original", of.clips["clip_id"].to_numpy(), responses)])
    return Source(1, responses, heard, {"gabor": responses[:, :4]}, head, **layers)


def values_of(rows) -> pd.Series:
    return measure_table(rows).set_index(["measure", "condition"])["value"]


def test_linear_features_have_all_analyses_but_the_ablation():
    of = study()
    tables, rows = analyse(source(of), of)
    assert set(tables) == TABLES
    units = tables["units"]
    for split in SPLITS:
        assert set(units.nlargest(2, f"msi_{split}")["unit"]) == set(PLANTED)
    values = values_of(rows)
    assert values["response_ratio", "eval"] == pytest.approx(RATIO, rel=0.1)
    assert values["readout_ap", "all"] == 1
    assert len(tables["permutations"]) == CHOICES["permutations"]
    shown = of.clips[(of.clips["split"] == "eval") & (of.clips["group"] != "mixed")]
    assert list(tables["embedding"]["clip_id"]) == list(shown["clip_id"])
    assert list(tables["clips"]["clip_id"]) == list(of.clips["clip_id"])
    measures = set(values.index.get_level_values("measure"))
    assert {"same_split_ratio", "segregation_index", "permuted_ratio"} <= measures
    assert "mean_ap" not in measures


def test_networks_also_have_the_ablation_on_eval_clips():
    of = study()
    # Dogs are where the planted units respond least.
    weights = np.zeros((N_UNITS, 2), np.float32)
    weights[PLANTED, 0] = -1
    weights[PLANTED, 1] = 1
    found = source(of, lambda responses: responses @ weights)
    tables, rows = analyse(found, of)
    assert set(tables) == TABLES | {"ablation"}
    measured = (of.clips["split"] == "eval").to_numpy()
    truth = of.clips["labels"].map(lambda names: "Dog" in names)[measured]
    scores = found.responses[measured] @ weights
    values = values_of(rows)
    expected = average_precision_score(truth, scores[:, 0])
    assert values["mean_ap", "nonmusic/none"] == pytest.approx(expected, abs=1e-9)
    # All clips then have equal scores.
    silenced = values["mean_ap", "nonmusic/msi_top"]
    assert silenced == pytest.approx(truth.mean(), abs=1e-9)
    ablation = tables["ablation"].set_index(["condition", "class"])
    assert ablation.loc[("none", "Dog"), "average_precision"] == pytest.approx(expected)


def test_networks_with_several_layers_are_also_measured_in_each():
    of = study()
    rng = np.random.default_rng(2)
    other = rng.lognormal(0, 0.2, (len(of.clips), 8)).astype(np.float32)
    alone = source(of).responses
    found = source(of, layer="b", layers=iter([("a", other), ("b", alone)]))
    tables, rows = analyse(found, of)
    assert set(tables) == TABLES | {"layers"}
    by_layer = tables["layers"].set_index(["layer", "measure", "condition"])["value"]
    ratios = by_layer[:, "response_ratio", "eval"]
    assert ratios["b"] == values_of(rows)["response_ratio", "eval"]
    assert ratios["a"] == pytest.approx(1, abs=0.1)
