"""Mean change at the joints of each set of quilts, over the clips of all shards."""

import pandas as pd

from music_selectivity.stimuli.joint_changes import mean_joint_changes
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake):
    quilts = pd.concat(map(read_table, snakemake.input), ignore_index=True)
    write_table(snakemake.output[0], mean_joint_changes(quilts))
