"""Responses of one network's units to every usable clip."""

import torch

from music_selectivity.checkpoints import load_checkpoint
from music_selectivity.clips import included
from music_selectivity.device import resolve
from music_selectivity.jobs import job
from music_selectivity.responses import write_responses
from music_selectivity.store import ShardedArray, read_table

with job(snakemake.log[0]) as log:
    torch.set_num_threads(snakemake.params.threads)
    device = resolve(snakemake.config["device"])
    network, _ = load_checkpoint(snakemake.input.checkpoint)
    clips = included(read_table(snakemake.input.clips))
    log_mels = ShardedArray(snakemake.input.log_mels, clips["shard"], clips["row"])
    write_responses(snakemake.output[0], clips["clip_id"], network, log_mels, device)
    log.info("%d clips on %s", len(clips), device)
