"""What became of every clip listed: counts, the excluded clips, and a page of both."""

from music_selectivity.corpus.audit import audit, compare_with_paper, excluded_clips
from music_selectivity.report.audit_page import audit_html
from music_selectivity.store import read_table, write_table, write_text
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import AUDIOSET

with job(snakemake) as log:
    clips = read_table(snakemake.input.clips)
    classes = read_table(snakemake.input.classes)
    counts = audit(clips, classes["name"].tolist())
    excluded = excluded_clips(clips)
    # The paper's numbers are of AudioSet.
    of_audioset = snakemake.params.corpus_type == AUDIOSET
    paper = compare_with_paper(counts) if of_audioset else None
    page = audit_html(snakemake.params.study, counts, paper)
    write_table(snakemake.output.audit, counts)
    write_table(snakemake.output.excluded, excluded)
    write_text(snakemake.output.page, page)
    log.info("%d of %d clips are excluded", len(excluded), len(clips))
