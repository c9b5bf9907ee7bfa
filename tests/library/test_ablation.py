"""Silencing in the head equals silencing in the network; AP by closed forms."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score
from torch import nn

from music_selectivity.analyses import ablation
from music_selectivity.errors import InputError
from music_selectivity.stats.bootstrap import clip_weights

NAMES = ["Rain", "Dog", "Piano", "Never"]
MUSIC_RELATED = [False, False, True, True]


class SmallNetwork(nn.Module):
    """Convolution, global average, head: the shape of the paper's network."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 12, 3, bias=False), nn.BatchNorm2d(12), nn.ReLU()
        )
        self.average = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, len(NAMES)))

    def units(self, x):
        return self.average(self.trunk(x.unsqueeze(1))).flatten(1)

    def forward(self, x):
        return self.head(self.units(x))


def labels_for(n, seed=0):
    labels = np.random.default_rng(seed).integers(0, 2, (n, len(NAMES)))
    labels[:, NAMES.index("Never")] = 0
    return labels


def class_frame(head, responses, labels, names, sets):
    ones = np.ones((len(labels), 1), np.uint8)
    precision = ablation.class_average_precision(head, responses, labels, sets, ones)
    return ablation.class_table(precision, labels, names)


def test_head_alone_equals_silencing_inside_the_network():
    torch.manual_seed(0)
    network = SmallNetwork().eval()
    x = torch.randn(30, 10, 14)
    labels = labels_for(len(x))
    sets = {"none": np.array([], int), "some": np.array([1, 4, 7]), "one": [11]}
    with torch.inference_mode():
        frame = class_frame(
            lambda units: network.head(torch.from_numpy(units)).numpy(),
            network.units(x).numpy(),
            labels,
            NAMES,
            sets,
        )
    found = frame.set_index(["condition", "class"])["average_precision"]
    scores = {}
    for condition, silenced in sets.items():

        def silence(module, inputs, output, silenced=silenced):
            output = output.clone()
            output[:, silenced] = 0
            return output

        hook = network.trunk.register_forward_hook(silence)
        with torch.inference_mode():
            scores[condition] = network(x).sigmoid().numpy()
        hook.remove()
        for column, name in enumerate(NAMES[:3]):
            expected = average_precision_score(
                labels[:, column], scores[condition][:, column]
            )
            assert found[condition, name] == pytest.approx(expected, abs=1e-12)
    # The test is only meaningful if silencing changes the scores.
    assert not np.array_equal(scores["none"], scores["some"])
    assert found["none"].iloc[:3].tolist() != found["some"].iloc[:3].tolist()


def test_frame_and_classes_without_positives():
    labels = labels_for(20)
    responses = np.random.default_rng(1).normal(size=(20, 4))
    before = responses.copy()
    sets = {"none": [], "all": [0, 1, 2, 3]}
    frame = class_frame(lambda units: units, responses, labels, NAMES, sets)
    np.testing.assert_array_equal(responses, before)
    assert list(frame["condition"]) == ["none"] * 4 + ["all"] * 4
    assert list(frame["class"]) == NAMES * 2
    np.testing.assert_array_equal(frame["positives"], [*labels.sum(0)] * 2)
    np.testing.assert_allclose(frame["chance"], [*labels.mean(0)] * 2)
    absent = frame["class"] == "Never"
    assert frame.loc[absent, "average_precision"].isna().all()
    assert frame.loc[~absent, "average_precision"].notna().all()
    # With every unit silenced all scores tie, and the precision is the prevalence.
    flat = frame[(frame["condition"] == "all") & ~absent]
    np.testing.assert_allclose(flat["average_precision"], flat["chance"])


def test_perfect_and_reversed_scores():
    labels = np.array([[1, 0], [1, 0], [0, 1], [0, 1]])
    frame = class_frame(
        lambda units: units @ np.array([[1.0, 1.0]]),
        np.array([[4.0], [3.0], [2.0], [1.0]]),
        labels,
        ["first", "last"],
        {"none": []},
    )
    np.testing.assert_allclose(
        frame["average_precision"], [1, (1 / 3 + 2 / 4) / 2], rtol=1e-12
    )


def test_no_clips_and_wrong_shapes():
    empty = np.empty((0, 4))
    with pytest.raises(InputError, match="no usable clip"):
        class_frame(lambda units: units, empty, empty, NAMES, {"none": []})
    with pytest.raises(ValueError, match="logits"):
        class_frame(
            lambda units: units[:, :3],
            np.zeros((5, 4)),
            labels_for(5),
            NAMES,
            {"none": []},
        )


