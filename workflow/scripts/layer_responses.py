"""Responses of all layers of a user's network, or of a twin of it, to sounds."""

import numpy as np
import torch

from music_selectivity.corpus.clip_table import included
from music_selectivity.networks import layer_folder
from music_selectivity.networks.device import select_device
from music_selectivity.networks.layer_responses import write_all_layers
from music_selectivity.networks.twins import twin
from music_selectivity.networks.user_code import load_network
from music_selectivity.networks.waveform_inputs import WaveformInputs
from music_selectivity.stimuli.sets import CLIPS, NATURAL_SOUNDS
from music_selectivity.store import ShardedArray, read_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import TRAIN

with job(snakemake) as log:
    files, params = snakemake.input, snakemake.params
    torch.set_num_threads(params.threads)
    device = select_device(snakemake.config["device"])
    network = load_network(params.network)
    clips = included(read_table(files.clips))
    if params.twin:
        # On the train clips, from which the networks of a study learn.
        train = clips[clips["split"] == TRAIN]
        waveforms = ShardedArray(files.waveforms, train["shard"], train["row"])
        inputs = WaveformInputs(waveforms, params.sample_rate, network)
        seed = int(snakemake.wildcards.seed)
        network = twin(network, params.twin, seed, inputs, device)
    waveforms = ShardedArray(files.waveforms, clips["shard"], clips["row"])
    sounds = {CLIPS.name: (clips["clip_id"], waveforms)}
    if files.get("sounds"):
        names = read_table(files.sounds)["sound"]
        rows = np.arange(len(names))
        natural = ShardedArray([files.natural_waveforms], np.zeros_like(rows), rows)
        sounds[NATURAL_SOUNDS.name] = names, natural
    with layer_folder.new_folder(snakemake.output.layers) as folder:
        for stimuli, (names, waveforms) in sounds.items():
            inputs = WaveformInputs(waveforms, params.sample_rate, network)
            write_all_layers(folder, stimuli, names, network, inputs, device)
            log.info("%s: %d sounds on %s", stimuli, len(names), device)
