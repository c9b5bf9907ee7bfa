"""Shared by all tests: the repository's root and the folder of recorded sounds."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).parent.parent
RATE = 22_050


@pytest.fixture(scope="session")
def sounds_folder() -> Path:
    """Recorded sounds to test on, where MUSIC_SELECTIVITY_SOUNDS names them."""
    folder = os.environ.get("MUSIC_SELECTIVITY_SOUNDS")
    if not folder:
        pytest.skip("MUSIC_SELECTIVITY_SOUNDS names no folder of recorded sounds")
    return Path(folder)


@pytest.fixture
def write_sound(tmp_path):
    """Write a waveform below tmp_path and return its path."""

    def write(name: str, waveform: np.ndarray, rate: int = RATE, **kwargs) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, waveform, rate, **kwargs)
        return path

    return write
