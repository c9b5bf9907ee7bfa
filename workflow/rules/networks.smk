# From log-mels to trained networks and the responses of their units.


rule train:
    input:
        clips=paths.clips,
        classes=paths.classes,
        log_mels=expand(paths.log_mel, shard=SHARDS),
    output:
        checkpoint=paths.checkpoint,
        snapshots=paths.snapshots,
        history=paths.history,
        summary=paths.summary,
    log:
        f"{paths.log}/train/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/train/{{model}}_seed{{seed}}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory("train"),
        runtime=minutes("train"),
        gpu=GPU,
    params:
        model=lambda wildcards: config["models"][wildcards.model],
        training=config["training"],
        front_end={key: config[key] for key in ("audio", "log_mel")},
        # Not an output: a retry deletes outputs, and goes on from this.
        resume=paths.resume,
        code=code("train.py"),
    script:
        "../scripts/train.py"


rule activations:
    input:
        unpack(stimulus_inputs(["original"])),
        checkpoint=paths.checkpoint,
    output:
        paths.original,
    log:
        f"{paths.log}/activations/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/activations/{{model}}_seed{{seed}}.tsv"
    wildcard_constraints:
        model="|".join(MODELS),
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory("activations"),
        runtime=minutes("activations"),
        gpu=GPU,
    params:
        stimuli=["original"],
        threads=config["training"]["threads"],
        code=code("activations.py"),
    script:
        "../scripts/activations.py"


# All other stimulus sets in one job, for each takes but minutes.
rule stimulus_activations:
    input:
        unpack(stimulus_inputs(OTHER_STIMULI)),
        checkpoint=paths.checkpoint,
    output:
        expand(paths.activations, stimuli=OTHER_STIMULI, allow_missing=True),
    log:
        f"{paths.log}/stimulus_activations/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/stimulus_activations/{{model}}_seed{{seed}}.tsv"
    wildcard_constraints:
        model="|".join(MODELS),
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory("stimulus_activations"),
        runtime=minutes("stimulus_activations"),
        gpu=GPU,
    params:
        stimuli=OTHER_STIMULI,
        threads=config["training"]["threads"],
        code=code("activations.py"),
    script:
        "../scripts/activations.py"
