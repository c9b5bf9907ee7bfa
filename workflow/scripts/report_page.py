"""The study's report as one page, and the claims alone."""

from pathlib import Path

import yaml

from music_selectivity import report
from music_selectivity.figures import FIGURES
from music_selectivity.report.tables import sample_size
from music_selectivity.store import read_table, write_text
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    networks = [tuple(network) for network in params.networks]
    statistics, claims = read_table(files.statistics), read_table(files.claims)
    figures = []
    for svg, numbers in zip(files.figures, files.numbers, strict=True):
        name = Path(svg).stem
        entry = FIGURES[name]
        sample = sample_size(read_table(numbers), statistics, entry.clips)
        caption = f"{params.captions[name].strip()} {sample}"
        figures.append((f"{entry.title} ({entry.panel})", caption, svg))
    page = report.build(
        study=params.study,
        notice=params.notice,
        clips=read_table(files.clips),
        classes=read_table(files.classes),
        trivial=read_table(files.trivial),
        histories=dict(zip(networks, map(read_table, files.histories), strict=True)),
        statistics=statistics,
        claims=claims,
        figures=figures,
        config=yaml.safe_load(Path(files.config).read_text(encoding="utf-8")),
    )
    write_text(snakemake.output.page, page)
    write_text(snakemake.output.claims, report.claims_html(claims, params.notice))
