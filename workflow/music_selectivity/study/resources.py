"""What the jobs of each rule ask of a scheduler, from measurements.

``docs/resources.md`` shows the same table with its results for the paper's study; a
test keeps the two consistent.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from music_selectivity.study.config import AUDIOSET_TABLES
from music_selectivity.vocabulary import MIXED, MUSIC, NONMUSIC

MEMORY_MARGIN = 1.5
TIME_MARGIN = 3.0
"""Allows for other processors, slower disks and shared nodes."""

LEAST_MB = 500
LEAST_MINUTES = 10
"""Smaller requests would not help a scheduler, and every queue has an overhead."""

AUDIOSET_CLIPS = 36_000
"""Clips of both splits of AudioSet in public mirrors. The number of clips in parquet
files is unknown until they are read."""

AUDIOSET_SHARES = {MUSIC: 0.24, NONMUSIC: 0.60, MIXED: 0.16}
"""Share of each group in AudioSet's tables. The groups of a study's clips are unknown
until they are listed."""

RESAMPLING_SECONDS = 0.004
"""Time in which a clip of 10 s is read and resampled for a user's network."""

NETWORK_TIME = {"kim2024": 1.0, "cnn10": 2.2, "ast_small": 1.4}
"""Time that a clip of 10 s takes in networks of each architecture, relative to
``kim2024``, for which costs are stated (``benchmarks/architectures.py``)."""

DOWNLOAD_MB = dict.fromkeys(AUDIOSET_TABLES.values(), 1) | {
    "natural_sounds.zip": 60,
    "natural_sounds": 30,
    "esc50.zip": 620,
    "esc50": 890,
    "gtzan.tar.gz": 1230,
    "gtzan": 1330,
}
"""Size of downloads, and of the folders to which archives are unpacked."""

RESPONSES_KB = 1
"""Size of the responses of the main layer of kim2024, 256 units, to a sound."""

LAYERS_KB = 4.1
"""Size of the responses of all layers to a clip: 736 units in kim2024, of 5.6 bytes."""

PARQUET_MB = 685
"""Size of each Parquet file of AudioSet's mirror: 50 GB in 73 files."""


@dataclass(frozen=True)
class NetworkSize:
    """What a user's network takes, as its check found; until then, as is assumed.

    Attributes
    ----------
    seconds : float
        Time of a clip.
    mb : float
        Memory of a job that plays sounds to it.
    units, widest : int
        Number of units of all layers, and of the layer that has most.
    is_assumed : bool
        Whether these are assumptions.
    """

    seconds: float = 0.1
    mb: float = 2000
    units: int = 10_000
    widest: int = 1000
    is_assumed: bool = True


@dataclass(frozen=True)
class Scale:
    """The size of a study, and of the job that asks.

    Attributes
    ----------
    clips : int
        Number of listed clips, of both splits.
    seconds : float
        Length of a clip.
    shards : int
        Number of shards that hold the clips.
    sources : int
        Number of networks and sets of linear features.
    played : int
        Number of users' networks and their twins.
    stimuli : int
        Number of stimulus sets that networks hear, the clips included.
    random_sets : int
        Number of random sets of units that random ablation silences.
    ablated_layers : int
        Number of layers whose units layer ablation silences.
    epochs, snapshots : int
        Number of training epochs and of snapshots of the job's model.
    network_time : float
        Time that a clip takes in the networks of the model, as in `NETWORK_TIME`.
    threads : int
        Number of threads of rules that run networks.
    equal_rms, quilts, heard : float
        Number of sounds at one RMS amplitude; of quilts of all lengths and orders, with
        the unquilted clips; and in all stimulus sets that are made from clips.
    download : str
        What the job downloads, or the folder to which it unpacks, as in `DOWNLOAD_MB`.
    network : NetworkSize
        The user's network of the job.
    """

    clips: int
    seconds: float
    shards: int
    sources: int
    stimuli: int
    random_sets: int = 0
    ablated_layers: int = 0
    epochs: int = 0
    snapshots: int = 0
    network_time: float = 1
    threads: int = 1
    played: int = 0
    equal_rms: float = 0
    quilts: float = 0
    heard: float = 0
    download: str = ""
    network: NetworkSize = NetworkSize()

    @property
    def sound(self) -> float:
        """All clips, in units of the paper's 10-s clips."""
        return self.clips * self.seconds / 10


