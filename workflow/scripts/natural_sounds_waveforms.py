"""Waveforms of the 165 natural sounds, at the mean level of the training clips."""

import numpy as np

from music_selectivity.stimuli.equal_rms import mean_rms
from music_selectivity.stimuli.natural_sounds import read_sounds, waveforms
from music_selectivity.store import atomic_path, read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    sounds = read_sounds(params.folder)
    rms = mean_rms(read_table(files.clips))
    with atomic_path(snakemake.output[0]) as path:
        np.save(path, waveforms(sounds, params.sample_rate, rms, full_scale=1))
    log.info("%d sounds at an RMS of %.4f", len(sounds), rms)
