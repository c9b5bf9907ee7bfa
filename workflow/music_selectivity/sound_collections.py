"""A corpus from two public collections: ESC-50 for sounds, GTZAN's layout for music.

For those who cannot have AudioSet. It is written in AudioSet's form, with AudioSet's
classes, so that it enters by the same door. Whatever would tell the two collections
apart but the sounds themselves is made alike: rate, band, level, length and silence.
"""

import csv
import json
import logging
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.ndimage
import scipy.signal
import soundfile

from music_selectivity import seeds
from music_selectivity.audio import FRAME_SECONDS, UnusableClip, frame_levels, read_mono
from music_selectivity.errors import InputError
from music_selectivity.ontology import Ontology
from music_selectivity.store import atomic_path, write_table, write_text

log = logging.getLogger(__name__)

RATE = 22_050
SECONDS = 5.0
"""Length of ESC-50's clips, and so of all."""

BAND = (20.0, 8000.0)
"""Hz. What lies above no spectrogram shows; what lies below is hum and offset."""

LEVEL_DBFS = -35.0
"""RMS of the sound in every clip, with room for the peaks of impacts."""

SILENCE_DBFS = -70.0
"""Frames below this are the silence that ESC-50 fills short sounds up with."""

MIN_SILENCE_FRAMES = 4
"""0.1 s. Shorter gaps are the sound's own, and would chop music up."""

FADE_SECONDS = 0.05
"""Of each clip into silence and out of it: a cut would click, in music alone."""

ESC50_FOLDS = ("1", "2", "3", "4", "5")
EVAL_FOLD = "5"
"""A fifth of the tracks of each genre goes with it."""

# AudioSet's name for each category of ESC-50; three have none and get their own.
ESC50_CLASSES = {
    "airplane": "Fixed-wing aircraft, airplane",
    "breathing": "Breathing",
    "brushing_teeth": "Toothbrush",
    "can_opening": "Can opening",
    "car_horn": "Vehicle horn, car horn, honking",
    "cat": "Cat",
    "chainsaw": "Chainsaw",
    "chirping_birds": "Bird vocalization, bird call, bird song",
    "church_bells": "Church bell",
    "clapping": "Clapping",
    "clock_alarm": "Alarm clock",
    "clock_tick": "Tick-tock",
    "coughing": "Cough",
    "cow": "Cattle, bovinae",
    "crackling_fire": "Fire",
    "crickets": "Cricket",
    "crow": "Crow",
    "crying_baby": "Baby cry, infant cry",
    "dog": "Dog",
    "door_wood_creaks": "Creak",
    "door_wood_knock": "Knock",
    "drinking_sipping": "Drinking, sipping",
    "engine": "Engine",
    "fireworks": "Fireworks",
    "footsteps": "Walk, footsteps",
    "frog": "Frog",
    "glass_breaking": "Shatter",
    "hand_saw": "Sawing",
    "helicopter": "Helicopter",
    "hen": "Cluck",
    "insects": "Insect",
    "keyboard_typing": "Computer keyboard",
    "laughing": "Laughter",
    "mouse_click": "Clicking",
    "pig": "Pig",
    "pouring_water": "Pour",
    "rain": "Rain",
    "rooster": "Chicken, rooster",
    "sea_waves": "Waves, surf",
    "sheep": "Sheep",
    "siren": "Siren",
    "sneezing": "Sneeze",
    "snoring": "Snoring",
    "thunderstorm": "Thunderstorm",
    "toilet_flush": "Toilet flush",
    "train": "Train",
    "vacuum_cleaner": "Vacuum cleaner",
    "washing_machine": "Washing machine",
    "water_drops": "Drip",
    "wind": "Wind",
}

# Of the class in the ontology below which each of the three stands.
ADDED_CLASSES = {
    "Can opening": "Domestic sounds, home sounds",
    "Drinking, sipping": "Human sounds",
    "Washing machine": "Domestic sounds, home sounds",
}

GENRES = {
    "blues": "Blues",
    "classical": "Classical music",
    "country": "Country",
    "disco": "Disco",
    "hiphop": "Hip hop music",
    "jazz": "Jazz",
    "metal": "Heavy metal",
    "pop": "Pop music",
    "reggae": "Reggae",
    "rock": "Rock music",
}

TRACK_NAME = re.compile(r"(\w+)\.(\d+)\.(?:wav|au)")


def esc50_place(member: str) -> str | None:
    """Where a file of ESC-50's archive belongs, for ``fetch.unpack``."""
    _, _, below = member.partition("/")
    wanted = re.fullmatch(r"meta/esc50\.csv|audio/[^/]+\.wav", below)
    return below if wanted else None


