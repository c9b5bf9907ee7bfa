"""Responses of one network's units to a stimulus set."""

import torch

from music_selectivity.checkpoints import load_checkpoint
from music_selectivity.device import resolve
from music_selectivity.jobs import job
from music_selectivity.responses import write_responses
from music_selectivity.stimuli import open_stimuli
from music_selectivity.store import read_table

with job(snakemake.log[0]) as log:
    torch.set_num_threads(snakemake.params.threads)
    device = resolve(snakemake.config["device"])
    network, _ = load_checkpoint(snakemake.input.checkpoint)
    names, log_mels = open_stimuli(
        read_table(snakemake.input.sounds),
        snakemake.wildcards.stimuli,
        snakemake.input.log_mels,
    )
    write_responses(snakemake.output[0], names, network, log_mels, device)
    log.info("%d sounds on %s", len(names), device)
