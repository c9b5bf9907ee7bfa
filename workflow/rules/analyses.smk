# What is measured in each network, or in linear features, with bootstrap replicates.

# What all sources of features are analysed with.
ANALYSED = {
    "activations": expand(paths.activations, stimuli=SETS_OF_CLIPS, allow_missing=True),
    "linear": networks(paths.original, LINEAR),
    "clips": paths.clips,
    "classes": paths.classes,
    "categories": paths.categories,
}
FOUND = {
    "units": paths.units,
    "clips": paths.clip_responses,
    "embedding": paths.embedding,
    "permutations": paths.permutations,
    "measures": paths.measures,
}
# The choices of these analyses, without those of other rules.
CHOICES = {
    key: value
    for key, value in config["analysis"].items()
    if key not in ("categories", "genres", "preferred_inputs")
    and key not in ("random_ablation", "layer_ablation")
}


rule analyses:
    input:
        **ANALYSED,
        checkpoint=paths.checkpoint,
        layers=paths.layers,
    output:
        **FOUND,
        ablation=paths.ablation,
        layers=paths.measures_of_layers,
    log:
        "<logs>/analyses/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/analyses/{model}_seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(MODELS),
    conda:
        "../../envs/analysis.yaml"
    # t-SNE is repeatable on one thread only.
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        stimuli=list(SETS_OF_CLIPS),
        layer=main_layer,
        linear=[name for name, _ in LINEAR],
        choices=CHOICES,
        code=code("analyses.py"),
    script:
        "../scripts/analyses.py"


# Linear features detect no classes, so that nothing can be silenced.
use rule analyses as linear_analyses with:
    input:
        **ANALYSED,
    output:
        **FOUND,
    log:
        "<logs>/linear_analyses/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/linear_analyses/{model}_seed{seed}.tsv"
    wildcard_constraints:
        model="|".join(LINEAR_FEATURES),


rule natural_sounds:
    input:
        activations=paths.activations.replace("{stimuli}", NATURAL_SOUNDS.name),
        units=paths.units,
        sounds=paths.natural_sounds,
    output:
        sounds=paths.sounds,
        measures=paths.measures_of_sounds,
    log:
        "<logs>/natural_sounds/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/natural_sounds/{model}_seed{seed}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        measured_split=config["analysis"]["measured_split"],
        draws=config["analysis"]["bootstrap_draws"],
        code=code("natural_sounds.py"),
    script:
        "../scripts/natural_sounds.py"


rule fmri:
    input:
        paths.natural_sounds,
    output:
        networks(paths.measures_of_sounds, BRAIN or [(FMRI, LINEAR_SEED)]),
    log:
        "<logs>/fmri.log",
    benchmark:
        "<benchmarks>/fmri.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        draws=config["analysis"]["bootstrap_draws"],
        code=code("fmri.py"),
    script:
        "../scripts/fmri.py"


rule brain:
    input:
        activations=paths.activations.replace("{stimuli}", NATURAL_SOUNDS.name),
        layers=of_networks(paths.layers),
        units=paths.units,
        sounds=paths.natural_sounds,
        voxels=VOXELS,
    output:
        measures=paths.measures_of_brain,
        layers=paths.measures_of_brain_by_layer,
    log:
        "<logs>/brain/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/brain/{model}_seed{seed}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        folder=NATURAL_SOUNDS_FOLDER,
        layer=main_layer,
        ms_fraction=config["analysis"]["ms_fraction"],
        measured_split=config["analysis"]["measured_split"],
        permutations=config["analysis"]["permutations"],
        draws=config["analysis"]["bootstrap_draws"],
        code=code("brain.py"),
    script:
        "../scripts/brain.py"


rule brain_baselines:
    input:
        log_mels=paths.natural_sounds_log_mel,
        sounds=paths.natural_sounds,
        voxels=VOXELS,
    output:
        networks(paths.measures_of_brain, SIMPLE_FEATURES),
    log:
        "<logs>/brain_baselines.log",
    benchmark:
        "<benchmarks>/brain_baselines.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        folder=NATURAL_SOUNDS_FOLDER,
        features=[name for name, _ in SIMPLE_FEATURES],
        permutations=config["analysis"]["permutations"],
        draws=config["analysis"]["bootstrap_draws"],
        code=code("brain_baselines.py"),
    script:
        "../scripts/brain_baselines.py"


rule random_ablation:
    input:
        checkpoint=paths.checkpoint,
        activations=paths.original,
        units=paths.units,
        clips=paths.clips,
        classes=paths.classes,
    output:
        null=paths.null,
        measures=paths.measures_of_random_sets,
    log:
        "<logs>/random_ablation/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/random_ablation/{model}_seed{seed}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory,
        runtime=minutes,
        gpu=GPU,
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        units=config["analysis"]["ablation_sets"],
        sets=config["analysis"]["random_ablation"]["sets"],
        threads=config["training"]["threads"],
        code=network_code("random_ablation.py"),
    script:
        "../scripts/random_ablation.py"


rule layer_ablation:
    input:
        checkpoint=paths.checkpoint,
        layers=paths.layers,
        clips=paths.clips,
        classes=paths.classes,
        log_mels=expand(paths.log_mel, shard=SHARDS),
    output:
        paths.measures_of_layer_ablation,
    log:
        "<logs>/layer_ablation/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/layer_ablation/{model}_seed{seed}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory,
        runtime=minutes,
        gpu=GPU,
    params:
        layers=config["analysis"]["layer_ablation"]["layers"],
        ms_fraction=config["analysis"]["ms_fraction"],
        units=config["analysis"]["ablation_sets"],
        draws=config["analysis"]["bootstrap_draws"],
        threads=config["training"]["threads"],
        code=network_code("layer_ablation.py"),
    script:
        "../scripts/layer_ablation.py"


rule training_course:
    input:
        snapshots=paths.snapshots,
        clips=paths.clips,
        classes=paths.classes,
        log_mels=expand(paths.log_mel, shard=SHARDS),
    output:
        clips=paths.training_course_embedding,
        measures=paths.measures_of_course,
    log:
        "<logs>/training_course/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/training_course/{model}_seed{seed}.tsv"
    conda:
        "../../envs/torch.yaml"
    # t-SNE, as in embedding.
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
        gpu=GPU,
    params:
        snapshots=lambda wildcards: MODELS[wildcards.model]["snapshots"],
        ms_fraction=config["analysis"]["ms_fraction"],
        code=network_code("training_course.py"),
    script:
        "../scripts/training_course.py"


rule preferred_inputs:
    input:
        checkpoint=paths.checkpoint,
        activations=paths.original,
        untrained=of_untrained(paths.checkpoint),
        untrained_activations=of_untrained(paths.original),
        units=paths.units,
        clips=paths.clips,
        log_mels=expand(paths.log_mel, shard=SHARDS),
    output:
        table=paths.preferred_inputs,
        log_mels=paths.preferred_log_mels,
        sounds=directory(paths.preferred_sounds),
    log:
        "<logs>/preferred_inputs/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/preferred_inputs/{model}_seed{seed}.tsv"
    conda:
        "../../envs/torch.yaml"
    # The ascent amplifies rounding errors, which depend on the number of threads.
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        measured_split=config["analysis"]["measured_split"],
        audio=config["audio"],
        log_mel=config["log_mel"],
        code=network_code("preferred_inputs.py"),
    script:
        "../scripts/preferred_inputs.py"
