"""Small copies of ESC-50 and of GTZAN, for tests."""

import csv
from pathlib import Path

import numpy as np
import scipy.signal
import soundfile

CATEGORIES = ("dog", "rain", "washing_machine", "church_bells")
COLUMNS = ("filename", "fold", "target", "category", "esc10", "src_file", "take")


def write_collections(
    folder: Path, per_fold: int = 2, tracks: int = 5
) -> tuple[Path, Path]:
    """Small copies of both layouts: equal noise, all other properties different."""
    rng = np.random.default_rng(0)
    esc50, music = folder / "ESC-50", folder / "genres"
    for place in (esc50 / "audio", esc50 / "meta", music / "blues", music / "jazz"):
        place.mkdir(parents=True)
    rows = []
    for fold in range(1, 6):
        for category in CATEGORIES:
            for take in range(per_fold):
                name = f"{fold}-{len(rows)}-{'AB'[take % 2]}-0.wav"
                # Quiet, at 44.1 kHz, and padded with silence after 1 to 5 s.
                sound = 0.01 * rng.normal(size=220_500)
                sound[rng.integers(44_100, 220_500) :] = 0
                soundfile.write(esc50 / "audio" / name, sound, 44_100)
                rows.append((name, fold, 0, category, False, 0, "A"))
    with open(esc50 / "meta/esc50.csv", "w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    mp3 = scipy.signal.butter(8, 9500, fs=22_050, output="sos")
    for genre in ("blues", "jazz"):
        for number in range(tracks):
            # Loud, with an offset, at half the rate, without high frequencies.
            sound = scipy.signal.sosfilt(mp3, 0.2 * rng.normal(size=12 * 22_050)) + 0.1
            soundfile.write(music / genre / f"{genre}.{number:05d}.wav", sound, 22_050)
    (music / "jazz/jazz.00000.wav").write_bytes(b"no sound")
    (music / "jazz/._jazz.00001.wav").write_bytes(b"resource fork")
    (esc50 / "audio" / rows[0][0]).unlink()
    return esc50, music
