"""Detection with units of several layers of one network silenced."""

import pandas as pd
import torch

from music_selectivity.analyses.ablation import (
    SETS,
    mean_average_precision,
    precision_of_scores,
)
from music_selectivity.analyses.selectivity import unit_table
from music_selectivity.corpus.clip_table import included, label_matrix
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.networks.device import select_device
from music_selectivity.networks.layer_ablation import ablated_scores
from music_selectivity.networks.layer_folder import table_path
from music_selectivity.networks.own_networks import describe_checkpoint
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.stimuli.sets import CLIPS
from music_selectivity.store import ShardedArray, read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import MEASURED_SPLIT

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    torch.set_num_threads(params.threads)
    device = select_device(snakemake.config["device"])
    classes = read_table(files.classes)
    clips = included(read_table(files.clips))
    weights = split_weights(clips, MEASURED_SPLIT, params.draws)
    scored = clips[clips["split"] == MEASURED_SPLIT]
    labels = label_matrix(scored, classes)
    log_mels = ShardedArray(files.log_mels, scored["shard"], scored["row"])
    network = describe_checkpoint(files.checkpoint)
    tables = []
    for layer in params.layers:
        path = table_path(files.layers, layer, CLIPS.name)
        units = unit_table(responses_to(clips["clip_id"], path), clips)
        sets = SETS[params.units](units, params.ms_fraction)
        scores = ablated_scores(network, layer, list(sets.values()), log_mels, device)
        precision = {
            name: precision_of_scores(of_set, labels, weights)
            for name, of_set in zip(sets, scores, strict=True)
        }
        rows = mean_average_precision(precision, labels, classes["music_related"])
        tables.append(measure_table(rows).assign(layer=layer))
        log.info("%s: %d units", layer, len(units))
    write_table(snakemake.output[0], pd.concat(tables, ignore_index=True))
