"""Responses of one network's units to stimulus sets."""

import torch

from music_selectivity.checkpoints import load_checkpoint
from music_selectivity.device import resolve
from music_selectivity.jobs import job
from music_selectivity.responses import write_responses
from music_selectivity.stimuli import NATURAL_SOUNDS, open_stimuli
from music_selectivity.store import read_table

with job(snakemake) as log:
    torch.set_num_threads(snakemake.params.threads)
    device = resolve(snakemake.config["device"])
    network, _ = load_checkpoint(snakemake.input.checkpoint)
    clips = read_table(snakemake.input.clips)
    for stimuli, path in zip(snakemake.params.stimuli, snakemake.output, strict=True):
        natural = stimuli == NATURAL_SOUNDS
        table = read_table(snakemake.input.sounds) if natural else clips
        names, log_mels = open_stimuli(table, stimuli, snakemake.input[stimuli])
        write_responses(path, names, network, log_mels, device)
        log.info("%s: %d sounds on %s", stimuli, len(names), device)
