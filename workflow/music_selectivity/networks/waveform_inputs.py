"""What a described network takes for sounds whose waveforms lie on disk."""

import numpy as np

from music_selectivity.audio.resampling import resampled
from music_selectivity.networks.description import NetworkDescription
from music_selectivity.store import ShardedArray


class WaveformInputs:
    """Inputs of a network, made from waveforms when they are asked for.

    Parameters
    ----------
    waveforms
        (sounds, samples), between -1 and 1.
    sample_rate
        Sample rate of the waveforms, Hz; they are resampled to that of the network.
    network
        Whose inputs to make, by ``NetworkDescription.inputs``.
    """

    def __init__(
        self, waveforms: ShardedArray, sample_rate: int, network: NetworkDescription
    ) -> None:
        self._waveforms, self._sample_rate = waveforms, sample_rate
        self._network = network
        self.row_shape = self.take(np.arange(1)).shape[1:]

    def __len__(self) -> int:
        return len(self._waveforms)

    def take(self, items: np.ndarray) -> np.ndarray:
        """Inputs of the given sounds: float32, shape (items, *row_shape)."""
        rates = self._sample_rate, self._network.sample_rate
        waveforms = [resampled(x, *rates) for x in self._waveforms.take(items)]
        return self._network.inputs(np.stack(waveforms))
