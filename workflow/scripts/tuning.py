"""What sets of one network's units answer to each stimulus set."""

import pandas as pd

from music_selectivity.activations import from_table
from music_selectivity.clips import included
from music_selectivity.jobs import job
from music_selectivity.resampling import measure_table, split_weights
from music_selectivity.selectivity import OTHER_SPLIT
from music_selectivity.store import read_table, write_table
from music_selectivity.tuning import clip_responses, tuning_rows, unit_sets

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    clips = included(read_table(files.clips))
    categories = read_table(files.categories)
    paths = dict(zip(params.stimuli, files.activations, strict=True))
    _, original = from_table(read_table(paths["original"]))
    sets = unit_sets(original, clips, categories, params.ms_fraction)
    tables = []
    for stimulus, path in paths.items():
        names, responses = from_table(read_table(path))
        table = clip_responses(responses, names, clips, sets)
        tables.append(table.assign(stimulus=stimulus))
    table = pd.concat(tables, ignore_index=True)
    write_table(snakemake.output.clips, table)
    weights = {
        split: split_weights(clips, split, params.draws) for split in OTHER_SPLIT
    }
    rows = tuning_rows(table, clips, categories, weights)
    write_table(snakemake.output.measures, measure_table(rows))
    log.info("%d measures of %d sets of units", len(rows), len(sets))
