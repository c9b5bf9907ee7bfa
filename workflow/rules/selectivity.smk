# From unit responses to selectivity, ablation, and the claims over networks.


rule selectivity:
    input:
        activations=paths.activations,
        clips=paths.clips,
    output:
        units=paths.units,
        responses=paths.responses,
    params:
        analysis=config["analysis"],
        code=code("selectivity.py"),
    log:
        f"{paths.log}/selectivity/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/selectivity/{{model}}_seed{{seed}}.tsv"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    conda:
        "../../envs/analysis.yaml"
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
    params:
        analysis=config["analysis"],
        code=code("ablation.py"),
    log:
        f"{paths.log}/ablation/{{model}}_seed{{seed}}.log",
    benchmark:
        f"{paths.benchmark}/ablation/{{model}}_seed{{seed}}.tsv"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime=growing(30),
    conda:
        "../../envs/torch.yaml"
    script:
        "../scripts/ablation.py"


rule statistics:
    input:
        responses=networks(paths.responses),
        ablations=networks(paths.ablation),
        histories=networks(paths.history),
        classes=paths.classes,
    output:
        paths.statistics,
    params:
        networks=[(model, seed) for model in MODELS for seed in SEEDS],
        code=code("statistics.py"),
    log:
        f"{paths.log}/statistics.log",
    benchmark:
        f"{paths.benchmark}/statistics.tsv"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    conda:
        "../../envs/analysis.yaml"
    script:
        "../scripts/statistics.py"


rule claims:
    input:
        statistics=paths.statistics,
    output:
        claims=paths.claims,
    params:
        code=code("claims.py"),
    log:
        f"{paths.log}/claims.log",
    benchmark:
        f"{paths.benchmark}/claims.tsv"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    conda:
        "../../envs/analysis.yaml"
    script:
        "../scripts/claims.py"
