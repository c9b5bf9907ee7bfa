"""Statistics of a made-up study in which the paper holds, for tests of its claims."""

import numpy as np
import pandas as pd

from music_selectivity.claims.catalogue import all_claims
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.claims.evaluation import evaluate
from music_selectivity.claims.measured import Measured
from music_selectivity.measures import KEY

CLAIMS = all_claims(DEFAULT)

LENGTHS = (50, 100, 200, 400, 800, 1600)
MS_QUILTS = dict(zip(LENGTHS, (0.599, 0.64, 0.68, 0.768, 0.775, 0.78), strict=True))
COMPONENTS = ("lowfreq", "highfreq", "envsounds", "pitch", "speech")


def quilts(model, group, units, responses, original, order="overath"):
    """Responses to quilts, and relative to the original."""
    key = f"{group}/{units}"
    found = {
        (model, measure, f"{key}/{order}/{length}"): value / divisor
        for measure, divisor in (("quilt_response", 1), ("quilt_relative", original))
        for length, value in responses.items()
    }
    return found | {(model, "quilt_response", f"{key}/original"): original}


# A study in which the paper holds: (model, measure, condition) -> value.
TRUTH = {
    ("without_music", "mean_ap", "nonmusic/none"): 0.109,
    ("without_music", "mean_ap", "nonmusic/msi_bottom"): 0.105,
    ("without_music", "mean_ap", "nonmusic/msi_middle"): 0.100,
    ("without_music", "mean_ap", "nonmusic/l1_top"): 0.090,
    ("without_music", "mean_ap", "nonmusic/msi_top"): 0.080,
    ("without_music", "random_ablation_p", "msi_top"): 0.0001,
    ("without_music", "random_ap", "nonmusic"): 0.0055,
    ("without_music", "mean_ap", "music/none"): 0.0073,
    ("without_music", "random_ap", "music"): 0.0066,
    ("without_music", "mean_response", "music"): 0.3,
    ("without_music", "mean_response", "nonmusic"): 0.2,
    ("without_music", "effect_size", "all_units"): 0.689,
    ("without_music", "response_ratio", "eval"): 2.07,
    ("with_music", "mean_ap", "all/none"): 0.152,
    ("with_music", "response_ratio", "eval"): 2.07,
    ("untrained", "response_ratio", "eval"): 1.03,
    ("untrained", "mean_ap", "nonmusic/none"): 0.006,
    ("untrained", "mean_ap", "all/none"): 0.0056,
    ("memorization", "train_ap", "best epoch"): 0.98,
    ("memorization", "mean_ap", "all/none"): 0.0056,
    ("without_music_and_speech", "response_ratio", "eval"): 1.77,
    ("gabor", "response_ratio", "eval"): 1.12,
    # Embedding, over models and the course of training.
    ("without_music", "segregation_index", "common"): 0.7,
    ("with_music", "segregation_index", "common"): 0.7,
    ("without_music_and_speech", "segregation_index", "common"): 0.7,
    ("untrained", "segregation_index", "common"): 0.3,
    ("pca", "segregation_index", "common"): 0.2,
    ("gabor", "segregation_index", "common"): 0.4,
    ("without_music", "segregation_index", "own"): 0.67,
    ("untrained", "segregation_index", "own"): 0.4,
    **{
        ("without_music", measure, epoch): low + rise * int(epoch)
        for epoch in ("0", "10", "30")
        for measure, low, rise in (
            ("training_course_mean_ap", 0.01, 0.003),
            ("training_course_segregation_index", 0.3, 0.01),
            ("training_course_response_ratio", 1.0, 0.03),
        )
    },
    # Read-out.
    ("without_music", "readout_ap", "all"): 0.887,
    ("without_music", "readout_chance", "all"): 0.266,
    ("without_music", "readout_ap", "with_pca"): 0.887,
    ("without_music", "readout_ap", "with_gabor"): 0.894,
    ("pca", "readout_ap", "all"): 0.437,
    ("gabor", "readout_ap", "all"): 0.828,
    ("without_music", "readout_ap", "units/1"): 0.832,
    ("without_music", "readout_ap", "units/2"): 0.7,
    ("without_music", "readout_ap", "units/3"): 0.6,
    ("without_music", "readout_ap", "units/4"): 0.5,
    ("without_music", "readout_ap", "genre/Jazz/1"): 0.5,
    ("without_music", "readout_ap", "genre/Jazz/2"): 0.4,
    ("without_music", "readout_ap", "genre/Ska/1"): 0.3,
    ("without_music", "readout_ap", "genre/Ska/2"): 0.2,
    # Levels.
    ("without_music", "equal_rms_ratio", "eval/1"): 1.95,
    ("without_music", "equal_rms_ratio", "eval/64"): 1.68,
    ("without_music", "equal_rms_ratio", "train/1"): 1.97,
    ("without_music", "equal_rms_ratio", "train/64"): 1.70,
    **{
        ("untrained", "equal_rms_ratio", f"{split}/{k}"): value
        for split in ("eval", "train")
        for k, value in ((1, 1.02), (64, 0.8))
    },
    # Natural sounds.
    ("without_music", "natural_category", "Music"): 0.9,
    ("without_music", "natural_category", "Song"): 0.8,
    ("without_music", "natural_category", "EngSpeech"): 0.5,
    ("without_music", "natural_category", "Mechanical"): 0.4,
    ("without_music", "natural_ratio", "ms"): 1.88,
    ("with_music", "natural_ratio", "ms"): 1.61,
    ("untrained", "natural_ratio", "ms"): 1.03,
    ("gabor", "natural_ratio", "ms"): 0.95,
    ("without_music", "natural_correlation", "music"): 0.6,
    **{
        ("without_music", "natural_correlation", component): 0.2
        for component in COMPONENTS
    },
    # Quilts.
    **quilts("without_music", "music", "ms", MS_QUILTS, 0.768),
    **quilts(
        "without_music",
        "nonmusic",
        "ms",
        {length: 0.4 + 4e-5 * length for length in LENGTHS},
        0.45,
    ),
    **quilts("without_music", "music", "others", dict.fromkeys(LENGTHS, 0.3), 0.3),
    **quilts("without_music", "nonmusic", "others", dict.fromkeys(LENGTHS, 0.3), 0.3),
    **quilts("untrained", "music", "ms", dict.fromkeys(LENGTHS, 0.3), 0.3),
    **quilts("gabor", "music", "ms", dict.fromkeys(LENGTHS, 0.3), 0.3),
    **quilts(
        "memorization",
        "music",
        "ms",
        {
            length: value + (0.1 if length <= 100 else 0)
            for length, value in MS_QUILTS.items()
        },
        0.768,
    ),
    ("without_music_and_speech", "quilt_relative", "music/ms/overath/50"): 0.9,
    ("without_music", "quilt_genre_response", "Jazz/overath/50"): 0.5,
    ("without_music", "quilt_genre_response", "Jazz/original"): 0.7,
    # Other categories.
    ("without_music", "category_ratio", "speech"): 1.31,
    ("without_music", "category_ratio", "vehicle"): 1.4,
    ("without_music", "category_ratio", "animal"): 1.4,
    ("without_music", "category_ratio", "water"): 1.4,
    **{
        ("without_music", "category_quilt_response", f"{category}/{length}"): 0.4
        for category in ("speech", "vehicle", "animal", "water")
        for length in ("overath/50", "original")
    },
}
ONE = ("pca", "gabor")
# How much networks differ, so that segment length explains as much as in the paper.
SCATTER = {"music/ms/": 0.06, "nonmusic/ms/": 0.085}


