# From unit responses to selectivity, ablation, and the claims over networks.


rule selectivity:
    input:
        activations=paths.activations,
        clips=paths.clips,
    output:
        units=paths.units,
        responses=paths.responses,
    log:
        f"{paths.log}/selectivity/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/selectivity/{{model}}_seed{{seed}}.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        analysis=config["analysis"],
        code=code("selectivity.py"),
    script:
        "../scripts/selectivity.py"


rule ablation:
    input:
        checkpoint=paths.checkpoint,
        activations=paths.activations,
        units=paths.units,
        clips=paths.clips,
        classes=paths.classes,
    output:
        paths.ablation,
    log:
        f"{paths.log}/ablation/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/ablation/{{model}}_seed{{seed}}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime=growing(30),
    params:
        analysis=config["analysis"],
        code=code("ablation.py"),
    script:
        "../scripts/ablation.py"


rule statistics:
    input:
        responses=networks(paths.responses),
        ablations=networks(paths.ablation),
        summaries=networks(paths.summary),
        classes=paths.classes,
    output:
        paths.statistics,
    log:
        f"{paths.log}/statistics.log",
    benchmark:
        f"{paths.benchmark}/statistics.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        networks=NETWORKS,
        code=code("statistics.py"),
    script:
        "../scripts/statistics.py"


rule claims:
    input:
        statistics=paths.statistics,
    output:
        claims=report(paths.claims, category="Numbers"),
    log:
        f"{paths.log}/claims.log",
    benchmark:
        f"{paths.benchmark}/claims.tsv"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("claims.py"),
    script:
        "../scripts/claims.py"
