"""Music-selectivity of one network's units."""

from music_selectivity.analyses.selectivity import same_split_ratios, unit_table
from music_selectivity.corpus.clip_table import included
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    clips = included(read_table(snakemake.input.clips))
    responses = responses_to(clips["clip_id"], snakemake.input.activations)
    write_table(snakemake.output.units, unit_table(responses, clips))
    rows = same_split_ratios(responses, clips, snakemake.params.ms_fraction)
    write_table(snakemake.output.measures, measure_table(rows))
