"""Unpack the 165 natural sounds from the archive of their repository."""

from music_selectivity.fetch import unpack
from music_selectivity.jobs import job
from music_selectivity.natsounds import place_in_folder

with job(snakemake.log[0]) as log:
    count = unpack(snakemake.input[0], snakemake.output[0], place_in_folder)
    log.info("%d files", count)
