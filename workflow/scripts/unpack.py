"""Unpack what is needed of an archive."""

from music_selectivity import natsounds, sound_collections
from music_selectivity.fetch import unpack
from music_selectivity.jobs import job

PLACES = {
    "natsound165": natsounds.place_in_folder,
    "esc50": sound_collections.esc50_place,
    "gtzan": sound_collections.music_place,
}

with job(snakemake) as log:
    place = PLACES[snakemake.wildcards.archive]
    count = unpack(snakemake.input[0], snakemake.output[0], place)
    log.info("%d files", count)
