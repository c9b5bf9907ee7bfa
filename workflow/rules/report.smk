# Figures, each with its numbers; the page that shows everything; the config it came of.
# What each figure is drawn from: a list holds one table of each network.
STATISTICS = {"statistics": paths.statistics}
FIGURES = {
    "class_precision": {
        "ablations": networks(paths.ablation),
        "classes": paths.classes,
    },
    "embedding": {
        "embeddings": networks(paths.embedding, SOURCES),
        "clips": paths.clips,
        "categories": paths.categories,
        **STATISTICS,
    },
    "readout": STATISTICS,
    "unit_responses": STATISTICS,
    "msi_distribution": {"units": networks(paths.units, SOURCES)},
    "selectivity_ratio": STATISTICS,
    "amplitude": STATISTICS,
    "readout_units": STATISTICS,
    "readout_genres": STATISTICS,
    "natural_sounds": {
        "responses": networks(paths.sounds, WITH_NATURAL),
        "sounds": paths.natural_sounds if NATURAL else [],
    },
    "natural_categories": STATISTICS,
    "natural_ratio": STATISTICS,
    "quilts": STATISTICS,
    "quilts_genres": STATISTICS,
    "quilts_models": STATISTICS,
    "ablation": STATISTICS,
    "random_ablation": {"nulls": networks(paths.null, RANDOM), **STATISTICS},
    "training_course": STATISTICS,
    "training_embedding": {
        "embeddings": networks(paths.course_embedding, COURSES),
        **STATISTICS,
    },
    "categories": STATISTICS,
    "calibration": {
        "permutations": networks(paths.permutations, SOURCES),
        **STATISTICS,
    },
}
# Whose tables a list holds, where it is not every network's.
FIGURE_NETWORKS = {
    "embedding": SOURCES,
    "msi_distribution": SOURCES,
    "natural_sounds": WITH_NATURAL,
    "random_ablation": RANDOM,
    "training_embedding": COURSES,
    "calibration": SOURCES,
}
FIGURE_ARGUMENTS = {
    "selectivity_ratio": {"measured_split": "eval"},
    "msi_distribution": {
        "fraction": config["analysis"]["ms_fraction"],
        "selection_split": "train",
    },
}

# Snakemake's own report takes them from the params: a caption's path has no wildcards.
CAPTIONS = {
    figure: open(f"{LIBRARY}/report/{figure}.rst", encoding="utf-8").read()
    for figure in FIGURES
}


rule figure:
    input:
        unpack(lambda wildcards: FIGURES[wildcards.figure]),
    output:
        svg=report(
            f"{paths.figure}.svg",
            caption="../report/figure.rst",
            category="Figures",
            labels={"figure": "{figure}"},
        ),
        png=f"{paths.figure}.png",
        csv=report(
            f"{paths.figure}.csv",
            category="Numbers",
            labels={"figure": "{figure}"},
        ),
    log:
        f"{paths.log}/figure/{{figure}}.log",
    benchmark:
        f"{paths.benchmark}/figure/{{figure}}.tsv"
    group:
        "report"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory("figure"),
        runtime=minutes("figure"),
    params:
        networks=lambda wildcards: FIGURE_NETWORKS.get(wildcards.figure, NETWORKS),
        arguments=lambda wildcards: FIGURE_ARGUMENTS.get(wildcards.figure, {}),
        colours=config["figures"],
        caption=lambda wildcards: CAPTIONS[wildcards.figure],
        code=lambda wildcards: code(
            "figure.py", f"music_selectivity.figures.{wildcards.figure}"
        ),
    script:
        "../scripts/figure.py"


rule report_page:
    input:
        clips=paths.clips,
        classes=paths.classes,
        trivial=paths.trivial,
        statistics=paths.statistics,
        histories=networks(paths.history),
        claims=paths.claims,
        config=paths.resolved_config,
        figures=expand(f"{paths.figure}.svg", figure=FIGURES),
        numbers=expand(f"{paths.figure}.csv", figure=FIGURES),
    output:
        page=report(paths.report, category="Report"),
        claims=report(
            paths.claims_page, caption="../report/claims.rst", category="Claims"
        ),
    log:
        f"{paths.log}/report_page.log",
    benchmark:
        f"{paths.benchmark}/report_page.tsv"
    group:
        "report"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory("report_page"),
        runtime=minutes("report_page"),
    params:
        study=config["study"],
        notice=config["notice"],
        captions=CAPTIONS,
        templates=REPORT_TEMPLATES,
        networks=NETWORKS,
        code=code("report_page.py"),
    script:
        "../scripts/report_page.py"


rule resolved_config:
    output:
        paths.resolved_config,
    log:
        f"{paths.log}/resolved_config.log",
    benchmark:
        f"{paths.benchmark}/resolved_config.tsv"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory("resolved_config"),
        runtime=minutes("resolved_config"),
    params:
        config=config,
        code=code("resolved_config.py"),
    script:
        "../scripts/resolved_config.py"
