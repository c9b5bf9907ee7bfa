# What jobs ask of a scheduler, from what they were measured to take.
import shutil

from music_selectivity.study.resources import (
    AUDIOSET_CLIPS,
    COSTS,
    Scale,
    memory_mb,
    runtime_minutes,
)

ESC50_CLIPS, GTZAN_TRACKS = 2_000, 1_000

# A GPU is asked for where one is used; under `auto`, where this machine has one.
HAS_GPU = shutil.which("nvidia-smi") is not None
GPU = int(config["device"] == "cuda" or (config["device"] == "auto" and HAS_GPU))


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
    files = [name for names in FILES_BY_SHARD.values() for name in names]
    return AUDIOSET_CLIPS if any(map(is_parquet, files)) else len(files)


N_CLIPS = clips_listed()


def scale_of(wildcards):
    """The size of the study, and of the job with these wildcards."""
    model = config["models"].get(getattr(wildcards, "model", None), {})
    return Scale(
        clips=N_CLIPS,
        seconds=config["audio"]["clip_seconds"],
        shards=len(SHARDS),
        sources=len(FEATURE_SOURCES),
        stimuli=len(HEARD),
        random_sets=config["analysis"]["random_ablation"]["sets"],
        epochs=model.get("epochs", 0),
        snapshots=len(model.get("snapshots", ())),
        threads=config["training"]["threads"],
    )


def memory(wildcards, attempt, rulename):
    """Resource mem_mb of any rule: twice as much at each attempt at the job."""
    return memory_mb(rulename, scale_of(wildcards), attempt)


def minutes(wildcards, attempt, rulename):
    """Resource runtime of any rule: twice as much at each attempt at the job."""
    return runtime_minutes(rulename, scale_of(wildcards), attempt)
