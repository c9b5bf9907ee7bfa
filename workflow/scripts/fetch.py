"""Download one file."""

from music_selectivity.corpus.fetch import fetch
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    fetch(path=snakemake.output[0], **snakemake.params.source)
    log.info("%s is complete", snakemake.output[0])
