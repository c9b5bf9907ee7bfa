"""Choice of the clips: all of ESC-50, and some from each track of music."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from music_selectivity import seeds
from music_selectivity.corpus.sound_collections.esc50 import list_sounds
from music_selectivity.corpus.sound_collections.formats import SECONDS
from music_selectivity.corpus.sound_collections.gtzan import list_tracks
from music_selectivity.vocabulary import SPLITS


def plan(
    esc50: str | os.PathLike, music: str | os.PathLike, clips_per_track: int, seed: int
) -> pd.DataFrame:
    """All clips of the corpus.

    Tracks are read to measure their length, for which headers are not trusted, and to
    find repeats, so that no recording is in both splits.

    Parameters
    ----------
    esc50
        Folder with meta/esc50.csv and audio/.
    music
        Folder with one folder per genre, possibly below genres/.
    clips_per_track
        Clips cut from each track of music, fewer if it is too short; 1 gives nearly the
        paper's share of music.
    seed
        Seed of where clips are cut, and of which silence each gets.

    Returns
    -------
    DataFrame
        clip_id, split, label, file; start, the second at which the clip begins; and
        silence_of, the file of ESC-50 whose silence it gets: its own, or for music that
        of a clip of the same split.

    Raises
    ------
    InputError
        A folder has another layout; the message says what was expected. Or a split has
        no clip of ESC-50.
    """
    sounds = list_sounds(Path(esc50))
    tracks = list_tracks(Path(music))
    rng = seeds.generator("sound collections", seed)
    rows = [(*row, 0.0, row[-1]) for row in sounds]
    # In rounds of random order, so that all clips' silences are used equally often.
    donors: dict[str, list[str]] = {split: [] for split in SPLITS}
    for split, genre, path, seconds in tracks:
        for start in _starts(seconds, clips_per_track, rng):
            if not donors[split]:
                files = [file for _, of, _, file in sounds if of == split]
                donors[split] = list(rng.permutation(files))
            clip_id = f"{path.stem}-{start:05.2f}"
            rows.append((clip_id, split, genre, str(path), start, donors[split].pop()))
    columns = ["clip_id", "split", "label", "file", "start", "silence_of"]
    return pd.DataFrame(rows, columns=columns)


def _starts(seconds: float, count: int, rng: np.random.Generator) -> list[float]:
    """Seconds at which clips of a track begin; clips do not overlap."""
    count = min(count, max(1, int(seconds // SECONDS)))
    room = max(seconds - count * SECONDS, 0.0)
    gaps = np.sort(rng.uniform(0, room, count))
    return [round(float(gap + SECONDS * k), 2) for k, gap in enumerate(gaps)]
