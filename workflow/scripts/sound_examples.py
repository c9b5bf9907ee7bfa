"""Pictures and, if they may be passed on, sounds of clips and quilts for the report."""

import pandas as pd
import torch

from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.stimuli.examples import (
    KEY,
    example_pictures,
    example_sounds,
    quilted_examples,
)
from music_selectivity.stimuli.filling import sound_samples
from music_selectivity.stimuli.quilt_clips import QuiltSettings
from music_selectivity.stimuli.sets import CLIPS, set_named
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import CLIP_RESPONSE

with job(snakemake) as log:
    torch.set_num_threads(1)
    files, params = snakemake.input, snakemake.params
    audio, quilts = AudioSettings(**params.audio), QuiltSettings(**params.quilts)
    rate, log_mel = audio.sample_rate, LogMelSettings(**params.log_mel)
    clips, quilt_clips = read_table(files.clips), read_table(files.quilt_clips)
    profiles = read_table(files.profiles)
    strongest = profiles.loc[profiles["quantity"] == CLIP_RESPONSE, "place"]
    whole = clips[clips["clip_id"].isin(strongest)]
    quilted = quilted_examples(quilt_clips).set_index("clip_id")
    samples = quilts.samples(sound_samples(quilted, rate), rate)
    sets = list(map(set_named, params.stimuli))
    shown = [(CLIPS, clips, pd.Series(audio.n_samples, index=whole["clip_id"]))]
    shown += [(stimuli, quilt_clips, samples) for stimuli in sets]
    examples = pd.concat(
        [
            example_pictures(each, stimuli, table, files[stimuli.name], rate, log_mel)
            for stimuli, table, each in shown
        ],
        ignore_index=True,
    )
    examples = examples.merge(clips[["clip_id", "group", "labels"]], on="clip_id")
    sounds = {}
    if params.sounds:
        quilted = clips[clips["clip_id"].isin(quilted.index)]
        sounds = dict(example_sounds(whole, quilted, sets, audio, quilts, log_mel))
    keys = examples[KEY].itertuples(index=False, name=None)
    examples["mp3"] = [sounds.get(key, b"") for key in keys]
    write_table(snakemake.output[0], examples)
    log.info("%d pictures, %d sounds", len(examples), len(sounds))
