"""How well one network's units predict, and resemble, the brain's responses."""

from music_selectivity.analyses.brain import (
    brain_responses,
    brain_rows,
    unit_set_rows,
)
from music_selectivity.analyses.selectivity import top_units
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.stimuli.response_components import read_voxel_weights
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import OTHER_SPLIT

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    sounds = read_table(files.sounds)
    voxel_weights = read_voxel_weights(params.folder)
    brain = brain_responses(sounds, voxel_weights, params.permutations, params.draws)
    responses = responses_to(sounds["sound"], files.activations)
    msi = read_table(files.units)[f"msi_{OTHER_SPLIT[params.measured_split]}"]
    units = top_units(msi.to_numpy(), params.ms_fraction)
    # One layer, which needs no name, and is no best one.
    of_layers, _ = brain_rows({"": responses}, brain)
    rows = of_layers[""] + unit_set_rows(responses, units, brain)
    write_table(snakemake.output[0], measure_table(rows))
