# What jobs ask of a scheduler, from what they were measured to take.
import shutil

from music_selectivity.errors import InputError
from music_selectivity.networks.check_record import read_record
from music_selectivity.stimuli.sets import at_power
from music_selectivity.study.resources import (
    COSTS,
    NETWORK_TIME,
    OF_USERS_NETWORKS,
    memory_mb,
    runtime_minutes,
)
from music_selectivity.study.scale import (
    AUDIOSET_CLIPS,
    AUDIOSET_SHARES,
    NetworkSize,
    Scale,
)
from music_selectivity.vocabulary import MIXED, MUSIC, NONMUSIC, TRAIN

ESC50_CLIPS, GTZAN_TRACKS = 2_000, 1_000

# A GPU is asked for where one is used; under `auto`, where this machine has one.
HAS_GPU = shutil.which("nvidia-smi") is not None
GPU = int(config["device"] == "cuda" or (config["device"] == "auto" and HAS_GPU))


FILES = [name for names in FILES_BY_SHARD.values() for name in names]
IN_PARQUET = any(map(is_parquet, FILES))


def clips_listed():
    """How many clips there will be, as far as is known before any job has run."""
    if CORPUS == SOUNDSCAPES:
        spec = config["corpus"][SOUNDSCAPES]
        return spec["train"] + spec["eval"]
    if CORPUS == COLLECTIONS:
        return (
            ESC50_CLIPS
            + GTZAN_TRACKS * config["corpus"][COLLECTIONS]["clips_per_track"]
        )
    return AUDIOSET_CLIPS if IN_PARQUET else len(FILES)


N_CLIPS = clips_listed()
# A folder of music may hold other tracks than GTZAN.
CLIPS_ARE_ASSUMED = IN_PARQUET or CORPUS == COLLECTIONS


def shares_of_clips():
    """Share of the train split in the clips, and of each group, as far as is known."""
    if CORPUS != SOUNDSCAPES:
        return 1 / 2, AUDIOSET_SHARES
    spec = config["corpus"][SOUNDSCAPES]
    music, mixed = spec["music_share"], spec["mixed_share"]
    groups = {MUSIC: music, MIXED: mixed, NONMUSIC: 1 - music - mixed}
    return spec["train"] / N_CLIPS, groups


TRAIN_SHARE, GROUP_SHARES = shares_of_clips()


def sounds_in(sets):
    """How many sounds stimulus sets have together, as far as is known."""
    on_train = config["analysis"]["measured_split"] == TRAIN
    quilted = TRAIN_SHARE if on_train else 1 - TRAIN_SHARE
    return N_CLIPS * sum(
        GROUP_SHARES[group] * (quilted if stimuli.segment else 1)
        for stimuli in sets
        for group in stimuli.groups
    )


SOUNDS = {
    "equal_rms": sounds_in([at_power(1)]),
    "quilts": sounds_in(each for each in SETS_OF_CLIPS.values() if each.segment),
    "heard": sounds_in(SETS_OF_CLIPS.values()),
}


def network_size(model):
    """What a user's network takes, by its check if that has run already."""
    path = Path(paths.check.format(model=untwinned(model)))
    if untwinned(model) not in USERS_NETWORKS or not path.is_file():
        return NetworkSize()
    try:
        check = read_record(path)
    except InputError:
        # Damaged, or of another version.
        return NetworkSize()
    return NetworkSize(
        check.seconds, check.job_mb, check.n_units, check.widest, is_assumed=False
    )


def scale_of(wildcards):
    """The size of the study, and of the job with these wildcards."""
    name = getattr(wildcards, "model", None)
    model = config["models"].get(name, {})
    return Scale(
        clips=N_CLIPS,
        seconds=config["audio"]["clip_seconds"],
        shards=len(SHARDS),
        sources=len(FEATURE_SOURCES),
        played=len(PLAYED),
        stimuli=len(HEARD),
        train_share=TRAIN_SHARE,
        random_sets=config["analysis"]["random_ablation"]["sets"],
        ablated_layers=len(config["analysis"]["layer_ablation"]["layers"]),
        epochs=model.get("epochs", 0),
        snapshots=len(model.get("snapshots", ())),
        max_clips=model.get("max_clips"),
        # Linear features have no architecture.
        network_time=NETWORK_TIME.get(model.get("architecture"), 1),
        threads=config["training"]["threads"],
        **SOUNDS,
        network=network_size(name),
        # The wildcards of fetch and unpack.
        download=getattr(wildcards, "download", getattr(wildcards, "archive", "")),
    )


def memory(wildcards, attempt, rulename):
    """Resource mem_mb of any rule: twice as much at each attempt at the job."""
    return memory_mb(rulename, scale_of(wildcards), attempt)


def minutes(wildcards, attempt, rulename):
    """Resource runtime of any rule: twice as much at each attempt at the job."""
    return runtime_minutes(rulename, scale_of(wildcards), attempt)
