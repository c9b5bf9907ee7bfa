"""The figures in the order of the report, and what each module says of its figure.

The constants of a figure module are literals, which are read from its syntax tree, so
that planning a study imports no plotting library:

- ``TITLE``, and ``PANEL``: the figure of the paper that it corresponds to;
- ``INPUTS``: by argument of the module's function ``table``, either the name of a table
  of the study, or the name of a table that each network has and a group of networks;
- ``ARGUMENTS``: by other argument of ``table``, a config key; none if left out;
- ``CLIPS``: which clips were measured, a key of `CLIPS`; "compared" if left out.

The caption is ``workflow/report/<name>.rst``.
"""

import ast
from dataclasses import dataclass, field, fields
from pathlib import Path

ORDER = [
    "class_precision",
    "embedding",
    "readout",
    "unit_responses",
    "msi_distribution",
    "selectivity_ratio",
    "equal_rms",
    "readout_units",
    "readout_genres",
    "natural_sounds",
    "natural_ratio",
    "natural_categories",
    "quilts",
    "quilt_orders",
    "quilts_genres",
    "quilts_models",
    "ablation",
    "random_ablation",
    "training_course",
    "training_embedding",
    "categories",
    "calibration",
]

# What captions say of the measured clips, with the numbers of clips to fill in.
CLIPS = {
    # Of the split on which responses of selective units are measured.
    "compared": "{split} clips: {music} of music, {nonmusic} of other sounds",
    "all": "{split} clips: {music} of music, {nonmusic} of other sounds, and mixed "
    "ones",
    "both": "train clips: {train_music} of music, {train_nonmusic} of other sounds; "
    "eval clips: {eval_music} of music, {eval_nonmusic} of other sounds",
    # Of the split on which networks are always scored.
    "eval": "eval clips: {eval_music} of music, {eval_nonmusic} of other sounds",
    "eval_all": "eval clips: {eval_music} of music, {eval_nonmusic} of other sounds, "
    "and mixed ones",
    "quilted": "quilted {split} clips: {quilted_music} of music, {quilted_nonmusic} of "
    "other sounds",
    "quilted_music": "quilted {split} clips of music: {quilted_music}",
    # Sounds that are not clips.
    "none": "",
}


@dataclass(frozen=True)
class Entry:
    """What a figure module says of its figure, in constants of these names.

    Attributes
    ----------
    title, panel, clips : str
        For the report; `clips` is the sentence of `CLIPS`.
    inputs : dict
        By argument, the name of a table; or a list of two, the name of each network's
        table and that of the group of networks. Tables are those of ``paths.smk``, and
        groups those of ``figures.smk``.
    arguments : dict
        By argument, a config key such as ``analysis.ms_fraction``.
    """

    title: str
    panel: str
    inputs: dict[str, str | list[str]]
    arguments: dict[str, str] = field(default_factory=dict)
    clips: str = CLIPS["compared"]

    @property
    def heading(self) -> str:
        """Title, and the paper's figure in brackets."""
        return f"{self.title} ({self.panel})"


def read_entry(module: Path) -> Entry:
    """What the figure module in this file says, without importing it."""
    names = {entry.name.upper() for entry in fields(Entry)}
    constants = {
        target.id.lower(): ast.literal_eval(node.value)
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in names
    }
    if "clips" in constants:
        constants["clips"] = CLIPS[constants["clips"]]
    return Entry(**constants)


FIGURES = {name: read_entry(Path(__file__).with_name(f"{name}.py")) for name in ORDER}
