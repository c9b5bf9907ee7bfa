"""Plan the clips of two public collections, and write their tables."""

from pathlib import Path

from music_selectivity import sound_collections
from music_selectivity.jobs import job
from music_selectivity.store import write_table

with job(snakemake) as log:
    given = snakemake.params.collections
    recipes = sound_collections.plan(
        given["esc50"], given["music"], given["clips_per_track"], given["seed"]
    )
    folder = Path(snakemake.output.recipes).parent
    sound_collections.write_tables(recipes, snakemake.input.ontology, folder)
    write_table(snakemake.output.recipes, recipes)
    log.info("%d clips planned", len(recipes))
