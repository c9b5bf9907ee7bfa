"""Check that a user's network can be turned into a twin."""

import torch

from music_selectivity.networks.checking import check_twin
from music_selectivity.networks.device import select_device
from music_selectivity.networks.user_code import load_network
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    params = snakemake.params
    torch.set_num_threads(params.threads)
    device = select_device(snakemake.config["device"])
    check_twin(load_network(params.network), params.twin, params.seconds, device)
