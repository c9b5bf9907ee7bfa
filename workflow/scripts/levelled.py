"""Log-mels of one shard's music and non-music clips at one RMS amplitude."""

import torch

from music_selectivity.audio import AudioSettings
from music_selectivity.jobs import job
from music_selectivity.levels import mean_rms, write_levelled_shard
from music_selectivity.logmel import LogMelSettings
from music_selectivity.shard_clips import shard_clips
from music_selectivity.stimuli import LEVELLED, stimulus_clips
from music_selectivity.store import read_table

with job(snakemake) as log:
    torch.set_num_threads(1)
    clips = read_table(snakemake.input.clips)
    chosen = stimulus_clips(clips, LEVELLED)
    chosen = chosen[chosen["shard"] == int(snakemake.wildcards.shard)]
    write_levelled_shard(
        chosen,
        shard_clips(snakemake.params.clip_ids, snakemake.input.audio),
        AudioSettings(**snakemake.params.audio),
        LogMelSettings(**snakemake.params.log_mel),
        mean_rms(clips),
        snakemake.output[0],
    )
    log.info("%d clips at an RMS of %.4f", len(chosen), mean_rms(clips))
