"""Responses of one network's units to stimulus sets."""

import torch

from music_selectivity.networks.checkpoints import load_checkpoint
from music_selectivity.networks.device import select_device
from music_selectivity.networks.responses import write_responses
from music_selectivity.stimuli.arrays import open_stimuli, sound_table
from music_selectivity.stimuli.sets import set_named
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    torch.set_num_threads(snakemake.params.threads)
    device = select_device(snakemake.config["device"])
    network, _ = load_checkpoint(snakemake.input.checkpoint)
    for name, path in zip(snakemake.params.stimuli, snakemake.output, strict=True):
        stimuli = set_named(name)
        table = sound_table(stimuli, snakemake.input)
        sounds, log_mels = open_stimuli(table, stimuli, snakemake.input[name])
        write_responses(path, sounds, network, log_mels, device)
        log.info("%s: %d sounds on %s", name, len(sounds), device)
