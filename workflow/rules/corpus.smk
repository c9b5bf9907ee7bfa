# The synthetic corpus, written in AudioSet's form so that it enters by the same door.


rule soundscape_tables:
    output:
        f"{paths.corpus}/ontology.json",
        f"{paths.corpus}/class_labels_indices.csv",
        f"{paths.corpus}/train_segments.csv",
        f"{paths.corpus}/eval_segments.csv",
    log:
        f"{paths.log}/soundscape_tables.log",
    benchmark:
        f"{paths.benchmark}/soundscape_tables.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        spec=config["corpus"]["soundscapes"],
        seconds=config["audio"]["clip_seconds"],
        code=code("soundscape_tables.py"),
    script:
        "../scripts/soundscape_tables.py"


rule soundscape_audio:
    output:
        directory(paths.corpus_audio),
    log:
        f"{paths.log}/soundscape_audio/{{shard}}.log",
    benchmark:
        f"{paths.benchmark}/soundscape_audio/{{shard}}.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(60),
    params:
        spec=config["corpus"]["soundscapes"],
        seconds=config["audio"]["clip_seconds"],
        n_shards=N_SHARDS,
        code=code("soundscape_audio.py"),
    script:
        "../scripts/soundscape_audio.py"
