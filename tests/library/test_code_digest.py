"""The digest follows what code does, through imports, and nothing else."""

import ast

import pytest

from music_selectivity.study import code_digest

SCRIPT = '''"""Script."""
from music_selectivity import one
from music_selectivity.errors import E
from music_selectivity.vocabulary import scale

print(one.VALUE, E, scale)
'''
MODULES = {
    "__init__.py": "",
    "one.py": 'from music_selectivity.two import f\n\nVALUE = f()\n"""A note."""\n',
    "two.py": (
        "import logging\n\nlog = logging.getLogger(__name__)\n\n\n"
        'def f(x=0):\n    """Doc."""\n    log.info("%d", x)\n'
        "    if x:\n        raise InputError(f'{x} is bad')\n"
        "    if x > 1:\n        raise Unusable(WHY)\n"
        "    return 1  # why\n"
    ),
    "unused.py": "X = 1\n",
    "vocabulary.py": (
        "from music_selectivity.base import UNIT\n"
        "from music_selectivity.paper import FAR, NEAR\n"
        "A = UNIT * NEAR\nB = A + 1\nOTHER = 5 * FAR\n\n\n"
        "def scale(x):\n    return x * B\n"
    ),
    "base.py": "UNIT = 1\n",
    "paper.py": "FAR = 1\nNEAR = 2\n",
    "errors.py": "from music_selectivity import wording\n\nE = wording.TEXT\n",
    "wording.py": "TEXT = 'bad'\n",
    "pack/__init__.py": "",
    "pack/late.py": "Y = 1\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.setattr(code_digest, "PACKAGE_FOLDER", tmp_path)
    for name, text in {**MODULES, "script.py": SCRIPT}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def digest(*modules):
        code_digest._tree.cache_clear()
        return code_digest.code_digest(tmp_path / "script.py", *modules)

    return tmp_path, digest


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("two.py", "return 1", "return 2", True),
        ("one.py", "VALUE = f()", "VALUE = f() + 0", True),
        ("script.py", "print(one.VALUE,", "print(-one.VALUE,", True),
        ("__init__.py", "", "import os\n", True),
        ("two.py", "# why", "# because", False),
        ("two.py", "is bad", "is wrong", False),
        ("two.py", "Unusable(WHY)", "Unusable(OTHER)", True),
        ("two.py", "raise InputError", "raise ValueError", True),
        ("two.py", "if x:", "if not x:", True),
        ("two.py", '"%d"', '"x is %d"', False),
        ("two.py", "    log.info", "    x += 1\n    log.info", True),
        ("two.py", "log.info(", "log.append(", True),
        ("two.py", "Doc.", "Another doc.", False),
        ("one.py", "A note.", "Another note.", False),
        ("two.py", "return 1", "return (1)", False),
        ("unused.py", "X = 1", "X = 2", False),
        ("script.py", "Script.", "A script.", False),
        ("pack/late.py", "Y = 1", "Y = 2", False),
        # Of constants, what is imported by name, and what that refers to.
        ("vocabulary.py", "x * B", "x / B", True),
        ("vocabulary.py", "A + 1", "A + 2", True),
        ("vocabulary.py", "A = UNIT", "A = 2 + UNIT", True),
        ("paper.py", "NEAR = 2", "NEAR = 3", True),
        ("paper.py", "FAR = 1", "FAR = 3", False),
        ("base.py", "UNIT = 1", "UNIT = 2", True),
        ("vocabulary.py", "OTHER = 5", "OTHER = 6", False),
        ("vocabulary.py", "OTHER = 5", "OTHER = 5\nNEW = 7", False),
        # Plumbing, and what it alone imports.
        ("errors.py", "E = wording.TEXT", "E = 'worse'", False),
        ("wording.py", "'bad'", "'worse'", False),
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
    assert code_digest.imported_modules(file) == {"a.b", "c", "c.d"}
    assert isinstance(code_digest._tree(file), ast.Module)


def test_constants_that_look_names_up_are_followed_whole(package):
    folder, digest = package
    script = folder / "script.py"
    script.write_text("from music_selectivity.vocabulary import ALL\n")
    vocabulary = folder / "vocabulary.py"
    vocabulary.write_text("A = 1\nALL = [x for x in vars().values()]\n")
    before = digest()
    vocabulary.write_text("A = 2\nALL = [x for x in vars().values()]\n")
    assert digest() != before


def test_the_same_code_has_the_same_digest_again(package):
    folder, digest = package
    vocabulary = folder / "vocabulary.py"
    vocabulary.write_text(
        "NAMES = 'a, b'\n\n\ndef scale(x):\n    raise InputError(f'one of {NAMES}')\n"
    )
    before = digest()
    again = code_digest.code_digest(folder / "script.py")
    assert before == again


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A += 1", "plain assignments"),
        ("D['x'] = 1", "plain assignments"),
        ("if A:\n    B = 2", "plain assignments"),
        ("L.append(1)", "plain assignments"),
        ("A = 9", "A is defined twice"),
    ],
)
def test_a_name_of_constants_has_one_definition(package, line, message):
    folder, digest = package
    with open(folder / "vocabulary.py", "a") as file:
        file.write(f"{line}\n")
    with pytest.raises(ValueError, match=message):
        digest()


def test_a_name_inside_a_definition_is_no_other_constant(package):
    folder, digest = package
    vocabulary = folder / "vocabulary.py"
    function = "def scale(x):\n    value = x\n    return value\n\n\n"
    text = function + "ALL = [value for value in {}]\n"
    vocabulary.write_text(text.format("'ab'"))
    before = digest()
    vocabulary.write_text(text.format("'abc'"))
    assert digest() == before


def test_a_name_that_constants_lack_is_an_error(package):
    folder, digest = package
    script = folder / "script.py"
    script.write_text("from music_selectivity.vocabulary import MISSPELT\n")
    with pytest.raises(ValueError, match="defines no MISSPELT"):
        digest()


def test_relative_imports_are_refused(package):
    folder, digest = package
    (folder / "one.py").write_text("from .two import f\n\nVALUE = f()\n")
    with pytest.raises(ValueError, match="relative imports"):
        digest()


def test_a_module_of_constants_imported_as_a_whole_counts_whole(package):
    folder, digest = package
    (folder / "script.py").write_text("from music_selectivity import vocabulary\n")
    before = digest()
    edited = (folder / "vocabulary.py").read_text().replace("OTHER = 5", "OTHER = 6")
    (folder / "vocabulary.py").write_text(edited)
    assert digest() != before


def test_templates_are_followed_to_all_files_that_they_name(tmp_path):
    files = {
        "page.html.j2": '{% extends "layout.html.j2" %}["a.js", "none.js"]',
        "layout.html.j2": '{{ part("style.css") }}',
        "style.css": 'p { quotes: "page.html.j2"; }',
        "a.js": "1",
        "b.js": "2",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    def followed(*names):
        return {file.name for file in code_digest.templates_followed(tmp_path, *names)}

    assert followed("page.html.j2") == files.keys() - {"b.js"}
    assert followed("a.js") == {"a.js"}
    before = code_digest.template_digest(tmp_path, "page.html.j2")
    (tmp_path / "b.js").write_text("3")
    assert code_digest.template_digest(tmp_path, "page.html.j2") == before
    (tmp_path / "a.js").write_text("3")
    assert code_digest.template_digest(tmp_path, "page.html.j2") != before
