"""Sound classes of the corpus: their ontology, and what a clip can contain.

Names are AudioSet's display names and the tree has AudioSet's shape, so that the same
definitions of music and speech apply to both corpora. The identifiers are different.
"""

import hashlib
from typing import NamedTuple

# A name that occurs twice has two parents, as in AudioSet.
TREE = {
    "Human sounds": {
        "Human voice": {
            "Speech": {
                "Male speech, man speaking": {},
                "Female speech, woman speaking": {},
                "Child speech, kid speaking": {},
            },
            "Whispering": {},
            "Laughter": {},
            "Crying, sobbing": {"Baby cry, infant cry": {}},
            "Singing": {
                "Choir": {},
                "Yodeling": {},
                "Chant": {},
                "Male singing": {},
                "Female singing": {},
                "Child singing": {},
                "Synthetic singing": {},
                "Rapping": {},
            },
            "Humming": {},
        },
        "Human locomotion": {"Walk, footsteps": {}},
        "Human group actions": {
            "Applause": {},
            "Hubbub, speech noise, speech babble": {},
        },
    },
    "Animal": {
        "Domestic animals, pets": {"Dog": {"Bark": {}}, "Cat": {"Meow": {}}},
        "Livestock, farm animals, working animals": {
            "Cattle, bovinae": {"Moo": {}},
        },
        "Wild animals": {
            "Bird": {"Bird vocalization, bird call, bird song": {}},
            "Frog": {"Croak": {}},
            "Insect": {"Cricket": {}, "Mosquito": {}},
        },
    },
    "Music": {
        "Musical instrument": {
            "Plucked string instrument": {
                "Guitar": {
                    "Electric guitar": {},
                    "Bass guitar": {},
                    "Acoustic guitar": {},
                }
            },
            "Keyboard (musical)": {"Piano": {}, "Organ": {}, "Synthesizer": {}},
            "Percussion": {
                "Drum kit": {},
                "Mallet percussion": {"Marimba, xylophone": {}, "Glockenspiel": {}},
            },
            "Brass instrument": {"Trumpet": {}},
            "Bowed string instrument": {"Violin, fiddle": {}},
            "Wind instrument, woodwind instrument": {"Flute": {}},
            "Choir": {},
        },
        "Music genre": {
            "Rock music": {},
            "Jazz": {},
            "Classical music": {},
            "Electronic music": {},
            "Folk music": {},
        },
    },
    "Natural sounds": {
        "Wind": {},
        "Thunderstorm": {"Thunder": {}},
        "Water": {"Rain": {}, "Stream": {}, "Ocean": {"Waves, surf": {}}},
        "Fire": {},
    },
    "Sounds of things": {
        "Vehicle": {
            "Motor vehicle (road)": {
                "Car": {"Vehicle horn, car horn, honking": {}},
                "Motorcycle": {},
            },
            "Aircraft": {"Aircraft engine": {"Propeller, airscrew": {}}},
        },
        "Engine": {"Idling": {}},
        "Domestic sounds, home sounds": {"Vacuum cleaner": {}},
        "Alarm": {
            "Telephone": {"Telephone bell ringing": {}},
            "Alarm clock": {},
            "Siren": {},
        },
        "Mechanisms": {"Clock": {"Tick-tock": {}}},
        "Tools": {"Hammer": {}, "Sawing": {}, "Power tool": {"Drill": {}}},
        "Glass": {"Shatter": {}},
        "Liquid": {"Drip": {}},
    },
}

NATURAL = (
    "Male speech, man speaking",
    "Female speech, woman speaking",
    "Child speech, kid speaking",
    "Whispering",
    "Laughter",
    "Baby cry, infant cry",
    "Hubbub, speech noise, speech babble",
    "Applause",
    "Walk, footsteps",
    "Bark",
    "Meow",
    "Moo",
    "Bird vocalization, bird call, bird song",
    "Croak",
    "Cricket",
    "Mosquito",
    "Rain",
    "Stream",
    "Drip",
    "Waves, surf",
    "Wind",
    "Fire",
    "Thunder",
    "Idling",
    "Motorcycle",
    "Propeller, airscrew",
    "Drill",
    "Hammer",
    "Sawing",
    "Siren",
    "Alarm clock",
    "Vehicle horn, car horn, honking",
    "Telephone bell ringing",
    "Tick-tock",
    "Vacuum cleaner",
    "Shatter",
)
"""Kinds of sound other than music; each is one class."""

SINGERS = ("Male singing", "Female singing", "Child singing", "Choir")

INSTRUMENTS = (
    "Piano",
    "Acoustic guitar",
    "Electric guitar",
    "Organ",
    "Violin, fiddle",
    "Flute",
    "Trumpet",
    "Marimba, xylophone",
    "Glockenspiel",
    "Synthesizer",
    "Bass guitar",
    "Drum kit",
)


class Genre(NamedTuple):
    """Parts that are always played, and the possible leading parts."""

    always: tuple[str, ...]
    leads: tuple[str, ...]


GENRES = {
    "Rock music": Genre(
        ("Bass guitar", "Drum kit"),
        ("Electric guitar", "Male singing", "Female singing"),
    ),
    "Jazz": Genre(("Piano", "Drum kit"), ("Trumpet", "Flute", "Bass guitar")),
    "Classical music": Genre(
        ("Violin, fiddle",), ("Piano", "Flute", "Organ", "Trumpet", "Choir")
    ),
    "Electronic music": Genre(
        ("Synthesizer", "Drum kit"), ("Bass guitar", "Glockenspiel", "Female singing")
    ),
    "Folk music": Genre(
        ("Acoustic guitar",),
        ("Flute", "Violin, fiddle", "Male singing", "Female singing", "Child singing"),
    ),
}

MUSICAL = (*INSTRUMENTS, *SINGERS, *GENRES)
"""Kinds of music: one leading instrument or voice, or a genre."""


def labels(names: tuple[str, ...]) -> set[str]:
    """Labels of a clip that contains the kinds and parts `names`.

    As in AudioSet, a clip with instruments is also labelled Music, one with singing
    Singing, and one with speech Speech. Unaccompanied singing is not labelled Music.
    """
    found = set(names)
    if found & {*INSTRUMENTS, *GENRES}:
        found.add("Music")
    if found & set(SINGERS):
        found.add("Singing")
    if found & set(TREE["Human sounds"]["Human voice"]["Speech"]):
        found.add("Speech")
    return found


CLASSES = (*NATURAL, "Speech", *MUSICAL, "Music", "Singing")
"""Every class that a clip can have, in the order of class_labels_indices.csv."""


def mid(name: str) -> str:
    """Identifier of a class, of the form /s/ab12cd."""
    return "/s/" + hashlib.blake2b(name.encode(), digest_size=3).hexdigest()


def ontology() -> list[dict]:
    """The tree in the format of AudioSet's ontology.json; parents come first."""
    children: dict[str, list[str]] = {}
    waiting = [TREE]
    while waiting:
        level = waiting.pop(0)
        for name, below in level.items():
            if not children.get(name):
                children[name] = list(below)
            waiting.append(below)
    return [
        {
            "id": mid(name),
            "name": name,
            "description": "",
            "citation_uri": "",
            "positive_examples": [],
            "child_ids": [mid(child) for child in below],
            "restrictions": [] if name in CLASSES else ["abstract"],
        }
        for name, below in children.items()
    ]
