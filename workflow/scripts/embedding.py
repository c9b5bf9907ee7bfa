"""t-SNE of one network's responses to music and other sounds."""

import pandas as pd

from music_selectivity.activations import from_table
from music_selectivity.clips import included
from music_selectivity.embedding import embed, segregation_rows
from music_selectivity.jobs import job
from music_selectivity.resampling import measure_table
from music_selectivity.selectivity import MEASURED_SPLIT
from music_selectivity.store import read_table, write_table

with job(snakemake.log[0]) as log:
    seed = int(snakemake.wildcards.seed)
    clips = included(read_table(snakemake.input.clips))
    _, responses = from_table(read_table(snakemake.input.activations))
    shown = (clips["split"] == MEASURED_SPLIT) & clips["group"].isin(
        ["music", "nonmusic"]
    )
    points = embed(responses[shown.to_numpy()], seed)
    table = pd.DataFrame(points, columns=["x", "y"])
    table.insert(0, "clip_id", clips.loc[shown, "clip_id"].to_numpy())
    table["group"] = clips.loc[shown, "group"].to_numpy()
    write_table(snakemake.output.clips, table)
    rows = segregation_rows(points, table["group"], seed)
    write_table(snakemake.output.measures, measure_table(rows))
