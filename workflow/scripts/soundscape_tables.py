"""Tables of the synthetic corpus, in AudioSet's form."""

from pathlib import Path

from music_selectivity import soundscapes
from music_selectivity.jobs import job

with job(snakemake) as log:
    spec = soundscapes.Spec(seconds=snakemake.params.seconds, **snakemake.params.spec)
    soundscapes.write_tables(spec, Path(snakemake.output[0]).parent)
