"""Shared by all tests: the repository's root and the folder of recorded sounds."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import HealthCheck, settings

import small_collections
import small_corpora
import small_studies
from music_selectivity.corpus.sound_collections.planning import plan
from small_sounds import RATE as RATE
from small_studies import ROOT as ROOT

# A busy machine is slow, which is no failure.
settings.register_profile(
    "study", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("study")


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


@pytest.fixture
def corpus(tmp_path) -> dict:
    """A small corpus in AudioSet's form below tmp_path: its config section."""
    return small_corpora.audioset_corpus(tmp_path)


@pytest.fixture(scope="session")
def collections(tmp_path_factory) -> tuple[Path, Path]:
    """Folders of small copies of ESC-50 and of GTZAN."""
    return small_collections.write_collections(tmp_path_factory.mktemp("collections"))


@pytest.fixture(scope="session")
def recipes(collections) -> pd.DataFrame:
    """The clips that are planned of `collections`."""
    return plan(*collections, clips_per_track=2, seed=1)


@pytest.fixture(scope="session")
def sounds(tmp_path_factory) -> Path:
    """A folder of clips with a table, some of them bad: `small_studies.OWN_SOUNDS`."""
    return small_studies.own_sounds(tmp_path_factory.mktemp("own sounds é"))


@pytest.fixture(scope="session")
def finished(tmp_path_factory, sounds) -> Path:
    """A checkout with the study of own sounds run to its end."""
    checkout = small_studies.checkout_into(tmp_path_factory.mktemp("checkout"))
    small_studies.configure(checkout, sounds)
    small_studies.run(checkout)
    return checkout


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark tests by where they belong.

    The tests of `finished` go to one worker, so that this study is run only once. All
    tests in the folder `cluster` are of the full tier.
    """
    for item in items:
        if "finished" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("finished"))
        if item.path.parent.name == "cluster":
            item.add_marker(pytest.mark.full)
