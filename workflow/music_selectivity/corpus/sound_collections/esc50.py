"""The sounds: clips of ESC-50, with AudioSet's names for their categories."""

import csv
from pathlib import Path

from music_selectivity.errors import InputError
from music_selectivity.vocabulary import EVAL, TRAIN

ESC50_FOLDS = ("1", "2", "3", "4", "5")
EVAL_FOLD = "5"
"""The fold that forms the eval split, together with a fifth of each genre's tracks."""

# AudioSet's name for each category of ESC-50; the three without one keep their own.
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

# Parent in the ontology of each of these three classes.
ADDED_CLASSES = {
    "Can opening": "Domestic sounds, home sounds",
    "Drinking, sipping": "Human sounds",
    "Washing machine": "Domestic sounds, home sounds",
}


def list_sounds(folder: Path) -> list[tuple[str, str, str, str]]:
    """Clip id, split, class and file of each clip of ESC-50.

    Raises
    ------
    InputError
        The folder has another layout, or its table is wrong or lacks a split.
    """
    table = folder / "meta/esc50.csv"
    try:
        with open(table, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        found = []
        for number, row in enumerate(rows, start=2):
            if row["category"] not in ESC50_CLASSES:
                raise InputError(
                    f"{table}, row {number}: category {row['category']!r} is not one "
                    "of ESC-50; use the collection's own table"
                )
            if row["fold"] not in ESC50_FOLDS:
                raise InputError(
                    f"{table}, row {number}: fold {row['fold']!r} is not one of "
                    f"{', '.join(ESC50_FOLDS)}; use the collection's own table"
                )
            split = EVAL if row["fold"] == EVAL_FOLD else TRAIN
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
            f"{folder}: not in the layout of ESC-50, which is audio/ and "
            "meta/esc50.csv with filename, fold and category "
            f"({error!r}); correct corpus.collections.esc50"
        ) from error
    if not found:
        raise InputError(f"{table}: lists no clip; use the collection's own table")
    for split, folds in ((TRAIN, ESC50_FOLDS[:-1]), (EVAL, [EVAL_FOLD])):
        if all(row[1] != split for row in found):
            raise InputError(
                f"{table}: no clip is in fold {' or '.join(folds)}, so the {split} "
                "split has no sounds; use the collection's own table"
            )
    return found