def once(scale: Scale) -> float:
    """Work that does not grow."""
    return 0


def clips(scale: Scale) -> float:
    """Clips, whatever their length."""
    return scale.clips


def sound(scale: Scale) -> float:
    """Clips of 10 s."""
    return scale.sound


def shard_sound(scale: Scale) -> float:
    """Clips of 10 s in one shard."""
    return scale.sound / scale.shards


def epochs(scale: Scale) -> float:
    """Clips of 10 s in the train split (half of all clips), times epochs."""
    return scale.sound / 2 * max(1, scale.epochs)


def stimuli(scale: Scale) -> float:
    """Clips of 10 s in all stimulus sets, as if each held half of the clips."""
    return scale.sound / 2 * scale.stimuli


def snapshots(scale: Scale) -> float:
    """Clips of 10 s, times snapshots."""
    return scale.sound * scale.snapshots


def random_sets(scale: Scale) -> float:
    """Clips of the eval split, times silenced sets of units."""
    return scale.clips / 2 * scale.random_sets


def ablated_layers(scale: Scale) -> float:
    """Clips of 10 s of the eval split, times layers with silenced units."""
    return scale.sound / 2 * scale.ablated_layers


def sources(scale: Scale) -> float:
    """Clips, times networks and linear features."""
    return scale.clips * scale.sources


def shard_equal_rms(scale: Scale) -> float:
    """Clips of 10 s at one RMS amplitude, in one shard."""
    return scale.equal_rms * scale.seconds / 10 / scale.shards


def shard_quilts(scale: Scale) -> float:
    """Quilts of 10 s and unquilted clips, in one shard."""
    return scale.quilts * scale.seconds / 10 / scale.shards


def heard(scale: Scale) -> float:
    """Sounds in all stimulus sets that are made from clips, whatever their length."""
    return scale.heard


def recorded(scale: Scale) -> float:
    """KB of the responses of the main layer to all sounds, and of all to the clips."""
    return RESPONSES_KB * scale.heard + LAYERS_KB * scale.clips


def frames(scale: Scale) -> float:
    """Length of a clip, in units of 10 s."""
    return scale.seconds / 10


def weights(scale: Scale) -> float:
    """Sets of weights that stay: the checkpoint, and the snapshots."""
    return 1 + scale.snapshots


def resumed(scale: Scale) -> float:
    """Sets of weights in the resume file and its successor, until training ends.

    Each file contains the network, two moments of the optimiser, the best epoch, and
    the snapshots.
    """
    return 2 * (4 + scale.snapshots) if scale.epochs else 0


def measured(scale: Scale) -> float:
    """Stimulus sets, times networks and linear features."""
    return scale.stimuli * scale.sources


def downloaded(scale: Scale) -> float:
    """MB of the download, or of what an archive unpacks to."""
    return DOWNLOAD_MB.get(scale.download, PARQUET_MB)


def checked(scale: Scale) -> float:
    """Seconds of the user's network for the clips that its check plays, about 25."""
    return 25 * scale.network.seconds


def played(scale: Scale) -> float:
    """Seconds of the user's network for all clips, and of their resampling."""
    return scale.clips * scale.network.seconds + RESAMPLING_SECONDS * scale.sound


def network_mb(scale: Scale) -> float:
    """Memory of a job that plays sounds to the user's network, MB."""
    return scale.network.mb


def responses(scale: Scale) -> float:
    """Millions of responses of the units of all layers to the clips."""
    return scale.clips * scale.network.units / 1e6


