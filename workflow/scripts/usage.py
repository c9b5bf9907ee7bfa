"""What the study's jobs took, by rule, as a table and a page."""

from music_selectivity.report.usage_page import usage_html
from music_selectivity.store import write_table, write_text
from music_selectivity.study.jobs import job
from music_selectivity.study.usage import usage

with job(snakemake) as log:
    params = snakemake.params
    table = usage(params.benchmarks, params.asked_mb)
    write_table(snakemake.output.table, table)
    write_text(snakemake.output.page, usage_html(params.study, table))
    log.info("%d jobs took %.0f s", table["jobs"].sum(), table["total_s"].sum())
