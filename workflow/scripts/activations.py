"""Responses of one network's units to stimulus sets, of all layers to some of them."""

import shutil

import torch

from music_selectivity.networks import layer_folder
from music_selectivity.networks.device import select_device
from music_selectivity.networks.layer_responses import (
    write_all_layers,
    write_layer_responses,
)
from music_selectivity.networks.own_networks import describe_checkpoint
from music_selectivity.stimuli.arrays import open_stimuli, sound_table
from music_selectivity.stimuli.sets import set_named
from music_selectivity.store import atomic_path
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    torch.set_num_threads(params.threads)
    device = select_device(snakemake.config["device"])
    network = describe_checkpoint(files.checkpoint)
    with layer_folder.new_folder(snakemake.output.layers) as folder:
        for name, path in zip(params.stimuli, snakemake.output.tables, strict=True):
            stimuli = set_named(name)
            table = sound_table(stimuli, files)
            sounds, log_mels = open_stimuli(table, stimuli, files[name])
            heard = (sounds, network, log_mels, device)
            if name in layer_folder.RECORDED:
                write_all_layers(folder, name, *heard)
                of_main_layer = layer_folder.table_path(folder, params.layer, name)
                with atomic_path(path) as temporary:
                    shutil.copyfile(of_main_layer, temporary)
            else:
                write_layer_responses({params.layer: path}, *heard)
            log.info("%s: %d sounds on %s", name, len(sounds), device)
