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
        unpack(stimulus_inputs(["original"])),
        pca=components,
    output:
        paths.original,
    log:
        f"{paths.log}/linear_features/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/linear_features/{{model}}_seed{{seed}}.tsv"
    wildcard_constraints:
        model="pca|gabor",
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
        gpu=GPU,
    params:
        stimuli=["original"],
        gabor=config["linear_features"]["gabor"],
        full_scale=config["audio"]["full_scale"],
        threads=config["training"]["threads"],
        code=code("linear_features.py"),
    script:
        "../scripts/linear_features.py"


# Log-mels of the natural sounds are of another length, which no component fits.
rule stimulus_features:
    input:
        unpack(stimulus_inputs(STIMULI[1:])),
        pca=components,
    output:
        expand(paths.activations, stimuli=STIMULI[1:], allow_missing=True),
    log:
        f"{paths.log}/stimulus_features/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/stimulus_features/{{model}}_seed{{seed}}.tsv"
    wildcard_constraints:
        model="pca|gabor",
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=growing(3000),
        runtime=growing(480),
        gpu=GPU,
    params:
        stimuli=STIMULI[1:],
        gabor=config["linear_features"]["gabor"],
        full_scale=config["audio"]["full_scale"],
        threads=config["training"]["threads"],
        code=code("linear_features.py"),
    script:
        "../scripts/linear_features.py"


rule natural_features:
    input:
        unpack(stimulus_inputs([NATURAL_SOUNDS])),
        pca=[],
    output:
        paths.activations.replace("{stimuli}", NATURAL_SOUNDS),
    log:
        f"{paths.log}/natural_features/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/natural_features/{{model}}_seed{{seed}}.tsv"
    wildcard_constraints:
        model="gabor",
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime=growing(30),
        gpu=GPU,
    params:
        stimuli=[NATURAL_SOUNDS],
        gabor=config["linear_features"]["gabor"],
        full_scale=config["audio"]["full_scale"],
        threads=1,
        code=code("linear_features.py"),
    script:
        "../scripts/linear_features.py"
