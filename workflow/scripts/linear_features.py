"""Linear features of stimulus sets: principal components or Gabor filters."""

import torch

from music_selectivity.networks import pca
from music_selectivity.networks.device import select_device
from music_selectivity.networks.gabor import GaborFilterBank, GaborSettings
from music_selectivity.networks.responses import write_responses
from music_selectivity.stimuli.arrays import open_stimuli, sound_table
from music_selectivity.stimuli.sets import set_named
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import PCA

with job(snakemake) as log:
    params = snakemake.params
    torch.set_num_threads(params.threads)
    device = select_device(snakemake.config["device"])
    if snakemake.wildcards.model == PCA:
        features = pca.load(snakemake.input.pca)
    else:
        features = GaborFilterBank(GaborSettings(**params.gabor), params.full_scale)
    for name, path in zip(params.stimuli, snakemake.output, strict=True):
        stimuli = set_named(name)
        table = sound_table(stimuli, snakemake.input)
        sounds, log_mels = open_stimuli(table, stimuli, snakemake.input[name])
        write_responses(path, sounds, features, log_mels, device)
        log.info("%s: %d sounds on %s", name, len(sounds), device)
