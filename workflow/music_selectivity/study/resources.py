"""What the jobs of each rule ask of a scheduler, from measurements.

``docs/resources.md`` shows the same table with its results for the paper's study; a
test keeps the two consistent.
"""

import math
from dataclasses import dataclass

from music_selectivity.study.scale import (
    Scale,
    Units,
    ablated_layers,
    checked,
    clips,
    epochs,
    frames,
    network_mb,
    once,
    played,
    random_sets,
    responses,
    shard_sound,
    snapshots,
    sound,
    sources,
    stimuli,
    widest_responses,
)

MEMORY_MARGIN = 1.5

TIME_MARGIN = 3.0
"""Allows for other processors, slower disks and shared nodes."""

LEAST_MB = 500

LEAST_MINUTES = 10
"""Smaller requests would not help a scheduler, and every queue has an overhead."""

NETWORK_TIME = {"kim2024": 1.0, "cnn10": 2.2, "ast_small": 1.4}
"""Time that a clip of 10 s takes in networks of each architecture, relative to
``kim2024``, for which costs are stated (``benchmarks/architectures.py``)."""


@dataclass(frozen=True)
class Cost:
    """What a rule's jobs were measured to take, on one core.

    Attributes
    ----------
    mb : float
        Peak memory of a small job, libraries included.
    seconds : float
        Seconds that a small job takes, mostly to start.
    ms : float
        Milliseconds for each unit of `work`.
    work : callable
        Gives the units of work in a job of a `Scale`; the docstring of the function
        says what the units are.
    mb_per_1000 : float
        Additional memory for each 1,000 units of `grows_with`.
    grows_with : callable
        Units with which memory grows, as for `work`.
    parallel : bool
        Whether threads share the work.
    by_network : bool
        Whether a network does the work, whose architecture determines its time.
    """

    mb: float
    seconds: float
    ms: float = 0
    work: Units = once
    mb_per_1000: float = 0
    grows_with: Units = clips
    parallel: bool = False
    by_network: bool = False

    def peak_mb(self, scale: Scale) -> float:
        """Memory that a job of this scale takes."""
        return self.mb + self.mb_per_1000 * self.grows_with(scale) / 1000

    def duration(self, scale: Scale) -> float:
        """Seconds that a job of this scale takes, with a core for each thread."""
        threads = scale.threads if self.parallel else 1
        ms = self.ms * scale.network_time if self.by_network else self.ms
        return self.seconds + ms * self.work(scale) / 1000 / threads


