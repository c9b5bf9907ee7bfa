"""Music-selectivity of each layer of a user's network, or of a twin of it; and how well
each layer predicts the brain's responses to the natural sounds, if there are any."""

import pandas as pd

from music_selectivity.analyses.brain import brain_responses, measures_of_brain
from music_selectivity.analyses.layers import measures_of_layers
from music_selectivity.corpus.clip_table import included
from music_selectivity.networks.layer_folder import responses_of_layers
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.stimuli.response_components import read_voxel_weights
from music_selectivity.stimuli.sets import CLIPS
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import SPLITS

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    clips = included(read_table(files.clips))
    measures = measures_of_layers(
        responses_of_layers(files.layers, CLIPS.name, clips["clip_id"]),
        # There is no main layer, of which other analyses had measures.
        ("", ()),
        clips,
        {split: split_weights(clips, split, params.draws) for split in SPLITS},
        params.ms_fraction,
        params.permutations,
    )
    log.info("%d measures of %d layers", len(measures), measures["layer"].nunique())
    if files.get("sounds"):
        sounds = read_table(files.sounds)
        voxel_weights = read_voxel_weights(params.folder)
        brain = brain_responses(
            sounds, voxel_weights, params.permutations, params.draws
        )
        are_clips = params.natural_stimuli == CLIPS.name
        heard = clips["clip_id"] if are_clips else sounds["sound"]
        # As clips they are sorted by their ids. None is excluded: see the rule clips.
        order = pd.Series(range(len(heard)), heard).loc[sounds["sound"]]
        heard_by_layer = responses_of_layers(
            files.layers, params.natural_stimuli, heard
        )
        layers = {name: responses[order] for name, responses in heard_by_layer}
        measures = pd.concat([measures, measures_of_brain(layers, brain)])
    write_table(snakemake.output[0], measures)
