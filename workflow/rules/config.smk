# The study that the config describes: checked, with defaults filled in, and named.
from snakemake.exceptions import WorkflowError

from music_selectivity.errors import InputError
from music_selectivity.stimuli.sets import CLIPS, NATURAL_SOUNDS, sets_of_clips
from music_selectivity.study.config import resolve_config
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
    PCA,
    SOUNDSCAPES,
    TABLE,
)

try:
    # In place: scripts receive this very dictionary.
    config.update(resolve_config(config, f"{LIBRARY}/schemas/config.schema.json"))
except InputError as error:
    raise WorkflowError(str(error))

CORPUS = config["corpus"]["type"]
MODELS = list(config["models"])
SHARDS = [f"{shard:03d}" for shard in range(config["corpus"]["shards"])]

# Sources of features are (model, seed): networks, and linear features, which run
# through the same analyses with a placeholder seed.
NETWORKS = [
    (model, seed)
    for model, spec in config["models"].items()
    for seed in config["seeds"][: spec["max_seeds"]]
]
LINEAR = [
    (name, LINEAR_SEED) for name, spec in config["linear_features"].items() if spec
]
FEATURE_SOURCES = NETWORKS + LINEAR

# The folder of the 165 natural sounds, empty if the study has none.
NATURAL_SOUNDS_FOLDER = config["natural_sounds"]["folder"]
# Principal components apply only to log-mels of the clips' length.
WITH_NATURAL_SOUNDS = [
    source for source in FEATURE_SOURCES if NATURAL_SOUNDS_FOLDER and source[0] != PCA
]
BRAIN = [(FMRI, LINEAR_SEED)] if NATURAL_SOUNDS_FOLDER else []
# What predicts the brain without a network, in tables of networks.
SIMPLE_FEATURES = [(LOG_MEL, LINEAR_SEED), (LEVEL, LINEAR_SEED)]
COMPARED_WITH_BRAIN = WITH_NATURAL_SOUNDS + (SIMPLE_FEATURES if BRAIN else [])

# Networks that only some analyses use.
RANDOM_ABLATION = [
    network
    for network in NETWORKS
    if network[0] in config["analysis"]["random_ablation"]["models"]
]
TRAINING_COURSE = [
    network for network in NETWORKS if config["models"][network[0]]["snapshots"]
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
    spec = config["models"][wildcards.model]
    return {key: value for key, value in spec.items() if key != "max_seeds"}
