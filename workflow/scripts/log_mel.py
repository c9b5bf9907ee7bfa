"""Log-mel spectrograms of one shard of clips, and the audit of its audio."""

import torch

from music_selectivity.audio import AudioSettings
from music_selectivity.jobs import job
from music_selectivity.logmel import LogMelSettings, write_shard
from music_selectivity.shard_clips import shard_clips
from music_selectivity.store import write_table

with job(snakemake) as log:
    torch.set_num_threads(1)
    audit = write_shard(
        shard_clips(snakemake.params.clip_ids, snakemake.input),
        AudioSettings(**snakemake.params.audio),
        LogMelSettings(**snakemake.params.log_mel),
        snakemake.output.array,
    )
    write_table(snakemake.output.audit, audit)
    log.info("%d of %d clips usable", (audit["excluded"] == "").sum(), len(audit))
