"""How well one network's units predict, and resemble, the brain's responses."""

import pandas as pd

from music_selectivity.analyses.brain import (
    brain_responses,
    measures_of_brain,
    unit_set_rows,
)
from music_selectivity.analyses.selectivity import top_units
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.networks.layer_folder import responses_of_layers
from music_selectivity.stimuli.response_components import read_voxel_weights
from music_selectivity.stimuli.sets import NATURAL_SOUNDS
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import OTHER_SPLIT

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    sounds = read_table(files.sounds)
    voxel_weights = read_voxel_weights(params.folder)
    brain = brain_responses(sounds, voxel_weights, params.permutations, params.draws)
    responses = responses_to(sounds["sound"], files.activations)
    layers = {params.layer: responses}
    if files.get("layers"):
        layers = dict(
            responses_of_layers(files.layers, NATURAL_SOUNDS.name, sounds["sound"])
        )
    measures = measures_of_brain(layers, brain)
    write_table(snakemake.output.layers, measures)
    msi = read_table(files.units)[f"msi_{OTHER_SPLIT[params.measured_split]}"]
    units = top_units(msi.to_numpy(), params.ms_fraction)
    of_units = measure_table(unit_set_rows(responses, units, brain))
    of_main = measures[measures["layer"] == params.layer].drop(columns="layer")
    write_table(snakemake.output.measures, pd.concat([of_main, of_units]))
