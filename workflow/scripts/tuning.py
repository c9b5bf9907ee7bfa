"""What sets of one network's units answer to each stimulus set."""

import pandas as pd

from music_selectivity.analyses.reselection import means_of_reselected
from music_selectivity.analyses.tuning import tuning_rows
from music_selectivity.analyses.unit_sets import clip_responses, unit_sets
from music_selectivity.corpus.clip_table import included
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import from_table, responses_to
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.stimuli.sets import CLIPS
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import SPLITS

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    clips = included(read_table(files.clips))
    categories = read_table(files.categories)
    paths = dict(zip(params.stimuli, files.activations, strict=True))
    original = responses_to(clips["clip_id"], paths[CLIPS.name])
    sets = unit_sets(
        original,
        clips,
        categories,
        params.ms_fraction,
        params.measured_split,
        params.other_units,
    )
    tables = []
    for stimulus, path in paths.items():
        names, responses = from_table(read_table(path))
        table = clip_responses(responses, names, clips, sets)
        tables.append(table.assign(stimulus=stimulus))
    table = pd.concat(tables, ignore_index=True)
    write_table(snakemake.output.clips, table)
    weights = {split: split_weights(clips, split, params.draws) for split in SPLITS}
    reselected = means_of_reselected(original, clips, weights, params.ms_fraction)
    rows = tuning_rows(
        table, clips, categories, weights, reselected, params.measured_split
    )
    write_table(snakemake.output.measures, measure_table(rows))
    log.info("%d measures of %d sets of units", len(rows), len(sets))
