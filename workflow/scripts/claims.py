"""Every claim of the paper against what was measured."""

import pandas as pd

from music_selectivity.claims.evaluation import evaluate
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files = snakemake.input
    permutations = pd.concat(
        read_table(path).assign(model=model, seed=seed)
        for path, (model, seed) in zip(
            files.permutations, snakemake.params.networks, strict=True
        )
    )
    tables = map(read_table, (files.statistics, files.replicates, files.mixed_effects))
    claims = evaluate(*tables, permutations)
    write_table(snakemake.output.claims, claims)
    for verdict, count in claims["verdict"].value_counts().items():
        log.info("%s: %d", verdict, count)
