"""Train one network, or go on where a killed job left it, and keep its best epoch."""

import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import torch

from music_selectivity import seeds
from music_selectivity.corpus.clip_table import draw_clips, label_matrix, training_clips
from music_selectivity.networks.checkpoints import save_checkpoint, save_snapshots
from music_selectivity.networks.device import select_device
from music_selectivity.networks.registry import build
from music_selectivity.networks.training import TrainingSettings, random_labels, train
from music_selectivity.store import ShardedArray, read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import SHUFFLED_LABELS

with job(snakemake) as log:
    name, seed = snakemake.wildcards.model, int(snakemake.wildcards.seed)
    params, model = snakemake.params, snakemake.params.model
    settings = TrainingSettings(
        **params.training,
        epochs=model["epochs"],
        select_by=model["select_by"],
        snapshots=tuple(model["snapshots"]),
    )
    device = select_device(snakemake.config["device"])
    classes = read_table(snakemake.input.classes)
    clips = training_clips(read_table(snakemake.input.clips), model["clips"])
    rng = seeds.generator("training clips", name, seed)
    clips = draw_clips(clips, model["max_clips"], rng)
    labels = label_matrix(clips, classes)
    if model["labels"] == SHUFFLED_LABELS:
        labels = random_labels(labels, seeds.generator("labels", name, seed))
    log.info("%s seed %d: %d clips on %s", name, seed, len(clips), device)

    # What the clips sound like, by the spectrum of each: for the key of a resume file.
    heard = pd.util.hash_pandas_object(clips.filter(regex="^mel_")).tolist()
    network = build(model["architecture"], len(classes), seed)
    resume = Path(params.resume)
    result = train(
        network,
        ShardedArray(snakemake.input.log_mels, clips["shard"], clips["row"]),
        labels,
        settings,
        seed,
        device,
        f"{name} seed {seed}",
        resume_path=resume,
        data_key=json.dumps([params.code, str(device), torch.__version__, *heard]),
    )
    write_table(snakemake.output.history, result.history)
    summary = {
        "train_ap": result.train_ap,
        "validation_ap": result.validation_ap,
        "epoch": result.epoch,
        "training_clips": len(clips),
    }
    write_table(snakemake.output.summary, pd.DataFrame([summary]))
    metadata = {
        "model": name,
        "seed": seed,
        **{key: model[key] for key in ("architecture", "clips", "max_clips", "labels")},
        "classes": list(classes["name"]),
        "training": asdict(settings),
        "front_end": params.front_end,
        "epoch": result.epoch,
        "validation_ap": result.validation_ap,
        "train_ap": result.train_ap,
        "code": params.code,
        "device": str(device),
        "torch": torch.__version__,
    }
    save_checkpoint(snakemake.output.checkpoint, result.state, metadata)
    save_snapshots(snakemake.output.snapshots, result.snapshots, metadata)
    resume.unlink(missing_ok=True)
    log.info("kept epoch %d of %d", result.epoch, settings.epochs)
