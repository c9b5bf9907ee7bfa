"""A digest of the code that a rule runs, for Snakemake to rerun what an edit changed.

It covers a script and every project module that it imports, directly or not, taken
from the syntax tree. What changes no result does not count: comments, docstrings and
layout, and the texts of errors and log messages. Two kinds of module count for
less:

- of `CONSTANTS`, modules of names and numbers that every stage shares, only what is
  imported by name, and what that refers to: a name added there reruns nothing;
- `PLUMBING` is left out: it logs and reports errors.
"""

import ast
import functools
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "music_selectivity"
PACKAGE_FOLDER = Path(__file__).parents[1]

CONSTANTS = frozenset({"vocabulary.py", "paper.py", "measures.py"})
PLUMBING = frozenset({"errors.py", "study/jobs.py"})
"""Paths below the package. What only these import is left out with them."""

# Functions that may refer to any name of a module.
DYNAMIC = frozenset({"vars", "globals"})

LOG_LEVELS = frozenset({"debug", "info", "warning", "error"})


def code_digest(script: str | Path, *modules: str) -> str:
    """Digest of `script`, of the project modules it imports, and of `modules`.

    Parameters
    ----------
    script
        Path of a Python file.
    modules
        Dotted names of modules that the script imports by computed name.
    """
    digest = hashlib.sha256()
    followed = code_followed(script, *modules)
    for file in sorted(followed, key=lambda file: (file.name, str(file))):
        digest.update(file.name.encode())
        digest.update(_normalised(file, followed[file]).encode())
    return digest.hexdigest()[:16]


def code_followed(
    script: str | Path, *modules: str
) -> dict[Path, frozenset[str] | None]:
    """Files that `code_digest` covers, and which of their names; None for all of one.

    Parameters as for `code_digest`.
    """
    followed: dict[Path, frozenset[str] | None] = {Path(script): None}
    waiting = [*_imports(_tree(Path(script)))]
    waiting += [(file, None) for name in modules for file in _module_files(name)]
    while waiting:
        file, names = waiting.pop()
        if _place(file) in PLUMBING:
            continue
        before = followed.get(file, frozenset())
        if before is None:
            continue
        if names is None or _place(file) not in CONSTANTS:
            followed[file] = None
            waiting += _imports(_tree(file))
        elif not names <= before:
            followed[file] = before | names
            chosen = _statements(file, followed[file])
            used = followed[file].union(*map(_names_in, chosen))
            waiting += [
                (imported, names & used)
                for statement in _module_imports(file)
                for imported, names in _imports(statement)
                if names is not None and names & used
            ]
    return followed


def names_covered(file: Path, names: frozenset[str] | None) -> set[str]:
    """Names of a module of `CONSTANTS` that a digest with `names` of it covers.

    Parameters
    ----------
    file, names
        An item of what `code_followed` returns.
    """
    body = _tree(file).body if names is None else _statements(file, names)
    return set().union(*map(_defined, body)) | (names or set())


def template_digest(folder: str | Path, *templates: str) -> str:
    """Digest of templates in a folder, and of all files there that they name."""
    digest = hashlib.sha256()
    for file in sorted(templates_followed(folder, *templates)):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def templates_followed(folder: str | Path, *templates: str) -> set[Path]:
    """Files that `template_digest` covers: what templates name in double quotes."""
    followed: set[Path] = set()
    waiting = [Path(folder, name) for name in templates]
    while waiting:
        file = waiting.pop()
        if file not in followed:
            followed.add(file)
            named = re.findall(r'"([\w.]+)"', file.read_text(encoding="utf-8"))
            waiting += [
                path for name in named if (path := Path(folder, name)).is_file()
            ]
    return followed


def imported_modules(file: Path) -> set[str]:
    """Dotted names of all modules imported anywhere in a file, functions included."""
    names: set[str] = set()
    for module, imported in _import_names(_tree(file)):
        # `from package import name` may import a module or a name in one.
        names |= {module} | {f"{module}.{name}" for name in imported or ()}
    return names


# Most modules are in the digests of many rules: trees, and what is found in a part of
# one, are kept.
@functools.cache
def _tree(file: Path) -> ast.Module:
    """Syntax tree of a file, without what changes no result."""
    return _WithoutWords().visit(ast.parse(file.read_text(encoding="utf-8"), str(file)))


@functools.cache
def _import_names(part: ast.AST) -> list[tuple[str, list[str] | None]]:
    """Modules that a part of a tree imports, with the names taken, or None."""
    found: list[tuple[str, list[str] | None]] = []
    for node in _statements_in(part):
        if isinstance(node, ast.Import):
            found += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(
                    f"line {node.lineno}: relative imports are not followed"
                )
            found.append((node.module, [alias.name for alias in node.names]))
    return found


def _statements_in(part: ast.AST) -> Iterator[ast.AST]:
    """A part of a tree, and all below it but expressions, which hold no statement."""
    yield part
    for child in ast.iter_child_nodes(part):
        if not isinstance(child, ast.expr):
            yield from _statements_in(child)


