"""The ontology of sound classes, and the classes that a category contains.

AudioSet's ontology is a directed graph: a class may have several parents (Choir is
both Singing and a Musical instrument). Categories are therefore unions of subtrees.
"""

import json
import os
from collections.abc import Iterable, Mapping

from music_selectivity.errors import InputError


class Ontology:
    """Classes by name, with the names of their children."""

    def __init__(
        self, children: Mapping[str, list[str]], names_by_mid: Mapping[str, str]
    ) -> None:
        self.children = children
        self.names_by_mid = names_by_mid

    @classmethod
    def read(cls, path: str | os.PathLike) -> "Ontology":
        """Read an ontology.json in AudioSet's format.

        Raises
        ------
        InputError
            The file is missing or not a JSON list of classes, or a child is unknown.
        """
        try:
            with open(path, encoding="utf-8-sig") as file:
                nodes = json.load(file)
            names = {node["id"]: node["name"] for node in nodes}
            if not all(isinstance(name, str) for name in names.values()):
                raise TypeError("a name is not text")
            children = {
                node["name"]: [names[child] for child in node["child_ids"]]
                for node in nodes
            }
        except OSError as error:
            raise InputError(
                f"{path}: cannot read the ontology ({error}); check its path in the "
                "config"
            ) from error
        except (ValueError, TypeError, RecursionError) as error:
            raise InputError(
                f"{path}: not an ontology in AudioSet's format, a JSON list of classes "
                f"with id, name and child_ids ({error}); give such a file"
            ) from error
        except KeyError as error:
            raise InputError(
                f"{path}: a class lacks the field {error}, or has that unknown child; "
                "give AudioSet's own ontology, or one in its format"
            ) from error
        return cls(children, names)

    def subtree(self, root: str, key: str = "categories") -> set[str]:
        """Names of `root` and of all classes below it.

        `key` is the config key that names the class, for the error.

        Raises
        ------
        InputError
            There is no such class.
        """
        self._check(root, key)
        found: set[str] = set()
        waiting = [root]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.children[name])
        return found

    def category(
        self,
        subtrees: Iterable[str],
        classes: Iterable[str],
        key: str = "categories",
    ) -> set[str]:
        """Union of subtrees and of single classes, by name.

        Music, for example, is the subtree Music and nine classes of Human voice (paper,
        Methods, data set). `key` is the config key that names them, for the error.

        Raises
        ------
        InputError
            There is no such class.
        """
        names: set[str] = set()
        for root in subtrees:
            names |= self.subtree(root, key)
        for name in classes:
            self._check(name, key)
            names.add(name)
        return names

    def _check(self, name: str, key: str) -> None:
        if name not in self.children:
            raise InputError(
                f"config key {key}: the ontology has no class named {name!r}; correct "
                "the name"
            )
