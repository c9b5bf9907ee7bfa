"""Unpack the needed files of an archive."""

from music_selectivity.corpus.sound_collections.esc50 import esc50_place
from music_selectivity.corpus.sound_collections.gtzan import music_place
from music_selectivity.corpus.unpack import unpack
from music_selectivity.stimuli.natural_sounds import place_in_folder
from music_selectivity.study.jobs import job

PLACES = {
    "natural_sounds": place_in_folder,
    "esc50": esc50_place,
    "gtzan": music_place,
}

with job(snakemake) as log:
    place = PLACES[snakemake.wildcards.archive]
    count = unpack(snakemake.input[0], snakemake.output[0], place)
    log.info("%d files unpacked", count)
