"""The clips that are quilted, and how many are left out for which reason."""

from music_selectivity.audio.reading import AudioSettings
from music_selectivity.stimuli.quilt_clips import (
    QuiltSettings,
    quilt_clip_counts,
    quilt_clips,
)
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    clips = quilt_clips(
        read_table(snakemake.input[0]),
        AudioSettings(**snakemake.params.audio),
        QuiltSettings(**snakemake.params.quilts),
        snakemake.params.split,
    )
    write_table(snakemake.output.clips, clips)
    counts = quilt_clip_counts(clips)
    write_table(snakemake.output.counts, counts)
    for row in counts.itertuples():
        log.info("%s: %d clips %s", row.group, row.clips, row.reason or "are quilted")
