"""List the corpus: clips with labels, split and group, and its classes."""

from music_selectivity.corpus.list_clips import list_corpus
from music_selectivity.store import write_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    corpus = snakemake.params.corpus
    # A generated corpus lies where its tables were written.
    generated = snakemake.input[0].rpartition("/")[0]
    clips, classes = list_corpus(corpus, snakemake.params.categories, generated)
    log.info("%d clips and %d classes listed", len(clips), len(classes))
    log.info("%d are on the exclusion list", clips["unlabelled_music"].sum())
    write_table(snakemake.output.clips, clips)
    write_table(snakemake.output.classes, classes)
