"""Every claim of the paper against what was measured."""

from music_selectivity.claims import evaluate
from music_selectivity.jobs import job
from music_selectivity.store import read_table, write_table

with job(snakemake.log[0]) as log:
    claims = evaluate(*map(read_table, snakemake.input))
    write_table(snakemake.output.claims, claims)
    for verdict, count in claims["verdict"].value_counts().items():
        log.info("%s: %d", verdict, count)
