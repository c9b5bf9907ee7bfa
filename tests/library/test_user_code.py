"""Users' files are loaded, and their errors name the file and the line."""

import pytest

from music_selectivity.errors import InputError
from music_selectivity.networks.user_code import errors_of_users, load_network

GOOD = """
from torch import nn
from music_selectivity.networks.description import Layer, NetworkDescription
def make():
    return NetworkDescription(
        module=nn.Linear(3, 2).eval(), sample_rate=8000, licence="MIT",
        layers=[Layer("output", unit_axis=1)], training_data="none",
    )
"""


@pytest.fixture
def write(tmp_path):
    def write(text: str, name: str = "net.py") -> str:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return str(path)

    return write


def test_a_description_is_loaded(write):
    network = load_network(f"{write(GOOD)}:make")
    assert network.module.out_features == 2


def test_files_with_the_same_name_do_not_mix(write):
    first = load_network(f"{write(GOOD, 'a/net.py')}:make")
    other = write(GOOD.replace("3, 2", "3, 5"), "b/net.py")
    assert load_network(f"{other}:make").module.out_features == 5
    assert first.module.out_features == 2


def test_a_file_is_read_again(write):
    load_network(f"{write(GOOD)}:make")
    path = write(GOOD.replace("3, 2", "3, 5"))
    assert load_network(f"{path}:make").module.out_features == 5


def test_a_file_imports_what_lies_beside_it(write):
    write("SIZE = 7", "beside_the_network.py")
    text = "from beside_the_network import SIZE" + GOOD.replace("3, 2", "3, SIZE")
    assert load_network(f"{write(text)}:make").module.out_features == 7


def test_torchaudio_can_be_imported_with_any_build(write):
    text = "from torchaudio.models import hubert_base" + GOOD
    assert load_network(f"{write(text)}:make").sample_rate == 8000


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (GOOD, "", r"'.*net\.py' names no function; write .*net\.py:make"),
        (GOOD, ":build", r"net\.py has no function build; define `def build\(\):`"),
        ("make = 3", ":make", r"net\.py has no function make"),
        ("def make():\n    return 3", ":make", r":make returns a int; return a Netw"),
        (
            "\ndef make():\n    return 1 / 0",
            ":make",
            r"net\.py, line 3, in make: ZeroDivisionError: division by zero$",
        ),
        (
            "import sys\ndef make():\n    sys.exit(0)",
            ":make",
            r"net\.py, line 3, in make: SystemExit: 0$",
        ),
        (
            "def make():\n    return 1\n\neval('1 +')",
            ":make",
            r"net\.py, line 4, in <module>: SyntaxError: invalid syntax$",
        ),
        ("import no_such", ":make", r"net\.py, line 1, in <module>: ModuleNotFound"),
        ("def make(:", ":make", r"net\.py, line 1: SyntaxError: invalid syntax$"),
        ("def make(x): pass", ":make", r"TypeError: make\(\) missing 1 required"),
        (
            "def make():\n    open('no such file')",
            ":make",
            r"net\.py, line 2, in make: FileNotFoundError: .*no such file",
        ),
        (
            GOOD.replace("8000", "0").replace('"MIT"', '""'),
            ":make",
            r"line 5, in make: sample_rate is 0(?s:.*)line 5, in make: licence is ''",
        ),
        (
            GOOD.replace(", unit_axis=1", ""),
            ":make",
            r"line 7, in make: TypeError: .*missing.* 'unit_axis'",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(write, text, place, message):
    with pytest.raises(InputError, match=message):
        load_network(write(text) + place)


@pytest.mark.parametrize("name", ["absent.py", "net.txt"])
def test_a_file_that_is_no_python_file_is_refused(write, name):
    write(GOOD, "net.txt")
    place = write(GOOD).replace("net.py", name)
    with pytest.raises(InputError, match=rf"{name} is not a Python file .*relative to"):
        load_network(f"{place}:make")


def test_the_innermost_line_of_the_user_is_named(write):
    text = """
import torch
def inner(): return torch.zeros(2) @ torch.zeros(3)
def outer(): return inner()
"""
    space: dict = {}
    path = write(text)
    exec(compile(text, path, "exec"), space)
    with (
        pytest.raises(InputError, match=r"net\.py, line 3, in inner: RuntimeError: "),
        errors_of_users(),
    ):
        space["outer"]()


def test_a_message_of_several_lines_becomes_one():
    with pytest.raises(InputError) as raised, errors_of_users():
        raise ValueError("one\n  two")
    assert str(raised.value).endswith("ValueError: one two")
