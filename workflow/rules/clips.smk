# From tables and audio to the clip table and log-mel shards.


rule list_clips:
    input:
        corpus_tables,
    output:
        clips=paths.listed,
        classes=paths.listed_classes,
    log:
        f"{paths.log}/list_clips.log",
    benchmark:
        f"{paths.benchmark}/list_clips.tsv"
    # A bad table is told before hours of audio are read.
    priority: 100
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory("list_clips"),
        runtime=minutes("list_clips"),
    params:
        corpus={"form": FORM, FORM: config["corpus"][FORM]},
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
        f"{paths.log}/log_mel/{{shard}}.log",
    benchmark:
        f"{paths.benchmark}/log_mel/{{shard}}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory("log_mel"),
        runtime=minutes("log_mel"),
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
        f"{paths.log}/clips.log",
    benchmark:
        f"{paths.benchmark}/clips.tsv"
    group:
        "clips"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory("clips"),
        runtime=minutes("clips"),
    params:
        code=code("clips.py"),
    script:
        "../scripts/clips.py"


rule audit:
    input:
        clips=paths.clips,
        classes=paths.classes,
    output:
        audit=report(paths.audit_table, category="Numbers"),
        set_aside=report(paths.set_aside, category="Numbers"),
        page=report(paths.audit_page, caption="../report/audit.rst", category="Clips"),
    log:
        f"{paths.log}/audit.log",
    benchmark:
        f"{paths.benchmark}/audit.tsv"
    # What was lost is told before hours of training.
    priority: 100
    group:
        "clips"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory("audit"),
        runtime=minutes("audit"),
    params:
        study=config["study"],
        form=FORM,
        templates=REPORT_TEMPLATES,
        code=code("audit.py"),
    script:
        "../scripts/audit.py"


rule trivial_classifier:
    input:
        clips=paths.clips,
    output:
        report(paths.trivial, category="Numbers"),
    log:
        f"{paths.log}/trivial_classifier.log",
    benchmark:
        f"{paths.benchmark}/trivial_classifier.tsv"
    group:
        "clips"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("trivial_classifier"),
        runtime=minutes("trivial_classifier"),
    params:
        code=code("trivial_classifier.py"),
    script:
        "../scripts/trivial_classifier.py"
