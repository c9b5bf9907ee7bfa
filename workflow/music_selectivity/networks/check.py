"""The command that checks a user's network and says what it will take.

``python -m music_selectivity.networks.check my_network.py:make --seconds 10``: see
docs/networks.md.
"""

import argparse
import sys
from collections.abc import Sequence

import torch

from music_selectivity.errors import InputError
from music_selectivity.networks.check_problems import shape_text
from music_selectivity.networks.checking import Checked, check
from music_selectivity.networks.description import NetworkDescription
from music_selectivity.networks.device import select_device
from music_selectivity.networks.layers import outlines
from music_selectivity.networks.synthetic_sounds import synthetic_sounds
from music_selectivity.networks.user_code import load_network

BYTES_PER_RESPONSE = 5.6
"""On disk, measured: Parquet first stores the values of a column once each, which does
not pay for responses, of which hardly any are equal."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: print what the check found, or the problems, with exit status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m music_selectivity.networks.check",
        description="Check that a network is as its file describes it.",
    )
    parser.add_argument("network", help="file and function, my_network.py:make")
    parser.add_argument(
        "--seconds", type=float, default=10.0, help="length of the study's clips"
    )
    parser.add_argument(
        "--clips",
        type=int,
        default=10_000,
        help="number of clips of the study, and of natural sounds if it has them",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument(
        "--modules",
        action="store_true",
        help="print the output of every module, to choose layers from, and end",
    )
    options = parser.parse_args(arguments)
    if options.seconds <= 0:
        parser.error("--seconds must be more than 0")
    try:
        device = select_device(options.device)
        network = load_network(options.network)
        if options.modules:
            print(_modules_text(network, options.seconds, device))
            return
        checked = check(network, options.seconds, device)
    except InputError as error:
        sys.exit("\n".join(f"error: {line}" for line in str(error).splitlines()))
    print(_text(network, checked, options.seconds, options.clips, device))


def _modules_text(
    network: NetworkDescription, seconds: float, device: torch.device
) -> str:
    sounds = synthetic_sounds(seconds, network.sample_rate)
    inputs = torch.from_numpy(network.inputs(sounds)).to(device)
    found = outlines(network.module.to(device).eval(), inputs)
    return "\n".join(
        [f"The output of each module for {len(sounds)} clips of {seconds:g} s:"]
        + [f"  {name}: {outline}" for name, outline in found.items()]
    )


def _text(
    network: NetworkDescription,
    checked: Checked,
    seconds: float,
    n_clips: int,
    device: torch.device,
) -> str:
    width = max(len(layer.name) for layer in checked.layers)
    layers = [
        f"  {layer.name:{width}}  {layer.n_units:6,} units, of which "
        f"{layer.n_constant:,} never vary; output {shape_text(layer.shape)}"
        for layer in checked.layers
    ]
    lengths = (
        f"takes clips of {seconds:g} s and of {checked.other_seconds:g} s"
        if checked.other_seconds
        else f"takes clips of {seconds:g} s, but neither longer nor shorter ones, so "
        "that no axis could be seen to be time"
    )
    job_mb = checked.loaded_mb + checked.mb * network.batch_size
    return "\n".join(
        [
            "The network is as described.",
            *layers,
            f"It is deterministic, does not depend on the batch, and {lengths}.",
            f"A clip takes {checked.seconds:.2g} s and {checked.mb:,.0f} MB on "
            f"{device}; a job with batches of {network.batch_size} takes "
            f"{job_mb:,.0f} MB.",
            f"Responses to {n_clips:,} sounds: 1 job of "
            f"{checked.seconds * n_clips / 3600:.2g} h, and "
            f"{BYTES_PER_RESPONSE * checked.n_units * n_clips / 1e6:,.0f} MB on disk. "
            "Analyses: one job for all layers.",
            f"Licence: {network.licence}",
            f"Training data: {network.training_data}",
        ]
    )


if __name__ == "__main__":
    main()
