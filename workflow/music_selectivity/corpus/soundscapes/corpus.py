"""Choice of the clips: one recipe per clip, drawn from the seed of the corpus.

A recipe depends only on the seed, the split, and the clips before it in its split, so
that a larger corpus contains the smaller one. No sound is made here.
"""

import base64
import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from music_selectivity.corpus.soundscapes import classes
from music_selectivity.errors import InputError
from music_selectivity.seeds import derive, generator
from music_selectivity.vocabulary import (
    EVAL,
    GENERATED_TABLES,
    MIXED,
    MUSIC,
    NONMUSIC,
    SPLITS,
    TRAIN,
)

GOLDEN = (5**0.5 - 1) / 2

# Numbers of sounds or parts in a clip, the same for music and non-music.
COUNTS = (1, 2, 3)
COUNT_SHARES = (0.45, 0.35, 0.20)


@dataclass(frozen=True)
class Spec:
    """Size and seed of a corpus (config section ``corpus.soundscapes``).

    Attributes
    ----------
    train, eval : int
        Number of clips in each split.
    seconds : float
        Length of every clip, 1 to 60.
    seed : int
        Each seed gives another corpus.
    music_share, mixed_share : float
        Shares of clips with music only, and with music and other sounds.

    Raises
    ------
    InputError
        A value is out of range.
    """

    train: int
    eval: int
    seconds: float
    seed: int
    music_share: float = 0.30
    mixed_share: float = 0.10

    def __post_init__(self) -> None:
        if self.train < 0 or self.eval < 0:
            raise InputError(
                f"a corpus cannot have {self.train} train and {self.eval} eval clips; "
                "give numbers of 0 or more"
            )
        if not 1 <= self.seconds <= 60:
            raise InputError(
                f"clips of {self.seconds} seconds cannot be made; give 1 to 60 seconds"
            )
        shares = (self.music_share, self.mixed_share)
        if not (min(shares) >= 0 and sum(shares) <= 1):
            raise InputError(
                f"music_share is {shares[0]} and mixed_share is {shares[1]}; give "
                "shares of 0 or more whose sum is at most 1"
            )


@dataclass(frozen=True)
class Source:
    """One sound of a clip: a kind of natural sound, or of music played by `parts`."""

    kind: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """Everything that determines one clip.

    Attributes
    ----------
    ytid : str
        Clip id: 11 characters of the URL-safe base64 alphabet.
    split, group : str
        train or eval; music, nonmusic or mixed.
    labels : tuple of str
        Class names, sorted.
    sources : tuple of Source
        The sounds in the clip.
    seed : int
        Seed of every draw in the rendering.
    """

    ytid: str
    split: str
    group: str
    labels: tuple[str, ...]
    sources: tuple[Source, ...]
    seed: int

    @property
    def mids(self) -> tuple[str, ...]:
        """Identifiers of the labels."""
        return tuple(classes.mid(name) for name in self.labels)


def plan(spec: Spec) -> list[Recipe]:
    """Recipes of all clips of the corpus, train before eval.

    Classes are dealt from shuffled decks, so that each class leads equally often.
    """
    counts = {TRAIN: spec.train, EVAL: spec.eval}
    return [
        recipe
        for split in SPLITS
        for recipe in itertools.islice(_recipes(spec, split), counts[split])
    ]


def write_tables(spec: Spec, folder: str | Path) -> None:
    """Write the corpus's tables into `folder`, in AudioSet's formats.

    They are ontology.json, class_labels_indices.csv, train_segments.csv and
    eval_segments.csv.
    """
    # Imported here, because store imports pandas, which `plan` does not need.
    from music_selectivity.store import write_text

    folder = Path(folder)
    write_text(
        folder / GENERATED_TABLES["ontology"], json.dumps(classes.ontology(), indent=1)
    )
    rows = [
        f'{index},{classes.mid(name)},"{name}"'
        for index, name in enumerate(classes.CLASSES)
    ]
    table = "\n".join(["index,mid,display_name", *rows])
    write_text(folder / GENERATED_TABLES["classes"], table + "\n")
    recipes = plan(spec)
    for split in SPLITS:
        chosen = [recipe for recipe in recipes if recipe.split == split]
        name = GENERATED_TABLES[f"{split}_segments"]
        write_text(folder / name, _segments(spec, split, chosen))


