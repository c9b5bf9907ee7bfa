"""The study's report as one page, and the claims alone."""

from pathlib import Path

import yaml

from music_selectivity import report
from music_selectivity.figures import FIGURES
from music_selectivity.jobs import job
from music_selectivity.store import read_table, write_text

with job(snakemake.log[0]) as log:
    files, params = snakemake.input, snakemake.params
    networks = [tuple(network) for network in params.networks]
    claims = read_table(files.claims)
    figures = [
        (f"{FIGURES[name].title} ({FIGURES[name].panel})", params.captions[name], svg)
        for name, svg in ((Path(svg).stem, svg) for svg in files.figures)
    ]
    page = report.build(
        study=params.study,
        notice=params.notice,
        clips=read_table(files.clips),
        classes=read_table(files.classes),
        trivial=read_table(files.trivial),
        histories=dict(zip(networks, map(read_table, files.histories), strict=True)),
        statistics=read_table(files.statistics),
        claims=claims,
        figures=figures,
        config=yaml.safe_load(Path(files.config).read_text(encoding="utf-8")),
    )
    write_text(snakemake.output.page, page)
    write_text(snakemake.output.claims, report.claims_html(claims, params.notice))
