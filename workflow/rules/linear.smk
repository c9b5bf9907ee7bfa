# Linear features of log-mels: principal components and Gabor filters.


rule fit_pca:
    input:
        clips=paths.clips,
        log_mels=expand(paths.log_mel, shard=SHARDS),
    output:
        paths.pca,
    log:
        f"{paths.log}/fit_pca.log",
    benchmark:
        f"{paths.benchmark}/fit_pca.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        pca=config["linear_features"]["pca"],
        threads=config["training"]["threads"],
        code=code("fit_pca.py"),
    script:
        "../scripts/fit_pca.py"


rule linear_features:
    input:
        pca=lambda wildcards: paths.pca if wildcards.model == "pca" else [],
        sounds=stimulus_table,
        log_mels=stimulus_log_mels,
    output:
        paths.activations,
    log:
        f"{paths.log}/linear_features/{{model}}_seed{{seed}}_{{stimuli}}.log",
    benchmark:
        f"{paths.benchmark}/linear_features/{{model}}_seed{{seed}}_{{stimuli}}.tsv"
    wildcard_constraints:
        model="pca|gabor",
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=growing(3000),
        runtime=growing(240),
        gpu=GPU,
    params:
        gabor=config["linear_features"]["gabor"],
        full_scale=config["audio"]["full_scale"],
        threads=config["training"]["threads"],
        code=code("linear_features.py"),
    script:
        "../scripts/linear_features.py"
