# Figures with their numbers; the pages that show all results; the config in use.
from pathlib import Path

from music_selectivity.figures.catalogue import FIGURES

# The groups of networks that a figure module may name in its INPUTS; the tables that it
# may name there are in `paths`.
NETWORK_GROUPS = {
    "networks": NETWORKS,
    "feature_sources": FEATURE_SOURCES,
    "natural_sounds": WITH_NATURAL_SOUNDS,
    "random_ablation": RANDOM_ABLATION,
    "training_course": TRAINING_COURSE,
}
ABSENT_TABLES = [] if NATURAL_SOUNDS_FOLDER else ["natural_sounds"]


def figure_networks(entry):
    """Networks whose tables a figure shows, by argument of its function `table`."""
    return {
        argument: NETWORK_GROUPS[wanted[1]]
        for argument, wanted in entry.inputs.items()
        if not isinstance(wanted, str)
    }


def figure_inputs(entry):
    """Files of the tables that a figure shows, by argument of its function `table`."""
    files = {}
    shown = figure_networks(entry)
    for argument, wanted in entry.inputs.items():
        if argument in shown:
            files[argument] = networks(getattr(paths, wanted[0]), shown[argument])
        else:
            files[argument] = [] if wanted in ABSENT_TABLES else getattr(paths, wanted)
    return files


def figure_params(figure, entry):
    """Params of a figure that other figures do not share."""
    return {
        "networks": figure_networks(entry),
        "arguments": {
            argument: lookup(dpath=key.replace(".", "/"), within=config)
            for argument, key in entry.arguments.items()
        },
        "caption": Path(f"{LIBRARY}/report/{figure}.rst").read_text(encoding="utf-8"),
        "code": code("figure.py", f"music_selectivity.figures.{figure}"),
    }


# Now, and not when an input function asks: Snakemake takes an error in an input
# function for a missing file.
FIGURE_INPUTS = {name: figure_inputs(entry) for name, entry in FIGURES.items()}
FIGURE_PARAMS = {name: figure_params(name, entry) for name, entry in FIGURES.items()}


rule figure:
    input:
        unpack(lookup(dpath="{figure}", within=FIGURE_INPUTS)),
    output:
        svg=report(
            f"{paths.figure}.svg",
            # It shows the param of that name, since its own path has no wildcards.
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
        mem_mb=memory("figure"),
        runtime=minutes("figure"),
    params:
        networks=lookup(dpath="{figure}/networks", within=FIGURE_PARAMS),
        arguments=lookup(dpath="{figure}/arguments", within=FIGURE_PARAMS),
        colours=config["figures"],
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
        "<logs>/report_page.log",
    benchmark:
        "<benchmarks>/report_page.tsv"
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
        # Title, caption and what was measured.
        figures=[
            (f"{entry.title} ({entry.panel})", FIGURE_PARAMS[figure]["caption"], entry.clips)
            for figure, entry in FIGURES.items()
        ],
        networks=NETWORKS,
        templates=REPORT_TEMPLATES,
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
        mem_mb=memory("resolved_config"),
        runtime=minutes("resolved_config"),
    params:
        config=config,
        code=code("resolved_config.py"),
    script:
        "../scripts/resolved_config.py"
