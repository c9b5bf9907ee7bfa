"""Tables of the synthetic corpus, in AudioSet's form."""

from pathlib import Path

from music_selectivity.corpus.soundscapes.corpus import Spec, write_tables
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    spec = Spec(seconds=snakemake.params.seconds, **snakemake.params.spec)
    write_tables(spec, Path(snakemake.output[0]).parent)
