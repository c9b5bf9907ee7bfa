"""A corpus from two public collections: ESC-50 for sounds, GTZAN's layout for music.

For those who cannot have AudioSet. It is written in AudioSet's form, with AudioSet's
classes, so that it enters by the same door. Whatever would tell the two collections
apart but the sounds themselves is made alike: rate, band, level, length and silence.
"""

import csv
import hashlib
import json
import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.ndimage
import scipy.signal
import soundfile

from music_selectivity import seeds
from music_selectivity.audio import (
    FRAME_SECONDS,
    MISSING,
    UnusableClip,
    frame_levels,
    read_mono,
)
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

MAX_TRACK_SECONDS = 120.0
"""Of a track of music no more is used: its clips are decoded from its beginning."""

# The 50 exact repeats of GTZAN, by number: B. L. Sturm, "An Analysis of the GTZAN Music
# Genre Dataset", 2012, and arXiv:1306.1461.
_REPEATED_NUMBERS = {
    "disco": [(50, 51, 70), (55, 60, 89), (71, 74), (98, 99)],
    "hiphop": [(39, 45), (76, 78)],
    "jazz": [
        *((33, 51), (34, 53), (35, 55), (36, 58), (37, 60), (38, 62), (39, 65)),
        *((40, 67), (42, 68), (43, 69), (44, 70), (45, 71), (46, 72)),
    ],
    "metal": [
        *((4, 13), (34, 94), (40, 61), (41, 62), (42, 63), (43, 64), (44, 65)),
        (45, 66),
    ],
    "pop": [
        *((15, 22), (30, 31), (45, 46), (47, 80), (52, 57), (54, 60), (56, 59)),
        *((67, 71), (87, 90)),
    ],
    "reggae": [
        *((3, 54), (5, 56), (8, 57), (10, 60), (13, 58), (41, 69), (73, 74)),
        *((75, 91, 92), (80, 81, 82)),
    ],
}
GTZAN_REPEATS = [
    *(
        tuple(f"{genre}.{number:05d}" for number in numbers)
        for genre, repeats in _REPEATED_NUMBERS.items()
        for numbers in repeats
    ),
    ("metal.00058", "rock.00016"),
]
"""Names of tracks that are one excerpt."""

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
    """Every clip of the corpus.

    Tracks are read for their length, which no header decides, and to find those that
    repeat another: no recording is in both splits.

    Parameters
    ----------
    esc50
        Folder with meta/esc50.csv and audio/.
    music
        Folder with a folder a genre, or with genres/ that holds those.
    clips_per_track
        Clips cut from each track of music, fewer from one that is too short for that;
        1 gives nearly the paper's share of music.
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
        A folder is of another layout; the message says what was looked for. Or a split
        has no clip of ESC-50.
    """
    sounds = _sounds(Path(esc50))
    tracks = _tracks(Path(music))
    rng = seeds.generator("sound collections", seed)
    rows = [(*row, 0.0, row[-1]) for row in sounds]
    # By turns, each in random order: every clip's silence is used as often.
    donors: dict[str, list[str]] = {"train": [], "eval": []}
    for split, genre, path, seconds in tracks:
        for start in _starts(seconds, clips_per_track, rng):
            if not donors[split]:
                files = [file for _, of, _, file in sounds if of == split]
                donors[split] = list(rng.permutation(files))
            clip_id = f"{path.stem}-{start:05.2f}"
            rows.append((clip_id, split, genre, str(path), start, donors[split].pop()))
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
    for split, folds in (("train", ESC50_FOLDS[:-1]), ("eval", [EVAL_FOLD])):
        if all(row[1] != split for row in found):
            raise InputError(
                f"{table}: no clip is of fold {' or '.join(folds)}, so the {split} "
                "split has no sounds; take the table of the collection itself"
            )
    return found


