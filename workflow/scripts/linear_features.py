"""Linear features of a stimulus set: principal components or Gabor filters."""

import torch

from music_selectivity import pca
from music_selectivity.device import resolve
from music_selectivity.gabor import GaborFilterBank, GaborSettings
from music_selectivity.jobs import job
from music_selectivity.responses import write_responses
from music_selectivity.stimuli import NATURAL_SOUNDS, open_stimuli
from music_selectivity.store import read_table

with job(snakemake) as log:
    params = snakemake.params
    torch.set_num_threads(params.threads)
    device = resolve(snakemake.config["device"])
    if snakemake.wildcards.model == "pca":
        features = pca.load(snakemake.input.pca)
    else:
        features = GaborFilterBank(GaborSettings(**params.gabor), params.full_scale)
    stimuli = snakemake.wildcards.stimuli
    natural = stimuli == NATURAL_SOUNDS
    table = read_table(snakemake.input["sounds" if natural else "clips"])
    names, log_mels = open_stimuli(table, stimuli, snakemake.input[stimuli])
    write_responses(snakemake.output[0], names, features, log_mels, device)
    log.info("%s: %d sounds on %s", stimuli, len(names), device)
