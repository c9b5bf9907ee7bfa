"""How well low-level features alone separate music from non-music.

If music could be recognised by level or by silence, units might only be selective for
these. Claims about selectivity therefore need a corpus in which the baseline is low.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import EVAL, TRAIN


def baseline_auc(
    features: Mapping[str, np.ndarray], is_music: np.ndarray, split: np.ndarray
) -> pd.DataFrame:
    """Classification of music and non-music by low-level features (baseline.csv).

    It is a logistic regression on standardised features, fitted on the train split and
    scored on the eval split. Nothing in it is random.

    Parameters
    ----------
    features
        Features by name, (clips,) or (clips, k).
    is_music
        (clips,), bool. Mixed clips must be left out beforehand.
    split
        (clips,), train or eval.

    Returns
    -------
    DataFrame
        features (each name, then "all" for all of them together); auc, the area under
        the ROC curve, 0.5 at chance; n_train and n_eval, the numbers of clips.

    Raises
    ------
    InputError
        A split lacks music or non-music, or a feature is not finite.
    """
    is_music, split = np.asarray(is_music, dtype=bool), np.asarray(split)
    train, evaluation = split == TRAIN, split == EVAL
    for name, clips in ((TRAIN, train), (EVAL, evaluation)):
        n_music = np.count_nonzero(is_music[clips])
        n_other = np.count_nonzero(clips) - n_music
        if n_music == 0 or n_other == 0:
            raise InputError(
                f"the {name} split has {n_music} music and {n_other} non-music clips, "
                "but the baseline needs both; add clips or check their labels"
            )
    columns = {
        name: np.asarray(values, dtype=np.float64).reshape(len(is_music), -1)
        for name, values in features.items()
    }
    for name, values in columns.items():
        if not np.isfinite(values).all():
            raise InputError(
                f"feature {name!r} contains NaN or infinity; exclude such clips"
            )
    columns["all"] = np.hstack(list(columns.values()))
    rows = []
    for name, values in columns.items():
        classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
        classifier.fit(values[train], is_music[train])
        scores = classifier.decision_function(values[evaluation])
        auc = roc_auc_score(is_music[evaluation], scores)
        rows.append((name, auc, np.count_nonzero(train), np.count_nonzero(evaluation)))
    return pd.DataFrame(rows, columns=["features", "auc", "n_train", "n_eval"])
