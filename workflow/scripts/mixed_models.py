"""Mixed-effects models of the claims that are about clips, sounds or classes."""

from music_selectivity.claims.mixed import MODELS, mixed_table
from music_selectivity.clips import included
from music_selectivity.jobs import job
from music_selectivity.store import read_table, write_table

with job(snakemake) as log:
    files = snakemake.input
    networks = [tuple(network) for network in snakemake.params.networks]
    # One at a time: together the responses of all networks fill gigabytes.
    tuning = (
        (network, read_table(path))
        for network, path in zip(networks, files.tuning, strict=True)
        if network[0] in MODELS
    )
    sounds, ablations = (
        dict(zip(networks, map(read_table, paths), strict=False))
        for paths in (files.sounds, files.ablations)
    )
    table = mixed_table(
        tuning,
        sounds,
        ablations,
        included(read_table(files.clips)),
        read_table(files.classes),
        read_table(files.categories),
    )
    write_table(snakemake.output[0], table)
    for row in table.itertuples():
        log.info("%s: %.3g, %s", row.id, row.estimate, row.model)
