"""Plan the clips of two public collections, and write their tables."""

from pathlib import Path

from music_selectivity.corpus.sound_collections.planning import plan
from music_selectivity.corpus.sound_collections.tables import write_tables
from music_selectivity.store import write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    given = snakemake.params.collections
    recipes = plan(
        given["esc50"], given["music"], given["clips_per_track"], given["seed"]
    )
    folder = Path(snakemake.output.recipes).parent
    write_tables(recipes, snakemake.input.ontology, folder)
    write_table(snakemake.output.recipes, recipes)
    log.info("%d clips planned", len(recipes))
