"""How well music is read out from one network's units."""

from music_selectivity.activations import from_table
from music_selectivity.clips import included
from music_selectivity.decoding import readout_rows
from music_selectivity.jobs import job
from music_selectivity.resampling import measure_table, split_weights
from music_selectivity.selectivity import MEASURED_SPLIT, SELECTION_SPLIT
from music_selectivity.store import read_table, write_table

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    clips = included(read_table(files.clips))
    _, responses = from_table(read_table(files.activations))
    linear = {
        name: from_table(read_table(path))[1]
        for name, path in zip(params.linear, files.linear, strict=True)
        if name != snakemake.wildcards.model
    }
    rows = readout_rows(
        responses,
        clips,
        read_table(files.units)[f"msi_{SELECTION_SPLIT}"].to_numpy(),
        linear,
        read_table(files.categories),
        split_weights(clips, MEASURED_SPLIT, params.draws),
    )
    write_table(snakemake.output[0], measure_table(rows))
