"""What became of every clip listed: counts, the clips set aside, and both as a page."""

from music_selectivity import report
from music_selectivity.audit import audit, beside_the_paper, set_aside
from music_selectivity.jobs import job
from music_selectivity.store import read_table, write_table, write_text

with job(snakemake) as log:
    clips = read_table(snakemake.input.clips)
    classes = read_table(snakemake.input.classes)
    counts = audit(clips, classes["name"].tolist())
    lost = set_aside(clips)
    # The paper's numbers are of AudioSet.
    paper = beside_the_paper(counts) if snakemake.params.form == "audioset" else None
    page = report.audit_html(snakemake.params.study, counts, paper)
    write_table(snakemake.output.audit, counts)
    write_table(snakemake.output.set_aside, lost)
    write_text(snakemake.output.page, page)
    log.info("%d of %d clips are set aside", len(lost), len(clips))
