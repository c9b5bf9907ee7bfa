"""Gather what was measured in every network into the study's statistics."""

from music_selectivity.analyses.statistics import gather, training_measures
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    sources = [tuple(source) for source in [*params.measured, *params.networks]]
    tables = [*map(read_table, files.measures)]
    tables += [training_measures(read_table(path)) for path in files.summaries]
    statistics, replicates, calibrated = gather(
        zip(sources, tables, strict=True), params.layers
    )
    write_table(snakemake.output.statistics, statistics)
    write_table(snakemake.output.replicates, replicates)
    for (model, measure), values in calibrated.groupby(["model", "measure"])["value"]:
        counts = values.sum(), values.count()
        log.info("%s, %s: %d of %d networks", model, measure, *counts)
