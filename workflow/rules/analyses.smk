# What is measured in each network, or in linear features, with bootstrap replicates.
# Most of it takes seconds: on a cluster, jobs of a group share a submission.


rule selectivity:
    input:
        activations=paths.original,
        clips=paths.clips,
    output:
        units=paths.units,
        measures=paths.measures.replace("{analysis}", "selectivity"),
    log:
        f"{paths.log}/selectivity/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/selectivity/{{model}}_seed{{seed}}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("selectivity"),
        runtime=minutes("selectivity"),
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        code=code("selectivity.py"),
    script:
        "../scripts/selectivity.py"


rule tuning:
    input:
        activations=expand(paths.activations, stimuli=STIMULI, allow_missing=True),
        clips=paths.clips,
        categories=paths.categories,
    output:
        clips=paths.clip_responses,
        measures=paths.measures.replace("{analysis}", "tuning"),
    log:
        f"{paths.log}/tuning/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/tuning/{{model}}_seed{{seed}}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("tuning"),
        runtime=minutes("tuning"),
    params:
        stimuli=STIMULI,
        ms_fraction=config["analysis"]["ms_fraction"],
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
        paths.measures.replace("{analysis}", "readout"),
    log:
        f"{paths.log}/readout/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/readout/{{model}}_seed{{seed}}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("readout"),
        runtime=minutes("readout"),
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
        measures=paths.measures.replace("{analysis}", "embedding"),
    log:
        f"{paths.log}/embedding/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/embedding/{{model}}_seed{{seed}}.tsv"
    conda:
        "../../envs/analysis.yaml"
    # t-SNE gives the same points again on one thread alone.
    threads: 1
    resources:
        mem_mb=memory("embedding"),
        runtime=minutes("embedding"),
    params:
        code=code("embedding.py"),
    script:
        "../scripts/embedding.py"


rule natural_sounds:
    input:
        activations=paths.activations.replace("{stimuli}", "natsound165"),
        units=paths.units,
        sounds=paths.natural_sounds,
    output:
        sounds=paths.sounds,
        measures=paths.measures.replace("{analysis}", "natural_sounds"),
    log:
        f"{paths.log}/natural_sounds/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/natural_sounds/{{model}}_seed{{seed}}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("natural_sounds"),
        runtime=minutes("natural_sounds"),
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        draws=config["analysis"]["bootstrap_draws"],
        code=code("natural_sounds.py"),
    script:
        "../scripts/natural_sounds.py"


rule fmri:
    input:
        paths.natural_sounds,
    output:
        paths.measures.format(analysis="natural_sounds", model="fmri", seed=0),
    log:
        f"{paths.log}/fmri.log",
    benchmark:
        f"{paths.benchmark}/fmri.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("fmri"),
        runtime=minutes("fmri"),
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
        measures=paths.measures.replace("{analysis}", "ablation"),
    log:
        f"{paths.log}/ablation/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/ablation/{{model}}_seed{{seed}}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory("ablation"),
        runtime=minutes("ablation"),
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        draws=config["analysis"]["bootstrap_draws"],
        units=config["analysis"]["ablation_sets"],
        code=code("ablation.py"),
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
        measures=paths.measures.replace("{analysis}", "random_ablation"),
    log:
        f"{paths.log}/random_ablation/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/random_ablation/{{model}}_seed{{seed}}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory("random_ablation"),
        runtime=minutes("random_ablation"),
        gpu=GPU,
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        units=config["analysis"]["ablation_sets"],
        sets=config["analysis"]["random_ablation"]["sets"],
        threads=config["training"]["threads"],
        code=code("random_ablation.py"),
    script:
        "../scripts/random_ablation.py"


rule calibration:
    input:
        activations=paths.original,
        clips=paths.clips,
    output:
        null=paths.permutations,
        measures=paths.measures.replace("{analysis}", "calibration"),
    log:
        f"{paths.log}/calibration/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/calibration/{{model}}_seed{{seed}}.tsv"
    group:
        "analyses"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("calibration"),
        runtime=minutes("calibration"),
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        permutations=config["analysis"]["permutations"],
        code=code("calibration.py"),
    script:
        "../scripts/calibration.py"


rule course:
    input:
        snapshots=paths.snapshots,
        clips=paths.clips,
        classes=paths.classes,
        log_mels=expand(paths.log_mel, shard=SHARDS),
    output:
        clips=paths.course_embedding,
        measures=paths.measures.replace("{analysis}", "course"),
    log:
        f"{paths.log}/course/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/course/{{model}}_seed{{seed}}.tsv"
    conda:
        "../../envs/torch.yaml"
    # As embedding, for it embeds too.
    threads: 1
    resources:
        mem_mb=memory("course"),
        runtime=minutes("course"),
        gpu=GPU,
    params:
        snapshots=lambda wildcards: config["models"][wildcards.model]["snapshots"],
        ms_fraction=config["analysis"]["ms_fraction"],
        code=code("course.py"),
    script:
        "../scripts/course.py"
