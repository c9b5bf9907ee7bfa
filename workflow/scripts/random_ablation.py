"""Detection with random sets of one network's units silenced."""

import torch

from music_selectivity import seeds
from music_selectivity.ablation import SETS
from music_selectivity.activations import from_table
from music_selectivity.checkpoints import load_checkpoint
from music_selectivity.clips import included, label_matrix
from music_selectivity.device import resolve
from music_selectivity.jobs import job
from music_selectivity.random_ablation import (
    null_rows,
    random_ablation,
    silenced_mean_ap,
)
from music_selectivity.resampling import measure_table
from music_selectivity.selectivity import MEASURED_SPLIT
from music_selectivity.store import read_table, write_table

with job(snakemake) as log:
    params, wildcards = snakemake.params, snakemake.wildcards
    torch.set_num_threads(params.threads)
    device = resolve(snakemake.config["device"])
    classes = read_table(snakemake.input.classes)
    clips = included(read_table(snakemake.input.clips))
    measured = (clips["split"] == MEASURED_SPLIT).to_numpy()
    _, responses = from_table(read_table(snakemake.input.activations))
    network, _ = load_checkpoint(snakemake.input.checkpoint)
    units = read_table(snakemake.input.units)
    sets = SETS[params.units](units, params.ms_fraction)
    del sets["none"]
    shared = (
        network.head,
        responses[measured],
        label_matrix(clips, classes)[measured],
        ~classes["music_related"].to_numpy(dtype=bool),
    )
    null = random_ablation(
        *shared,
        len(sets["msi_top"]),
        params.sets,
        seeds.generator("random ablation", wildcards.model, wildcards.seed),
        device,
        log.info,
    )
    observed = silenced_mean_ap(*shared, list(sets.values()), device)
    rows = null_rows(null, dict(zip(sets, observed, strict=True)))
    write_table(snakemake.output.null, null)
    write_table(snakemake.output.measures, measure_table(rows))
