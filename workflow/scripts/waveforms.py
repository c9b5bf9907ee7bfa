"""Waveforms of one shard's usable clips, which users' networks are played."""

from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.shard_clips import shard_clips
from music_selectivity.stimuli.waveforms import clips_with_waveforms, write_waveforms
from music_selectivity.store import read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    chosen = clips_with_waveforms(read_table(files.clips))
    chosen = chosen[chosen["shard"] == int(snakemake.wildcards.shard)]
    clips = shard_clips(params.clip_ids, files.audio)
    write_waveforms(chosen, clips, AudioSettings(**params.audio), snakemake.output[0])
    log.info("%d clips", len(chosen))
