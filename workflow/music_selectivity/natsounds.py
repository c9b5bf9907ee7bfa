"""The 165 natural sounds, and the brain's responses to them (paper Fig. 3).

Norman-Haignere, Kanwisher & McDermott (2015), in the layout of their public repository.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.io
from scipy.io.matlab import MatReadError

from music_selectivity.errors import InputError
from music_selectivity.resampling import clip_weights, weighted_mean

Row = tuple[str, str, np.ndarray | float]

COMPONENTS = ("lowfreq", "highfreq", "envsounds", "pitch", "speech", "music")
"""Response components inferred from the brain."""

CATEGORIES = {
    "Music": "Instrumental music",
    "Song": "Vocal music",
    "EngSpeech": "English speech",
    "ForSpeech": "Foreign speech",
    "HumVoc": "Human vocal",
    "HumNonVoc": "Human non-vocal",
    "AniVoc": "Animal vocal",
    "AniNonVoc": "Animal non-vocal",
    "Nature": "Nature",
    "Mechanical": "Mechanical",
    "EnvSound": "Environmental",
}
"""Categories by the name that the tables use."""

MUSIC_CATEGORIES = ("Music", "Song")
"""Instrumental and vocal music."""


def place_in_folder(member: str) -> str | None:
    """Where a file of the public repository's archive belongs; None if not needed.

    For ``fetch.unpack``; the archive holds everything in one folder.
    """
    _, _, below = member.partition("/")
    tables = ("sounds/category_labels.csv", "data/components.mat")
    wanted = below in tables or below.startswith("sounds/wav/")
    return below if wanted and below.endswith((".csv", ".mat", ".wav")) else None


def read_sounds(folder: str | os.PathLike) -> pd.DataFrame:
    """The sounds of a folder, with their categories and the brain's responses.

    Parameters
    ----------
    folder
        Holds sounds/category_labels.csv (name, category, no header),
        sounds/wav/<name>.wav and data/components.mat (R, stim_names, component_names).

    Returns
    -------
    DataFrame
        sound, category, file, and component_<name> for each of `COMPONENTS`, in the
        order of the labels.

    Raises
    ------
    InputError
        A file is missing or of another form, or tables and waveforms disagree.
    """
    labels_path = Path(folder, "sounds/category_labels.csv")
    try:
        sounds = pd.read_csv(labels_path, header=None, names=["sound", "category"])
    except (OSError, ValueError) as error:
        raise InputError(f"{labels_path}: cannot be read ({error})") from error
    for number, row in enumerate(sounds.itertuples(), start=1):
        place = f"{labels_path}, row {number}"
        if row.category not in CATEGORIES:
            raise InputError(
                f"{place}: category {row.category!r}; allowed: {', '.join(CATEGORIES)}"
            )
        if row.sound in set(sounds["sound"][: number - 1]):
            raise InputError(f"{place}: {row.sound} stands twice; remove one")
    files = [Path(folder, "sounds/wav", f"{name}.wav") for name in sounds["sound"]]
    for number, path in enumerate(files, start=1):
        if not path.is_file():
            raise InputError(f"{labels_path}, row {number}: {path} is missing")
    sounds["file"] = [str(path) for path in files]
    components = _read_components(Path(folder, "data/components.mat"))
    absent = set(sounds["sound"]) - set(components.index)
    if absent:
        raise InputError(
            f"{Path(folder, 'data/components.mat')}: no response to {min(absent)}, "
            f"which {labels_path} lists; take both from the same release"
        )
    return sounds.join(components, on="sound")


def sound_weights(sounds: pd.DataFrame, draws: int) -> np.ndarray:
    """Bootstrap weights, (sounds, 1 + draws), drawn within categories."""
    return clip_weights(sounds["category"], draws, "natural sounds")


def sound_table(
    responses: np.ndarray, ms_units: np.ndarray, sounds: pd.DataFrame
) -> pd.DataFrame:
    """Mean response of the MS units to each sound: sound, category, response."""
    table = sounds[["sound", "category"]].copy()
    table["response"] = responses[:, ms_units].mean(axis=1, dtype=np.float64)
    return table


def natural_sound_rows(
    responses: np.ndarray,
    ms_units: np.ndarray,
    sounds: pd.DataFrame,
    weights: np.ndarray,
) -> list[Row]:
    """Measures of one network, with bootstrap replicates, for `measure_table`.

    Parameters
    ----------
    responses
        (sounds, units).
    ms_units
        Numbers of the music-selective units.
    sounds
        `read_sounds`.
    weights
        `sound_weights`.

    Returns
    -------
    list of (measure, condition, values)
        natural_ratio (``ms``, ``others``: units): instrumental and vocal music over the
        other nine categories; of the MS units, natural_category (by category) and
        natural_correlation (by component), Pearson's r over sounds.
    """
    of_ms = responses[:, ms_units].mean(axis=1, dtype=np.float64)
    rest = np.setdiff1d(np.arange(responses.shape[1]), ms_units)
    rows: list[Row] = [("natural_ratio", "ms", _ratio(of_ms, sounds, weights))]
    if len(rest):
        of_others = responses[:, rest].mean(axis=1, dtype=np.float64)
        rows.append(("natural_ratio", "others", _ratio(of_others, sounds, weights)))
    rows += _category_rows(of_ms, sounds, weights)
    for name in COMPONENTS:
        component = sounds[f"component_{name}"].to_numpy(np.float64)
        r = _weighted_correlation(of_ms, component, weights)
        rows.append(("natural_correlation", name, r))
    return rows


def fmri_rows(sounds: pd.DataFrame, weights: np.ndarray) -> list[Row]:
    """The same ratio and categories of the brain's music component."""
    response = sounds["component_music"].to_numpy(np.float64)
    ratio = ("natural_ratio", "ms", _ratio(response, sounds, weights))
    return [ratio, *_category_rows(response, sounds, weights)]


