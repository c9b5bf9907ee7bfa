"""Responses of one network's units to stimulus sets."""

import torch

from music_selectivity.networks.checkpoints import load_checkpoint
from music_selectivity.networks.device import select_device
from music_selectivity.networks.responses import write_responses
from music_selectivity.stimuli.arrays import open_stimuli
from music_selectivity.stimuli.sets import NATURAL_SOUNDS, set_named
from music_selectivity.store import read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    torch.set_num_threads(snakemake.params.threads)
    device = select_device(snakemake.config["device"])
    network, _ = load_checkpoint(snakemake.input.checkpoint)
    clips = read_table(snakemake.input.clips)
    for name, path in zip(snakemake.params.stimuli, snakemake.output, strict=True):
        stimuli = set_named(name)
        natural = stimuli == NATURAL_SOUNDS
        table = read_table(snakemake.input.sounds) if natural else clips
        sounds, log_mels = open_stimuli(table, stimuli, snakemake.input[name])
        write_responses(path, sounds, network, log_mels, device)
        log.info("%s: %d sounds on %s", name, len(sounds), device)
