"""Check that a user's network is as its file describes it."""

import resource
from dataclasses import asdict

import torch

from music_selectivity.networks.check_record import CheckRecord, write_record
from music_selectivity.networks.checking import check
from music_selectivity.networks.device import select_device
from music_selectivity.networks.user_code import load_network
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    params = snakemake.params
    torch.set_num_threads(params.threads)
    device = select_device(snakemake.config["device"])
    network = load_network(params.network)
    checked = check(network, params.seconds, device, params.natural_seconds)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # On a GPU, a batch takes its memory.
    of_batch = checked.mb * network.batch_size if device.type == "cpu" else 0
    record = CheckRecord(
        layers=[asdict(layer) for layer in checked.layers],
        takes="waveforms" if network.log_mel is None else "log-mels",
        sample_rate=network.sample_rate,
        batch_size=network.batch_size,
        licence=network.licence,
        training_data=network.training_data,
        device=str(device),
        seconds=checked.seconds,
        job_mb=peak_mb + of_batch,
    )
    write_record(snakemake.output[0], record)
    log.info(
        "%d layers with %d units, %.2g s a clip, %.0f MB",
        len(record.layers),
        record.n_units,
        record.seconds,
        record.job_mb,
    )
