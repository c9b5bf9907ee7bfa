"""The size of a study and of its jobs, and the units in which work and files grow."""

from collections.abc import Callable
from dataclasses import dataclass

from music_selectivity.study.config import AUDIOSET_TABLES
from music_selectivity.vocabulary import MIXED, MUSIC, NONMUSIC

Units = Callable[["Scale"], float]
"""Units of work or of files in a job of a `Scale`; its docstring says what they are."""

AUDIOSET_CLIPS = 36_000
"""Clips of both splits of AudioSet in public mirrors. The number of clips in parquet
files is unknown until they are read."""

AUDIOSET_SHARES = {MUSIC: 0.24, NONMUSIC: 0.60, MIXED: 0.16}
"""Share of each group in AudioSet's tables. The groups of a study's clips are unknown
until they are listed."""

RESAMPLING_SECONDS = 0.004
"""Time in which a clip of 10 s is read and resampled for a user's network."""

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
    train_share : float
        Share of the clips that is in the train split.
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
    max_clips : int or None
        Number of clips that the job's model learns at most; None for no limit.
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
    train_share: float = 0.5
    random_sets: int = 0
    ablated_layers: int = 0
    epochs: int = 0
    snapshots: int = 0
    max_clips: int | None = None
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
    """Clips of 10 s that a network learns, times epochs.

    It learns the train split, or at most as many clips as its model has.
    """
    learned = min(scale.clips * scale.train_share, scale.max_clips or scale.clips)
    return learned * scale.seconds / 10 * max(1, scale.epochs)


def stimuli(scale: Scale) -> float:
    """Sounds of 10 s in all stimulus sets that are made from clips."""
    return scale.heard * scale.seconds / 10


def snapshots(scale: Scale) -> float:
    """Clips of 10 s, times snapshots."""
    return scale.sound * scale.snapshots


def random_sets(scale: Scale) -> float:
    """Clips of the eval split, times silenced sets of units."""
    return scale.clips * (1 - scale.train_share) * scale.random_sets


def ablated_layers(scale: Scale) -> float:
    """Clips of 10 s of the eval split, times layers with silenced units."""
    return scale.sound * (1 - scale.train_share) * scale.ablated_layers


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
