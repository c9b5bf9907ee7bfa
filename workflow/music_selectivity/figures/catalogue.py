"""The figures in the order of the report, and what each module says of its figure.

The constants of a figure module are literals, which are read from its syntax tree, so
that planning a study imports no plotting library:

- ``TITLE``, and ``PANEL``: the figure of the paper that it corresponds to;
- ``INPUTS``: by argument of the module's function ``table``, either the name of a table
  of the study, or the name of a table that each network has and a group of networks; of
  the argument ``statistics``, the module gets ``measures.of_main_layers``;
- ``ARGUMENTS``: by other argument of ``table``, a config key; none if left out;
- ``CLIPS``: which clips were measured, a key of `CLIPS`; "compared" if left out;
- ``CLAIMS``: the claims that the figure shows, see `Entry`; none if left out;
- ``CHARTS``: how the page draws the figure, by arguments of ``chart.Chart``; as an
  image if left out.

The caption is ``workflow/report/<name>.rst``.
"""

import ast
from dataclasses import dataclass, field, fields
from pathlib import Path

from music_selectivity.figures.chart import Chart


@dataclass(frozen=True)
class Theme:
    """One question of the study, with the figures and claims that answer it.

    Attributes
    ----------
    name, title, question : str
    figures : tuple of str
        In the order of the report.
    claims : tuple of str
        Those that no figure shows, as in `Entry`.
    """

    name: str
    title: str
    question: str
    figures: tuple[str, ...]
    claims: tuple[str, ...] = ()


THEMES = (
    Theme(
        "detection",
        "Detection",
        "What do networks that never heard music learn to detect, and does music stand "
        "apart in them?",
        ("class_precision", "embedding", "readout"),
        claims=("M",),
    ),
    Theme(
        "selectivity",
        "Selectivity",
        "Are there units that prefer music, whatever its level, and more than units of "
        "untrained networks do?",
        (
            "unit_responses",
            "msi_distribution",
            "selectivity_ratio",
            "equal_rms",
            "readout_units",
            "readout_genres",
            "categories",
            "preferred_inputs",
        ),
    ),
    Theme(
        "depth",
        "Depth",
        "In which layers of the networks are there such units?",
        ("depth", "users_networks"),
    ),
    Theme(
        "time",
        "Structure in time",
        "Do these units follow how music unfolds over time, and on which time scales?",
        ("quilts", "quilt_orders", "quilts_genres", "quilts_models"),
    ),
    Theme(
        "brain",
        "The brain",
        "Do these units prefer music among natural sounds, as the brain does, and do "
        "networks predict the brain's responses?",
        ("natural_sounds", "natural_ratio", "natural_categories", "brain"),
    ),
    Theme(
        "function",
        "Function",
        "Do networks need these units to detect sounds other than music?",
        ("ablation", "random_ablation"),
    ),
    Theme(
        "training",
        "Course of training",
        "Does the preference for music develop as networks learn other sounds?",
        ("training_course", "training_embedding"),
    ),
    Theme(
        "calibration",
        "Calibration",
        "What does the analysis find where there is nothing to find?",
        ("calibration",),
    ),
)
ORDER = [figure for theme in THEMES for figure in theme.figures]

# The figures that carry the answer, the first four that have data.
KEY_FIGURES = (
    "selectivity_ratio",
    "quilts",
    "ablation",
    "natural_ratio",
    "class_precision",
    "depth",
)

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
    claims : list of str
        Ids of claims, or what their ids have before the last hyphen: "3e" is "3e-a",
        "3e-b" and so on.
    charts : list of Chart
    """

    title: str
    panel: str
    inputs: dict[str, str | list[str]]
    arguments: dict[str, str] = field(default_factory=dict)
    clips: str = CLIPS["compared"]
    claims: list[str] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)


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
    charts = constants.get("charts", [])
    constants["charts"] = [Chart(**chart) for chart in charts]
    return Entry(**constants)


FIGURES = {name: read_entry(Path(__file__).with_name(f"{name}.py")) for name in ORDER}
