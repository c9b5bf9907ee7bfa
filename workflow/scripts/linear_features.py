"""Linear features of a stimulus set: principal components or Gabor filters."""

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
    stimuli = set_named(snakemake.wildcards.stimuli)
    table = sound_table(stimuli, snakemake.input)
    names, log_mels = open_stimuli(table, stimuli, snakemake.input[stimuli.name])
    write_responses(snakemake.output[0], names, features, log_mels, device)
    log.info("%s: %d sounds on %s", stimuli.name, len(names), device)
