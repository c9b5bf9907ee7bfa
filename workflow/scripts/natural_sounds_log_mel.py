"""Log-mels of the 165 natural sounds, at the mean level of the training clips."""

import numpy as np
import torch

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.stimuli.equal_rms import mean_rms
from music_selectivity.stimuli.natural_sounds import read_sounds, waveforms
from music_selectivity.store import atomic_path, read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    torch.set_num_threads(1)
    audio = AudioSettings(**snakemake.params.audio)
    sounds = read_sounds(snakemake.params.folder)
    rms = mean_rms(read_table(snakemake.input.clips))
    sound = waveforms(sounds, audio.sample_rate, rms, audio.full_scale)
    log_mel = LogMel(LogMelSettings(**snakemake.params.log_mel), audio.sample_rate)
    with atomic_path(snakemake.output.array) as path:
        np.save(path, log_mel(sound))
    write_table(snakemake.output.sounds, sounds.drop(columns="file"))
    log.info("%d sounds at an RMS of %.4f", len(sounds), rms)
