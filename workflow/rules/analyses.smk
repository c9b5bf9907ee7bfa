# What is measured in each network, or in linear features, with bootstrap replicates.
# Most of it takes seconds: on a cluster, jobs of a group share a submission.


rule selectivity:
    input:
        activations=paths.original,
        clips=paths.clips,
    output:
        units=paths.units,
        measures=of_analysis("selectivity"),
    log:
        "<logs>/selectivity/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/selectivity/{model}_seed{seed}.tsv"
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
        code=code("selectivity.py"),
    script:
        "../scripts/selectivity.py"


rule tuning:
    input:
        activations=expand(paths.activations, stimuli=SETS_OF_CLIPS, allow_missing=True),
        clips=paths.clips,
        categories=paths.categories,
    output:
        clips=paths.clip_responses,
        measures=of_analysis("tuning"),
    log:
        "<logs>/tuning/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/tuning/{model}_seed{seed}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        stimuli=list(SETS_OF_CLIPS),
        ms_fraction=config["analysis"]["ms_fraction"],
        measured_split=config["analysis"]["measured_split"],
        other_units=config["analysis"]["other_units"],
        draws=config["analysis"]["bootstrap_draws"],
        code=code("tuning.py"),
    script:
        "../scripts/tuning.py"


rule readout:
    input:
        activations=paths.original,
        linear=networks(paths.original, LINEAR),
        units=paths.units,
        clips=paths.clips,
        categories=paths.categories,
    output:
        of_analysis("readout"),
    log:
        "<logs>/readout/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/readout/{model}_seed{seed}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        linear=[name for name, _ in LINEAR],
        draws=config["analysis"]["bootstrap_draws"],
        code=code("readout.py"),
    script:
        "../scripts/readout.py"


rule embedding:
    input:
        activations=paths.original,
        clips=paths.clips,
    output:
        clips=paths.embedding,
        measures=of_analysis("embedding"),
    log:
        "<logs>/embedding/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/embedding/{model}_seed{seed}.tsv"
    conda:
        "../../envs/analysis.yaml"
    # t-SNE is repeatable on one thread only.
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        code=code("embedding.py"),
    script:
        "../scripts/embedding.py"


rule natural_sounds:
    input:
        activations=paths.activations.replace("{stimuli}", NATURAL_SOUNDS.name),
        units=paths.units,
        sounds=paths.natural_sounds,
    output:
        sounds=paths.sounds,
        measures=of_analysis("natural_sounds"),
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
        networks(of_analysis("natural_sounds"), BRAIN or [(FMRI, LINEAR_SEED)]),
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


rule ablation:
    input:
        checkpoint=paths.checkpoint,
        activations=paths.original,
        units=paths.units,
        clips=paths.clips,
        classes=paths.classes,
    output:
        classes=paths.ablation,
        measures=of_analysis("ablation"),
    log:
        "<logs>/ablation/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/ablation/{model}_seed{seed}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        draws=config["analysis"]["bootstrap_draws"],
        units=config["analysis"]["ablation_sets"],
        code=network_code("ablation.py"),
    script:
        "../scripts/ablation.py"


rule random_ablation:
    input:
        checkpoint=paths.checkpoint,
        activations=paths.original,
        units=paths.units,
        clips=paths.clips,
        classes=paths.classes,
    output:
        null=paths.null,
        measures=of_analysis("random_ablation"),
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


rule calibration:
    input:
        activations=paths.original,
        clips=paths.clips,
    output:
        null=paths.permutations,
        measures=of_analysis("calibration"),
    log:
        "<logs>/calibration/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/calibration/{model}_seed{seed}.tsv"
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
        permutations=config["analysis"]["permutations"],
        code=code("calibration.py"),
    script:
        "../scripts/calibration.py"


rule training_course:
    input:
        snapshots=paths.snapshots,
        clips=paths.clips,
        classes=paths.classes,
        log_mels=expand(paths.log_mel, shard=SHARDS),
    output:
        clips=paths.training_course_embedding,
        measures=of_analysis("training_course"),
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
        snapshots=lambda wildcards: config["models"][wildcards.model]["snapshots"],
        ms_fraction=config["analysis"]["ms_fraction"],
        code=network_code("training_course.py"),
    script:
        "../scripts/training_course.py"
