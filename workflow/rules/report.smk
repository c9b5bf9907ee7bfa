# Figures with their numbers; the pages that show all results; the config in use.
include: "figures.smk"


rule figure:
    input:
        unpack(lookup(dpath="{figure}", within=FIGURE_INPUTS)),
    output:
        svg=report(
            f"{paths.figure}.svg",
            # This file shows the param caption; its own path can have no wildcards.
            caption="../report/figure.rst",
            category="Figures",
            labels={"figure": "{figure}"},
        ),
        png=f"{paths.figure}.png",
        csv=report(
            f"{paths.figure}.csv", category="Numbers", labels={"figure": "{figure}"}
        ),
    log:
        "<logs>/figure/{figure}.log",
    benchmark:
        "<benchmarks>/figure/{figure}.tsv"
    wildcard_constraints:
        figure="|".join(FIGURES),
    group:
        "report"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        networks=lookup(dpath="{figure}/networks", within=FIGURE_PARAMS),
        arguments=lookup(dpath="{figure}/arguments", within=FIGURE_PARAMS),
        layers=LAYERS,
        colours=COLOURS,
        caption=lookup(dpath="{figure}/caption", within=FIGURE_PARAMS),
        code=lookup(dpath="{figure}/code", within=FIGURE_PARAMS),
    script:
        "../scripts/figure.py"


rule report_page:
    input:
        clips=paths.clips,
        classes=paths.classes,
        baseline=paths.baseline,
        statistics=paths.statistics,
        quilt_clips=paths.quilt_clip_counts,
        histories=networks(paths.history),
        checks=expand(paths.check, model=USERS_NETWORKS),
        claims=paths.claims,
        config=paths.resolved_config,
        figures=expand(f"{paths.figure}.svg", figure=FIGURES),
        numbers=expand(f"{paths.figure}.csv", figure=FIGURES),
        # Of networks that the study trains.
        profiles=paths.unit_profiles if MODELS else [],
        examples=paths.sound_examples if MODELS else [],
        # Of networks whose units' preferred inputs the study seeks.
        preferred_inputs=networks(paths.preferred_inputs, PREFERRED_INPUTS),
        preferred_log_mels=networks(paths.preferred_log_mels, PREFERRED_INPUTS),
        preferred_sounds=networks(paths.preferred_sounds, PREFERRED_INPUTS),
    output:
        page=report(paths.report, category="Report"),
        claims=report(
            paths.claims_page, caption="../report/claims.rst", category="Claims"
        ),
    log:
        "<logs>/report_page.log",
    benchmark:
        "<benchmarks>/report_page.tsv"
    group:
        "report"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        notice=config["notice"],
        split=config["analysis"]["measured_split"],
        figures=[figure_shown(*figure) for figure in FIGURES.items()],
        themes=[asdict(theme) for theme in THEMES],
        key_figures=KEY_FIGURES,
        networks=NETWORKS,
        preferred_inputs=PREFERRED_INPUTS,
        layers=LAYERS,
        colours=COLOURS,
        twins={name: model["twins"] for name, model in USERS_NETWORKS.items()},
        templates=templates("page", "claims"),
        code=code("report_page.py"),
    script:
        "../scripts/report_page.py"


rule resolved_config:
    output:
        paths.resolved_config,
    log:
        "<logs>/resolved_config.log",
    benchmark:
        "<benchmarks>/resolved_config.tsv"
    conda:
        "../../envs/plots.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        config=config,
        code=code("resolved_config.py"),
    script:
        "../scripts/resolved_config.py"
