# Linear features of log-mels: principal components and Gabor filters.
from music_selectivity.vocabulary import LINEAR_FEATURES


rule fit_pca:
    input:
        clips=paths.clips,
        log_mels=expand(paths.log_mel, shard=SHARDS),
    output:
        paths.pca,
    log:
        "<logs>/fit_pca.log",
    benchmark:
        "<benchmarks>/fit_pca.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        pca=config["linear_features"]["pca"],
        threads=config["training"]["threads"],
        code=code("fit_pca.py"),
    script:
        "../scripts/fit_pca.py"


# One job per stimulus set, with priority, because Gabor filters take longest on a CPU.
rule linear_features:
    input:
        unpack(lambda wildcards: stimulus_inputs([wildcards.stimuli])(wildcards)),
        pca=components,
    output:
        paths.activations,
    log:
        "<logs>/linear_features/{model}_seed{seed}_{stimuli}.log",
    benchmark:
        "<benchmarks>/linear_features/{model}_seed{seed}_{stimuli}.tsv"
    wildcard_constraints:
        model="|".join(LINEAR_FEATURES),
    priority: 10
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory,
        runtime=minutes,
        gpu=GPU,
    params:
        gabor=config["linear_features"]["gabor"],
        full_scale=config["audio"]["full_scale"],
        threads=config["training"]["threads"],
        code=code("linear_features.py"),
    script:
        "../scripts/linear_features.py"
