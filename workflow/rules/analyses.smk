# What is measured in each network, or in linear features, with bootstrap replicates.


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
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
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
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
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
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
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
    threads: config["training"]["threads"]
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
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
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
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
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
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
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        draws=config["analysis"]["bootstrap_draws"],
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
        mem_mb=growing(4000),
        runtime=growing(240),
        gpu=GPU,
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
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
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
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
        paths.measures.replace("{analysis}", "course"),
    log:
        f"{paths.log}/course/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/course/{{model}}_seed{{seed}}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
        gpu=GPU,
    params:
        snapshots=lambda wildcards: config["models"][wildcards.model]["snapshots"],
        ms_fraction=config["analysis"]["ms_fraction"],
        threads=config["training"]["threads"],
        code=code("course.py"),
    script:
        "../scripts/course.py"
