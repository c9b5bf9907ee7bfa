"""Tables of all figures of a study as large as the paper's, with made-up numbers."""

import itertools

import numpy as np
import pandas as pd

from music_selectivity.vocabulary import (
    COMPONENTS,
    FMRI,
    LINEAR_FEATURES,
    NATURAL_CATEGORIES,
    ORIGINAL,
    PAPER_MODELS,
    QUILT_ORDERS,
    SILENCED_SETS,
    WITHOUT_MUSIC,
)

SEEDS = range(1, 6)
CLIPS, CLASSES, UNITS, GENRES, SOUNDS = 17_500, 527, 256, 25, 165
LENGTHS = ("50", "100", "200", "400", "800", "1600")
LAYERS = ("conv1", "conv2.3", "conv2", "avgpool", "head.1")
EPOCHS = (0, 1, 3, 10, 30, 100)
CATEGORIES = ("music", "speech", "vehicle", "animal", "water")
NETWORKS = [*itertools.product(PAPER_MODELS, SEEDS)]
SOURCES = [*NETWORKS, *((name, 0) for name in LINEAR_FEATURES)]
OWN = [(WITHOUT_MUSIC, seed) for seed in SEEDS]
RNG = np.random.default_rng(0)


def rows(networks, value, others=None, **columns):
    """A row for each network and combination of columns, with a random value."""
    keys = [
        (*network, *entries)
        for network, *entries in itertools.product(networks, *columns.values())
    ]
    table = pd.DataFrame(keys, columns=["model", "seed", *columns])
    table[value] = RNG.normal(1, 0.2, len(table))
    return table.assign(**(others or {}))


def points(networks, clips=CLIPS, **columns):
    """t-SNE: a row for each clip."""
    table = rows(networks, "x", clip=range(clips), **columns)
    table["clip_id"] = "clip" + table["clip"].astype(str)
    table["group"] = np.where(RNG.random(len(table)) < 0.3, "music", "nonmusic")
    table["x"] = RNG.normal(0, 20, len(table)) + 20 * (table["group"] == "music")
    table["y"] = RNG.normal(0, 20, len(table))
    return table.drop(columns="clip").assign(segregation_index=0.6)


def embedding():
    by_music = points([network for network in SOURCES if network[1] < 2])
    by_music = by_music.assign(category="")
    first = by_music[by_music["model"] == WITHOUT_MUSIC]
    by_category = [
        first.assign(
            category=category,
            group=RNG.choice(["own", "partly", "outside"], len(first)),
        )
        for category in CATEGORIES[1:]
    ]
    names = ["segregation_shuffled", "segregation_index_own"]
    names += ["segregation_shuffled_own", "paper"]
    return pd.concat([by_music, *by_category], ignore_index=True).assign(
        **dict.fromkeys(names, 0.5)
    )


def class_precision():
    groups = np.where(RNG.random(CLASSES) < 0.25, "music", "nonmusic")
    by_class = pd.DataFrame(
        {"panel": "classes", "model": WITHOUT_MUSIC, "group": groups}
    )
    by_class["class"] = [f"class {i}" for i in range(CLASSES)]
    means = pd.DataFrame(
        itertools.product(
            ["means"], PAPER_MODELS[:2], ["all", "music", "nonmusic"], [""]
        ),
        columns=["panel", "model", "group", "class"],
    )
    table = pd.concat([by_class, means], ignore_index=True)
    table["average_precision"] = np.sort(RNG.random(len(table)))[::-1]
    return table.assign(sd=0.02, networks=5, chance=0.01, positives=60, paper=0.1)


def msi_distribution():
    table = rows(SOURCES, "msi", unit=range(UNITS))
    table["msi"] = RNG.normal(0, 20, len(table))
    table["msi_other"] = table["msi"] + RNG.normal(0, 3, len(table))
    return table.assign(selective=table["msi"] > 20)