def widest_responses(scale: Scale) -> float:
    """Millions of responses of the layer that has most units."""
    return scale.clips * scale.network.widest / 1e6


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
    work: Callable[[Scale], float] = once
    mb_per_1000: float = 0
    grows_with: Callable[[Scale], float] = clips
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
    "soundscape_audio": Cost(mb=145, seconds=2, ms=70, work=shard_sound),
    "collection_tables": Cost(mb=200, seconds=5),
    "collection_audio": Cost(mb=200, seconds=3, ms=100, work=shard_sound),
    "list_clips": Cost(mb=150, seconds=2, mb_per_1000=1),
    "log_mel": Cost(mb=400, seconds=3, ms=27, work=shard_sound),
    "clips": Cost(mb=155, seconds=2, mb_per_1000=3),
    "audit": Cost(mb=180, seconds=2, mb_per_1000=4),
    "baseline": Cost(mb=225, seconds=2, ms=0.1, work=clips, mb_per_1000=5),
    "equal_rms": Cost(mb=400, seconds=3, ms=26, work=shard_sound, mb_per_1000=2),
    "quilt_clips": Cost(mb=155, seconds=2, mb_per_1000=3),
    "quilts": Cost(mb=550, seconds=3, ms=130, work=shard_sound, mb_per_1000=2),
    "joint_changes": Cost(mb=130, seconds=2, mb_per_1000=1),
    "natural_sounds_log_mel": Cost(mb=450, seconds=5),
    "categories": Cost(mb=135, seconds=1, mb_per_1000=5),
    "train": Cost(
        mb=740,
        seconds=5,
        ms=17,
        work=epochs,
        mb_per_1000=13,
        parallel=True,
        by_network=True,
    ),
    "activations": Cost(
        mb=610,
        seconds=4,
        ms=7,
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
        mb=640, seconds=4, ms=16, work=sound, mb_per_1000=93, parallel=True
    ),
    "linear_features": Cost(
        mb=610, seconds=4, ms=55, work=stimuli, mb_per_1000=10, parallel=True
    ),
    "natural_sound_features": Cost(mb=610, seconds=15),
    "analyses": Cost(mb=640, seconds=8, ms=7, work=clips, mb_per_1000=28),
    "linear_analyses": Cost(mb=640, seconds=8, ms=5.7, work=clips, mb_per_1000=28),
    "layers": Cost(
        mb=200,
        seconds=6,
        ms=500,
        work=responses,
        mb_per_1000=35_000,
        grows_with=widest_responses,
    ),
    "natural_sounds": Cost(mb=185, seconds=3),
    "fmri": Cost(mb=185, seconds=3),
    "brain": Cost(mb=205, seconds=4),
    "brain_baselines": Cost(mb=205, seconds=4),
    "random_ablation": Cost(
        mb=540, seconds=3, ms=0.008, work=random_sets, mb_per_1000=3, parallel=True
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
        mb=715, seconds=5, ms=11, work=snapshots, mb_per_1000=13, by_network=True
    ),
    "preferred_inputs": Cost(
        mb=610,
        seconds=5,
        ms=60_000,
        work=frames,
        mb_per_1000=4,
        by_network=True,
    ),
    "statistics": Cost(mb=450, seconds=5),
    "mixed_effects": Cost(
        mb=235, seconds=5, ms=0.1, work=sources, mb_per_1000=0.5, grows_with=sources
    ),
    "claims": Cost(mb=640, seconds=5),
    "figure": Cost(
        mb=220, seconds=3, ms=0.02, work=sources, mb_per_1000=1, grows_with=sources
    ),
    "unit_profiles": Cost(mb=370, seconds=12, ms=25, work=clips, mb_per_1000=10),
    "sound_examples": Cost(mb=370, seconds=10, ms=4, work=sound, mb_per_1000=10),
    "report_page": Cost(mb=195, seconds=3, mb_per_1000=5),
    "resolved_config": Cost(mb=110, seconds=1),
    "usage": Cost(mb=180, seconds=2),
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


