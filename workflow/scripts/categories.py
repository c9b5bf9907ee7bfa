"""Which classes belong to each category and genre."""

from music_selectivity.corpus.categories import category_table
from music_selectivity.corpus.ontology import Ontology
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    given = snakemake.input.ontology
    table = category_table(
        snakemake.params.categories,
        snakemake.params.genres,
        read_table(snakemake.input.classes)["name"],
        Ontology.read(given[0]) if given else None,
        read_table(snakemake.input.clips)["labels"],
    )
    write_table(snakemake.output[0], table)
    for (kind, name), classes in table.groupby(["kind", "category"], sort=False):
        log.info("%s %s: %d classes", kind, name, len(classes))
