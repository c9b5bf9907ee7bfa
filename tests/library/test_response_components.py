"""Weights of the response components in voxels."""

import numpy as np
import pytest
import scipy.io

from music_selectivity.errors import InputError
from music_selectivity.stimuli.response_components import (
    components_path,
    read_voxel_weights,
)
from music_selectivity.vocabulary import COMPONENTS


def write(folder, **changes):
    """Weights of component k in voxel v are k + 10 v; components in reverse order."""
    content = {
        "W": (np.arange(6)[:, None] + 10.0 * np.arange(4))[::-1],
        "component_names": np.array([COMPONENTS[::-1]], dtype=object).T,
    }
    path = components_path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {name: x for name, x in (content | changes).items() if x is not None}
    scipy.io.savemat(path, content)


def test_weights_are_in_the_order_of_the_components(tmp_path):
    write(tmp_path)
    expected = np.arange(6)[:, None] + 10 * np.arange(4)
    np.testing.assert_array_equal(read_voxel_weights(tmp_path), expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"W": None}, r"components\.mat: cannot be read .*component_names, W \(KeyErr"),
        (
            {"W": np.ones((5, 4))},
            r"W has shape \(5, 4\); give one row per component, 6",
        ),
        ({"W": np.full((6, 4), np.inf)}, "W contains NaN or infinity; correct it"),
        (
            {"component_names": np.array([list("abcdef")], dtype=object)},
            "component_names are a, b, .*; required are lowfreq",
        ),
    ],
)
def test_weights_of_another_form_are_refused(tmp_path, changes, message):
    write(tmp_path, **changes)
    with pytest.raises(InputError, match=message):
        read_voxel_weights(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"data/components\.mat: cannot be read"):
        read_voxel_weights(tmp_path)


def test_the_published_weights_are_of_all_voxels(sounds_folder):
    weights = read_voxel_weights(sounds_folder / "natsound165")
    assert weights.shape == (len(COMPONENTS), 11_065)
    assert (weights.std(axis=1) > 0).all()
