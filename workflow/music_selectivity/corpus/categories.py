"""Classes that belong to the other categories of sound, and to the genres of music."""

from collections.abc import Collection, Iterable, Mapping, Sequence

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
        Config section ``analysis.categories``: subtrees and classes of each category.
    genres
        Config section ``analysis.genres``. Genres are the children of the class
        `below`, each with its subtree, and the single `classes`.
    names
        Classes of the corpus; no others are listed.
    ontology
        None if the corpus has none. A class then counts as below another one if every
        clip with the first also has the second, for example if a table labels each
        bark as dog and as animal, too.
    labels
        Labels of each clip; used only without an ontology.

    Returns
    -------
    DataFrame
        kind (category or genre), category, class. A category without any class has no
        row.

    Raises
    ------
    InputError
        The config names a class that the ontology lacks.
    """
    given = ontology is not None
    ontology = ontology if given else _ontology_of(labels)

    def known(wanted: Sequence[str]) -> list[str]:
        # A class that no clip has is ignored; one that the ontology lacks is an error.
        return [name for name in wanted if given or name in ontology.children]

    members: list[tuple[str, str, Iterable[str]]] = []
    for name, chosen in categories.items():
        classes = ontology.category(
            known(chosen["subtrees"]),
            known(chosen["classes"]),
            key=f"analysis.categories.{name}",
        )
        members.append((CATEGORY, name, classes))
    for below in known([genres["below"]] if genres["below"] else []):
        if below not in ontology.children:
            raise InputError(
                f"config key analysis.genres.below: the ontology has no class {below!r}"
            )
        for genre in ontology.children[below]:
            members.append((GENRE, genre, ontology.subtree(genre)))
    for genre in known(genres["classes"]):
        classes = ontology.category([], [genre], key="analysis.genres.classes")
        members.append((GENRE, genre, classes))
    rows = [
        (kind, name, class_name)
        for kind, name, classes in members
        for class_name in names
        if class_name in classes
    ]
    return pd.DataFrame(rows, columns=["kind", "category", "class"])


def _ontology_of(labels: Sequence[Collection[str]]) -> Ontology:
    """Ontology from labels: a class lies below those that all of its clips have."""
    above: dict[str, set[str]] = {}
    for of_clip in labels:
        for name in of_clip:
            above[name] = above.get(name, set(of_clip)) & set(of_clip)
    children: dict[str, list[str]] = {name: [] for name in sorted(above)}
    for name, parents in sorted(above.items()):
        for parent in parents - {name}:
            children[parent].append(name)
    return Ontology(children, {})
