"""Log-mel spectrograms of one shard of clips, and the audit of its audio."""

import torch

from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.log_mel_shards import write_shard
from music_selectivity.corpus.shard_clips import shard_clips
from music_selectivity.store import write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import USED

with job(snakemake) as log:
    torch.set_num_threads(1)
    audit = write_shard(
        shard_clips(snakemake.params.clip_ids, snakemake.input),
        AudioSettings(**snakemake.params.audio),
        LogMelSettings(**snakemake.params.log_mel),
        snakemake.output.array,
    )
    write_table(snakemake.output.audit, audit)
    log.info("%d of %d clips usable", (audit["excluded"] == USED).sum(), len(audit))
