# Stimulus sets beside the clips, made once for all networks.

NATURAL_FILES = ("sounds/*.csv", "data/*.mat", "sounds/wav/*.wav")


rule levelled:
    input:
        clips=paths.clips,
        audio=shard_audio,
    output:
        paths.stimuli.replace("{set}", "levelled"),
    log:
        f"{paths.log}/levelled/{{shard}}.log",
    benchmark:
        f"{paths.benchmark}/levelled/{{shard}}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory("levelled"),
        runtime=minutes("levelled"),
    params:
        clip_ids=shard_clip_ids,
        audio=config["audio"],
        log_mel=config["log_mel"],
        code=code("levelled.py"),
    script:
        "../scripts/levelled.py"


rule quilts:
    input:
        clips=paths.clips,
        audio=shard_audio,
    output:
        expand(paths.stimuli, set=QUILTS, allow_missing=True),
    log:
        f"{paths.log}/quilts/{{shard}}.log",
    benchmark:
        f"{paths.benchmark}/quilts/{{shard}}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory("quilts"),
        runtime=minutes("quilts"),
    params:
        clip_ids=shard_clip_ids,
        audio=config["audio"],
        log_mel=config["log_mel"],
        quilts=config["quilts"],
        code=code("quilts.py"),
    script:
        "../scripts/quilts.py"


rule natural_log_mels:
    input:
        clips=paths.clips,
        files=folder_inputs(NATURAL, *NATURAL_FILES),
    output:
        array=paths.natural_log_mels,
        sounds=paths.natural_sounds,
    log:
        f"{paths.log}/natural_log_mels.log",
    benchmark:
        f"{paths.benchmark}/natural_log_mels.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory("natural_log_mels"),
        runtime=minutes("natural_log_mels"),
    params:
        folder=NATURAL,
        audio=config["audio"],
        log_mel=config["log_mel"],
        code=code("natural_log_mels.py"),
    script:
        "../scripts/natural_log_mels.py"


rule categories:
    input:
        clips=paths.listed,
        classes=paths.listed_classes,
        ontology=ontology_of_corpus(),
    output:
        paths.categories,
    log:
        f"{paths.log}/categories.log",
    benchmark:
        f"{paths.benchmark}/categories.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory("categories"),
        runtime=minutes("categories"),
    params:
        categories=config["analysis"]["categories"],
        genres=config["analysis"]["genres"],
        code=code("categories.py"),
    script:
        "../scripts/categories.py"
