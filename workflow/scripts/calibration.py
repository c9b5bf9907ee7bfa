"""Response ratios of one network with music labels permuted over clips."""

from music_selectivity import seeds
from music_selectivity.analyses.calibration import permutation_rows, permuted_ratios
from music_selectivity.corpus.clip_table import included
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake):
    params = snakemake.params
    clips = included(read_table(snakemake.input.clips))
    responses = responses_to(clips["clip_id"], snakemake.input.activations)
    null = permuted_ratios(
        responses,
        clips,
        params.ms_fraction,
        params.permutations,
        # All networks get the same permutations, as they heard the same clips.
        seeds.generator("permutations"),
    )
    write_table(snakemake.output.null, null)
    rows = permutation_rows(null, responses, clips, params.ms_fraction)
    write_table(snakemake.output.measures, measure_table(rows))
