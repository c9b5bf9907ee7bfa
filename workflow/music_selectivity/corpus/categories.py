"""Other categories of sound, and the genres of music: which classes belong to each."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from music_selectivity.corpus.ontology import Ontology
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import CATEGORY, GENRE


def category_table(
    categories: Mapping[str, Mapping],
    genres: Mapping,
    names: Sequence[str],
    ontology: Ontology | None,
    labels: Sequence[Collection[str]] = (),
) -> pd.DataFrame:
    """Classes of each category (paper Fig. S11, S12) and genre (Fig. S6, S7).

    Parameters
    ----------
    categories
        Config section ``analysis.categories``: subtrees and classes by category.
    genres
        Config section ``analysis.genres``: the children of `below`, each with all
        below it, and single `classes`.
    names
        Classes of the corpus; no other is listed.
    ontology
        None if the corpus has none: then those count as below a class that stand on no
        clip without it, as where a table lists a bark as a dog's and an animal's too.
    labels
        Of each clip; needed without an ontology.

    Returns
    -------
    DataFrame
        kind (category or genre), category, class. Those without any class are absent.

    Raises
    ------
    InputError
        The ontology lacks a class that the config names.
    """
    given = ontology is not None
    ontology = ontology if given else _ontology_of(labels)

    def known(wanted: Sequence[str]) -> list[str]:
        # Whatever a table's labels lack is absent; what an ontology lacks is an error.
        return [name for name in wanted if given or name in ontology.children]

    members: list[tuple[str, str, Iterable[str]]] = []
    for name, chosen in categories.items():
        classes = ontology.category(known(chosen["subtrees"]), known(chosen["classes"]))
        members.append((CATEGORY, name, classes))
    for below in known([genres["below"]] if genres["below"] else []):
        if below not in ontology.children:
            raise InputError(
                f"config key analysis.genres.below: the ontology has no class {below!r}"
            )
        for genre in ontology.children[below]:
            members.append((GENRE, genre, ontology.subtree(genre)))
    for genre in known(genres["classes"]):
        members.append((GENRE, genre, ontology.category([], [genre])))
    rows = [
        (kind, name, class_name)
        for kind, name, classes in members
        for class_name in names
        if class_name in classes
    ]
    return pd.DataFrame(rows, columns=["kind", "category", "class"])


def classes_of(kind: str, table: pd.DataFrame) -> dict[str, set[str]]:
    """Classes by name of the categories, or of the genres, in a `category_table`."""
    of_kind = table[table["kind"] == kind]
    groups = of_kind.groupby("category", sort=False)["class"]
    return {name: set(classes) for name, classes in groups}


def category_sides(
    labels: Iterable[Sequence[str]], classes: Iterable[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Clips that belong to a category, and clips that do not, as two masks.

    To the first all of a clip's labels belong, to the second none; a clip that holds
    both, or has no label, is on neither side. Labels alone decide, so music stands
    outside the category of speech, as does music mixed with birdsong.
    """
    labels, classes = [set(names) for names in labels], set(classes)
    own = np.array([bool(names) and names <= classes for names in labels], bool)
    outside = np.array(
        [bool(names) and names.isdisjoint(classes) for names in labels], bool
    )
    return own, outside


def _ontology_of(labels: Sequence[Collection[str]]) -> Ontology:
    """What labels tell: below a class are those that stand on no clip without it."""
    above: dict[str, set[str]] = {}
    for of_clip in labels:
        for name in of_clip:
            above[name] = above.get(name, set(of_clip)) & set(of_clip)
    children: dict[str, list[str]] = {name: [] for name in sorted(above)}
    for name, parents in sorted(above.items()):
        for parent in parents - {name}:
            children[parent].append(name)
    return Ontology(children, {})
