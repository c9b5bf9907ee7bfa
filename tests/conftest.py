"""Settings and fixtures of all tests: corpora, recorded sounds, a finished study."""

import gc
import os
from pathlib import Path

# The tests run side by side: more threads than cores make t-SNE ten times as slow. Read
# by the libraries when they are imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

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

# Slow cases are not failures, because the machine may be busy.
settings.register_profile(
    "study", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("study")
# Importing the tests leaves no garbage, and to search for some takes as long as the
# imports. See pytest_collection_finish.
gc.disable()


@pytest.fixture(scope="session")
def sounds_folder() -> Path:
    """Folder of recorded sounds, if MUSIC_SELECTIVITY_SOUNDS names one."""
    folder = os.environ.get("MUSIC_SELECTIVITY_SOUNDS")
    if not folder:
        pytest.skip("MUSIC_SELECTIVITY_SOUNDS names no folder of recorded sounds")
    return Path(folder)


@pytest.fixture
def write_sound(tmp_path):
    """Function that writes a waveform below tmp_path and returns its path."""

    def write(name: str, waveform: np.ndarray, rate: int = RATE, **kwargs) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, waveform, rate, **kwargs)
        return path

    return write


@pytest.fixture
def corpus(tmp_path) -> dict:
    """Config section of a small corpus in AudioSet's format below tmp_path."""
    return small_corpora.audioset_corpus(tmp_path)


@pytest.fixture(scope="session")
def collections(tmp_path_factory) -> tuple[Path, Path]:
    """Folders of small copies of ESC-50 and of GTZAN."""
    return small_collections.write_collections(tmp_path_factory.mktemp("collections"))


@pytest.fixture(scope="session")
def recipes(collections) -> pd.DataFrame:
    """The clips that are planned from `collections`."""
    return plan(*collections, clips_per_track=2, seed=1)


@pytest.fixture(scope="session")
def sounds(tmp_path_factory) -> Path:
    """Folder of `small_studies.own_sounds`: clips with a table, some of them bad."""
    return small_studies.own_sounds(tmp_path_factory.mktemp("own sounds é"))


# Fixtures that are checkouts in which a study is finished.
FINISHED = {"finished", "finished_users"}


@pytest.fixture(scope="session")
def finished(tmp_path_factory, sounds) -> Path:
    """A checkout in which the study of own sounds is finished."""
    checkout = small_studies.checkout_into(tmp_path_factory.mktemp("checkout"))
    small_studies.configure(checkout, sounds)
    small_studies.run(checkout)
    return checkout


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark tests by where they belong.

    The tests of each of the `FINISHED` studies go to one worker, so that it is run only
    once. All tests in the folder `cluster` are of the full tier.
    """
    for item in items:
        for study in FINISHED.intersection(item.fixturenames):
            item.add_marker(pytest.mark.xdist_group(study))
        if item.path.parent.name == "cluster":
            item.add_marker(pytest.mark.full)


def pytest_collection_finish():
    """Leave all that has been imported out of searches for garbage."""
    gc.freeze()
    gc.enable()
