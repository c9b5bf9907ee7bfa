"""t-SNE of responses, and the segregation of music in it (paper Fig. 1d, S1 to S11).

Clips of the eval split are embedded, whatever ``analysis.measured_split`` is.
"""

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from music_selectivity import seeds
from music_selectivity.errors import InputError
from music_selectivity.measures import SEGREGATION_INDEX, SEGREGATION_SHUFFLED, Row
from music_selectivity.vocabulary import (
    COMMON_BINS,
    COMPARED_GROUPS,
    MEASURED_SPLIT,
    MUSIC,
    NONMUSIC,
    OWN_BINS,
)

PERPLEXITY = 30
BINS = 64

# Standard deviation of the first coordinate at the start of t-SNE, as in scikit-learn.
START_SD = 1e-4
# From this number of clips on, forces are interpolated on a grid (Linderman et al.
# 2019), which takes at most half of the time for 17,500 clips. With few it is slower.
MANY = 10_000
# Strips in which clips are ordered; the time hardly depends on their number.
STRIPS = 32


def embed(responses: np.ndarray, seed: int) -> np.ndarray:
    """Two-dimensional t-SNE of standardised responses.

    Parameters
    ----------
    responses
        (clips, units). Units with equal responses to all clips are left out.
    seed
        Seed of the optimisation, which starts at the first two principal components.

    Returns
    -------
    array, shape (clips, 2), float32
        Deterministic with one or two OpenMP threads. More threads sum in any order, so
        the rules use one.

    Raises
    ------
    InputError
        There are fewer than 5 clips, or no unit with different responses.
    """
    responses = np.asarray(responses, dtype=np.float64)
    spread = responses.std(axis=0)
    if len(responses) < 5 or not (spread > 0).any():
        raise InputError(
            f"{len(responses)} clips and {np.count_nonzero(spread)} units with "
            "different responses are too few to embed; give 5 clips or more, and a "
            "network with a responsive unit"
        )
    standard = (responses - responses.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    if standard.shape[1] == 1:
        standard = np.hstack([standard, np.zeros_like(standard)])
    standard = np.ascontiguousarray(standard, np.float32)
    random_state = seeds.derive("embedding", seed) % 2**32
    start = PCA(2, random_state=random_state).fit_transform(standard)
    start = start / start[:, 0].std() * START_SD
    if len(standard) >= MANY:
        return _by_interpolation(standard, start, random_state)
    return _by_tree(standard, start, random_state)


def _by_tree(standard: np.ndarray, start: np.ndarray, random_state: int) -> np.ndarray:
    """t-SNE of few clips, by the Barnes-Hut algorithm of scikit-learn."""
    order = _neighbours_together(start)
    points = np.empty_like(start)
    points[order] = TSNE(
        perplexity=min(PERPLEXITY, (len(standard) - 1) / 3),
        init=start[order],
        random_state=random_state,
    ).fit_transform(standard[order])
    return points


def _by_interpolation(
    standard: np.ndarray, start: np.ndarray, random_state: int
) -> np.ndarray:
    """t-SNE of many clips, by the interpolation of openTSNE."""
    # Imported here, because few studies have as many clips.
    from openTSNE import TSNE
    from openTSNE.affinity import PerplexityBasedNN

    affinities = PerplexityBasedNN(
        standard, PERPLEXITY, method="exact", random_state=random_state
    )
    # 750 iterations after the early exaggeration, as in scikit-learn. At openTSNE's own
    # learning rate, embeddings are closer to scikit-learn's than at scikit-learn's.
    points = TSNE(
        n_iter=750, negative_gradient_method="fft", random_state=random_state
    ).fit(affinities=affinities, initialization=start)
    return np.asarray(points, np.float32)


def _neighbours_together(points: np.ndarray) -> np.ndarray:
    """Order of points, (clips, 2), in which neighbours are close to each other.

    t-SNE then finds in the cache of a processor what it needs for a point, as it needed
    most of it for the one before. With 17,500 clips it takes 0.6 times as long.
    """
    strip = (rankdata(points[:, 0], "ordinal") - 1) * STRIPS // len(points)
    return np.lexsort((points[:, 1], strip))


def embedding_table(
    responses: np.ndarray, clips: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Embedding of the music and non-music clips of the eval split.

    Parameters
    ----------
    responses
        (clips, units), to all usable clips.
    clips
        Clip table with the same rows.
    seed
        Seed of the embedding.

    Returns
    -------
    DataFrame
        clip_id, x, y, group; in the order of `clips`.

    Raises
    ------
    InputError
        As `embed`.
    """
    shown = (clips["split"] == MEASURED_SPLIT) & clips["group"].isin(COMPARED_GROUPS)
    x, y = embed(responses[shown.to_numpy()], seed).T
    table = clips.loc[shown, ["clip_id"]].assign(x=x, y=y, group=clips["group"])
    return table.reset_index(drop=True)


def segregation_index(
    music: np.ndarray, nonmusic: np.ndarray, bins: str = COMMON_BINS
) -> float:
    """1 - the Bhattacharyya coefficient of two clouds' 64 x 64 histograms (Fig. 1d).

    It is 0 for clouds with equal distributions and 1 for separate clouds. As clouds of
    few points share few bins by chance, compare it with segregation_shuffled of
    `segregation_rows`.

    Parameters
    ----------
    music, nonmusic
        Points, (clips, 2).
    bins
        common: the same bins for both, over the range of all points; own: bins over
        each cloud's own range, as in the public notebook, in which distant clouds may
        fill the same bins.
    """
    together = np.concatenate([music, nonmusic])
    histograms = []
    for points in (music, nonmusic):
        within = together if bins == COMMON_BINS else points
        extent = list(zip(within.min(axis=0), within.max(axis=0), strict=True))
        counts, _, _ = np.histogram2d(*points.T, bins=BINS, range=extent)
        histograms.append(counts / counts.sum())
    return float(1 - np.sqrt(np.prod(histograms, axis=0)).sum())


def segregation_rows(points: np.ndarray, groups: np.ndarray, seed: int) -> list[Row]:
    """Segregation indices of an embedding, for ``measures.measure_table``.

    Parameters
    ----------
    points
        (clips, 2).
    groups
        (clips,), music or nonmusic.
    seed
        Seed of the shuffling.

    Returns
    -------
    list of (measure, condition, value)
        segregation_index (``common``, ``own``: the bins), and segregation_shuffled, the
        same with the groups shuffled over the points: its value for clouds with equal
        distributions.
    """
    groups = np.asarray(groups)
    shuffled = seeds.generator("segregation", seed).permutation(groups)
    return [
        measure.row(
            segregation_index(points[of == MUSIC], points[of == NONMUSIC], bins),
            bins=bins,
        )
        for measure, of in [
            (SEGREGATION_INDEX, groups),
            (SEGREGATION_SHUFFLED, shuffled),
        ]
        for bins in (COMMON_BINS, OWN_BINS)
    ]
