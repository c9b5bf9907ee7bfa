"""The figures in the order of the report, and what each module says of its figure.

The constants of a figure module, all literals, are read from its syntax tree, so that a
study is planned without plotting libraries:

- ``TITLE``; and ``PANEL``, the paper's figure that it corresponds to;
- ``INPUTS``, the tables that its function ``table`` takes, by name of the argument: the
  name of a table of the study, or of one that each network has and the group of networks
  that are shown (`Entry`);
- ``ARGUMENTS``, the other arguments of ``table``, as keys of the config. Default: none;
- ``CLIPS``, what was measured, with ``{music}`` and ``{nonmusic}`` in place of the
  numbers of clips. Default: `COMPARED_CLIPS`; empty for other sounds than clips.

The caption is ``workflow/report/<name>.rst``.
"""

import ast
from dataclasses import dataclass, field
from pathlib import Path

ORDER = [
    "class_precision",
    "embedding",
    "readout",
    "unit_responses",
    "msi_distribution",
    "selectivity_ratio",
    "amplitude",
    "readout_units",
    "readout_genres",
    "natural_sounds",
    "natural_ratio",
    "natural_categories",
    "quilts",
    "quilts_genres",
    "quilts_models",
    "ablation",
    "random_ablation",
    "training_course",
    "training_embedding",
    "categories",
    "calibration",
]

COMPARED_CLIPS = "evaluation clips: {music} of music, {nonmusic} of other sounds"


@dataclass(frozen=True)
class Entry:
    """What a figure module says of its figure.

    Attributes
    ----------
    title, panel, clips : str
        As in the report.
    inputs : dict
        By argument: the name of a table in ``paths``, of one table; or a pair of such a
        name and a group of networks, of a dict of tables by (model, seed).
    arguments : dict of str
        By argument: a config key, such as ``analysis.ms_fraction``.
    """

    title: str
    panel: str
    inputs: dict[str, str | list[str]]
    arguments: dict[str, str] = field(default_factory=dict)
    clips: str = COMPARED_CLIPS


def read_entry(module: Path) -> Entry:
    """Read the constants of a figure module without importing it."""
    names = {name.upper() for name in Entry.__dataclass_fields__}
    constants = {
        target.id.lower(): ast.literal_eval(node.value)
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in names
    }
    return Entry(**constants)


FIGURES = {name: read_entry(Path(__file__).with_name(f"{name}.py")) for name in ORDER}