def study(n_seeds=5, **changes):
    """statistics.csv of TRUTH with changes; seeds differ by some parts in a thousand.

    The networks of with_music and memorization scatter about those they equal.
    """
    rows = []
    for (model, measure, condition), value in (TRUTH | changes.get("to", {})).items():
        if model in ONE:
            rows.append((model, 0, measure, condition, value))
            continue
        for seed in range(n_seeds):
            size = 0.001
            if (model, measure) == ("without_music", "quilt_response"):
                size = next(
                    (s for start, s in SCATTER.items() if condition.startswith(start)),
                    size,
                )
            if measure.startswith("category_quilt") and "overath" in condition:
                size = 0.002
            if model in ("with_music", "memorization"):
                size = -0.0011
            if measure in ("random_ap", "random_ablation_p"):
                size = 0
            scatter = 1 + size * (seed - (n_seeds - 1) / 2)
            rows.append((model, seed + 1, measure, condition, value * scatter))
    return pd.DataFrame(rows, columns=[*KEY, "value"])


def changed(measure, model="without_music", **conditions):
    """Changes of one measure; two underscores in a condition mean a slash."""
    return {
        (model, measure, condition.replace("__", "/")): value
        for condition, value in conditions.items()
    }


def drawn_clips(table, of=ONE, spread=0.01, n_draws=400):
    """Replicates of some models: the luck of each draw of clips moves all alike."""
    rows = table[table["model"].isin(of)]
    rng = np.random.default_rng(0)
    luck = 1 + spread * rng.normal(size=n_draws)
    own = 1 + 0.01 * spread * rng.normal(size=(len(rows), n_draws))
    draws = pd.DataFrame(rows["value"].to_numpy()[:, None] * luck * own)
    return pd.concat([rows[KEY].reset_index(drop=True), draws], axis=1)


def judged(table, *ids, audioset=False):
    """Claims of some ids, or of all, by id; linear features have draws of clips."""
    chosen = tuple(claim for claim in CLAIMS if claim.id in ids) or CLAIMS
    measured = Measured(table, drawn_clips(table))
    return evaluate(measured, claims=chosen, audioset=audioset).set_index("id")


def verdicts(table, *ids, audioset=False):
    """Verdicts by the claim's id, as `judged`."""
    return judged(table, *ids, audioset=audioset)["verdict"].to_dict()
