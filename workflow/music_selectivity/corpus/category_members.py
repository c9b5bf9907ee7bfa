"""The members of a category or genre: its classes, and the clips with these labels.

This module does not read the ontology, so that analyses do not depend on how
``categories`` does.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd


def classes_of(kind: str, table: pd.DataFrame) -> dict[str, set[str]]:
    """Classes of each category, or of each genre, in categories.csv."""
    of_kind = table[table["kind"] == kind]
    groups = of_kind.groupby("category", sort=False)["class"]
    return {name: set(classes) for name, classes in groups}


def category_sides(
    labels: Iterable[Sequence[str]], classes: Iterable[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the clips that belong to a category, and of those outside it.

    A clip belongs to it if all of its labels do, and lies outside if none does. A clip
    with labels of both kinds, or without any, is on neither side. Only labels count:
    music lies outside the category of speech, and so does music mixed with birdsong.
    """
    labels, classes = [set(names) for names in labels], set(classes)
    own = np.array([bool(names) and names <= classes for names in labels], bool)
    outside = np.array(
        [bool(names) and names.isdisjoint(classes) for names in labels], bool
    )
    return own, outside
