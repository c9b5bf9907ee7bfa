"""All analyses of one network's units, or of linear features."""

from music_selectivity.analyses.of_source import Source, Study, analyse
from music_selectivity.corpus.clip_table import included
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import from_table, responses_to
from music_selectivity.networks.head import read_head
from music_selectivity.networks.layer_folder import responses_of_layers
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.stimuli.sets import CLIPS
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import SPLITS

with job(snakemake) as log:
    files, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    clips = included(read_table(files.clips))
    draws = params.choices["bootstrap_draws"]
    study = Study(
        clips,
        read_table(files.classes),
        read_table(files.categories),
        {split: split_weights(clips, split, draws) for split in SPLITS},
        params.choices,
    )
    paths = dict(zip(params.stimuli, files.activations, strict=True))
    head, layers = None, ()
    if checkpoint := files.get("checkpoint"):
        head = read_head(checkpoint)
        layers = responses_of_layers(files.layers, CLIPS.name, clips["clip_id"])
    source = Source(
        seed=int(wildcards.seed),
        responses=responses_to(clips["clip_id"], paths[CLIPS.name]),
        stimuli=((name, *from_table(read_table(paths[name]))) for name in paths),
        linear={
            name: responses_to(clips["clip_id"], path)
            for name, path in zip(params.linear, files.linear, strict=True)
            if name != wildcards.model
        },
        head=head,
        layer=params.layer,
        layers=layers,
    )
    tables, rows = analyse(source, study)
    for name, table in tables.items():
        write_table(snakemake.output[name], table)
    write_table(snakemake.output.measures, measure_table(rows))
    log.info("%d measures", len(rows))
