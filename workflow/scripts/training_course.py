"""Detection, selectivity and separation over the course of one network's training."""

import pandas as pd
import torch

from music_selectivity.analyses.embedding import embedding_table
from music_selectivity.analyses.training_course import training_course_rows
from music_selectivity.corpus.clip_table import included, label_matrix
from music_selectivity.measures import measure_table
from music_selectivity.networks.checkpoints import load_checkpoint
from music_selectivity.networks.device import select_device
from music_selectivity.networks.head import read_head
from music_selectivity.networks.responses import unit_responses
from music_selectivity.store import ShardedArray, read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    torch.set_num_threads(snakemake.threads)
    device = select_device(snakemake.config["device"])
    classes = read_table(files.classes)
    clips = included(read_table(files.clips))
    labels = label_matrix(clips, classes)
    log_mels = ShardedArray(files.log_mels, clips["shard"], clips["row"])
    rows, embeddings = [], []
    for epoch in params.snapshots:
        network, _ = load_checkpoint(files.snapshots, epoch)
        responses = unit_responses(network, log_mels, device)
        embedding = embedding_table(responses, clips, int(snakemake.wildcards.seed))
        embeddings.append(embedding.assign(epoch=epoch))
        rows += training_course_rows(
            epoch,
            responses,
            read_head(files.snapshots, epoch),
            clips,
            labels,
            classes,
            params.ms_fraction,
            embedding,
        )
        log.info("epoch %d: %s", epoch, {row[0]: round(row[2], 3) for row in rows[-3:]})
    write_table(snakemake.output.clips, pd.concat(embeddings, ignore_index=True))
    write_table(snakemake.output.measures, measure_table(rows))
