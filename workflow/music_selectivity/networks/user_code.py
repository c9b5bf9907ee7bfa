"""Loading a user's network, and naming the line of user code that fails."""

import contextlib
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from music_selectivity import seeds
from music_selectivity.audio.torchaudio_import import import_transforms
from music_selectivity.errors import InputError
from music_selectivity.networks.description import NetworkDescription

# Code that users did not write: Python, installed packages, and this package.
NOT_OF_USERS = (
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
    str(Path(__file__).parents[1]),
)


def load_network(place: str) -> NetworkDescription:
    """The network that a function of a user's file describes.

    The folder of the file is added to ``sys.path``, so that the file can import what
    lies next to it.

    Parameters
    ----------
    place
        The file and the function, which is called without arguments:
        "my_network.py:make".

    Raises
    ------
    InputError
        The file or the function is missing, fails, or returns something else.
    """
    file, _, name = place.rpartition(":")
    if not file or not name:
        raise InputError(f"{place!r} names no function; write {place}:make")
    path = Path(file).resolve()
    if not path.is_file() or path.suffix != ".py":
        raise InputError(
            f"{file} is not a Python file (.py); its path is relative to {Path.cwd()}"
        )
    make = getattr(_imported(path), name, None)
    if not callable(make):
        raise InputError(
            f"{file} has no function {name}; define `def {name}():`, which returns a "
            "NetworkDescription"
        )
    with errors_of_users():
        network = make()
    if not isinstance(network, NetworkDescription):
        raise InputError(
            f"{place} returns a {type(network).__name__}; return a NetworkDescription "
            "of music_selectivity.networks.description"
        )
    return network


@contextlib.contextmanager
def errors_of_users() -> Iterator[None]:
    """Turn any exception of user code into a sentence that names its file and line.

    Raises
    ------
    InputError
        The body raised an exception, or ended the program (``sys.exit``).
    """
    try:
        yield
    except InputError as error:
        where = _where(error)
        lines = [f"{where}: {line}" for line in str(error).splitlines()]
        raise InputError("\n".join(lines)) from error
    except (Exception, SystemExit) as error:
        # In one line, as all problems.
        message = " ".join(str(getattr(error, "msg", error)).split())
        raise InputError(
            f"{_where(error)}: {type(error).__name__}: {message}"
        ) from error


def _imported(path: Path) -> ModuleType:
    # torchaudio, which users' files often import, may need help.
    import_transforms()
    # Files with the same name are different modules.
    module = ModuleType(f"{path.stem}_{seeds.derive(path)}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    with errors_of_users():
        # Not by importlib, whose cache takes an edit within a second for none.
        exec(compile(path.read_bytes(), path, "exec"), module.__dict__)
    return module


def _where(error: BaseException) -> str:
    """The innermost line of user code, or, if there is none, of any code."""
    # What user code compiles itself may come from no file.
    if isinstance(error, SyntaxError) and Path(error.filename or "").is_file():
        return f"{error.filename}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    of_users = [x for x in frames if not x.filename.startswith((*NOT_OF_USERS, "<"))]
    frame = (of_users or frames)[-1]
    return f"{frame.filename}, line {frame.lineno}, in {frame.name}"
