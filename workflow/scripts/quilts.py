"""Log-mels of quilts of one shard's music and non-music clips."""

import torch

from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.shard_clips import shard_clips
from music_selectivity.stimuli.quilt_clips import QuiltSettings
from music_selectivity.stimuli.quilt_shards import write_quilt_shards
from music_selectivity.stimuli.sets import set_named
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    torch.set_num_threads(1)
    clips = read_table(snakemake.input.clips)
    changes = write_quilt_shards(
        list(map(set_named, snakemake.params.stimuli)),
        clips[clips["shard"] == int(snakemake.wildcards.shard)],
        shard_clips(snakemake.params.clip_ids, snakemake.input.audio),
        AudioSettings(**snakemake.params.audio),
        LogMelSettings(**snakemake.params.log_mel),
        QuiltSettings(**snakemake.params.quilts),
        snakemake.output.arrays,
    )
    write_table(snakemake.output.changes, changes)
    log.info("%d quilts", len(changes))
