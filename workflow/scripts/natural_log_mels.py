"""Log-mels of the 165 natural sounds, at the mean level of the training clips."""

import numpy as np
import torch

from music_selectivity.audio import AudioSettings
from music_selectivity.jobs import job
from music_selectivity.levels import mean_rms, natural_waveforms
from music_selectivity.logmel import LogMel, LogMelSettings
from music_selectivity.natsounds import read_sounds
from music_selectivity.store import atomic_path, read_table, write_table

with job(snakemake) as log:
    torch.set_num_threads(1)
    audio = AudioSettings(**snakemake.params.audio)
    sounds = read_sounds(snakemake.params.folder)
    rms = mean_rms(read_table(snakemake.input.clips))
    waveforms = natural_waveforms(sounds, audio.sample_rate, rms, audio.full_scale)
    log_mel = LogMel(LogMelSettings(**snakemake.params.log_mel), audio.sample_rate)
    with atomic_path(snakemake.output.array) as path:
        np.save(path, log_mel(waveforms))
    write_table(snakemake.output.sounds, sounds.drop(columns="file"))
    log.info("%d sounds at an RMS of %.4f", len(sounds), rms)
