"""Waveforms of one shard's usable clips, for users' networks."""

from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.clip_table import included
from music_selectivity.corpus.shard_clips import shard_clips
from music_selectivity.stimuli.waveforms import write_waveforms
from music_selectivity.store import read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    usable = included(read_table(files.clips))
    usable = usable[usable["shard"] == int(snakemake.wildcards.shard)]
    clips = shard_clips(params.clip_ids, files.audio)
    write_waveforms(usable, clips, AudioSettings(**params.audio), snakemake.output[0])
    log.info("%d clips", len(usable))