def calibration():
    ratios = rows(NETWORKS, "ratio").assign(
        panel="ratio", low=0.9, high=1.1, same_split_low=1.0, same_split_high=1.2
    )
    levels = rows(NETWORKS, "share", level=np.linspace(0, 1, 41)).assign(panel="p")
    levels["share"] = levels["level"]
    return pd.concat([ratios, levels], ignore_index=True).assign(
        permutations=200, permutation_p=0.005
    )


def random_ablation():
    bins = rows(OWN, "mean_ap", condition=["random"], bin=range(50))
    bins["mean_ap"] = 0.1 + 0.0005 * bins["bin"]
    chosen = rows(OWN, "mean_ap", condition=SILENCED_SETS)
    chosen["mean_ap"] *= 0.1
    bins = bins.drop(columns="bin").assign(bin_width=0.0005, sets=200.0)
    return pd.concat([bins, chosen.assign(p=0.0001)], ignore_index=True)


def preferred_inputs():
    """Of one network and the untrained one, where one fails, with 90 times."""
    kinds = {"ms": [5, 9, 70, 200], "random": [31], "untrained": [5, 9, 70, 200]}
    keys = [
        (WITHOUT_MUSIC, 1, kind, unit, band)
        for kind, units in kinds.items()
        for unit in units
        for band in range(64)
    ]
    table = pd.DataFrame(keys, columns=["model", "seed", "kind", "unit", "band"])
    failed = (table["kind"] == "untrained") & (table["unit"] == 200)
    table.insert(4, "heard", np.where(failed, 1.3, 3.2))
    table.insert(5, "percentile_99", 2.4)
    table.insert(6, "kept", ~failed)
    times = [f"{0.112 * number:.3f}" for number in range(90)]
    levels = RNG.normal(-20, 10, (len(table), len(times))).round(1)
    return table.join(pd.DataFrame(levels, columns=times))


def readout_genres():
    keys = itertools.product(
        [WITHOUT_MUSIC], [f"Genre {i}" for i in range(GENRES)], range(1, 5)
    )
    table = pd.DataFrame(keys, columns=["model", "genre", "eighth"])
    table["average_precision"] = RNG.random(len(table))
    return table.assign(sd=0.05, networks=5, chance=0.02)


def natural_sounds():
    keys = itertools.product([(WITHOUT_MUSIC, 5), (FMRI, 1)], range(SOUNDS))
    table = pd.DataFrame(
        [(source, n, f"sound {i}") for (source, n), i in keys],
        columns=["source", "networks", "sound"],
    )
    names = list(NATURAL_CATEGORIES)
    table["category"] = [names[i % len(names)] for i in range(len(table))]
    table["response"] = RNG.random(len(table))
    return table


def natural_ratio():
    heard = [source for source in SOURCES if source[0] != "pca"]
    ratios = rows(heard, "value", condition=["ms", "others"])
    ratios["measure"] = "natural_ratio"
    correlations = rows(heard, "value", condition=COMPONENTS)
    correlations["value"] -= 0.8
    correlations["measure"] = "natural_correlation"
    table = pd.concat([ratios, correlations], ignore_index=True)
    published = (table["condition"] == "ms") & (table["model"] == WITHOUT_MUSIC)
    return table.assign(paper=np.where(published, 1.88, np.nan), paper_sd=0.13)