def _ratio(
    response: np.ndarray, sounds: pd.DataFrame, weights: np.ndarray
) -> np.ndarray:
    music = sounds["category"].isin(MUSIC_CATEGORIES).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        return weighted_mean(response[music], weights[music]) / weighted_mean(
            response[~music], weights[~music]
        )


def _category_rows(
    response: np.ndarray, sounds: pd.DataFrame, weights: np.ndarray
) -> list[Row]:
    rows: list[Row] = []
    for category in CATEGORIES:
        own = (sounds["category"] == category).to_numpy()
        if own.any():
            mean = weighted_mean(response[own], weights[own])
            rows.append(("natural_category", category, mean))
    return rows


def _weighted_correlation(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Pearson's r in each sample, (1 + draws,); NaN where a side does not vary."""
    # Centred beforehand, products of deviations lose no digits.
    x, y = x - x.mean(), y - y.mean()

    def covariance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return weighted_mean(a * b, weights) - weighted_mean(
            a, weights
        ) * weighted_mean(b, weights)

    with np.errstate(divide="ignore", invalid="ignore"):
        return covariance(x, y) / np.sqrt(covariance(x, x) * covariance(y, y))


def _read_components(path: Path) -> pd.DataFrame:
    """Responses of the components by the sounds' names, as component_<name>."""
    try:
        content = scipy.io.loadmat(path)
        names, components = (
            [str(name[0]) for name in content[key].ravel()]
            for key in ("stim_names", "component_names")
        )
        responses = np.asarray(content["R"], dtype=np.float64)
    except NotImplementedError as error:
        raise InputError(
            f"{path}: of MATLAB's version 7.3, which is HDF5; save it in version 7 or "
            "earlier (in MATLAB: save components.mat -v7), or take it from the public "
            "repository anew"
        ) from error
    except (MatReadError, OSError, LookupError, ValueError, TypeError) as error:
        raise InputError(
            f"{path}: cannot be read as the responses to the sounds, R, stim_names and "
            f"component_names ({type(error).__name__}: {error}); take it from the "
            "public repository anew"
        ) from error
    if responses.shape != (len(names), len(components)):
        raise InputError(
            f"{path}: R is {responses.shape}, not ({len(names)}, {len(components)}), "
            "a row a sound and a column a component"
        )
    if sorted(components) != sorted(COMPONENTS):
        raise InputError(
            f"{path}: component_names are {', '.join(components)}; needed are "
            f"{', '.join(COMPONENTS)}"
        )
    columns = [f"component_{name}" for name in components]
    table = pd.DataFrame(responses, index=names, columns=columns)
    twice = table.index[table.index.duplicated()]
    if len(twice):
        raise InputError(f"{path}: stim_names holds {twice[0]} twice; remove one")
    unknown = table.index[~np.isfinite(responses).all(axis=1)]
    if len(unknown):
        raise InputError(f"{path}: R of {unknown[0]} holds NaN or infinity")
    return table[[f"component_{name}" for name in COMPONENTS]]
