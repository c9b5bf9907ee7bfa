"""Log-mels of one shard's music and non-music clips at one RMS amplitude."""

import torch

from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.shard_clips import shard_clips
from music_selectivity.stimuli.arrays import stimulus_clips
from music_selectivity.stimuli.equal_rms import mean_rms, write_equal_rms_shard
from music_selectivity.stimuli.sets import at_power
from music_selectivity.store import read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    torch.set_num_threads(1)
    clips = read_table(snakemake.input.clips)
    chosen = stimulus_clips(clips, at_power(1))
    chosen = chosen[chosen["shard"] == int(snakemake.wildcards.shard)]
    write_equal_rms_shard(
        chosen,
        shard_clips(snakemake.params.clip_ids, snakemake.input.audio),
        AudioSettings(**snakemake.params.audio),
        LogMelSettings(**snakemake.params.log_mel),
        mean_rms(clips),
        snakemake.output[0],
    )
    log.info("%d clips at an RMS of %.4f", len(chosen), mean_rms(clips))
