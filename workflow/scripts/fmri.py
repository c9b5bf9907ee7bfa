"""The brain's music component over the 165 natural sounds, measured as networks are."""

from music_selectivity.analyses.natural_sounds import fmri_rows, sound_weights
from music_selectivity.measures import measure_table
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    sounds = read_table(snakemake.input[0])
    rows = fmri_rows(sounds, sound_weights(sounds, snakemake.params.draws))
    write_table(snakemake.output[0], measure_table(rows))
