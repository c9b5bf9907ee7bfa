"""What the jobs of each rule write."""

from dataclasses import dataclass

from music_selectivity.study.scale import (
    Scale,
    Units,
    clips,
    downloaded,
    frames,
    heard,
    measured,
    once,
    recorded,
    responses,
    resumed,
    shard_equal_rms,
    shard_quilts,
    shard_sound,
    snapshots,
    weights,
)


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
    units: Units = once
    temporary: Units = once
    passing: Units = once

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
    "layers": Disk(mb=2),
    "fit_pca": Disk(kb=53_000, units=frames),
    "linear_features": Disk(mb=0.5, kb=1.5, units=heard),
    "analyses": Disk(mb=3.3, kb=0.04, units=heard),
    "linear_analyses": Disk(mb=2.5, kb=0.04, units=heard),
    "brain": Disk(mb=1.6),
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
