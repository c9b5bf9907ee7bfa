"""The house keeps its order: direction of imports, thin scripts, envs, clean style."""

import ast
import graphlib
import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from conftest import ROOT
from music_selectivity.study.code_digest import imported_modules
from music_selectivity.study.resources import COSTS

LIBRARY = ROOT / "workflow/music_selectivity"
SCRIPTS = sorted((ROOT / "workflow/scripts").glob("*.py"))
RULES = sorted((ROOT / "workflow/rules").glob("*.smk"))

# The order in which data flows; a room imports only from rooms before it.
ORDER = [
    "errors",
    "seeds",
    "store",
    "vocabulary",
    "paper",
    "measures",
    "study",
    "audio",
    "corpus",
    "stimuli",
    "networks",
    "stats",
    "analyses",
    "claims",
    "figures",
    "report",
]

# What every rule states.
REQUIRED = [
    "log",
    "benchmark",
    "threads",
    "resources",
    "conda",
    "script",
    "mem_mb=",
    "runtime=",
    "code=",
]

ON_A_GPU = {
    "train",
    "activations",
    "linear_features",
    "natural_sound_features",
    "random_ablation",
    "layer_ablation",
    "training_course",
    "check_network",
    "check_twin",
    "layer_responses",
    "twin_responses",
}