def _tracks(folder: Path) -> list[tuple[str, str, Path, float]]:
    """Split, class, file and seconds of each track; a fifth of each genre evaluates."""
    folder = folder / "genres" if (folder / "genres").is_dir() else folder
    files = [file for genre in GENRES for file in _genre_files(folder / genre)]
    if not files:
        raise InputError(
            f"{folder}: no track named as genres/blues/blues.00000.wav (or .au) in any "
            f"of {', '.join(GENRES)}; correct corpus.collections.music"
        )
    recordings = _recordings(files)
    found = []
    for genre, label in GENRES.items():
        tracks = [path for path in recordings if path.parent.name == genre]
        # The last evaluate: neighbours in number may be of one album.
        n_train = len(tracks) - max(1, len(tracks) // 5)
        for position, path in enumerate(tracks):
            split = "train" if position < n_train else "eval"
            found.append((split, label, path, recordings[path]))
    return found


def _genre_files(folder: Path) -> Iterable[Path]:
    """Tracks of one genre by name; one that is there as wav and as au counts once."""
    files = sorted(folder.glob(f"{folder.name}.*"))
    return {
        path.stem: path for path in files if TRACK_NAME.fullmatch(path.name)
    }.values()


def _recordings(files: Iterable[Path]) -> dict[Path, float]:
    """Seconds of sound in each track, without those that repeat an earlier one.

    Repeats are those known of GTZAN, by name, and tracks that sound alike sample by
    sample. A track that cannot be read has 0 s: its clips are listed all the same, and
    set aside.
    """
    known = {name: names[0] for names in GTZAN_REPEATS for name in names}
    found, first = {}, {}
    for file in files:
        try:
            waveform = read_mono(file, RATE, MAX_TRACK_SECONDS)
        except UnusableClip:
            found[file] = 0.0
            continue
        content = hashlib.blake2b(waveform.tobytes()).hexdigest()
        marks = (known.get(file.stem, file.stem), content)
        earlier = next((first[mark] for mark in marks if mark in first), None)
        if earlier:
            log.warning("%s: left out, for it repeats %s", file, earlier)
            continue
        first |= dict.fromkeys(marks, file)
        found[file] = min(len(waveform) / RATE, MAX_TRACK_SECONDS)
    return found


def _starts(seconds: float, count: int, rng: np.random.Generator) -> list[float]:
    """Seconds at which clips of a track begin, none overlapping another."""
    count = min(count, max(1, int(seconds // SECONDS)))
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
            if str(reason) != MISSING:
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
    return _levelled(_cut(file, start), _silence(silence_of))


def _cut(file: str | os.PathLike, start: float) -> np.ndarray:
    """A clip as it was recorded, (RATE * SECONDS,), filled up with zeros."""
    first, n_samples = round(start * RATE), round(RATE * SECONDS)
    waveform = read_mono(file, RATE, start + SECONDS)[first : first + n_samples]
    return np.pad(waveform, (0, n_samples - len(waveform)))


def _silence(file: str | os.PathLike) -> np.ndarray:
    """Which samples of a clip of ESC-50 lie in silent frames; none if it is broken.

    Silent as they were recorded, or at the level that the clip is brought to: what dies
    away at the end of a loud sound must not be silence in ESC-50 alone.
    """
    try:
        waveform = _cut(file, 0.0)
    except UnusableClip:
        return np.zeros(round(RATE * SECONDS), bool)
    silent = _silent_frames(waveform)
    return silent | _silent_frames(_levelled(waveform, silent))


def _silent_frames(waveform: np.ndarray) -> np.ndarray:
    """Which samples lie in MIN_SILENCE_FRAMES or more silent frames in a row."""
    quiet = frame_levels(waveform, RATE) < SILENCE_DBFS
    silent = scipy.ndimage.binary_opening(quiet, np.ones(MIN_SILENCE_FRAMES))
    return np.repeat(silent, round(FRAME_SECONDS * RATE))[: len(waveform)]


def _levelled(waveform: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """A waveform in BAND, faded into silence and out of it, its sound at LEVEL_DBFS."""
    fade = round(FADE_SECONDS * RATE)
    gate = scipy.ndimage.uniform_filter1d((~silent).astype(float), fade)
    # The filter is slow on numbers next to 0, and an offset it takes off.
    faded = scipy.signal.sosfiltfilt(_band_pass(), waveform + 1e-20) * gate
    # With the fades, so that clips of the same silence are of the same level exactly.
    power = np.sum(faded**2) / max(1, np.count_nonzero(~silent))
    if silent.all() or power < 10 ** (SILENCE_DBFS / 10):
        # The audit sets it aside as silent.
        return np.zeros(len(waveform), np.float32)
    gain = 10 ** (LEVEL_DBFS / 20) / np.sqrt(power)
    return np.clip(gain * faded, -1, 1).astype(np.float32)


def _band_pass() -> np.ndarray:
    return scipy.signal.butter(8, BAND, "bandpass", fs=RATE, output="sos")
