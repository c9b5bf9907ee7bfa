# Units and sounds that readers of the report choose from, one by one.
from music_selectivity.stimuli.sets import EQUAL_RMS_ARRAYS, UNQUILTED

# One network of each model, to keep the page small.
SHOWN_NETWORKS = [(model, config["seeds"][0]) for model in MODELS]
# The sets to which responses are shown: levels, and segments in the study's order.
PROFILED = [
    name
    for name, stimuli in SETS_OF_CLIPS.items()
    if stimuli.arrays == EQUAL_RMS_ARRAYS
    or stimuli.order == config["quilts"]["order"]
    or stimuli == UNQUILTED
]


rule unit_profiles:
    input:
        units=networks(paths.units, SHOWN_NETWORKS),
        checkpoints=networks(paths.checkpoint, SHOWN_NETWORKS),
        clip_responses=networks(paths.original, SHOWN_NETWORKS),
        stimuli=[
            paths.activations.format(model=model, seed=seed, stimuli=name)
            for model, seed in SHOWN_NETWORKS
            for name in PROFILED
        ],
        clips=paths.clips,
        classes=paths.classes,
    output:
        paths.unit_profiles,
    log:
        "<logs>/unit_profiles.log",
    benchmark:
        "<benchmarks>/unit_profiles.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        networks=SHOWN_NETWORKS,
        stimuli=PROFILED,
        ms_fraction=config["analysis"]["ms_fraction"],
        measured_split=config["analysis"]["measured_split"],
        code=code("unit_profiles.py"),
    script:
        "../scripts/unit_profiles.py"


rule sound_examples:
    input:
        unpack(stimulus_inputs([CLIPS.name, *QUILTS])),
        profiles=paths.unit_profiles,
        audio=AUDIO if config["report"]["audio"] else [],
    output:
        paths.sound_examples,
    log:
        "<logs>/sound_examples.log",
    benchmark:
        "<benchmarks>/sound_examples.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        stimuli=QUILTS,
        sounds=config["report"]["audio"],
        audio=config["audio"],
        log_mel=config["log_mel"],
        quilts=QUILT_SETTINGS,
        code=code("sound_examples.py"),
    script:
        "../scripts/sound_examples.py"
