"""The digest follows what code does, through imports, and nothing else."""

import ast

import pytest

from music_selectivity.study import code_digest as codedigest

SCRIPT = '''"""Script."""
from music_selectivity import one

print(one.VALUE)
'''
MODULES = {
    "__init__.py": "",
    "one.py": 'from music_selectivity.two import f\n\nVALUE = f()\n"""A note."""\n',
    "two.py": 'def f():\n    """Doc."""\n    return 1  # why\n',
    "unused.py": "X = 1\n",
    "pack/__init__.py": "",
    "pack/late.py": "Y = 1\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.setattr(codedigest, "PACKAGE_FOLDER", tmp_path)
    for name, text in {**MODULES, "script.py": SCRIPT}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def digest(*modules):
        codedigest._tree.cache_clear()
        codedigest._normalised.cache_clear()
        return codedigest.code_digest(tmp_path / "script.py", *modules)

    return tmp_path, digest


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("two.py", "return 1", "return 2", True),
        ("one.py", "VALUE = f()", "VALUE = f() + 0", True),
        ("script.py", "print(one.VALUE)", "print(-one.VALUE)", True),
        ("__init__.py", "", "import os\n", True),
        ("two.py", "# why", "# because", False),
        ("two.py", "Doc.", "Another doc.", False),
        ("one.py", "A note.", "Another note.", False),
        ("two.py", "return 1", "return (1)", False),
        ("unused.py", "X = 1", "X = 2", False),
        ("script.py", "Script.", "A script.", False),
        ("pack/late.py", "Y = 1", "Y = 2", False),
    ],
)
def test_edits(package, file, old, new, changes):
    folder, digest = package
    before = digest()
    path = folder / file
    path.write_text(path.read_text().replace(old, new, 1) if old else new)
    assert (digest() != before) == changes


def test_a_docstring_alone_in_a_body_counts_as_none(package):
    folder, digest = package
    (folder / "two.py").write_text("class E(Exception):\n    '''One.'''\ndef f(): 0\n")
    before = digest()
    (folder / "two.py").write_text("class E(Exception):\n    '''Two.'''\ndef f(): 0\n")
    assert digest() == before


def test_modules_imported_by_computed_name_are_added(package):
    folder, digest = package
    before = digest("music_selectivity.pack.late")
    (folder / "pack/late.py").write_text("Y = 2\n")
    assert digest("music_selectivity.pack.late") != before


def test_imports_inside_functions_count(tmp_path):
    file = tmp_path / "f.py"
    file.write_text("def g():\n    import a.b\n    from c import d\n")
    assert codedigest.imported_modules(file) == {"a.b", "c", "c.d"}
    assert isinstance(codedigest._tree(file), ast.Module)
