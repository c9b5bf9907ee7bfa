"""Every claim of the paper against what was measured."""

import pandas as pd

from music_selectivity.claims.conventions import Conventions
from music_selectivity.claims.evaluation import evaluate, evaluate_orders
from music_selectivity.claims.measured import Measured
from music_selectivity.measures import of_main_layers
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    # None if the study trains no network.
    permutations = [
        read_table(path).assign(model=model, seed=seed)
        for path, (model, seed) in zip(files.permutations, params.networks, strict=True)
    ]
    measured = Measured(
        of_main_layers(read_table(files.statistics), params.layers),
        of_main_layers(read_table(files.replicates), params.layers),
    )
    conventions = Conventions(**params.conventions)
    orders = evaluate_orders(measured, conventions, params.audioset)
    mixed_effects = read_table(files.mixed_effects)
    claims = evaluate(
        measured,
        mixed_effects,
        pd.concat(permutations) if permutations else None,
        orders,
        conventions,
        params.audioset,
    )
    write_table(snakemake.output.orders, orders)
    write_table(snakemake.output.claims, claims)
    for verdict, count in claims["verdict"].value_counts().items():
        log.info("%s: %d", verdict, count)
