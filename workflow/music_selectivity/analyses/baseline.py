"""How well music is told from the rest without any network: the floor of selectivity.

If a clip's level or its share of silence gave music away, units could be "selective"
for no more than that. A corpus is worth a claim only where this floor is low.
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
    """Music against non-music from low-level features (baseline.csv).

    Logistic regression on standardised features, fitted on the train split and scored
    on the eval split. Nothing in it is random.

    Parameters
    ----------
    features
        (clips,) or (clips, k) by name.
    is_music
        bool (clips,). Leave mixed clips out beforehand.
    split
        train or eval, (clips,).

    Returns
    -------
    DataFrame
        features (each name, then "all" of them together); auc, the area under the ROC
        curve, 0.5 at chance; n_train, n_eval.

    Raises
    ------
    InputError
        A split lacks music or non-music, or a feature is no number.
    """
    is_music, split = np.asarray(is_music, dtype=bool), np.asarray(split)
    train, evaluation = split == TRAIN, split == EVAL
    for name, clips in ((TRAIN, train), (EVAL, evaluation)):
        n_music = np.count_nonzero(is_music[clips])
        n_other = np.count_nonzero(clips) - n_music
        if n_music == 0 or n_other == 0:
            raise InputError(
                f"the {name} split has {n_music} music and {n_other} non-music clips; "
                "telling them apart needs both: add clips or check their labels"
            )
    columns = {
        name: np.asarray(values, dtype=np.float64).reshape(len(is_music), -1)
        for name, values in features.items()
    }
    for name, values in columns.items():
        if not np.isfinite(values).all():
            raise InputError(
                f"feature {name!r} holds NaN or infinity; leave those clips out"
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
