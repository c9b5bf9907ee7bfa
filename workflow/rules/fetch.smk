# Public data that a study does not give itself. Downloads run where Snakemake runs,
# since the nodes of a cluster often have no connection.
from music_selectivity.corpus.archives import ARCHIVES
from music_selectivity.corpus.audioset_files import MIRROR, mirror_files


localrules:
    fetch,
    unpack,


# What can be downloaded, by its path below DOWNLOADS: address, and sha256 if it is known.
AUDIOSET_MIRROR = config["corpus"]["audioset"]["mirror"]
FETCHED = config["downloads"] | {
    f"{MIRROR}/{name}": {"address": AUDIOSET_MIRROR["address"].replace("{file}", name)}
    for name in mirror_files(AUDIOSET_MIRROR)
}


wildcard_constraints:
    download="|".join(map(re.escape, FETCHED)),
    archive="|".join(ARCHIVES),


# A partial file is not an output, which Snakemake would delete after a failed job: a
# download from Hugging Face continues where it broke off.
rule fetch:
    output:
        paths.download,
    log:
        "<logs>/fetch/{download}.log",
    benchmark:
        "<benchmarks>/fetch/{download}.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        source=lambda wildcards: FETCHED[wildcards.download],
        # Address and checksum identify a file: an edit of code downloads none again.
        code="",
    script:
        "../scripts/fetch.py"


rule unpack:
    input:
        lambda wildcards: f"{DOWNLOADS}/{ARCHIVES[wildcards.archive].file}",
    output:
        directory(paths.unpacked),
    log:
        "<logs>/unpack/{archive}.log",
    benchmark:
        "<benchmarks>/unpack/{archive}.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        code=code("unpack.py"),
    script:
        "../scripts/unpack.py"
