"""Responses of one network's units to the 165 natural sounds."""

from music_selectivity.analyses.natural_sounds import (
    natural_sound_rows,
    sound_table,
    sound_weights,
)
from music_selectivity.analyses.selectivity import top_units
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import OTHER_SPLIT

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    sounds = read_table(files.sounds)
    responses = responses_to(sounds["sound"], files.activations)
    chosen_on = OTHER_SPLIT[params.measured_split]
    msi = read_table(files.units)[f"msi_{chosen_on}"].to_numpy()
    units = top_units(msi, params.ms_fraction)
    weights = sound_weights(sounds, params.draws)
    rows = natural_sound_rows(responses, units, sounds, weights)
    write_table(snakemake.output.sounds, sound_table(responses, units, sounds))
    write_table(snakemake.output.measures, measure_table(rows))
