# Stimulus sets besides the clips, made once for all networks.

from music_selectivity.stimuli.sets import EQUAL_RMS_ARRAYS

# What decides how clips are quilted; the orders are those of the stimulus sets.
QUILT_SETTINGS = {
    key: config["quilts"][key] for key in ("segment_ms", "sound_seconds", "boundary")
}
NATURAL_SOUNDS_FILES = ["sounds/*.csv", "data/*.mat", "sounds/wav/*.wav"]
# The file that holds the brain's voxels.
VOXELS = folder_inputs(NATURAL_SOUNDS_FOLDER, "data/*.mat")


rule equal_rms:
    input:
        clips=paths.clips,
        audio=shard_audio,
    output:
        paths.stimuli.replace("{arrays}", EQUAL_RMS_ARRAYS),
    log:
        "<logs>/equal_rms/{shard}.log",
    benchmark:
        "<benchmarks>/equal_rms/{shard}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        clip_ids=shard_clip_ids,
        audio=config["audio"],
        log_mel=config["log_mel"],
        code=code("equal_rms.py"),
    script:
        "../scripts/equal_rms.py"


rule quilt_clips:
    input:
        paths.clips,
    output:
        clips=paths.quilt_clips,
        counts=report(paths.quilt_clip_counts, category="Numbers"),
    log:
        "<logs>/quilt_clips.log",
    benchmark:
        "<benchmarks>/quilt_clips.tsv"
    group:
        "clips"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        audio=config["audio"],
        quilts=QUILT_SETTINGS,
        split=config["analysis"]["measured_split"],
        code=code("quilt_clips.py"),
    script:
        "../scripts/quilt_clips.py"


rule quilts:
    input:
        clips=paths.quilt_clips,
        audio=shard_audio,
    output:
        arrays=expand(paths.stimuli, arrays=QUILTS, allow_missing=True),
        changes=paths.quilt_joints,
    log:
        "<logs>/quilts/{shard}.log",
    benchmark:
        "<benchmarks>/quilts/{shard}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        stimuli=QUILTS,
        clip_ids=shard_clip_ids,
        audio=config["audio"],
        log_mel=config["log_mel"],
        quilts=QUILT_SETTINGS,
        code=code("quilts.py"),
    script:
        "../scripts/quilts.py"


rule joint_changes:
    input:
        expand(paths.quilt_joints, shard=SHARDS),
    output:
        report(paths.joint_changes, category="Numbers"),
    log:
        "<logs>/joint_changes.log",
    benchmark:
        "<benchmarks>/joint_changes.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        code=code("joint_changes.py"),
    script:
        "../scripts/joint_changes.py"


rule natural_sounds_log_mel:
    input:
        clips=paths.clips,
        files=folder_inputs(NATURAL_SOUNDS_FOLDER, *NATURAL_SOUNDS_FILES),
    output:
        array=paths.natural_sounds_log_mel,
        sounds=paths.natural_sounds,
    log:
        "<logs>/natural_sounds_log_mel.log",
    benchmark:
        "<benchmarks>/natural_sounds_log_mel.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        folder=NATURAL_SOUNDS_FOLDER,
        audio=config["audio"],
        log_mel=config["log_mel"],
        code=code("natural_sounds_log_mel.py"),
    script:
        "../scripts/natural_sounds_log_mel.py"


rule categories:
    input:
        clips=paths.listed,
        classes=paths.listed_classes,
        ontology=corpus_ontology(),
    output:
        paths.categories,
    log:
        "<logs>/categories.log",
    benchmark:
        "<benchmarks>/categories.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        categories=config["analysis"]["categories"],
        genres=config["analysis"]["genres"],
        code=code("categories.py"),
    script:
        "../scripts/categories.py"
