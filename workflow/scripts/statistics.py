"""Gather what was measured in every network: one row a network, measure, condition."""

import pandas as pd

from music_selectivity.calibration import calibrated_rows
from music_selectivity.jobs import job
from music_selectivity.store import read_table, write_table

with job(snakemake) as log:
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
    calibrated = calibrated_rows(everything[[*keys, "value"]])
    for (model, measure), values in calibrated.groupby(["model", "measure"])["value"]:
        counts = values.sum(), values.count()
        log.info("%s, %s: %d of %d networks", model, measure, *counts)
    write_table(
        snakemake.output.statistics,
        pd.concat([everything[[*keys, "value"]], calibrated], ignore_index=True),
    )
    draws = everything.columns.str.startswith("draw_")
    replicates = everything.loc[:, draws].astype("float32")
    write_table(
        snakemake.output.replicates, pd.concat([everything[keys], replicates], axis=1)
    )
