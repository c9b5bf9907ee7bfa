"""How well music is read out from one network's units."""

from music_selectivity.analyses.readout import readout_rows
from music_selectivity.corpus.clip_table import included
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import SELECTION_SPLIT, SPLITS

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    clips = included(read_table(files.clips))
    responses = responses_to(clips["clip_id"], files.activations)
    linear = {
        name: responses_to(clips["clip_id"], path)
        for name, path in zip(params.linear, files.linear, strict=True)
        if name != snakemake.wildcards.model
    }
    rows = readout_rows(
        responses,
        clips,
        read_table(files.units)[f"msi_{SELECTION_SPLIT}"].to_numpy(),
        linear,
        read_table(files.categories),
        {split: split_weights(clips, split, params.draws) for split in SPLITS},
    )
    write_table(snakemake.output[0], measure_table(rows))
