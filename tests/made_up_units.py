"""Made-up profiles of units, and examples of sounds, for tests of the page."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from music_selectivity.analyses.unit_profiles import COLUMNS, NO_UNIT, shown_units
from music_selectivity.audio.log_mel_picture import log_mel_picture
from music_selectivity.audio.mp3 import encode_mp3
from music_selectivity.stimuli.sets import CLIPS, UNQUILTED, at_power, quilts_of
from music_selectivity.vocabulary import COMPARED_GROUPS, LISTED, QUILT_ORDERS
from small_sounds import RATE, tone

# Bands of the log-mel spectrograms, and their frames in a second.
BANDS, FRAMES = 64, 80


def profiles(
    models: Sequence[str],
    classes: Sequence[str],
    clip_ids: Sequence[str],
    n_units: int = 16,
    lengths: Sequence[int] = (50, 400),
    divisors: Sequence[int] = (1, 64),
) -> pd.DataFrame:
    """As of ``unit_profiles.parquet``: one network a model, an eighth selective."""
    tables = []
    for number, model in enumerate(models):
        rows = list(_profile(number, classes, clip_ids, n_units, lengths, divisors))
        table = pd.DataFrame(rows, columns=COLUMNS)
        table.insert(0, "seed", 1)
        table.insert(0, "model", model)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _profile(seed, classes, clip_ids, n_units, lengths, divisors):
    rng = np.random.default_rng(seed)
    index = rng.normal(0, 9, n_units)
    for split in ("train", "eval"):
        for unit in range(n_units):
            yield "msi", unit, split, "", index[unit] + rng.normal(), 1
    for rank, unit in enumerate(np.argsort(-index), start=1):
        group = "ms" if rank <= n_units // 8 else "others"
        yield "rank", unit, "train", group, rank, 1
    sets = [UNQUILTED, *(quilts_of(length, "overath") for length in lengths)]
    sets += map(at_power, divisors)
    for unit in shown_units(index, 1 / 8):
        yield "mean_response", unit, "", "", rng.random(), 400
        for name in rng.choice(classes, min(2 * LISTED, len(classes)), replace=False):
            yield "class_response", unit, name, "", rng.random(), 20
        for name in rng.choice(classes, min(2 * LISTED, len(classes)), replace=False):
            yield "precision_change", unit, name, "", rng.normal(0, 0.02), 20
        for clip_id in rng.choice(clip_ids, min(LISTED, len(clip_ids)), replace=False):
            yield "clip_response", unit, clip_id, "", rng.random(), 1
        for each, group in itertools.product(sets, COMPARED_GROUPS):
            if group in each.groups:
                yield "stimulus_response", unit, each.name, group, rng.random(), 99
    for name in classes:
        yield "average_precision", NO_UNIT, name, "", rng.random(), 20
        for unit in rng.choice(n_units, LISTED, replace=False):
            yield "precision_change", unit, name, "", -abs(rng.normal(0, 0.02)), 20


def examples(
    clip_ids: Sequence[str],
    quilted: Sequence[str],
    sounds: bool = False,
    lengths: Sequence[int] = (50, 400),
    seconds: float = 2.0,
) -> pd.DataFrame:
    """As of ``sounds.parquet``: clips; and quilts, the first half of them of music."""
    pictures, mp3s = _pictures(seconds), _mp3s()
    groups = {c: "music" if k % 2 else "mixed" for k, c in enumerate(clip_ids)}
    half = len(quilted) // 2
    of_quilts = {c: COMPARED_GROUPS[k >= half] for k, c in enumerate(quilted)}
    rows = [(clip_id, CLIPS.name, groups[clip_id], seconds) for clip_id in clip_ids]
    sets = [
        quilts_of(length, order, COMPARED_GROUPS if order == "overath" else ("music",))
        for order in QUILT_ORDERS
        for length in lengths
    ]
    for each, clip_id in itertools.product([*sets, UNQUILTED], quilted):
        if of_quilts[clip_id] in each.groups:
            rows.append((clip_id, each.name, of_quilts[clip_id], 0.8 * seconds))
    table = pd.DataFrame(rows, columns=["clip_id", "stimulus", "group", "seconds"])
    return table.assign(
        labels=[[f"label {len(clip_id)}", "Rain"] for clip_id in table["clip_id"]],
        picture=[pictures[k % len(pictures)] for k in range(len(table))],
        mp3=[mp3s[k % len(mp3s)] if sounds else b"" for k in range(len(table))],
    )


def preferred_inputs(verdicts: pd.DataFrame, seconds: float = 2.0) -> pd.DataFrame:
    """As of ``preferred_inputs.inputs_with_sounds``: `verdicts` with made-up sounds."""
    pictures, mp3s = _pictures(seconds), _mp3s()
    return verdicts.assign(
        picture=[pictures[k % len(pictures)] for k in range(len(verdicts))],
        mp3=[mp3s[k % len(mp3s)] for k in range(len(verdicts))],
    )


def _pictures(seconds):
    rng = np.random.default_rng(0)
    frames = round(seconds * FRAMES)
    means = rng.normal(-30, 12, (20, BANDS, 1))
    return [log_mel_picture(rng.normal(mean, 9, (BANDS, frames))) for mean in means]


def _mp3s():
    return [encode_mp3(tone(1.0, RATE, hertz), RATE) for hertz in range(200, 1800, 200)]
