"""Log-mels of quilts of one shard's music and non-music clips."""

import torch

from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.shard_clips import shard_clips
from music_selectivity.stimuli.arrays import stimulus_clips
from music_selectivity.stimuli.quilts import QuiltSettings, write_quilt_shards
from music_selectivity.stimuli.sets import UNQUILTED
from music_selectivity.store import read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    torch.set_num_threads(1)
    clips = stimulus_clips(read_table(snakemake.input.clips), UNQUILTED)
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
