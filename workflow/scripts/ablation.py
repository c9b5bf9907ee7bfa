"""Average precision of each class with groups of one network's units silenced."""

import torch

from music_selectivity.ablation import (
    SETS,
    class_average_precision,
    mean_average_precision,
)
from music_selectivity.activations import from_table
from music_selectivity.checkpoints import load_checkpoint
from music_selectivity.clips import included, label_matrix
from music_selectivity.jobs import job
from music_selectivity.resampling import measure_table, split_weights
from music_selectivity.responses import scores_of_units
from music_selectivity.selectivity import MEASURED_SPLIT
from music_selectivity.store import read_table, write_table

with job(snakemake) as log:
    torch.set_num_threads(1)
    classes = read_table(snakemake.input.classes)
    clips = included(read_table(snakemake.input.clips))
    scored = (clips["split"] == MEASURED_SPLIT).to_numpy()
    _, responses = from_table(read_table(snakemake.input.activations))
    network, _ = load_checkpoint(snakemake.input.checkpoint)
    units = read_table(snakemake.input.units)
    sets = SETS[snakemake.params.units](units, snakemake.params.ms_fraction)
    head = scores_of_units(network)
    labels = label_matrix(clips, classes)[scored]
    table = class_average_precision(
        head, responses[scored], labels, classes["name"], sets
    )
    write_table(snakemake.output.classes, table)
    weights = split_weights(clips, MEASURED_SPLIT, snakemake.params.draws)
    rows = mean_average_precision(
        head, responses[scored], labels, classes["music_related"], sets, weights
    )
    write_table(snakemake.output.measures, measure_table(rows))