# Distribution that provides a module, where the names differ.
DISTRIBUTIONS = {
    "huggingface_hub": "huggingface-hub",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = dict(
    re.match(r"([A-Za-z0-9-]+)(.*)", pin).groups() for pin in PROJECT["dependencies"]
)


def room(module: str) -> str | None:
    """The room of ORDER that a module of the library belongs to."""
    parts = module.split(".")
    if parts[0] != "music_selectivity" or len(parts) < 2:
        return None
    return parts[1] if parts[1] in ORDER else None


def test_every_room_has_its_place():
    rooms = {path.stem for path in LIBRARY.glob("*.py")} - {"__init__"}
    rooms |= {path.parent.name for path in LIBRARY.glob("*/__init__.py")}
    assert rooms == set(ORDER)


def project_imports(file):
    """Project modules that a file imports, by their dotted names."""
    for module in imported_modules(file):
        if module.startswith("music_selectivity."):
            yield module


@pytest.mark.parametrize("room_name", ORDER)
def test_imports_point_one_way(room_name):
    single = LIBRARY / f"{room_name}.py"
    files = [single] if single.exists() else (LIBRARY / room_name).rglob("*.py")
    for file in files:
        for module in project_imports(file):
            other = room(module)
            if other and other != room_name:
                assert ORDER.index(other) < ORDER.index(room_name), (file, module)


def test_modules_of_a_room_import_each_other_one_way():
    """No cycle of modules anywhere, wherever in a file they are imported."""
    files = {
        ".".join(file.relative_to(LIBRARY.parent).with_suffix("").parts): file
        for file in LIBRARY.rglob("*.py")
        if file.name != "__init__.py"
    }
    sorter = graphlib.TopologicalSorter(
        {name: set(project_imports(file)) & set(files) for name, file in files.items()}
    )
    assert set(sorter.static_order()) == set(files)


@pytest.mark.parametrize("file", sorted(LIBRARY.rglob("__init__.py")), ids=str)
def test_packages_hold_a_docstring_alone(file):
    (docstring,) = ast.parse(file.read_text()).body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(docstring.value, ast.Constant)
    assert isinstance(docstring.value.value, str)


def test_the_library_knows_nothing_of_snakemake():
    for file in LIBRARY.rglob("*.py"):
        tops = {module.split(".")[0] for module in imported_modules(file)}
        assert "snakemake" not in tops, file


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_are_thin(script):
    """A script defines nothing: it reads, calls the library and writes."""
    tree = ast.parse(script.read_text())
    assert not [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    assert len(script.read_text().splitlines()) <= 80


def rules():
    """(name, text) of every rule; a derived rule comes with the text of its base."""
    for file in RULES:
        texts = {}
        for text in re.split(r"\n(?=rule |use rule )", file.read_text())[1:]:
            derived = re.match(r"use rule (\w+) as (\w+) with:", text)
            name = derived[2] if derived else re.match(r"rule (\w+):", text)[1]
            texts[name] = text + (texts[derived[1]] if derived else "")
        yield from texts.items()


@pytest.mark.parametrize(("name", "text"), list(rules()), ids=lambda value: value[:30])
def test_every_rule_says_what_it_needs(name, text):
    for directive in REQUIRED:
        assert re.search(rf"^\s+{re.escape(directive)}", text, re.M), directive
    assert ("gpu=GPU" in text) == (name in ON_A_GPU)
    assert f"<logs>/{name}" in text
    assert "mem_mb=memory," in text
    assert "runtime=minutes," in text


@pytest.mark.parametrize(("name", "text"), list(rules()), ids=lambda value: value[:30])
def test_a_rule_its_script_and_its_costs_have_one_name(name, text):
    shared = {
        "linear_analyses": "analyses",
        "twin_responses": "layer_responses",
        "natural_sound_features": "linear_features",
    }
    script = re.search(r"scripts/(\w+)\.py", text)[1]
    assert script == shared.get(name, name)
    assert name in COSTS


def test_the_slurm_profile_knows_the_rules_that_use_a_gpu():
    profile = yaml.safe_load((ROOT / "profiles/slurm/config.yaml").read_text())
    assert set(profile["set-resources"]) == ON_A_GPU


def env_of(text: str):
    """Pins of the conda env of a rule."""
    path = ROOT / "envs" / re.search(r"envs/(\w+\.yaml)", text)[1]
    pip = yaml.safe_load(path.read_text())["dependencies"][-1]["pip"]
    return path, dict(re.match(r"([A-Za-z0-9-]+)(.*)", pin).groups() for pin in pip)


def needed_by(script) -> set[str]:
    """Distributions that a script imports, through the library too."""
    waiting, seen, needed = [script], set(), set()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for module in imported_modules(file):
            top = module.split(".")[0]
            if top == "music_selectivity":
                base = LIBRARY.joinpath(*module.split(".")[1:])
                paths = [base.with_suffix(".py"), base / "__init__.py"]
                paths += [base.parent / "__init__.py"]
                waiting += [path for path in paths if path.is_file()]
            elif top not in sys.stdlib_module_names:
                needed.add(DISTRIBUTIONS.get(top, top))
    return needed


def test_conda_envs_hold_what_their_rules_import_and_no_more():
    used: dict = {}
    for name, text in rules():
        path, pins = env_of(text)
        script = ROOT / "workflow/scripts" / re.search(r"scripts/(\w+\.py)", text)[1]
        needed = needed_by(script)
        if "figures" in text:
            for figure in (LIBRARY / "figures").glob("*.py"):
                needed |= needed_by(figure)
        assert needed <= set(pins), (name, needed - set(pins))
        used.setdefault(path, set()).update(needed)
    for path, needed in used.items():
        _, pins = env_of(f"envs/{path.name}")
        # pandas reads and writes Parquet by pyarrow.
        assert set(pins) == needed | {"pyarrow"}, path
    assert set(used) == set((ROOT / "envs").glob("*.yaml"))


@pytest.mark.parametrize("path", sorted((ROOT / "envs").glob("*.yaml")), ids=str)
def test_conda_pins_are_those_of_pip(path):
    _, pins = env_of(f"envs/{path.name}")
    for name, pin in pins.items():
        assert PINS[name] == pin, name


@pytest.mark.xdist_group("house")
def test_tests_that_share_a_worker_do(request):
    """Two tests under Slurm at once would be two for one configuration."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("all tests share one worker")
    assert request.node.nodeid.endswith("@house")


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "snakefmt", "--check", "Snakefile", "workflow/rules"],
        ["-m", "snakemake", "--lint"],
    ],
    ids=lambda command: " ".join(command[1:3]),
)
def test_style_is_clean(command):
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
