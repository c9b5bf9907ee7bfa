"""Mixed-effects models of the claims that are about clips, sounds or classes."""

from music_selectivity.claims.mixed import mixed_table
from music_selectivity.clips import included
from music_selectivity.jobs import job
from music_selectivity.store import read_table, write_table

with job(snakemake.log[0]) as log:
    files, params = snakemake.input, snakemake.params
    tables = [
        {
            tuple(source): read_table(path)
            for source, path in zip(sources, paths, strict=True)
        }
        for sources, paths in (
            (params.tuned, files.tuning),
            (params.heard, files.sounds),
            (params.networks, files.ablations),
        )
    ]
    clips = included(read_table(files.clips))
    table = mixed_table(*tables, clips, read_table(files.classes))
    write_table(snakemake.output[0], table)
    for row in table.itertuples():
        log.info("%s: %.3g, %s", row.id, row.estimate, row.model)
