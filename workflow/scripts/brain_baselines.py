"""How well simple features of the natural sounds predict the brain's responses."""

import numpy as np

from music_selectivity.analyses.brain import (
    baseline_features,
    brain_responses,
    brain_rows,
)
from music_selectivity.measures import measure_table
from music_selectivity.stimuli.response_components import read_voxel_weights
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    voxel_weights = read_voxel_weights(params.folder)
    brain = brain_responses(
        read_table(files.sounds), voxel_weights, params.permutations, params.draws
    )
    features = baseline_features(np.load(files.log_mels))
    of_features, _ = brain_rows(features, brain)
    for name, path in zip(params.features, snakemake.output, strict=True):
        write_table(path, measure_table(of_features[name]))
