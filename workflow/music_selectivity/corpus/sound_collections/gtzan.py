"""The music: tracks in GTZAN's layout, each recording once.

GTZAN contains some excerpts twice. An excerpt in both splits would test networks on
music that they learned.
"""

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path

from music_selectivity.audio.reading import UnusableClip, read_mono
from music_selectivity.corpus.archives import TRACK_NAME
from music_selectivity.corpus.sound_collections.formats import RATE
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import EVAL, TRAIN

log = logging.getLogger(__name__)

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
"""Longest part of a track that is used, because clips are decoded from its start."""

# The 50 exact repeats of GTZAN, by number: B. L. Sturm, "An Analysis of the GTZAN Music
# Genre Dataset", 2012, and arXiv:1306.1461.
_REPEATED_NUMBERS = {
    "disco": [(50, 51, 70), (55, 60, 89), (71, 74), (98, 99)],
    "hiphop": [(39, 45), (76, 78)],
    "jazz": [
        (33, 51),
        (34, 53),
        (35, 55),
        (36, 58),
        (37, 60),
        (38, 62),
        (39, 65),
        (40, 67),
        (42, 68),
        (43, 69),
        (44, 70),
        (45, 71),
        (46, 72),
    ],
    "metal": [
        (4, 13),
        (34, 94),
        (40, 61),
        (41, 62),
        (42, 63),
        (43, 64),
        (44, 65),
        (45, 66),
    ],
    "pop": [
        (15, 22),
        (30, 31),
        (45, 46),
        (47, 80),
        (52, 57),
        (54, 60),
        (56, 59),
        (67, 71),
        (87, 90),
    ],
    "reggae": [
        (3, 54),
        (5, 56),
        (8, 57),
        (10, 60),
        (13, 58),
        (41, 69),
        (73, 74),
        (75, 91, 92),
        (80, 81, 82),
    ],
}
GTZAN_REPEATS = [
    tuple(f"{genre}.{number:05d}" for number in numbers)
    for genre, repeats in _REPEATED_NUMBERS.items()
    for numbers in repeats
]
GTZAN_REPEATS += [("metal.00058", "rock.00016")]
"""Names of tracks that are the same excerpt."""


def list_tracks(folder: Path) -> list[tuple[str, str, Path, float]]:
    """Split, class, file and seconds of each track; a fifth of each genre is eval.

    Raises
    ------
    InputError
        The folder has no track.
    """
    folder = folder / "genres" if (folder / "genres").is_dir() else folder
    files = [file for genre in GENRES for file in _genre_files(folder / genre)]
    if not files:
        raise InputError(
            f"{folder}: no track with a name such as genres/blues/blues.00000.wav (or "
            f".au) in any of {', '.join(GENRES)}; correct corpus.collections.music"
        )
    recordings = _recordings(files)
    found = []
    for genre, label in GENRES.items():
        tracks = [path for path in recordings if path.parent.name == genre]
        # The last tracks are eval, because neighbouring numbers may be of one album.
        n_train = len(tracks) - max(1, len(tracks) // 5)
        for position, path in enumerate(tracks):
            split = TRAIN if position < n_train else EVAL
            found.append((split, label, path, recordings[path]))
    return found


def _genre_files(folder: Path) -> Iterable[Path]:
    """Tracks of one genre by name; one that exists as .wav and as .au counts once."""
    files = sorted(folder.glob(f"{folder.name}.*"))
    return {
        path.stem: path for path in files if TRACK_NAME.fullmatch(path.name)
    }.values()


def _recordings(files: Iterable[Path]) -> dict[Path, float]:
    """Seconds of sound in each track, without tracks that repeat an earlier one.

    Repeats are those known for GTZAN, by name, and tracks with identical samples. A
    track that cannot be read has 0 s; its clip is listed, and later excluded.
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
            log.warning("%s is left out because it repeats %s", file, earlier)
            continue
        first |= dict.fromkeys(marks, file)
        found[file] = min(len(waveform) / RATE, MAX_TRACK_SECONDS)
    return found
