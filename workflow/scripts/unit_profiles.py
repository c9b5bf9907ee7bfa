"""Profiles of units of one network a model, for the report."""

import pandas as pd

from music_selectivity.analyses.unit_profiles import unit_profiles
from music_selectivity.corpus.clip_table import included
from music_selectivity.networks.activations import from_table, responses_to
from music_selectivity.networks.head import read_head
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    clips, classes = included(read_table(files.clips)), read_table(files.classes)
    found = []
    for number, (model, seed) in enumerate(params.networks):
        of_network = len(params.stimuli) * number
        paths = files.stimuli[of_network : of_network + len(params.stimuli)]
        profiles = unit_profiles(
            read_table(files.units[number]),
            responses_to(clips["clip_id"], files.clip_responses[number]),
            (
                (name, *from_table(read_table(path)))
                for name, path in zip(params.stimuli, paths, strict=True)
            ),
            read_head(files.checkpoints[number]),
            clips,
            classes,
            params.ms_fraction,
            params.measured_split,
        )
        profiles.insert(0, "seed", seed)
        profiles.insert(0, "model", model)
        found.append(profiles)
        log.info("%s, seed %d: %d values", model, seed, len(profiles))
    write_table(snakemake.output[0], pd.concat(found, ignore_index=True))
