"""Gather what was measured in every network: one row a network, measure, condition."""

import pandas as pd

from music_selectivity.ablation import mean_average_precision
from music_selectivity.jobs import job
from music_selectivity.store import read_table, write_table

with job(snakemake.log[0]) as log:
    classes = read_table(snakemake.input.classes)
    tables = []
    for (model, seed), responses, ablation, summary in zip(
        snakemake.params.networks,
        snakemake.input.responses,
        snakemake.input.ablations,
        snakemake.input.summaries,
        strict=True,
    ):
        table = pd.concat(
            [
                read_table(responses),
                mean_average_precision(read_table(ablation), classes),
                read_table(summary),
            ]
        )
        tables.append(table.assign(model=model, seed=seed))
    statistics = pd.concat(tables, ignore_index=True)
    columns = ["model", "seed", "measure", "condition", "value"]
    write_table(snakemake.output[0], statistics[columns])
