"""Principal components equal those of scikit-learn and numpy."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from music_selectivity.errors import InputError
from music_selectivity.networks import pca
from music_selectivity.store import ShardedArray


def shards(folder, values: np.ndarray) -> ShardedArray:
    np.save(folder / "000.npy", values)
    n = len(values)
    return ShardedArray([folder / "000.npy"], np.zeros(n, int), np.arange(n))


def of_rank(n_clips: int, rank: int, noise: float = 0.0) -> np.ndarray:
    """Log-mels, (clips, 8, 20), that are sums of few patterns."""
    rng = np.random.default_rng(0)
    strengths = rng.normal(size=(n_clips, rank)) * 3.0 ** np.arange(rank, 0, -1)
    values = strengths @ rng.normal(size=(rank, 160)) - 40
    values += noise * rng.normal(size=values.shape)
    return values.reshape(n_clips, 8, 20).astype(np.float32)


@pytest.mark.parametrize(("n_clips", "noise"), [(300, 0.0), (1500, 1.0)])
def test_components_are_those_of_all_clips_at_once(tmp_path, n_clips, noise):
    values = of_rank(n_clips, 5, noise)
    found = pca.fit(shards(tmp_path, values), np.arange(n_clips), 5)
    whole = PCA(5).fit(values.reshape(n_clips, -1).astype(float))
    assert found.explained == pytest.approx(
        whole.explained_variance_ratio_.sum(), abs=1e-4
    )
    components = found.components.numpy().reshape(5, -1)
    likeness = np.abs((components * whole.components_).sum(axis=1))
    np.testing.assert_allclose(likeness, 1, atol=1e-3)
    np.testing.assert_allclose(
        found.mean.numpy().ravel(), values.reshape(n_clips, -1).mean(0), atol=1e-3
    )
    features = found.units(torch.from_numpy(values)).numpy()
    assert features.shape == (n_clips, 5)
    expected = np.abs(whole.transform(values.reshape(n_clips, -1)))
    np.testing.assert_allclose(np.abs(features), expected, atol=0.02 * expected.max())


def test_only_the_requested_clips_are_fitted(tmp_path):
    values = of_rank(40, 3)
    values[20:] = 1000
    found = pca.fit(shards(tmp_path, values), np.arange(20), 3)
    np.testing.assert_allclose(found.mean.numpy(), values[:20].mean(0), atol=1e-2)


def test_no_more_components_than_clips(tmp_path):
    found = pca.fit(shards(tmp_path, of_rank(10, 3, 1.0)), np.arange(10), 256)
    assert found.n_units == 10
    assert found.explained == pytest.approx(1)


def test_files_are_reproducible_and_read_back(tmp_path):
    log_mels = shards(tmp_path, of_rank(60, 4, 1.0))
    for name in ("a.npz", "b.npz"):
        pca.save(tmp_path / name, pca.fit(log_mels, np.arange(60), 4))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = pca.load(tmp_path / "a.npz")
    x = torch.from_numpy(log_mels.take(np.arange(3)))
    fitted = pca.fit(log_mels, np.arange(60), 4)
    assert torch.equal(again.units(x), fitted.units(x))
    assert again.explained == fitted.explained


def test_log_mels_of_another_length_are_refused(tmp_path):
    found = pca.fit(shards(tmp_path, of_rank(20, 3)), np.arange(20), 3)
    with pytest.raises(InputError, match=r"\(8, 20\).*\(8, 21\)"):
        found.units(torch.zeros(2, 8, 21))
