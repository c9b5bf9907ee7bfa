"""Preferred inputs of units on the page: to see and hear, below their figure."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from music_selectivity.audio.log_mel_picture import RANGE_DB, log_mel_picture
from music_selectivity.report.charts import model_name
from music_selectivity.report.embedded import embedded, picture_facts
from music_selectivity.report.numbers import number
from music_selectivity.vocabulary import MS_UNITS, RANDOM_UNITS, UNTRAINED

UNIT_NAMES = {
    MS_UNITS: "Music-selective unit",
    RANDOM_UNITS: "Random unit",
    UNTRAINED: "Unit",
}
VERDICTS = {True: "✓ kept", False: "✗ failed"}


def inputs_with_sounds(
    verdicts: pd.DataFrame, log_mels: pd.DataFrame, folder: Path
) -> pd.DataFrame:
    """The preferred inputs of one network, with their pictures and sounds.

    Parameters
    ----------
    verdicts, log_mels
        ``preferred_inputs.verdict_table`` and ``log_mel_table``.
    folder
        Where the sounds are.

    Returns
    -------
    DataFrame
        `verdicts`, with picture and mp3, as bytes.
    """
    levels = {
        key: of_input.iloc[:, 3:].to_numpy()
        for key, of_input in log_mels.groupby(["kind", "unit"])
    }
    keys = zip(verdicts["kind"], verdicts["unit"], strict=True)
    return verdicts.assign(
        picture=[log_mel_picture(levels[key]) for key in keys],
        mp3=[Path(folder, name).read_bytes() for name in verdicts["sound"]],
    )


def preferred_inputs_section(
    inputs: Mapping[tuple[str, int], pd.DataFrame], config: Mapping, budget: int
) -> dict:
    """What the template of the players shows.

    The first input of each kind and network has room before the second ones.

    Parameters
    ----------
    inputs
        `inputs_with_sounds` by (model, seed).
    config
        The resolved config.
    budget
        Most bytes that pictures and sounds may take in the page.

    Returns
    -------
    dict
        data, for JSON: what ``embedded.picture_facts`` states, and networks, each as
        [title, sounds], and each sound with its name and the lines below it; cuts, what
        is left out; and split and range_db, which the texts name.
    """
    seconds = config["audio"]["clip_seconds"]
    tables = [
        table.assign(model=model, seed=seed) for (model, seed), table in inputs.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    turns = table.groupby(["model", "seed", "kind"]).cumcount()
    texts, cuts = embedded(table.loc[turns.sort_values(kind="stable").index], budget)
    networks = {}
    for row in texts.sort_index().itertuples():
        title = f"{model_name(row.model)}, seed {row.seed}"
        if row.kind == UNTRAINED:
            title += ": untrained network"
        unit = f"{UNIT_NAMES[row.kind]} {row.unit}"
        heard, limit = number(row.heard), number(row.percentile_99)
        networks.setdefault(title, []).append(
            {
                "sound": [seconds, row.picture, row.mp3],
                "name": f"preferred input of {unit[0].lower()}{unit[1:]}, {title}",
                "lines": [unit, VERDICTS[row.kept], f"{heard} (clips: {limit})"],
            }
        )
    return {
        "data": picture_facts(config["log_mel"])
        | {"networks": [[title, sounds] for title, sounds in networks.items()]},
        "cuts": cuts,
        "split": config["analysis"]["measured_split"],
        "range_db": RANGE_DB,
    }
