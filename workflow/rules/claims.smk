# From what was measured in each network to the claims over networks.
from music_selectivity.claims.catalogue import mixed_contrasts
from music_selectivity.claims.conventions import Conventions

# What the study chooses about the claims, as plain data.
CONVENTIONS = {
    "order": config["quilts"]["order"],
    "split": config["analysis"]["measured_split"],
}

# The measures of all analyses, and the sources in which each measured them, in the
# order of the statistics.
MEASURED = {
    paths.measures: FEATURE_SOURCES,
    paths.measures_of_sounds: WITH_NATURAL_SOUNDS + BRAIN,
    paths.measures_of_brain: COMPARED_WITH_BRAIN,
    paths.measures_of_random_sets: RANDOM_ABLATION,
    paths.measures_of_course: TRAINING_COURSE,
    paths.measures_of_layers: NETWORKS + PLAYED,
    paths.measures_of_brain_by_layer: WITH_NATURAL_SOUNDS,
    paths.measures_of_layer_ablation: LAYER_ABLATION,
}


rule statistics:
    input:
        measures=[
            path
            for measures, sources in MEASURED.items()
            for path in networks(measures, sources)
        ],
        summaries=networks(paths.summary),
    output:
        statistics=paths.statistics,
        replicates=paths.replicates,
    log:
        "<logs>/statistics.log",
    benchmark:
        "<benchmarks>/statistics.tsv"
    group:
        "report"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        measured=[source for sources in MEASURED.values() for source in sources],
        networks=NETWORKS,
        layers=LAYERS,
        code=code("statistics.py"),
    script:
        "../scripts/statistics.py"


rule mixed_effects:
    input:
        clips=paths.clips,
        categories=paths.categories,
        classes=paths.classes,
        tuning=networks(paths.clip_responses),
        sounds=networks(paths.sounds, NETWORKS if NATURAL_SOUNDS_FOLDER else []),
        ablations=networks(paths.ablation),
        summaries=networks(paths.summary),
    output:
        paths.mixed_effects,
    log:
        "<logs>/mixed_effects.log",
    benchmark:
        "<benchmarks>/mixed_effects.tsv"
    group:
        "report"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        networks=NETWORKS,
        # Plain data, so that rewording a claim reruns no model.
        contrasts=mixed_contrasts(Conventions(**CONVENTIONS)),
        code=code("mixed_effects.py"),
    script:
        "../scripts/mixed_effects.py"


rule claims:
    input:
        statistics=paths.statistics,
        replicates=paths.replicates,
        mixed_effects=paths.mixed_effects,
        permutations=networks(paths.permutations),
    output:
        claims=report(paths.claims, category="Numbers"),
        orders=report(paths.claims_by_order, category="Numbers"),
    log:
        "<logs>/claims.log",
    benchmark:
        "<benchmarks>/claims.tsv"
    group:
        "report"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        networks=NETWORKS,
        layers=LAYERS,
        conventions=CONVENTIONS,
        # Only there do the paper's numbers judge.
        audioset=CORPUS == AUDIOSET,
        code=code("claims.py"),
    script:
        "../scripts/claims.py"
