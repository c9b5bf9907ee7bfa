"""The study's report as one page, and the claims alone."""

from pathlib import Path

import yaml

from music_selectivity.measures import of_main_layers
from music_selectivity.networks.check_record import read_record
from music_selectivity.report.networks_answer import networks_answer
from music_selectivity.report.preferred_inputs import inputs_with_sounds
from music_selectivity.report.study_page import claims_html, report_html
from music_selectivity.report.tables import (
    clip_numbers,
    sample_size,
    users_networks,
)
from music_selectivity.report.themes import study_figure
from music_selectivity.store import read_table, write_text
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    networks = map(tuple, params.networks)
    statistics = of_main_layers(read_table(files.statistics), params.layers)
    claims = read_table(files.claims)
    clips = read_table(files.clips)
    numbers_of_clips = clip_numbers(clips, read_table(files.quilt_clips), params.split)
    checks = dict(zip(params.twins, map(read_record, files.checks), strict=True))
    figures, shown = [], {}
    for said, svg, numbers in zip(
        params.figures, files.figures, files.numbers, strict=True
    ):
        table = shown[said["name"]] = read_table(numbers)
        sample = sample_size(table, said["clips"], numbers_of_clips)
        figures.append(study_figure(said, sample, Path(svg), table))
    preferred_inputs = {
        tuple(network): inputs_with_sounds(
            read_table(verdicts), read_table(log_mels), Path(sounds)
        )
        for network, verdicts, log_mels, sounds in zip(
            params.preferred_inputs,
            files.preferred_inputs,
            files.preferred_log_mels,
            files.preferred_sounds,
            strict=True,
        )
    }
    page = report_html(
        notice=params.notice,
        clips=clips,
        classes=read_table(files.classes),
        baseline=read_table(files.baseline),
        histories=dict(zip(networks, map(read_table, files.histories), strict=True)),
        statistics=statistics,
        claims=claims,
        figures=figures,
        themes=params.themes,
        key_figures=params.key_figures,
        profiles=read_table(files.profiles) if files.profiles else None,
        examples=read_table(files.examples) if files.examples else None,
        config=yaml.safe_load(Path(files.config).read_text(encoding="utf-8")),
        colours=params.colours,
        users_networks=users_networks(checks, params.twins),
        of_networks=networks_answer(shown["users_networks"]),
        preferred_inputs=preferred_inputs,
    )
    write_text(snakemake.output.page, page)
    write_text(snakemake.output.claims, claims_html(claims, params.notice))
