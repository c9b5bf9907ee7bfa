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
        "<logs>/train/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/train/{model}_seed{seed}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory,
        runtime=minutes,
        gpu=GPU,
    params:
        model=trained_as,
        training=config["training"],
        front_end={key: config[key] for key in ("audio", "log_mel")},
        # Not an output: Snakemake deletes outputs before a retry, which resumes from it.
        resume=paths.resume,
        code=network_code("train.py"),
    script:
        "../scripts/train.py"


# All stimulus sets in one job, since each takes only minutes.
rule activations:
    input:
        unpack(stimulus_inputs(HEARD)),
        checkpoint=paths.checkpoint,
    output:
        tables=expand(paths.activations, stimuli=HEARD, allow_missing=True),
        layers=directory(paths.layers),
    log:
        "<logs>/activations/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/activations/{model}_seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(MODELS),
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory,
        runtime=minutes,
        gpu=GPU,
    params:
        stimuli=HEARD,
        layer=main_layer,
        threads=config["training"]["threads"],
        code=network_code("activations.py"),
    script:
        "../scripts/activations.py"
