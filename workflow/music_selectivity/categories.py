"""Other categories of sound, and the genres of music: which classes belong to each."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from music_selectivity.errors import InputError
from music_selectivity.ontology import Ontology


def category_table(
    categories: Mapping[str, Mapping],
    genres: Mapping,
    names: Sequence[str],
    ontology: Ontology | None,
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
        None if the corpus has none: then only classes of the very names given count.

    Returns
    -------
    DataFrame
        kind (category or genre), category, class. Those without any class are absent.

    Raises
    ------
    InputError
        The ontology lacks a class that the config names.
    """
    members: list[tuple[str, str, Iterable[str]]] = []
    for name, chosen in categories.items():
        members.append(("category", name, _classes(ontology, **chosen)))
    below = genres["below"]
    if ontology and below:
        if below not in ontology.children:
            raise InputError(
                f"config key analysis.genres.below: the ontology has no class {below!r}"
            )
        for genre in ontology.children[below]:
            members.append(("genre", genre, ontology.subtree(genre)))
    for genre in genres["classes"]:
        members.append(("genre", genre, _classes(ontology, [], [genre])))
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


def _classes(
    ontology: Ontology | None, subtrees: Sequence[str], classes: Sequence[str]
) -> set[str]:
    if ontology is None:
        return {*subtrees, *classes}
    return ontology.category(subtrees, classes)
