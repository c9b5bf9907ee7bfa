"""Unpack what is needed of an archive."""

from music_selectivity import natsounds
from music_selectivity.fetch import unpack
from music_selectivity.jobs import job
from music_selectivity.sound_collections.esc50 import esc50_place
from music_selectivity.sound_collections.gtzan import music_place

PLACES = {
    "natsound165": natsounds.place_in_folder,
    "esc50": esc50_place,
    "gtzan": music_place,
}

with job(snakemake) as log:
    place = PLACES[snakemake.wildcards.archive]
    count = unpack(snakemake.input[0], snakemake.output[0], place)
    log.info("%d files", count)