def brain():
    heard = [source for source in SOURCES if source[0] != "pca"]
    conditions = {
        "brain_prediction": COMPONENTS,
        "brain_prediction_by_units": ("all", "ms", "random"),
        "brain_similarity": ("rsa", "cka"),
    }
    tables = [
        rows([*heard, ("log_mel", 0), ("level", 0)], "value", condition=names).assign(
            measure=measure
        )
        for measure, names in conditions.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    numbers = {"mean": 0.5, "low": 0.4, "high": 0.6, "p": 0.005}
    return table.assign(**numbers, above=0.2, above_low=0.1, above_high=0.3)


def categories():
    ratios = rows(OWN, "value", category=CATEGORIES, length=[ORIGINAL])
    quilts = rows(OWN, "value", category=CATEGORIES, length=LENGTHS)
    table = pd.concat(
        [ratios.assign(quantity="ratio"), quilts.assign(quantity="relative")],
        ignore_index=True,
    )
    return table.assign(order="overath", paper=np.nan)


MEASURES_OF_LAYERS = ["response_ratio", "ms_effect_size", "brain_prediction"]


def depth():
    table = rows(NETWORKS, "value", place=LAYERS, measure=MEASURES_OF_LAYERS)
    table["layer"] = table["place"]
    table["depth"] = table["place"].map(LAYERS.index) / (len(LAYERS) - 1)
    numbers = {"mean": 1.0, "low": 0.9, "high": 1.1, "n_units": 256.0}
    return table.assign(**numbers, dead_units=0.0, permutation_p=0.005)


def tables():
    """By name of a figure, what it is drawn from."""
    nothing = {"paper": np.nan}
    quilt_lengths = (*LENGTHS, ORIGINAL)
    order = {"order": "overath"}
    split = {"split": ["eval", "train"], "divisor": (1, 2, 4, 8, 16, 32, 64)}
    genres = ["all music", *(f"Genre {i}" for i in range(GENRES))]
    return {
        "class_precision": class_precision(),
        "embedding": embedding(),
        "readout": rows(
            SOURCES,
            "average_precision",
            {"chance": 0.266, "paper": 0.887},
            features=["all", "with_pca", "with_gabor"],
        ),
        "unit_responses": rows(NETWORKS, "effect_size").assign(
            music=0.4, nonmusic=0.3, paper=0.689
        ),
        "msi_distribution": msi_distribution(),
        "selectivity_ratio": rows(NETWORKS, "ratio").assign(
            same_split_ratio=1.2, paper=2.07
        ),
        "depth": depth(),
        # The paper's study has none.
        "users_networks": pd.DataFrame(columns=["model", "seed", "layer"]),
        "equal_rms": rows(OWN, "ratio", nothing, **split),
        "readout_units": rows(
            OWN,
            "average_precision",
            {"chance": 0.266, "paper": 0.832},
            eighth=range(1, 9),
        ),
        "readout_genres": readout_genres(),
        "categories": categories(),
        "natural_sounds": natural_sounds(),
        "natural_ratio": natural_ratio(),
        "brain": brain(),
        "natural_categories": rows(
            [*OWN, (FMRI, 0)], "response", category=list(NATURAL_CATEGORIES)
        ),
        "quilts": rows(
            OWN,
            "response",
            order | {"paper": 0.7, "paper_sd": 0.04, "r": 0.5, "paper_r": 0.6},
            group=["music", "nonmusic"],
            units=["ms", "others"],
            length=quilt_lengths,
        ),
        "quilt_orders": rows(
            OWN,
            "relative",
            nothing | {"clips": 100, "joint_change": 1.2},
            order=QUILT_ORDERS,
            length=LENGTHS,
        ),
        "quilts_genres": rows(
            OWN, "response", order, genre=genres, length=quilt_lengths
        ),
        "quilts_models": rows(
            NETWORKS, "relative", order | {"paper": 0.8}, length=LENGTHS
        ),
        "ablation": rows(OWN, "mean_ap", {"chance": 0.0045}, condition=SILENCED_SETS),
        "random_ablation": random_ablation(),
        "preferred_inputs": preferred_inputs(),
        "training_course": rows(
            NETWORKS,
            "value",
            epoch=EPOCHS,
            measure=[
                f"training_course_{name}"
                for name in ("mean_ap", "response_ratio", "segregation_index")
            ],
        ),
        "training_embedding": points([(WITHOUT_MUSIC, 1)], epoch=EPOCHS),
        "calibration": calibration(),
    }
