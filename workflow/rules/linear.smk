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


# With priority, because Gabor filters take longest on a CPU.
rule linear_features:
    input:
        unpack(stimulus_inputs(SETS_OF_CLIPS)),
        pca=components,
    output:
        expand(paths.activations, stimuli=SETS_OF_CLIPS, allow_missing=True),
    log:
        "<logs>/linear_features/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/linear_features/{model}_seed{seed}.tsv"
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
        stimuli=list(SETS_OF_CLIPS),
        gabor=config["linear_features"]["gabor"],
        full_scale=config["audio"]["full_scale"],
        threads=config["training"]["threads"],
        code=code("linear_features.py"),
    script:
        "../scripts/linear_features.py"


# Principal components apply only to log-mels of the clips' length.
use rule linear_features as natural_sound_features with:
    input:
        unpack(stimulus_inputs([NATURAL_SOUNDS.name])),
        pca=[],
    output:
        expand(paths.activations, stimuli=[NATURAL_SOUNDS.name], allow_missing=True),
    log:
        "<logs>/natural_sound_features/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/natural_sound_features/{model}_seed{seed}.tsv"
    wildcard_constraints:
        model=GABOR,
    params:
        stimuli=[NATURAL_SOUNDS.name],
        gabor=config["linear_features"]["gabor"],
        full_scale=config["audio"]["full_scale"],
        threads=config["training"]["threads"],
        code=code("linear_features.py"),
