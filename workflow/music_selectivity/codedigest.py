"""A digest of the code that a rule runs, for Snakemake to rerun what an edit changed.

It covers a script and every project module that it imports, directly or not, taken
from the syntax tree: comments, docstrings and layout do not count.
"""

import ast
import functools
import hashlib
from pathlib import Path

PACKAGE = "music_selectivity"
PACKAGE_FOLDER = Path(__file__).parent


def code_digest(script: str | Path, *modules: str) -> str:
    """Digest of `script`, of the project modules it imports, and of `modules`.

    Parameters
    ----------
    script
        Path of a Python file.
    modules
        Dotted names of modules that the script imports by computed name.
    """
    files = {Path(script)}
    waiting = [*_imports(Path(script))]
    for module in modules:
        waiting += _module_files(module)
    while waiting:
        file = waiting.pop()
        if file not in files:
            files.add(file)
            waiting.extend(_imports(file))
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: (file.name, str(file))):
        digest.update(file.name.encode())
        digest.update(_normalised(file).encode())
    return digest.hexdigest()[:16]


def text_digest(folder: str | Path, pattern: str) -> str:
    """Digest of the files of a folder that match, for what is no Python."""
    digest = hashlib.sha256()
    for file in sorted(Path(folder).glob(pattern)):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def imported_modules(file: Path) -> set[str]:
    """Dotted names of all modules imported anywhere in a file, functions included."""
    names: set[str] = set()
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from package import name` may import a module or a name in one.
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@functools.cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def _imports(file: Path) -> list[Path]:
    return [path for name in imported_modules(file) for path in _module_files(name)]


def _module_files(name: str) -> list[Path]:
    """Files that importing project module `name` runs: it and its parent packages."""
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return []
    found = []
    for depth in range(1, len(parts) + 1):
        base = PACKAGE_FOLDER.joinpath(*parts[1:depth])
        found += [path for path in (base / "__init__.py", base.with_suffix(".py"))]
    return [path for path in found if path.is_file()]


@functools.cache
def _normalised(file: Path) -> str:
    """The file's code in one layout, without comments and docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ):
            # Bare strings run nothing, be they docstrings or notes below a constant.
            node.body = [item for item in node.body if not _is_text(item)]
    # Text, not a dump of the tree: dumps differ between versions of Python.
    return ast.unparse(tree)


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
