# From tables and audio to the clip table and log-mel shards.


rule list_clips:
    input:
        corpus_tables(),
    output:
        clips=paths.listed,
        classes=paths.listed_classes,
    log:
        "<logs>/list_clips.log",
    benchmark:
        "<benchmarks>/list_clips.tsv"
    # A bad table is reported before hours of audio are read.
    priority: 100
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        corpus={"type": CORPUS, CORPUS: CORPUS_GIVEN},
        categories=config["categories"],
        code=code("list_clips.py"),
    script:
        "../scripts/list_clips.py"


# A shard depends on its audio files alone: a corrected label reruns no spectrogram.
rule log_mel:
    input:
        shard_audio,
    output:
        array=paths.log_mel,
        audit=paths.audit,
    log:
        "<logs>/log_mel/{shard}.log",
    benchmark:
        "<benchmarks>/log_mel/{shard}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        clip_ids=shard_clip_ids,
        audio=config["audio"],
        log_mel=config["log_mel"],
        code=code("log_mel.py"),
    script:
        "../scripts/log_mel.py"


rule clips:
    input:
        clips=paths.listed,
        classes=paths.listed_classes,
        audits=expand(paths.audit, shard=SHARDS),
    output:
        clips=paths.clips,
        classes=paths.classes,
    log:
        "<logs>/clips.log",
    benchmark:
        "<benchmarks>/clips.tsv"
    group:
        "clips"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        code=code("clips.py"),
        # The brain's responses are compared with those to all natural sounds.
        needs_all=AS_CLIPS,
    script:
        "../scripts/clips.py"


rule audit:
    input:
        clips=paths.clips,
        classes=paths.classes,
    output:
        audit=report(paths.audit_table, category="Numbers"),
        excluded=report(paths.excluded, category="Numbers"),
        page=report(paths.audit_page, caption="../report/audit.rst", category="Clips"),
    log:
        "<logs>/audit.log",
    benchmark:
        "<benchmarks>/audit.tsv"
    # What was lost is reported before hours of training.
    priority: 100
    group:
        "clips"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        study=config["study"],
        corpus_type=CORPUS,
        templates=templates("audit"),
        code=code("audit.py"),
    script:
        "../scripts/audit.py"


rule baseline:
    input:
        clips=paths.clips,
    output:
        report(paths.baseline, category="Numbers"),
    log:
        "<logs>/baseline.log",
    benchmark:
        "<benchmarks>/baseline.tsv"
    group:
        "clips"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        code=code("baseline.py"),
    script:
        "../scripts/baseline.py"
