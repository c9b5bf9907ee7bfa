# The study that the config describes: checked, with defaults filled in, and named.
from snakemake.exceptions import WorkflowError

from music_selectivity.errors import InputError
from music_selectivity.stimuli.sets import CLIPS, NATURAL_SOUNDS, sets_of_clips
from music_selectivity.study.config import resolve_config
from music_selectivity.study.models import (
    main_layers,
    model_colours,
    network_file,
    trained_models,
    twins,
    users_networks,
)
from music_selectivity.vocabulary import (
    AUDIOSET,
    COLLECTIONS,
    FMRI,
    GABOR,
    GENERATED_CORPORA,
    GENERATED_TABLES,
    LEVEL,
    LINEAR_SEED,
    LOG_MEL,
    NATURAL,
    NATURAL_LABELS,
    NATURAL_SECONDS,
    PCA,
    SOUNDSCAPES,
    TABLE,
    USERS_SEED,
)

try:
    # In place: scripts receive this very dictionary.
    config.update(resolve_config(config, f"{LIBRARY}/schemas/config.schema.json"))
except InputError as error:
    raise WorkflowError(str(error))

CORPUS = config["corpus"]["type"]
# The section that describes the corpus.
CORPUS_GIVEN = (
    config["natural_sounds"] if CORPUS == NATURAL else config["corpus"][CORPUS]
)
MODELS = trained_models(config["models"])
SHARDS = [f"{shard:03d}" for shard in range(config["corpus"]["shards"])]

# Sources of features are (model, seed, layer). Networks, and linear features, which run
# through the same analyses with a placeholder seed, have one layer that all analyses
# read. A job records or analyses all layers of a network, so that rules need no layer.
LAYERS = main_layers(config["models"])
NETWORKS = [
    (model, seed)
    for model, spec in MODELS.items()
    for seed in config["seeds"][: spec["max_seeds"]]
]
LINEAR = [
    (name, LINEAR_SEED) for name, spec in config["linear_features"].items() if spec
]
FEATURE_SOURCES = NETWORKS + LINEAR

# Users' networks and their twins, of which layers alone are analysed. The seeds of twins
# are numbers.
USERS_NETWORKS = users_networks(config["models"])
TWINS = twins(config["models"])
PLAYED = [(model, USERS_SEED) for model in USERS_NETWORKS] + [
    (twin, seed)
    for twin, (_, _, number) in TWINS.items()
    for seed in range(1, number + 1)
]

# The folder of the 165 natural sounds, empty if the study has none.
NATURAL_SOUNDS_FOLDER = config["natural_sounds"]["folder"]
# Principal components apply only to log-mels of the clips' length.
WITH_NATURAL_SOUNDS = [
    source for source in FEATURE_SOURCES if NATURAL_SOUNDS_FOLDER and source[0] != PCA
]
BRAIN = [(FMRI, LINEAR_SEED)] if NATURAL_SOUNDS_FOLDER else []
# As what users' networks hear these sounds. Where the clips are these sounds, uncut, they
# are not played again: the published files have one level.
AS_CLIPS = (
    CORPUS == NATURAL
    and config["audio"]["clip_seconds"] == NATURAL_SECONDS
    and not config["audio"]["trim_silence"]
)
NATURAL_STIMULI = CLIPS if AS_CLIPS else NATURAL_SOUNDS
PLAYS_NATURAL_SOUNDS = bool(NATURAL_SOUNDS_FOLDER) and not AS_CLIPS
# What predicts the brain without a network, in tables of networks.
SIMPLE_FEATURES = [(LOG_MEL, LINEAR_SEED), (LEVEL, LINEAR_SEED)]
COMPARED_WITH_BRAIN = WITH_NATURAL_SOUNDS + (SIMPLE_FEATURES if BRAIN else [])

# Networks that only some analyses use.
RANDOM_ABLATION = [
    network
    for network in NETWORKS
    if network[0] in config["analysis"]["random_ablation"]["models"]
]
LAYER_ABLATION = [
    network
    for network in NETWORKS
    if network[0] in config["analysis"]["layer_ablation"]["models"]
]
TRAINING_COURSE = [network for network in NETWORKS if MODELS[network[0]]["snapshots"]]
PREFERRED_INPUTS = [
    (model, config["seeds"][0])
    for model in MODELS
    if model in config["analysis"]["preferred_inputs"]["models"]
]

# Stimulus sets by name; those of the clips in the order in which tables list them.
SETS_OF_CLIPS = {
    stimuli.name: stimuli
    for stimuli in sets_of_clips(config["equal_rms"]["divisors"], config["quilts"])
}
STIMULI = SETS_OF_CLIPS | {NATURAL_SOUNDS.name: NATURAL_SOUNDS}
# The stimulus sets of this study, which every network hears.
HEARD = [*SETS_OF_CLIPS, *([NATURAL_SOUNDS.name] if NATURAL_SOUNDS_FOLDER else [])]
QUILTS = [stimuli.arrays for stimuli in SETS_OF_CLIPS.values() if stimuli.segment]


def trained_as(wildcards):
    """The model without its number of networks, which changes none of them."""
    spec = MODELS[wildcards.model]
    return {key: value for key, value in spec.items() if key != "max_seeds"}


def untwinned(model):
    """The user's network of which `model` is a twin, or which it is."""
    return TWINS[model][0] if model in TWINS else model


def kind_of_twin(wildcards):
    """What becomes of the weights of a user's network; empty for the network itself."""
    return TWINS[wildcards.model][1] if wildcards.model in TWINS else ""


def network_place(wildcards):
    """The file and function of a user's network, also of its twins."""
    return USERS_NETWORKS[untwinned(wildcards.model)]["network"]


def main_layer(wildcards):
    """The layer of a model whose units all analyses read."""
    return LAYERS[wildcards.model]
