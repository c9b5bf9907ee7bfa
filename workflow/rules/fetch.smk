# Public data, where a study does not give its own. Fetched where Snakemake itself runs,
# for the nodes of a cluster often have no way out.
localrules:
    fetch,
    natural_sounds_folder,


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
        mem_mb=growing(500),
        runtime=growing(240),
    params:
        source=lambda wildcards: FETCHED[wildcards.download],
        code=code("fetch.py"),
    script:
        "../scripts/fetch.py"


rule natural_sounds_folder:
    input:
        f"{DOWNLOADS}/natsound165.zip",
    output:
        directory(paths.fetched_natural),
    log:
        f"{paths.log}/natural_sounds_folder.log",
    benchmark:
        f"{paths.benchmark}/natural_sounds_folder.tsv"
    conda:
        "../../envs/audio.yaml"
    threads: 1
    resources:
        mem_mb=growing(500),
        runtime=growing(10),
    params:
        code=code("natural_sounds_folder.py"),
    script:
        "../scripts/natural_sounds_folder.py"
