"""The null of random sets against silencing each set in the head itself."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score
from torch import nn

from music_selectivity.analyses import ablation, random_ablation
from music_selectivity.analyses.random_ablation import (
    _PrecisionSum,
    null_rows,
    silenced_mean_ap,
)
from music_selectivity.errors import InputError
from music_selectivity.networks.kim2024 import Network
from music_selectivity.seeds import generator


def study(n_clips=90, n_units=24, n_classes=7, seed=0):
    """Head, responses and labels in small whole numbers: exact in float32, and tied."""
    rng = np.random.default_rng(seed)
    head = nn.Sequential(
        nn.Linear(n_units, 10), nn.ReLU(), nn.Dropout(0.2), nn.Linear(10, n_classes)
    ).eval()
    with torch.no_grad():
        for parameter in head.parameters():
            whole = rng.integers(-2, 3, parameter.shape)
            parameter.copy_(torch.from_numpy(whole))
    responses = rng.integers(0, 3, (n_clips, n_units)).astype(np.float32)
    labels = (rng.random((n_clips, n_classes)) < 0.2).astype(np.uint8)
    labels[:, 2] = 0
    return head, responses, labels


def reference(head, responses, labels, scored, silenced):
    ones = np.ones((len(labels), 1), np.uint8)
    with torch.inference_mode():
        found = ablation.class_average_precision(
            lambda units: head(torch.from_numpy(units)).numpy(),
            responses,
            labels,
            dict(enumerate(silenced)),
            ones,
        )
    return np.array([np.nanmean(values[scored]) for values in found.values()])


@pytest.mark.parametrize("held", [1, 90 * 7 * 3, 2**19])
def test_equals_silencing_each_set_in_the_head(monkeypatch, held):
    # However the sets and classes are split into batches.
    monkeypatch.setitem(random_ablation.BATCH, "cpu", held)
    head, responses, labels = study()
    scored = np.array([1, 1, 1, 0, 1, 0, 1], bool)
    rng = np.random.default_rng(1)
    silenced = np.stack([rng.permutation(24)[:5] for _ in range(20)])
    found = silenced_mean_ap(head, responses, labels, scored, silenced)
    expected = reference(head, responses, labels, scored, silenced)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    assert len(np.unique(found)) > 10


def test_equals_silencing_in_the_head_of_the_papers_network():
    torch.manual_seed(0)
    head = Network(30).eval().head
    # In multiples of a power of 2 float32 adds exactly, in whatever order.
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.copy_((parameter * 64).round() / 64)
    rng = np.random.default_rng(2)
    responses = (rng.integers(0, 32, (200, 256)) / 16).astype(np.float32)
    labels = rng.random((200, 30)) < 0.1
    everything = np.ones(30, bool)
    units = np.stack([rng.permutation(256)[:32] for _ in range(3)])
    for silenced in (units, units[:1, :0]):
        found = silenced_mean_ap(head, responses, labels, everything, silenced)
        expected = reference(head, responses, labels, everything, silenced)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@given(
    st.integers(1, 3),
    st.lists(
        st.tuples(
            st.booleans(),
            st.booleans(),
            *[st.sampled_from([-3.5, -1e-30, -0.0, 0.0, 2e-38, 1.0, 1e30])] * 2,
        ),
        min_size=1,
        max_size=30,
    ),
)
def test_precision_is_scikit_learns_with_all_ties(n_sets, clips):
    columns = np.array(clips, dtype=np.float32).T
    # A class needs a positive here; those without are left out before.
    labels = np.column_stack([columns[:2].T > 0, np.ones(len(clips), bool)])
    labels = labels[:, labels.any(axis=0)]
    scores = np.stack([columns[[2, 3, 2]] * sign for sign in (1, -1, 0)])
    scores = np.ascontiguousarray(scores[:n_sets, -labels.shape[1] :])
    found = _PrecisionSum(labels, "cpu")(torch.from_numpy(scores)).numpy()
    expected = [
        sum(average_precision_score(y, x) for y, x in zip(labels.T, of, strict=True))
        for of in scores
    ]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_sets_are_random_repeatable_and_logged(caplog):
    caplog.set_level("INFO")
    head, responses, labels = study()
    scored = np.ones(7, bool)

    def run(*names):
        rng = generator(*names)
        return random_ablation.random_ablation(
            head, responses, labels, scored, 5, 40, rng
        )

    null = run("random ablation", "m", 1)
    assert caplog.messages[-1] == "40 of 40 sets of units silenced"
    assert list(null["set"]) == list(range(40))
    pd.testing.assert_frame_equal(null, run("random ablation", "m", 1))
    assert not null.equals(run("random ablation", "m", 2))
    # Of sets as large as the network there is only one.
    whole = random_ablation.random_ablation(
        head, responses, labels, scored, 24, 5, generator("x")
    )
    assert np.ptp(whole["mean_ap"]) < 1e-12 < np.ptp(null["mean_ap"])


def test_units_are_equally_likely_and_occur_once_in_a_set(monkeypatch):
    seen = []

    def record(head, responses, labels, scored, silenced, device):
        seen.append(silenced)
        return np.zeros(len(silenced))

    monkeypatch.setattr(random_ablation, "silenced_mean_ap", record)
    random_ablation.random_ablation(
        None, np.zeros((3, 16)), None, None, 4, 4000, generator("uniform")
    )
    (silenced,) = seen
    assert silenced.shape == (4000, 4)
    assert (np.diff(np.sort(silenced, axis=1), axis=1) > 0).all()
    # 1000 +/- 27 expected of each unit.
    assert np.abs(np.bincount(silenced.ravel(), minlength=16) - 1000).max() < 130


def test_rows_place_conditions_in_the_null():
    null = pd.DataFrame({"set": range(9), "mean_ap": np.arange(1.0, 10)})
    rows = null_rows(null, {"msi_top": 0.5, "msi_middle": 3.0, "l1_top": 20.0})
    found = {(measure, condition): value for measure, condition, value in rows}
    sd = np.sqrt(60 / 8)
    assert found == pytest.approx(
        {
            ("random_ablation_mean", "nonmusic"): 5,
            ("random_ablation_sd", "nonmusic"): sd,
            ("random_ablation_p", "msi_top"): 1 / 10,
            ("random_ablation_z", "msi_top"): -4.5 / sd,
            ("random_ablation_p", "msi_middle"): 4 / 10,
            ("random_ablation_z", "msi_middle"): -2 / sd,
            ("random_ablation_p", "l1_top"): 1,
            ("random_ablation_z", "l1_top"): 15 / sd,
        }
    )
    *_, p, z = null_rows(null.assign(mean_ap=1.0), {"msi_top": 1.0})
    assert p == ("random_ablation_p", "msi_top", 1) and np.isnan(z[2])


def test_bad_input_is_refused():
    head, responses, labels = study()
    only_empty = np.arange(7) == 2
    with pytest.raises(InputError, match="no class to average over"):
        silenced_mean_ap(head, responses, labels, only_empty, [[0, 1]])
    with pytest.raises(InputError, match="is Linear, Linear; change"):
        silenced_mean_ap(
            nn.Sequential(nn.Linear(24, 4), nn.Linear(4, 7)),
            responses,
            labels,
            ~only_empty,
            [[0, 1]],
        )
