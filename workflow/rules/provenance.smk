# Once all results are there: what the jobs took, what made each result, checksums.
RESULTS_SHOWN = [
    paths.report,
    paths.claims,
    paths.audit_page,
    paths.baseline,
    paths.resolved_config,
    *expand(f"{paths.figure}.{{suffix}}", figure=FIGURES, suffix=["svg", "png", "csv"]),
]
# What came from outside, except the clips' audio, of which the clip table has digests.
OUTSIDE = folder_inputs(NATURAL_SOUNDS_FOLDER, *NATURAL_SOUNDS_FILES)
OUTSIDE += sorted({file for name in USERS_NETWORKS for file in files_of_network(name)})
if CORPUS == COLLECTIONS:
    OUTSIDE += [
        *folder_inputs(GIVEN["esc50"], "meta/esc50.csv"),
        GIVEN["ontology"],
    ]
elif CORPUS not in GENERATED:
    OUTSIDE += corpus_tables()


rule usage:
    input:
        RESULTS_SHOWN,
    output:
        table=report(paths.usage_table, category="Numbers"),
        page=report(paths.usage, caption="../report/usage.rst", category="Run"),
    log:
        "<logs>/usage.log",
    benchmark:
        "<benchmarks>/usage.tsv"
    group:
        "report"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        study=config["study"],
        benchmarks=paths.benchmarks,
        # Requests for users' networks differ from network to network.
        asked_mb={
            name: memory(None, 1, name)
            for name in COSTS
            if name not in OF_USERS_NETWORKS
        },
        templates=templates("usage"),
        code=code("usage.py"),
    script:
        "../scripts/usage.py"


rule provenance:
    input:
        RESULTS_SHOWN,
        paths.usage,
        clips=paths.clips,
        outside=OUTSIDE,
    output:
        provenance=report(paths.provenance, category="Run"),
        checksums=paths.checksums,
    log:
        "<logs>/provenance.log",
    benchmark:
        "<benchmarks>/provenance.tsv"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        config=config,
        code=code("provenance.py"),
    script:
        "../scripts/provenance.py"
