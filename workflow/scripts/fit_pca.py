"""Principal components of the log-mels of training clips."""

import numpy as np
import torch

from music_selectivity.corpus.clip_table import training_clips
from music_selectivity.networks import pca
from music_selectivity.store import ShardedArray, read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    torch.set_num_threads(snakemake.params.threads)
    spec = snakemake.params.pca
    clips = training_clips(read_table(snakemake.input.clips), spec["clips"])
    log_mels = ShardedArray(snakemake.input.log_mels, clips["shard"], clips["row"])
    found = pca.fit(log_mels, np.arange(len(clips)), spec["components"])
    pca.save(snakemake.output[0], found)
    log.info("%d components explain %.3f", found.n_units, found.explained)
