"""Average precision of each class with groups of one network's units silenced."""

import torch

from music_selectivity.analyses.ablation import (
    SETS,
    class_average_precision,
    mean_average_precision,
)
from music_selectivity.corpus.clip_table import included, label_matrix
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.networks.checkpoints import load_checkpoint
from music_selectivity.networks.responses import scores_of_units
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import MEASURED_SPLIT

with job(snakemake) as log:
    torch.set_num_threads(1)
    classes = read_table(snakemake.input.classes)
    clips = included(read_table(snakemake.input.clips))
    scored = (clips["split"] == MEASURED_SPLIT).to_numpy()
    responses = responses_to(clips["clip_id"], snakemake.input.activations)
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
