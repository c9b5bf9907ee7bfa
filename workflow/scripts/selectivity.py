"""Music-selectivity of one network's units, and their responses to music."""

from music_selectivity.activations import from_table
from music_selectivity.clips import included
from music_selectivity.jobs import job
from music_selectivity.selectivity import (
    SELECTION_SPLIT,
    response_table,
    unit_table,
)
from music_selectivity.store import read_table, write_table

with job(snakemake.log[0]) as log:
    analysis = snakemake.params.analysis
    clips = included(read_table(snakemake.input.clips))
    _, responses = from_table(read_table(snakemake.input.activations))
    write_table(snakemake.output.units, unit_table(responses, clips))
    table = response_table(responses, clips, SELECTION_SPLIT, analysis["ms_fraction"])
    write_table(snakemake.output.responses, table)