def music_place(member: str) -> str | None:
    """Where a file of the music's archive belongs, for ``fetch.unpack``."""
    parts = member.split("/")[-2:]
    return (
        "/".join(parts) if len(parts) == 2 and TRACK_NAME.fullmatch(parts[1]) else None
    )


def plan(
    esc50: str | os.PathLike, music: str | os.PathLike, clips_per_track: int, seed: int
) -> pd.DataFrame:
    """Every clip of the corpus, before any sound is read.

    Parameters
    ----------
    esc50
        Folder with meta/esc50.csv and audio/.
    music
        Folder with a folder a genre, or with genres/ that holds those.
    clips_per_track
        Clips cut from each track of music; 1 gives nearly the paper's share of music.
    seed
        Of where clips are cut, and which silence each gets.

    Returns
    -------
    DataFrame
        clip_id, split, label, file; start, the second at which the clip begins; and
        silence_of, the file of ESC-50 whose silence it has: its own, or for music that
        of a clip of the same split.

    Raises
    ------
    InputError
        A folder is of another layout; the message says what was looked for.
    """
    sounds = _sounds(Path(esc50))
    tracks = _tracks(Path(music))
    rng = seeds.generator("sound collections", seed)
    rows = [(*row, 0.0, row[-1]) for row in sounds]
    # By turns, each in random order: every clip's silence is used as often.
    donors: dict[str, list[str]] = {"train": [], "eval": []}
    for split, genre, name, path in tracks:
        for start in _starts(path, clips_per_track, rng):
            if not donors[split]:
                files = [file for _, of, _, file in sounds if of == split]
                donors[split] = list(rng.permutation(files))
            clip_id = f"{name}-{start:05.2f}"
            rows.append((clip_id, split, genre, path, start, donors[split].pop()))
    columns = ["clip_id", "split", "label", "file", "start", "silence_of"]
    return pd.DataFrame(rows, columns=columns)


