"""The tree of sound classes, and which classes count as music or as speech.

AudioSet's ontology is a directed graph: a class may have several parents (Choir is
both Singing and a Musical instrument), so categories are unions of subtrees.
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
        """Read an ontology.json in AudioSet's form.

        Raises
        ------
        InputError
            If the file is missing, is no JSON list of classes, or a child is unknown.
        """
        try:
            with open(path, encoding="utf-8-sig") as file:
                nodes = json.load(file)
            names = {node["id"]: node["name"] for node in nodes}
            if not all(isinstance(name, str) for name in names.values()):
                raise TypeError("a name is no text")
            children = {
                node["name"]: [names[child] for child in node["child_ids"]]
                for node in nodes
            }
        except OSError as error:
            raise InputError(f"{path}: cannot read the ontology ({error})") from error
        except (ValueError, TypeError, RecursionError) as error:
            raise InputError(
                f"{path}: not an ontology in AudioSet's form, a JSON list of classes "
                f"with id, name and child_ids ({error})"
            ) from error
        except KeyError as error:
            raise InputError(
                f"{path}: a class lacks the field, or names the unknown child, {error}"
            ) from error
        return cls(children, names)

    def subtree(self, root: str) -> set[str]:
        """Names of `root` and every class below it."""
        if root not in self.children:
            raise InputError(
                f"the ontology has no class named {root!r}; correct it under "
                "'categories' in the config"
            )
        found: set[str] = set()
        waiting = [root]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.children[name])
        return found

    def category(self, subtrees: Iterable[str], classes: Iterable[str]) -> set[str]:
        """Union of whole subtrees and of single classes, by name.

        The study's music is the subtree Music plus nine classes of Human voice
        (paper, Methods, data set).
        """
        names: set[str] = set()
        for root in subtrees:
            names |= self.subtree(root)
        for name in classes:
            if name not in self.children:
                raise InputError(
                    f"the ontology has no class named {name!r}; correct it under "
                    "'categories' in the config"
                )
            names.add(name)
        return names