@dataclass(frozen=True)
class Disk:
    """What a rule's jobs write.

    Sizes follow from shapes and data types, or were measured in a finished study.

    Attributes
    ----------
    mb : float
        MB that a small job writes.
    kb : float
        KB for each unit that the job writes, with log-mels and networks of the paper's
        size.
    units : callable
        Gives the units that a job of a `Scale` writes; the docstring of the function
        says what they are.
    temporary : callable
        Gives the units of files that the job removes when it ends, at most.
    passing : callable
        Gives the units of files that are removed when no job needs them any more.
    """

    mb: float = 0
    kb: float = 0
    units: Callable[[Scale], float] = once
    temporary: Callable[[Scale], float] = once
    passing: Callable[[Scale], float] = once

    def stays_mb(self, scale: Scale) -> float:
        """What a job of this scale leaves on disk, MB."""
        return self.mb + self.kb * self.units(scale) / 1000

    def temporary_mb(self, scale: Scale) -> float:
        """What a job of this scale needs in addition until it ends, MB."""
        return self.kb * self.temporary(scale) / 1000

    def passing_mb(self, scale: Scale) -> float:
        """What Snakemake removes when no job needs it any more, MB."""
        return self.kb * self.passing(scale) / 1000


DISK = {
    "fetch": Disk(kb=1000, units=downloaded),
    "unpack": Disk(kb=1000, units=downloaded),
    "soundscape_tables": Disk(kb=0.07, units=clips),
    "soundscape_audio": Disk(kb=290, units=shard_sound),
    "collection_audio": Disk(kb=660, units=shard_sound),
    "log_mel": Disk(kb=206, units=shard_sound),
    "clips": Disk(kb=0.45, units=clips),
    "equal_rms": Disk(kb=206, units=shard_equal_rms),
    "quilts": Disk(kb=206, units=shard_quilts),
    "natural_sounds_log_mel": Disk(mb=7),
    "train": Disk(kb=5100, units=weights, temporary=resumed),
    "activations": Disk(mb=1, kb=1, units=recorded),
    "waveforms": Disk(kb=882, units=shard_sound),
    "natural_sounds_waveforms": Disk(mb=29),
    "layer_responses": Disk(kb=5600, units=responses),
    "twin_responses": Disk(kb=5600, passing=responses),
    "layers": Disk(mb=1),
    "fit_pca": Disk(kb=53_000, units=frames),
    "linear_features": Disk(mb=0.5, kb=1.5, units=heard),
    "analyses": Disk(mb=3.3, kb=0.04, units=heard),
    "linear_analyses": Disk(mb=2.5, kb=0.04, units=heard),
    "layer_ablation": Disk(mb=1.2),
    "training_course": Disk(kb=0.02, units=snapshots),
    "preferred_inputs": Disk(kb=3300, units=frames),
    "statistics": Disk(kb=84, units=measured),
    "figure": Disk(mb=0.25, kb=0.02, units=clips),
    "sound_examples": Disk(mb=4),
    "report_page": Disk(mb=8),
    "provenance": Disk(kb=3, units=measured),
}
"""By rule. Jobs of the other rules write less than 1 MB each, which is not counted."""


def memory_mb(rule: str, scale: Scale, attempt: int = 1) -> int:
    """Memory to ask for, MB, in steps of 100; twice as much at each attempt."""
    asked = max(LEAST_MB, MEMORY_MARGIN * COSTS[rule].peak_mb(scale))
    return math.ceil(asked / 100) * 100 * 2 ** (attempt - 1)


def runtime_minutes(rule: str, scale: Scale, attempt: int = 1) -> int:
    """Time to ask for, minutes, in steps of 10; twice as much at each attempt."""
    asked = max(LEAST_MINUTES, TIME_MARGIN * COSTS[rule].duration(scale) / 60)
    return math.ceil(asked / 10) * 10 * 2 ** (attempt - 1)
