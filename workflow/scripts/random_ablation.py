"""Detection with random sets of one network's units silenced."""

import torch

from music_selectivity import seeds
from music_selectivity.analyses.ablation import SETS
from music_selectivity.analyses.random_ablation import (
    null_rows,
    random_ablation,
    silenced_mean_ap,
)
from music_selectivity.corpus.clip_table import included, label_matrix
from music_selectivity.measures import measure_table
from music_selectivity.networks.activations import responses_to
from music_selectivity.networks.checkpoints import load_checkpoint
from music_selectivity.networks.device import select_device
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import MEASURED_SPLIT, MSI_TOP, NO_UNITS

with job(snakemake) as log:
    params, wildcards = snakemake.params, snakemake.wildcards
    torch.set_num_threads(params.threads)
    device = select_device(snakemake.config["device"])
    classes = read_table(snakemake.input.classes)
    clips = included(read_table(snakemake.input.clips))
    measured = (clips["split"] == MEASURED_SPLIT).to_numpy()
    responses = responses_to(clips["clip_id"], snakemake.input.activations)
    network, _ = load_checkpoint(snakemake.input.checkpoint)
    units = read_table(snakemake.input.units)
    sets = SETS[params.units](units, params.ms_fraction)
    del sets[NO_UNITS]
    shared = (
        network.head,
        responses[measured],
        label_matrix(clips, classes)[measured],
        ~classes["music_related"].to_numpy(dtype=bool),
    )
    null = random_ablation(
        *shared,
        len(sets[MSI_TOP]),
        params.sets,
        seeds.generator("random ablation", wildcards.model, wildcards.seed),
        device,
    )
    observed = silenced_mean_ap(*shared, list(sets.values()), device)
    rows = null_rows(null, dict(zip(sets, observed, strict=True)))
    write_table(snakemake.output.null, null)
    write_table(snakemake.output.measures, measure_table(rows))
