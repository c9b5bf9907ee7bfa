"""One figure of the study: the numbers it shows, and the picture of those alone."""

import importlib

from music_selectivity.figures.style import Style, save
from music_selectivity.store import read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    networks = [tuple(network) for network in snakemake.params.networks]
    # A path is one table of the study, a list one table of each network.
    tables = {
        name: read_table(paths)
        if isinstance(paths, str)
        else dict(zip(networks, map(read_table, paths), strict=True))
        for name, paths in snakemake.input.items()
    }
    module = importlib.import_module(
        f"music_selectivity.figures.{snakemake.wildcards.figure}"
    )
    table = module.table(**tables, **snakemake.params.arguments)
    figure = module.draw(table, Style(snakemake.params.colours))
    save(figure, table, snakemake.output.svg.removesuffix(".svg"))