@functools.cache
def _imports(part: ast.AST) -> list[tuple[Path, frozenset[str] | None]]:
    """Project files that a part of a tree imports, with the names taken from each."""
    found: list[tuple[Path, frozenset[str] | None]] = []
    for module, names in _import_names(part):
        files = _module_files(module)
        found += [(file, frozenset(names or ()) or None) for file in files]
        # A name may be a module of the package, which is then imported whole.
        submodules = [_module_files(f"{module}.{name}") for name in names or ()]
        found += [(f, None) for each in submodules for f in each if f not in files]
    return found


def _place(file: Path) -> str:
    """Path below the package; of a file elsewhere, such as a script, its own path."""
    inside = file.is_relative_to(PACKAGE_FOLDER)
    return (file.relative_to(PACKAGE_FOLDER) if inside else file).as_posix()


def _module_files(name: str) -> list[Path]:
    """Files that importing project module `name` runs: it and its parent packages."""
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return []
    found = []
    for depth in range(1, len(parts) + 1):
        base = PACKAGE_FOLDER.joinpath(*parts[1:depth])
        found += [base / "__init__.py", base.with_suffix(".py")]
    return [path for path in found if path.is_file()]


def _module_imports(file: Path) -> list[ast.stmt]:
    body = _tree(file).body
    return [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]


def _elements(target: ast.expr) -> list[ast.expr]:
    """What an assignment assigns to: the elements of a tuple, or the one target."""
    return target.elts if isinstance(target, ast.Tuple) else [target]


def _defined(statement: ast.stmt) -> set[str]:
    """Names that a top-level statement of a module of `CONSTANTS` defines.

    Raises
    ------
    ValueError
        The statement may change a name that another one defines.
    """
    if isinstance(statement, ast.If) and _names_in(statement) == {"TYPE_CHECKING"}:
        return set()
    if isinstance(statement, ast.ClassDef | ast.FunctionDef):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        targets = [node for each in statement.targets for node in _elements(each)]
        if all(isinstance(node, ast.Name) for node in targets):
            return {node.id for node in targets}
    raise ValueError(
        f"line {statement.lineno}: a module of constants holds only imports, "
        "definitions and plain assignments, so that each name has one definition"
    )


@functools.cache
def _names_in(part: ast.AST) -> frozenset[str]:
    """Names that a part of a tree refers to."""
    return frozenset(node.id for node in ast.walk(part) if isinstance(node, ast.Name))


def _statements(file: Path, names: frozenset[str]) -> list[ast.stmt]:
    """Top-level statements that define `names`, or that those refer to, in order."""
    imports = _module_imports(file)
    body = [node for node in _tree(file).body if node not in imports]
    defined: dict[str, ast.stmt] = {}
    for node in body:
        for name in _defined(node):
            if name in defined:
                raise ValueError(f"{file}: {name} is defined twice")
            defined[name] = node
    imported = [found for node in imports for found in _import_names(node)]
    known = defined.keys() | {name for _, names in imported for name in names or ()}
    if unknown := names - known:
        raise ValueError(f"{file}: defines no {', '.join(sorted(unknown))}")
    chosen: set[ast.stmt] = set()
    waiting = [defined[name] for name in names if name in defined]
    while waiting:
        statement = waiting.pop()
        if statement not in chosen:
            chosen.add(statement)
            used = _names_in(statement)
            if used & DYNAMIC:
                return body
            waiting += [defined[name] for name in used if name in defined]
    return [node for node in body if node in chosen]


def _normalised(file: Path, names: frozenset[str] | None) -> str:
    """Code in one layout: all of a file, or what defines `names`."""
    body = _tree(file).body if names is None else _statements(file, names)
    # Text, not a dump of the tree: dumps differ between versions of Python.
    return "\n".join(map(_text, body))


@functools.cache
def _text(statement: ast.stmt) -> str:
    return ast.unparse(statement)


class _WithoutWords(ast.NodeTransformer):
    """Takes out what a person reads: docstrings, error messages, log messages."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        # Expressions hold none of them.
        return node if isinstance(node, ast.expr) else super().generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        # Bare strings run nothing, be they docstrings or notes below a constant.
        return None if _is_text(node) or _is_log(node) else self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        # The text of an error. A name may be data, such as why a clip is unusable.
        if isinstance(node.exc, ast.Call):
            texts = (ast.Constant, ast.JoinedStr)
            node.exc.args = [x for x in node.exc.args if not isinstance(x, texts)]
        return self.generic_visit(node)


def _is_log(node: ast.Expr) -> bool:
    """Whether a statement only logs, by a logger named `log`, as everywhere here."""
    function = getattr(node.value, "func", None)
    logger = getattr(function, "value", None)
    is_logger = isinstance(logger, ast.Name) and logger.id == "log"
    return is_logger and function.attr in LOG_LEVELS


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
