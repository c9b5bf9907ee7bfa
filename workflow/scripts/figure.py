"""One figure of the study: the numbers that it shows, and the drawing of those."""

import importlib

from music_selectivity.figures.style import Style, save
from music_selectivity.measures import of_main_layers
from music_selectivity.store import read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    params = snakemake.params
    tables = {}
    for argument, files in snakemake.input.items():
        if argument in params.networks:
            networks = map(tuple, params.networks[argument])
            tables[argument] = dict(zip(networks, map(read_table, files), strict=True))
        else:
            # A study may lack the table: it then has no file.
            tables[argument] = read_table(files) if files else None
    if "statistics" in tables:
        tables["statistics"] = of_main_layers(tables["statistics"], params.layers)
    name = snakemake.wildcards.figure
    module = importlib.import_module(f"music_selectivity.figures.{name}")
    table = module.table(**tables, **params.arguments)
    figure = module.draw(table, Style(params.colours))
    save(figure, table, snakemake.output.svg.removesuffix(".svg"))
