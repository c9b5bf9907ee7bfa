"""One conda environment per kind of rule, made by a made-up conda without a network.

It gives each environment a Python of its own and, of the packages installed here, those
that the environment's file names and what these require in turn. So it cannot show that
a channel has the packages, but that the rules work with these and no others.
"""

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import yaml

from conftest import ROOT
from small_studies import checkout_into, configure, snakemake_command

FOLDERS = [str(Path(__file__).parent), str(ROOT / "tests"), str(ROOT / "workflow")]
CONDA = f"""#!{sys.executable}
import json, sys
sys.path[:0] = {FOLDERS!r}
from pathlib import Path
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("conda 25.1.1")
elif arguments[0] == "info":
    prefix = str(Path(__file__).parents[1])
    print(json.dumps({{"conda_prefix": prefix, "platform": "linux-64"}}))
elif arguments[0] == "config":
    print(json.dumps({{"get": {{"channel_priority": "strict"}}}}))
elif arguments[:2] == ["env", "create"]:
    from test_conda import create
    options = dict(zip(arguments, arguments[1:]))
    create(Path(options["--file"]), Path(options["--prefix"]))
elif arguments[0] != "clean":
    sys.exit(f"the made-up conda does not know {{arguments}}")
"""
# Appended to a script: writes down which modules it has loaded, and from where.
LIST_MODULES = """
import json, sys
with open("modules.jsonl", "a") as stream:
    files = {name: getattr(module, "__file__", None)
             for name, module in sys.modules.items() if "." not in name}
    loaded = {"rule": snakemake.rule, "prefix": sys.prefix, "files": files}
    stream.write(json.dumps(loaded) + "\\n")
"""
# One rule of each environment.
ENVIRONMENTS = {
    "clips": "audio",
    "log_mel": "torch",
    "baseline": "analysis",
    "audit": "plots",
}


def with_requirements(names: list[str]) -> set[str]:
    """Installed distributions of these names, and all that they require in turn."""
    found, waiting = set(), list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        try:
            requirements = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # For another platform or Python.
        if name not in found:
            found.add(name)
            waiting += [
                re.match(r"[\w.-]+", requirement)[0]
                for requirement in requirements
                if "extra ==" not in requirement
            ]
    return found


def pinned(file: Path) -> list[str]:
    """Distributions that an environment's file names."""
    *_, pip = yaml.safe_load(file.read_text())["dependencies"]
    return [re.match(r"[\w-]+", pin)[0] for pin in pip["pip"]]


def tops_of(name: str) -> set[str]:
    """Files and folders of a distribution, right below site-packages."""
    files = metadata.distribution(name).files
    return {path.parts[0] for path in files} - {"..", "__pycache__"}


def modules_of(names: list[str]) -> set[str]:
    """Modules of distributions and of what they require."""
    tops = {top for name in with_requirements(names) for top in tops_of(name)}
    return {top.split(".")[0] for top in tops}


def create(file: Path, prefix: Path) -> None:
    """What ``conda env create`` would leave, with links to what is installed here."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", prefix], check=True)
    (site_packages,) = prefix.glob("lib/python*/site-packages")
    for name in with_requirements(pinned(file)):
        distribution = metadata.distribution(name)
        for top in tops_of(name):
            # Namespace packages are shared by distributions.
            if not (site_packages / top).exists():
                source = Path(distribution.locate_file(top)).resolve()
                (site_packages / top).symlink_to(source)


def test_rules_run_in_environments_with_what_their_files_name(tmp_path, sounds):
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, sounds)
    program = tmp_path / "conda/bin/conda"
    program.parent.mkdir(parents=True)
    program.write_text(CONDA)
    program.chmod(0o755)
    activate = program.with_name("activate")
    activate.write_text('export PATH="$1/bin:$PATH" CONDA_PREFIX="$1"\n')
    for rule in ENVIRONMENTS:
        script = checkout / f"workflow/scripts/{rule}.py"
        script.write_text(script.read_text() + LIST_MODULES)
    targets = ["clips.parquet", "statistics/baseline.csv", "audit.csv"]
    done = subprocess.run(
        snakemake_command(
            *[f"results/own/{name}" for name in targets], "--sdm", "conda"
        ),
        cwd=checkout,
        env=os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    lines = (checkout / "modules.jsonl").read_text().splitlines()
    loaded = {line["rule"]: line for line in map(json.loads, lines)}
    assert set(loaded) == set(ENVIRONMENTS)
    for rule, env in ENVIRONMENTS.items():
        prefix = Path(loaded[rule]["prefix"])
        assert prefix.parent == checkout / ".snakemake/conda", rule
        assert prefix.with_suffix(".yaml").read_bytes() == (
            (ROOT / f"envs/{env}.yaml").read_bytes()
        )
        inside = modules_of(pinned(ROOT / f"envs/{env}.yaml"))
        # Only what Snakemake itself adds comes from outside.
        files = {
            name: Path(file) for name, file in loaded[rule]["files"].items() if file
        }
        outside = {
            name
            for name, file in files.items()
            if "site-packages" in file.parts and prefix not in file.parents
        }
        # pyarrow imports cloudpickle, and torch tqdm, wherever they find it.
        allowed = modules_of(["snakemake"]) | {"cloudpickle", "tqdm"}
        assert outside <= allowed - inside, rule
        assert files["music_selectivity"].is_relative_to(checkout), rule
