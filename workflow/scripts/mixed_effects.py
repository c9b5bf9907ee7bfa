"""Mixed-effects models of the claims that are about clips, sounds or classes."""

from music_selectivity.analyses.contrasts import from_data
from music_selectivity.analyses.mixed_effects import counts, mixed_effects_table
from music_selectivity.corpus.clip_table import included
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    contrasts = {name: from_data(data) for name, data in params.contrasts.items()}
    models = {model for each in contrasts.values() for model in each.models}
    networks = [tuple(network) for network in params.networks]
    # One at a time: together the responses of all networks fill gigabytes.
    tuning = (
        (network, read_table(path))
        for network, path, summary in zip(
            networks, files.tuning, files.summaries, strict=True
        )
        if network[0] in models and counts(network, read_table(summary))
    )
    # A study without the natural sounds has no tables of them.
    sounds, ablations = (
        dict(zip(networks, map(read_table, paths), strict=False))
        for paths in (files.sounds, files.ablations)
    )
    table = mixed_effects_table(
        contrasts,
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