@given(st.integers(1, 7).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_random_average_precision_is_the_mean_over_all_orders(size):
    n, positives = size
    scores = np.arange(n)
    every = [
        average_precision_score(np.isin(scores, chosen), scores)
        for chosen in itertools.combinations(range(n), positives)
    ]
    found = ablation.random_average_precision(np.array([positives]), n)
    assert found[0] == pytest.approx(np.mean(every), abs=1e-12)


def test_random_average_precision_lies_above_prevalence():
    found = ablation.random_average_precision(np.array([0, 5, 60]), 600)
    assert np.isnan(found[0])
    assert found[1] > 2 * 5 / 600
    assert 60 / 600 < found[2] < 1.2 * 60 / 600


def test_silencing_sets():
    rng = np.random.default_rng(2)
    units = pd.DataFrame({"unit": range(256)})
    for column in ("msi_train", "msi_eval", "l1_train", "l1_eval"):
        units[column] = rng.permutation(256)
    sets = ablation.silencing_sets(units, "eval", 0.125)
    assert list(sets) == ["none", "msi_top", "msi_middle", "msi_bottom", "l1_top"]
    assert len(sets["none"]) == 0
    assert all(len(sets[name]) == 32 for name in list(sets)[1:])
    # The first unit is silenced, and units come from the requested split.
    assert set(units["msi_eval"][sets["msi_top"]]) == set(range(224, 256))
    assert set(units["msi_eval"][sets["msi_middle"]]) == set(range(112, 144))
    assert set(units["msi_eval"][sets["msi_bottom"]]) == set(range(32))
    assert set(units["l1_eval"][sets["l1_top"]]) == set(range(224, 256))


def test_the_paper_ranks_units_on_the_split_that_does_not_score_them():
    rng = np.random.default_rng(4)
    units = pd.DataFrame({"unit": range(256)})
    for column in ("msi_train", "msi_eval", "l1_train", "l1_eval"):
        units[column] = rng.permutation(256)
    sets = ablation.SETS["paper"](units, 0.125)
    assert set(units["msi_train"][sets["msi_top"]]) == set(range(224, 256))
    assert set(units["l1_train"][sets["l1_top"]]) == set(range(224, 256))


def test_the_notebook_never_silences_the_first_unit():
    """arange(n - 1 - k, n - 1) of units in ascending order, on the scored split."""
    rng = np.random.default_rng(3)
    units = pd.DataFrame({"unit": range(256)})
    for column in ("msi_train", "msi_eval", "l1_train", "l1_eval"):
        units[column] = rng.permutation(256)
    sets = ablation.SETS["notebook"](units, 0.125)
    n, k = 256, 32
    for name, column in (("msi_top", "msi_eval"), ("l1_top", "l1_eval")):
        ascending = units.sort_values(column)["unit"].to_numpy()
        assert set(sets[name]) == set(ascending[np.arange(n - 1 - k, n - 1)])
        assert units[column].idxmax() not in sets[name]
    own = ablation.silencing_sets(units, "eval", 0.125)
    assert list(sets) == list(own)
    for name in ("none", "msi_middle", "msi_bottom"):
        np.testing.assert_array_equal(sets[name], own[name])


def mean_rows(labels, responses, sets, weights, related=MUSIC_RELATED):
    precision = ablation.class_average_precision(
        lambda units: units, responses, labels, sets, weights
    )
    rows = ablation.mean_average_precision(precision, labels, related)
    found = {(measure, condition): values for measure, condition, values in rows}
    assert len(found) == len(rows)
    return found


def test_means_are_those_of_the_classes():
    labels = labels_for(40)
    responses = np.random.default_rng(3).normal(size=(40, 4))
    sets = {"none": [], "msi_top": [1, 2]}
    frame = class_frame(lambda units: units, responses, labels, NAMES, sets)
    found = mean_rows(labels, responses, sets, np.ones((40, 1), np.uint8))
    expected = {}
    names = {"all": NAMES[:3], "music": NAMES[2:3], "nonmusic": NAMES[:2]}
    for group, members in names.items():
        of_group = frame[frame["class"].isin(members)]
        for condition in sets:
            ap = of_group.loc[of_group["condition"] == condition, "average_precision"]
            expected["mean_ap", f"{group}/{condition}"] = ap.mean()
        expected["chance_ap", group] = of_group["chance"].mean()
        expected["random_ap", group] = of_group["random_ap"].mean()
        expected["n_classes", group] = len(members)
    assert {key: float(np.squeeze(x)) for key, x in found.items()} == pytest.approx(
        expected, abs=1e-12
    )
    assert expected["mean_ap", "all/none"] != expected["mean_ap", "all/msi_top"]


def test_replicates_are_the_means_of_the_clips_drawn():
    labels = labels_for(25)
    labels[:, 1] = np.arange(25) < 1  # some samples draw no clip of this class
    responses = np.random.default_rng(4).integers(0, 5, (25, 4)).astype(float)
    weights = clip_weights(["all"] * 25, 40, "ablation test")
    sets = {"none": [], "msi_top": [0]}
    found = mean_rows(labels, responses, sets, weights)
    lost = 0
    for condition, silenced in sets.items():
        kept = responses.copy()
        kept[:, silenced] = 0
        for draw, counts in enumerate(weights.T):
            drawn = np.repeat(np.arange(25), counts)
            per_class = [
                average_precision_score(labels[drawn, c], kept[drawn, c])
                for c in range(3)
                if labels[drawn, c].any()
            ]
            lost += len(per_class) < 3
            value = found["mean_ap", f"all/{condition}"][draw]
            assert value == pytest.approx(np.mean(per_class), abs=1e-12)
    assert lost > 0


def test_a_replicate_without_any_class_is_nan_and_a_group_without_one_has_no_row():
    labels = np.zeros((3, 4), int)
    labels[0, 0] = 1
    weights = np.array([[1, 0, 2], [1, 3, 0], [1, 0, 1]], np.uint8)
    found = mean_rows(labels, np.eye(3, 4), {"none": []}, weights)
    conditions = {condition for _, condition in found}
    assert conditions == {"all/none", "all", "nonmusic/none", "nonmusic"}
    np.testing.assert_array_equal(found["mean_ap", "all/none"], [1, np.nan, 1])
