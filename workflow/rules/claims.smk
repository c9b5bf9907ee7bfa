# From what was measured in each network to the claims over networks.
# The tables of measures: (analysis, network), in this order.
WITH_NATURAL = [source for source in SOURCES if source[0] != "pca"] if NATURAL else []
RANDOM = of_models(*config["analysis"]["random_ablation"]["models"])
COURSES = [network for network in NETWORKS if config["models"][network[0]]["snapshots"]]
MEASURED = [
    (analysis, *source)
    for analysis, sources in {
        "selectivity": SOURCES,
        "tuning": SOURCES,
        "readout": SOURCES,
        "embedding": SOURCES,
        "calibration": SOURCES,
        "natural_sounds": [*WITH_NATURAL, *([("fmri", 0)] if NATURAL else [])],
        "ablation": NETWORKS,
        "random_ablation": RANDOM,
        "course": COURSES,
    }.items()
    for source in sources
]


rule statistics:
    input:
        measures=[
            paths.measures.format(analysis=analysis, model=model, seed=seed)
            for analysis, model, seed in MEASURED
        ],
        summaries=networks(paths.summary),
    output:
        statistics=paths.statistics,
        replicates=paths.replicates,
    log:
        f"{paths.log}/statistics.log",
    benchmark:
        f"{paths.benchmark}/statistics.tsv"
    group:
        "report"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("statistics"),
        runtime=minutes("statistics"),
    params:
        measured=[source for _, *source in MEASURED],
        networks=NETWORKS,
        code=code("statistics.py"),
    script:
        "../scripts/statistics.py"


rule mixed_models:
    input:
        clips=paths.clips,
        categories=paths.categories,
        classes=paths.classes,
        tuning=networks(paths.clip_responses),
        sounds=networks(paths.sounds, NETWORKS if NATURAL else []),
        ablations=networks(paths.ablation),
    output:
        paths.mixed_models,
    log:
        f"{paths.log}/mixed_models.log",
    benchmark:
        f"{paths.benchmark}/mixed_models.tsv"
    group:
        "report"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("mixed_models"),
        runtime=minutes("mixed_models"),
    params:
        networks=NETWORKS,
        code=code("mixed_models.py"),
    script:
        "../scripts/mixed_models.py"


rule claims:
    input:
        statistics=paths.statistics,
        replicates=paths.replicates,
        mixed=paths.mixed_models,
        permutations=networks(paths.permutations),
    output:
        claims=report(paths.claims, category="Numbers"),
    log:
        f"{paths.log}/claims.log",
    benchmark:
        f"{paths.benchmark}/claims.tsv"
    group:
        "report"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory("claims"),
        runtime=minutes("claims"),
    params:
        networks=NETWORKS,
        code=code("claims.py"),
    script:
        "../scripts/claims.py"
