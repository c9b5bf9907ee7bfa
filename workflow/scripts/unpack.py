"""Unpack the needed files of an archive."""

from music_selectivity.corpus.archives import ARCHIVES
from music_selectivity.corpus.unpack import unpack
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    place = ARCHIVES[snakemake.wildcards.archive].place
    count = unpack(snakemake.input[0], snakemake.output[0], place)
    log.info("%d files unpacked", count)
