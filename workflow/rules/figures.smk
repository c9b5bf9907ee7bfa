# Inputs and params of each figure, and what the page says of it, from the constants of
# its module.
from dataclasses import asdict
from pathlib import Path

from music_selectivity.figures.catalogue import FIGURES, KEY_FIGURES, THEMES

# The groups of networks that a figure module may name in its INPUTS; the tables that it
# may name there are in `paths`.
NETWORK_GROUPS = {
    "networks": NETWORKS,
    "with_layers": NETWORKS + [source for source in PLAYED if source[0] not in TWINS],
    "layers_and_brain": [
        network for network in NETWORKS if network in WITH_NATURAL_SOUNDS
    ],
    "played": PLAYED,
    "simple_features": SIMPLE_FEATURES if BRAIN else [],
    "feature_sources": FEATURE_SOURCES,
    "natural_sounds": WITH_NATURAL_SOUNDS,
    "brain": COMPARED_WITH_BRAIN,
    "random_ablation": RANDOM_ABLATION,
    "training_course": TRAINING_COURSE,
    "preferred_inputs": PREFERRED_INPUTS,
}
# By name of a sound group or model.
COLOURS = config["figures"] | model_colours(config["models"])
# Tables that the study lacks: users' networks alone hear no quilts.
ABSENT_TABLES = {
    table
    for table, is_there in {
        "natural_sounds": NATURAL_SOUNDS_FOLDER,
        "joint_changes": FEATURE_SOURCES,
    }.items()
    if not is_there
}


def figure_networks(entry):
    """Networks whose tables a figure shows, by argument of its function `table`."""
    return {
        argument: NETWORK_GROUPS[wanted[1]]
        for argument, wanted in entry.inputs.items()
        if not isinstance(wanted, str)
    }


def figure_inputs(entry):
    """Files of the tables that a figure shows, by argument of its function `table`."""
    files = {}
    shown = figure_networks(entry)
    for argument, wanted in entry.inputs.items():
        if argument in shown:
            files[argument] = networks(getattr(paths, wanted[0]), shown[argument])
        else:
            files[argument] = [] if wanted in ABSENT_TABLES else getattr(paths, wanted)
    return files


def figure_params(figure, entry):
    """Params of a figure that other figures do not share."""
    return {
        "networks": figure_networks(entry),
        "arguments": {
            argument: lookup(dpath=key.replace(".", "/"), within=config)
            for argument, key in entry.arguments.items()
        },
        "caption": Path(f"{LIBRARY}/report/{figure}.rst").read_text(encoding="utf-8"),
        "code": code("figure.py", f"music_selectivity.figures.{figure}"),
    }


def figure_shown(figure, entry):
    """What the page says of a figure, as plain data."""
    names = ("title", "panel", "clips", "claims", "charts")
    said = {name: asdict(entry)[name] for name in names}
    return said | {"name": figure, "caption": FIGURE_PARAMS[figure]["caption"]}


# Evaluated here, because Snakemake treats an error in an input function as a missing
# file.
FIGURE_INPUTS = {name: figure_inputs(entry) for name, entry in FIGURES.items()}
FIGURE_PARAMS = {name: figure_params(name, entry) for name, entry in FIGURES.items()}
