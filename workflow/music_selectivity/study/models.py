"""The models of a study: what follows from the config section, and architectures.

This module does not import torch, which planning a study does not need.
"""

import itertools
from collections.abc import Mapping

from music_selectivity.vocabulary import FMRI, GABOR, LEVEL, LOG_MEL, PAPER_MODELS, PCA

# Smallest log-mel, bands and frames, that each architecture takes. It is repeated here,
# where torch is not imported, to reject clips that are too short before any is read.
MINIMUM_INPUT = {"kim2024": (63, 121), "cnn10": (16, 16), "ast_small": (16, 16)}

# The layer whose units all analyses read and by which the claims go, by architecture;
# and what stands for it in tables where there is no network.
MAIN_LAYERS = {"kim2024": "avgpool", "cnn10": "pool", "ast_small": "pool"}
OTHER_MAIN_LAYERS = dict.fromkeys((PCA, GABOR, LOG_MEL, LEVEL), "features")
OTHER_MAIN_LAYERS |= {FMRI: "components"}

# Colours of models that the paper does not have, in the order of the config: the muted
# palette of Paul Tol.
FURTHER_COLOURS = (
    "#332288",
    "#44aa99",
    "#882255",
    "#999933",
    "#88ccee",
    "#aa4499",
    "#117733",
    "#ddcc77",
)


def trained_models(models: Mapping) -> dict[str, dict]:
    """The models whose networks a study trains, of the config section."""
    return {name: model for name, model in models.items() if "network" not in model}


def users_networks(models: Mapping) -> dict[str, dict]:
    """The networks of users, which a study does not train, of the config section."""
    return {name: model for name, model in models.items() if "network" in model}


def network_file(model: Mapping) -> str:
    """The Python file of a user's network, of its entry in the config."""
    return model["network"].rpartition(":")[0]


def twins(models: Mapping) -> dict[str, tuple[str, str, int]]:
    """Twins of users' networks: by name, the network, the kind and their number.

    `models` is the config section. The seeds of twins are numbers from 1.
    """
    return {
        f"{name}_{kind}": (name, kind, number)
        for name, model in users_networks(models).items()
        for kind, number in model["twins"].items()
        if number
    }


def main_layers(models: Mapping) -> dict[str, str]:
    """The main layer of each model of a study, and of what tables hold besides.

    `models` is the config section. The architecture of a model decides. Users' networks
    have no main layer, because all their layers count alike.
    """
    of_models = {
        name: MAIN_LAYERS[model["architecture"]]
        for name, model in trained_models(models).items()
    }
    return of_models | OTHER_MAIN_LAYERS


def model_colours(models: Mapping) -> dict[str, str]:
    """Colours of the models and twins that the paper does not have.

    `models` is the config section.
    """
    further = [name for name in [*models, *twins(models)] if name not in PAPER_MODELS]
    return dict(zip(further, itertools.cycle(FURTHER_COLOURS), strict=False))
