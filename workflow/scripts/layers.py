"""Music-selectivity of each layer of a user's network, or of a twin of it."""

from music_selectivity.analyses.layers import measures_of_layers
from music_selectivity.corpus.clip_table import included
from music_selectivity.networks.layer_folder import responses_of_layers
from music_selectivity.stats.bootstrap import split_weights
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
    write_table(snakemake.output[0], measures)
    log.info("%d measures of %d layers", len(measures), measures["layer"].nunique())
