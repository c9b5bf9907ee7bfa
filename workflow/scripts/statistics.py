"""Gather what was measured in every network: one row a network, measure, condition."""

import pandas as pd

from music_selectivity.jobs import job
from music_selectivity.store import read_table, write_table

with job(snakemake.log[0]) as log:
    files, params = snakemake.input, snakemake.params
    tables = [
        read_table(path).assign(model=model, seed=seed)
        for paths, sources in (
            (files.measures, params.measured),
            (files.summaries, params.networks),
        )
        for path, (model, seed) in zip(paths, sources, strict=True)
    ]
    everything = pd.concat(tables, ignore_index=True)
    keys = ["model", "seed", "measure", "condition"]
    write_table(snakemake.output.statistics, everything[[*keys, "value"]])
    draws = everything.columns.str.startswith("draw_")
    replicates = everything.loc[:, draws].astype("float32")
    write_table(
        snakemake.output.replicates, pd.concat([everything[keys], replicates], axis=1)
    )