COSTS = {
    "fetch": Cost(mb=175, seconds=3600),
    "unpack": Cost(mb=150, seconds=60),
    "soundscape_tables": Cost(mb=110, seconds=1, ms=0.1, work=clips),
    "soundscape_audio": Cost(mb=145, seconds=2, ms=40, work=shard_sound),
    "collection_tables": Cost(mb=200, seconds=5),
    "collection_audio": Cost(mb=200, seconds=3, ms=100, work=shard_sound),
    "list_clips": Cost(mb=150, seconds=1, mb_per_1000=1),
    "log_mel": Cost(mb=400, seconds=2, ms=15, work=shard_sound),
    "clips": Cost(mb=155, seconds=1, mb_per_1000=3),
    "audit": Cost(mb=180, seconds=1, mb_per_1000=4),
    "baseline": Cost(mb=225, seconds=2, mb_per_1000=5),
    "equal_rms": Cost(mb=400, seconds=2, ms=13, work=shard_sound, mb_per_1000=2),
    "quilt_clips": Cost(mb=155, seconds=1, mb_per_1000=3),
    "quilts": Cost(mb=550, seconds=2, ms=40, work=shard_sound, mb_per_1000=2),
    "joint_changes": Cost(mb=130, seconds=1, mb_per_1000=1),
    "natural_sounds_log_mel": Cost(mb=450, seconds=5),
    "categories": Cost(mb=135, seconds=1, mb_per_1000=5),
    "train": Cost(
        mb=740,
        seconds=2,
        ms=12,
        work=epochs,
        mb_per_1000=13,
        parallel=True,
        by_network=True,
    ),
    "activations": Cost(
        mb=610,
        seconds=2,
        ms=4,
        work=stimuli,
        mb_per_1000=11,
        parallel=True,
        by_network=True,
    ),
    "check_network": Cost(
        mb=0, seconds=6, ms=1000, work=checked, mb_per_1000=1000, grows_with=network_mb
    ),
    "check_twin": Cost(
        mb=0, seconds=6, ms=300, work=checked, mb_per_1000=1000, grows_with=network_mb
    ),
    "waveforms": Cost(mb=330, seconds=3, ms=20, work=shard_sound, mb_per_1000=2),
    "natural_sounds_waveforms": Cost(mb=400, seconds=3),
    "layer_responses": Cost(
        mb=300, seconds=6, ms=1000, work=played, mb_per_1000=1000, grows_with=network_mb
    ),
    "twin_responses": Cost(
        mb=300, seconds=8, ms=1000, work=played, mb_per_1000=1000, grows_with=network_mb
    ),
    "fit_pca": Cost(
        mb=640, seconds=2, ms=15, work=sound, mb_per_1000=93, parallel=True
    ),
    "linear_features": Cost(
        mb=610, seconds=2, ms=25, work=stimuli, mb_per_1000=10, parallel=True
    ),
    "natural_sound_features": Cost(mb=610, seconds=15),
    "analyses": Cost(mb=440, seconds=4, ms=3.5, work=clips, mb_per_1000=28),
    "linear_analyses": Cost(mb=440, seconds=3, ms=3, work=clips, mb_per_1000=28),
    "layers": Cost(
        mb=245,
        seconds=6,
        ms=500,
        work=responses,
        mb_per_1000=35_000,
        grows_with=widest_responses,
    ),
    "natural_sounds": Cost(mb=185, seconds=3),
    "fmri": Cost(mb=185, seconds=3),
    "brain": Cost(mb=245, seconds=5),
    "brain_baselines": Cost(mb=205, seconds=4),
    "random_ablation": Cost(
        mb=540, seconds=2, ms=0.006, work=random_sets, mb_per_1000=3, parallel=True
    ),
    "layer_ablation": Cost(
        mb=610,
        seconds=5,
        ms=30,
        work=ablated_layers,
        mb_per_1000=13,
        parallel=True,
        by_network=True,
    ),
    "training_course": Cost(
        mb=715, seconds=2, ms=5.5, work=snapshots, mb_per_1000=13, by_network=True
    ),
    "preferred_inputs": Cost(
        mb=610,
        seconds=5,
        ms=60_000,
        work=frames,
        mb_per_1000=4,
        by_network=True,
    ),
    "statistics": Cost(mb=450, seconds=2),
    "mixed_effects": Cost(
        mb=235, seconds=2, ms=0.03, work=sources, mb_per_1000=0.5, grows_with=sources
    ),
    "claims": Cost(mb=640, seconds=2),
    "figure": Cost(
        mb=220, seconds=1, ms=0.02, work=sources, mb_per_1000=1, grows_with=sources
    ),
    "unit_profiles": Cost(mb=190, seconds=5, ms=25, work=clips, mb_per_1000=10),
    "sound_examples": Cost(mb=370, seconds=10, ms=4, work=sound, mb_per_1000=10),
    "report_page": Cost(mb=195, seconds=2, mb_per_1000=5),
    "resolved_config": Cost(mb=110, seconds=1),
    "usage": Cost(mb=180, seconds=1),
    "provenance": Cost(mb=180, seconds=3, ms=20, work=sound, mb_per_1000=5),
}

ESTIMATED = frozenset(
    [
        "fetch",
        "unpack",
        "collection_tables",
        "collection_audio",
        "natural_sounds_log_mel",
        "natural_sounds_waveforms",
        "check_network",
        "check_twin",
        "layer_responses",
        "twin_responses",
        "natural_sounds",
        "fmri",
        "layer_ablation",
        "provenance",
    ]
)
"""Rules whose costs are estimates: no job of theirs was measured."""

OF_USERS_NETWORKS = frozenset(
    ["check_network", "check_twin", "layer_responses", "twin_responses", "layers"]
)
"""Rules whose costs depend on the user's network of the job."""


def memory_mb(rule: str, scale: Scale, attempt: int = 1) -> int:
    """Memory to ask for, MB, in steps of 100; twice as much at each attempt."""
    asked = max(LEAST_MB, MEMORY_MARGIN * COSTS[rule].peak_mb(scale))
    return math.ceil(asked / 100) * 100 * 2 ** (attempt - 1)


def runtime_minutes(rule: str, scale: Scale, attempt: int = 1) -> int:
    """Time to ask for, minutes, in steps of 10; twice as much at each attempt."""
    asked = max(LEAST_MINUTES, TIME_MARGIN * COSTS[rule].duration(scale) / 60)
    return math.ceil(asked / 10) * 10 * 2 ** (attempt - 1)
