# Corpora that the workflow generates, in AudioSet's format, so that they are then
# treated as AudioSet is: synthetic soundscapes, and two public collections.


rule soundscape_tables:
    output:
        expand(f"{paths.corpus}/{{table}}", table=GENERATED_TABLES.values()),
    log:
        "<logs>/soundscape_tables.log",
    benchmark:
        "<benchmarks>/soundscape_tables.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        spec=config["corpus"][SOUNDSCAPES],
        seconds=config["audio"]["clip_seconds"],
        code=code("soundscape_tables.py"),
    script:
        "../scripts/soundscape_tables.py"


rule soundscape_audio:
    output:
        directory(paths.corpus_audio),
    log:
        "<logs>/soundscape_audio/{shard}.log",
    benchmark:
        "<benchmarks>/soundscape_audio/{shard}.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        spec=config["corpus"][SOUNDSCAPES],
        seconds=config["audio"]["clip_seconds"],
        n_shards=len(SHARDS),
        code=code("soundscape_audio.py"),
    script:
        "../scripts/soundscape_audio.py"


# The collections as the user has them, or as they are downloaded.
GIVEN = config["corpus"][COLLECTIONS]


rule collection_tables:
    input:
        *folder_inputs(GIVEN["esc50"], "meta/esc50.csv"),
        *folder_inputs(GIVEN["music"], "**/*.wav", "**/*.au"),
        ontology=GIVEN["ontology"],
    output:
        expand(f"{paths.collections}/{{table}}", table=GENERATED_TABLES.values()),
        recipes=paths.recipes,
    log:
        "<logs>/collection_tables.log",
    benchmark:
        "<benchmarks>/collection_tables.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        collections=GIVEN,
        code=code("collection_tables.py"),
    script:
        "../scripts/collection_tables.py"


rule collection_audio:
    input:
        *folder_inputs(GIVEN["esc50"], "audio/*.wav"),
        *folder_inputs(GIVEN["music"], "**/*.wav", "**/*.au"),
        recipes=paths.recipes,
    output:
        directory(paths.collections_audio),
    log:
        "<logs>/collection_audio/{shard}.log",
    benchmark:
        "<benchmarks>/collection_audio/{shard}.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        n_shards=len(SHARDS),
        code=code("collection_audio.py"),
    script:
        "../scripts/collection_audio.py"
