"""Log-mels of quilts of one shard's music and non-music clips."""

import torch

from music_selectivity.audio import AudioSettings
from music_selectivity.jobs import job
from music_selectivity.logmel import LogMelSettings
from music_selectivity.quilts import QuiltSettings, write_quilt_shards
from music_selectivity.shard_clips import shard_clips
from music_selectivity.stimuli import stimulus_clips
from music_selectivity.store import read_table

with job(snakemake) as log:
    torch.set_num_threads(1)
    clips = stimulus_clips(read_table(snakemake.input.clips), "quilt_original")
    clips = clips[clips["shard"] == int(snakemake.wildcards.shard)]
    write_quilt_shards(
        clips,
        shard_clips(snakemake.params.clip_ids, snakemake.input.audio),
        AudioSettings(**snakemake.params.audio),
        LogMelSettings(**snakemake.params.log_mel),
        QuiltSettings(**snakemake.params.quilts),
        snakemake.output,
    )
    log.info("%d clips, %d versions each", len(clips), len(snakemake.output))
