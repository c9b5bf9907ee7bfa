"""t-SNE of one network's responses to music and other sounds."""

from music_selectivity.analyses.embedding import embedding_table, segregation_rows
from music_selectivity.corpus.clip_table import included
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    seed = int(snakemake.wildcards.seed)
    clips = included(read_table(snakemake.input.clips))
    responses = responses_to(clips["clip_id"], snakemake.input.activations)
    table = embedding_table(responses, clips, seed)
    write_table(snakemake.output.clips, table)
    rows = segregation_rows(table[["x", "y"]].to_numpy(), table["group"], seed)
    write_table(snakemake.output.measures, measure_table(rows))