def _sounds(folder: Path) -> list[tuple[str, str, str, str]]:
    """Clip id, split, class and file of each clip of ESC-50."""
    table = folder / "meta/esc50.csv"
    try:
        with open(table, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        found = []
        for number, row in enumerate(rows, start=2):
            if row["category"] not in ESC50_CLASSES:
                raise InputError(
                    f"{table}, row {number}: category {row['category']!r} is none of "
                    "ESC-50's fifty; take the table of the collection itself"
                )
            if row["fold"] not in ESC50_FOLDS:
                raise InputError(
                    f"{table}, row {number}: fold {row['fold']!r} is none of "
                    f"{', '.join(ESC50_FOLDS)}; take the table of the collection itself"
                )
            split = "eval" if row["fold"] == EVAL_FOLD else "train"
            name = row["filename"]
            found.append(
                (
                    f"esc50-{Path(name).stem}",
                    split,
                    ESC50_CLASSES[row["category"]],
                    str(folder / "audio" / Path(name).name),
                )
            )
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise InputError(
            f"{folder}: not in the layout of ESC-50, meta/esc50.csv with filename, "
            f"fold and category beside audio/ ({error!r}); correct "
            "corpus.collections.esc50"
        ) from error
    if not found:
        raise InputError(
            f"{table}: lists no clip; take the table of the collection itself"
        )
    return found


def _tracks(folder: Path) -> list[tuple[str, str, str, str]]:
    """Split, class, name and file of each track; a fifth of each genre evaluates."""
    folder = folder / "genres" if (folder / "genres").is_dir() else folder
    found = []
    for genre, label in GENRES.items():
        # By name, so that a track that is there as wav and as au counts once.
        files = {
            path.stem: path for path in sorted((folder / genre).glob(f"{genre}.*"))
        }
        tracks = [path for path in files.values() if TRACK_NAME.fullmatch(path.name)]
        # The last evaluate: neighbours in number may be of one album.
        n_train = len(tracks) - max(1, len(tracks) // 5)
        for position, path in enumerate(tracks):
            split = "train" if position < n_train else "eval"
            found.append((split, label, path.stem, str(path)))
    if not found:
        raise InputError(
            f"{folder}: no track named as genres/blues/blues.00000.wav (or .au) in any "
            f"of {', '.join(GENRES)}; correct corpus.collections.music"
        )
    return found


def _starts(path: str, count: int, rng: np.random.Generator) -> list[float]:
    """Seconds at which clips of a track begin, none overlapping another."""
    try:
        seconds = soundfile.info(path).duration
    except (soundfile.SoundFileError, OSError, RuntimeError):
        seconds = 0.0  # Its clips are listed all the same, and set aside as unreadable.
    room = max(seconds - count * SECONDS, 0.0)
    gaps = np.sort(rng.uniform(0, room, count))
    return [round(float(gap + SECONDS * k), 2) for k, gap in enumerate(gaps)]


def write_tables(
    recipes: pd.DataFrame, ontology: str | os.PathLike, folder: str | os.PathLike
) -> None:
    """AudioSet's tables of the corpus: ontology, classes and segments of both splits.

    Parameters
    ----------
    recipes
        `plan`.
    ontology
        AudioSet's ontology.json, written anew with the few classes that ESC-50 adds.
    folder
        Where ``clips.generated_tables`` looks for them.

    Raises
    ------
    InputError
        The ontology cannot be read, or lacks a class that is needed.
    """
    folder = Path(folder)
    needed = {*recipes["label"], *ADDED_CLASSES.values()} - ADDED_CLASSES.keys()
    for name in sorted(needed - Ontology.read(ontology).children.keys()):
        raise InputError(
            f"{ontology}: no class named {name!r}; give AudioSet's own as "
            "corpus.collections.ontology"
        )
    nodes = json.loads(Path(ontology).read_text(encoding="utf-8-sig"))
    by_name = {node["name"]: node for node in nodes}
    for name, parent in ADDED_CLASSES.items():
        mid = f"/x/{name.casefold().replace(', ', '_').replace(' ', '_')}"
        by_name[parent]["child_ids"].append(mid)
        nodes.append({"id": mid, "name": name, "child_ids": []})
        by_name[name] = nodes[-1]
    write_text(folder / "ontology.json", json.dumps(nodes))
    names = sorted(recipes["label"].unique())
    mids = [by_name[name]["id"] for name in names]
    classes = pd.DataFrame({"mid": mids, "display_name": names})
    write_table(folder / "class_labels_indices.csv", classes.reset_index(names="index"))
    for split, clips in recipes.groupby("split"):
        lines = [
            f"{row.clip_id}, {row.start:.3f}, {row.start + SECONDS:.3f}, "
            f'"{by_name[row.label]["id"]}"'
            for row in clips.itertuples()
        ]
        head = "# YTID, start_seconds, end_seconds, positive_labels"
        write_text(folder / f"{split}_segments.csv", "\n".join([head, *lines, ""]))


def write_audio(recipes: pd.DataFrame, folder: str | os.PathLike) -> None:
    """Write each clip as ``<clip_id>.flac``, alike in all but the sound.

    A clip whose file is not there is left out, and of one that cannot be read the
    reason is written instead of sound, so that the audit tells the one from the other.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for row in recipes.itertuples():
        target = folder / f"{row.clip_id}.flac"
        try:
            waveform = clip_waveform(row.file, row.start, row.silence_of)
        except UnusableClip as reason:
            log.warning("%s: %s", row.file, reason)
            if str(reason) != "missing file":
                write_text(target, str(reason))
            continue
        with atomic_path(target) as path:
            soundfile.write(path, waveform, RATE, "PCM_24")


def clip_waveform(
    file: str | os.PathLike, start: float, silence_of: str | os.PathLike
) -> np.ndarray:
    """A clip's waveform, (RATE * SECONDS,), with the silence of another clip.

    Raises
    ------
    UnusableClip
        `file` cannot be read.
    """
    n_samples = round(RATE * SECONDS)
    first = round(start * RATE)
    waveform = read_mono(file, RATE, start + SECONDS)[first : first + n_samples]
    waveform = np.pad(waveform, (0, n_samples - len(waveform)))
    silent = _silence(silence_of, n_samples)
    fade = round(FADE_SECONDS * RATE)
    gate = scipy.ndimage.uniform_filter1d((~silent).astype(float), fade)
    faded = scipy.signal.sosfiltfilt(_band_pass(), waveform) * gate
    power = np.mean(faded[~silent] ** 2) if not silent.all() else 0.0
    if power == 0:
        return np.zeros(n_samples, np.float32)  # The audit sets it aside as silent.
    gain = 10 ** (LEVEL_DBFS / 20) / np.sqrt(power)
    return np.clip(gain * faded, -1, 1).astype(np.float32)


def _band_pass() -> np.ndarray:
    return scipy.signal.butter(8, BAND, "bandpass", fs=RATE, output="sos")


def _silence(file: str | os.PathLike, n_samples: int) -> np.ndarray:
    """Which samples of a clip of ESC-50 lie in silent frames; none if it is broken."""
    try:
        waveform = read_mono(file, RATE, SECONDS)[:n_samples]
    except UnusableClip:
        return np.zeros(n_samples, bool)
    waveform = np.pad(waveform, (0, n_samples - len(waveform)))
    quiet = frame_levels(waveform, RATE) < SILENCE_DBFS
    silent = scipy.ndimage.binary_opening(quiet, np.ones(MIN_SILENCE_FRAMES))
    return np.repeat(silent, round(FRAME_SECONDS * RATE))[:n_samples]
