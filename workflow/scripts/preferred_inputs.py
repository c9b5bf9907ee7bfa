"""The sounds that drive units of one network most, and those of an untrained one."""

from pathlib import Path

import numpy as np
import torch

from music_selectivity import seeds
from music_selectivity.analyses.preferred_inputs import (
    chosen_units,
    log_mel_table,
    preferred_inputs,
    verdict_table,
)
from music_selectivity.audio.inversion import Inversion
from music_selectivity.audio.log_mel import LogMelSettings
from music_selectivity.audio.reading import AudioSettings
from music_selectivity.corpus.clip_table import included
from music_selectivity.networks.activations import responses_to
from music_selectivity.networks.checkpoints import load_checkpoint
from music_selectivity.networks.log_mel_statistics import log_mel_statistics
from music_selectivity.store import ShardedArray, atomic_path, read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import MS_UNITS, UNTRAINED

with job(snakemake) as log:
    files, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    torch.set_num_threads(1)
    audio = AudioSettings(**params.audio)
    settings = LogMelSettings(**params.log_mel)
    inversion = Inversion(settings, audio.sample_rate, audio.n_samples)
    clips = included(read_table(files.clips))
    log_mels = ShardedArray(files.log_mels, clips["shard"], clips["row"])
    held_out = np.flatnonzero(clips["split"] == params.measured_split)
    statistics = log_mel_statistics(log_mels, held_out)
    name = ("preferred inputs", wildcards.model, wildcards.seed)
    units = chosen_units(
        read_table(files.units),
        params.ms_fraction,
        params.measured_split,
        seeds.generator(*name, "units"),
    )
    sources = {kind: (files.checkpoint, files.activations) for kind in units}
    if files.untrained:
        # Units of the same numbers, which were the start of the trained ones.
        sources[UNTRAINED] = files.untrained, files.untrained_activations
        units[UNTRAINED] = units[MS_UNITS]
    found, responses = [], {}
    for kind, (checkpoint, activations) in sources.items():
        network, _ = load_checkpoint(checkpoint)
        rng = seeds.generator(*name, kind)
        found += preferred_inputs(
            kind, network, units[kind], statistics, inversion, audio, rng
        )
        responses[kind] = responses_to(clips["clip_id"], activations)[held_out]
    table = verdict_table(found, responses)
    for each in found:
        with atomic_path(Path(snakemake.output.sounds, each.sound)) as path:
            path.write_bytes(each.mp3)
    write_table(snakemake.output.log_mels, log_mel_table(found))
    write_table(snakemake.output.table, table)
    log.info("%d of %d preferred inputs kept", table["kept"].sum(), len(table))
