# Public data, where a study does not give its own. Fetched where Snakemake itself runs,
# for the nodes of a cluster often have no way out.
localrules:
    fetch,
    unpack,


ARCHIVES = {
    "natsound165": "natsound165.zip",
    "esc50": "esc50.zip",
    "gtzan": "gtzan.tar.gz",
}


# What has come of a file stands beside the output, which Snakemake removes when a job
# fails: a download that was killed goes on from there.
rule fetch:
    output:
        paths.download,
    log:
        f"{paths.log}/fetch/{{download}}.log",
    benchmark:
        f"{paths.benchmark}/fetch/{{download}}.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory("fetch"),
        runtime=minutes("fetch"),
    params:
        source=lambda wildcards: FETCHED[wildcards.download],
        code=code("fetch.py"),
    script:
        "../scripts/fetch.py"


rule unpack:
    input:
        lambda wildcards: f"{DOWNLOADS}/{ARCHIVES[wildcards.archive]}",
    output:
        directory(paths.unpacked),
    log:
        f"{paths.log}/unpack/{{archive}}.log",
    benchmark:
        f"{paths.benchmark}/unpack/{{archive}}.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=memory("unpack"),
        runtime=minutes("unpack"),
    params:
        code=code("unpack.py"),
    script:
        "../scripts/unpack.py"