def _segments(spec: Spec, split: str, recipes: list[Recipe]) -> str:
    positive = [len(recipe.labels) for recipe in recipes]
    unique = {name for recipe in recipes for name in recipe.labels}
    lines = [
        # AudioSet gives the date here; the seed identifies a generated corpus.
        f"# Segments csv created from seed {spec.seed}, split {split}",
        f"# num_ytids={len(recipes)}, num_segs={len(recipes)}, "
        f"num_unique_labels={len(unique)}, num_positive_labels={sum(positive)}",
        "# YTID, start_seconds, end_seconds, positive_labels",
    ]
    lines += [
        f'{recipe.ytid}, 0.000, {spec.seconds:.3f}, "{",".join(recipe.mids)}"'
        for recipe in recipes
    ]
    return "\n".join(lines) + "\n"


def _recipes(spec: Spec, split: str) -> Iterator[Recipe]:
    """Endless recipes of one split."""
    natural = _deck(spec.seed, split, "natural", classes.NATURAL)
    musical = _deck(spec.seed, split, "musical", classes.MUSICAL)
    start = generator(spec.seed, "soundscapes", split, "groups").uniform()
    for index in itertools.count():
        seed = derive(spec.seed, "soundscapes", split, index)
        rng = generator(seed, "sources")
        count = int(rng.choice(COUNTS, p=COUNT_SHARES))
        # Multiples of the golden section fill [0, 1) evenly, whatever their number.
        place = (start + index * GOLDEN) % 1
        if place < spec.music_share:
            group, sources = MUSIC, (_performance(rng, next(musical), count),)
        elif place < spec.music_share + spec.mixed_share:
            group = MIXED
            music = _performance(rng, next(musical), 1)
            sources = (music, *_natural(natural, max(1, count - 1)))
        else:
            group, sources = NONMUSIC, _natural(natural, count)
        names = [name for source in sources for name in (source.kind, *source.parts)]
        yield Recipe(
            ytid=_ytid(spec.seed, split, index),
            split=split,
            group=group,
            labels=tuple(sorted(classes.labels(tuple(names)))),
            sources=sources,
            seed=seed,
        )


def _deck(seed: int, split: str, name: str, kinds: tuple[str, ...]) -> Iterator[str]:
    """Endless draws; each run of len(kinds) draws contains every kind once."""
    for turn in itertools.count():
        rng = generator(seed, "soundscapes", split, name, turn)
        yield from (kinds[index] for index in rng.permutation(len(kinds)))


def _natural(deck: Iterator[str], count: int) -> tuple[Source, ...]:
    """The next kinds of the deck, without repeats, which occur where two decks meet."""
    return tuple(Source(kind) for kind in dict.fromkeys(itertools.islice(deck, count)))


def _performance(rng: np.random.Generator, kind: str, count: int) -> Source:
    """A genre with its parts, or `kind` as the leading one of `count` parts."""
    if kind in classes.GENRES:
        genre = classes.GENRES[kind]
        lead = genre.leads[rng.integers(len(genre.leads))]
        return Source(kind, (lead, *genre.always))
    others = [name for name in classes.INSTRUMENTS if name != kind]
    joined = rng.permutation(len(others))[: count - 1]
    return Source(kind, (kind, *(others[index] for index in joined)))


def _ytid(seed: int, split: str, index: int) -> str:
    name = f"soundscapes {seed} {split} {index}".encode()
    digest = hashlib.blake2b(name, digest_size=9).digest()
    return base64.urlsafe_b64encode(digest).decode()[:11]
