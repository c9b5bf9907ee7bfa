"""Which rules an edit of each module reruns: a table written by hand, held to the code.

A rule reruns when its param `code`, a digest of what its script runs, changes; what
depends on its results then reruns too, as tests/workflow/test_workflow.py shows with
the real Snakemake.
"""

import re

import pytest

from conftest import ROOT
from music_selectivity.figures.catalogue import FIGURES
from music_selectivity.study.code_digest import code_followed, names_covered
from music_selectivity.study.models import MINIMUM_INPUT

LIBRARY = ROOT / "workflow/music_selectivity"

# Rules that read the waveforms of clips, or of the natural sounds, for log-mels: of all
# in a shard, and of some examples.
LOG_MELS = {"log_mel", "equal_rms", "quilts", "natural_sounds_log_mel"}
LOG_MELS |= {"sound_examples"}
# Rules that keep these waveforms.
WAVEFORMS = {"waveforms", "natural_sounds_waveforms"}
# Rules about the natural sounds themselves.
NATURAL_SOUNDS = {"natural_sounds_log_mel", "natural_sounds_waveforms"}
# Users' networks: the check, and the responses of them and of their twins.
PLAYED = {"layer_responses", "twin_responses"}
CHECKS = {"check_network", "check_twin"}
USERS_NETWORKS = PLAYED | CHECKS
QUILTS = {"quilt_clips", "quilts", "joint_changes"}
MAKES_QUILTS = {"quilts", "sound_examples"}
# Rules that build a network, and those that run one or linear features.
RESPONSES = {"activations", "training_course"}
# Rules that record layers of a network, or silence their units.
OF_LAYERS = {"activations", "layer_ablation"}
# Rules that run networks by their descriptions.
RUNS_NETWORKS = USERS_NETWORKS | OF_LAYERS
LINEAR_FEATURES = {"linear_features", "natural_sound_features"}
# One script has all analyses of a source of features that take a minute at most.
ALL_ANALYSES = {"analyses", "linear_analyses"}
LAYERS_ANALYSED = ALL_ANALYSES | {"layers"}
# Rules that score classes with units silenced.
ABLATIONS = {"random_ablation", "layer_ablation", "unit_profiles"}
NETWORKS = {"train", "preferred_inputs"} | OF_LAYERS | RESPONSES | {"random_ablation"}
# Rules that measure responses of units chosen by their index.
CHOOSES_UNITS = LAYERS_ANALYSED | ABLATIONS
CHOOSES_UNITS |= {"natural_sounds", "brain", "training_course", "preferred_inputs"}
# Rules that compare sources of features with the brain.
BRAIN = {"brain", "brain_baselines", "layers"}
BOOTSTRAPS = LAYERS_ANALYSED | {"natural_sounds", "fmri"} | BRAIN
SOUNDSCAPES = {"soundscape_tables", "soundscape_audio"}
COLLECTIONS = {"collection_tables", "collection_audio"}
PAGES = {"audit", "usage", "report_page"}
EVERY_RULE = (
    {"unpack", "list_clips", "clips", "audit", "baseline", "categories"}
    | SOUNDSCAPES
    | COLLECTIONS
    | LOG_MELS
    | WAVEFORMS
    | USERS_NETWORKS
    | QUILTS
    | NETWORKS
    | CHOOSES_UNITS
    | LINEAR_FEATURES
    | BRAIN
    | {"fit_pca", "fmri", "statistics", "mixed_effects", "claims"}
    | {"figure", "report_page", "resolved_config", "usage", "provenance"}
)

RERUNS = {
    # Leaves. Of vocabulary, paper and measures only imported names count.
    "errors": set(),
    "seeds": NETWORKS
    | BOOTSTRAPS
    | ABLATIONS
    | USERS_NETWORKS
    | MAKES_QUILTS
    | SOUNDSCAPES
    | {"collection_tables"},
    "store": EVERY_RULE - {"unpack"},
    "vocabulary": EVERY_RULE - {"unpack", "resolved_config", "usage", "provenance"},
    "paper": {"audit", "mixed_effects", "claims", "figure"},
    "measures": CHOOSES_UNITS
    | {"fmri", "brain_baselines", "statistics", "claims", "figure", "report_page"},
    # A study as a whole: its config and costs decide which jobs run, not their results.
    "study.code_digest": set(),
    "study.config": set(),
    "study.disk": set(),
    "study.jobs": set(),
    "study.models": {"figure"},
    "study.plan": set(),
    "study.provenance": {"provenance"},
    "study.resources": set(),
    "study.scale": set(),
    "study.usage": {"usage"},
    # One sound.
    "audio.inversion": {"preferred_inputs"},
    "audio.log_mel": LOG_MELS
    | WAVEFORMS
    | RUNS_NETWORKS
    | LINEAR_FEATURES
    | {"preferred_inputs"},
    # How pictures are encoded, for those who make and those who show them.
    "audio.log_mel_picture": {"sound_examples", "report_page"},
    "audio.mp3": {"sound_examples", "preferred_inputs"},
    "audio.reading": LOG_MELS
    | WAVEFORMS
    | COLLECTIONS
    | {"quilt_clips", "preferred_inputs"},
    "audio.resampling": LOG_MELS
    | WAVEFORMS
    | COLLECTIONS
    | PLAYED
    | {"quilt_clips", "preferred_inputs"},
    "audio.torchaudio_import": LOG_MELS
    | WAVEFORMS
    | RUNS_NETWORKS
    | LINEAR_FEATURES
    | {"preferred_inputs"},
    # The clips.
    "corpus.archives": {"unpack", "collection_tables"},
    "corpus.audioset_files": {"list_clips"},
    "corpus.audit": {"audit"},
    "corpus.categories": {"categories"},
    "corpus.category_members": ALL_ANALYSES
    | {"mixed_effects", "figure", "unit_profiles"},
    "corpus.clip_table": CHOOSES_UNITS - {"natural_sounds", "brain"}
    | {"clips", "baseline", "train", "fit_pca", "mixed_effects", "waveforms"}
    | PLAYED,
    "corpus.clips": {"clips"},
    "corpus.exclusions": {"list_clips"},
    # Downloads are identified by address and checksum.
    "corpus.fetch": set(),
    "corpus.files": set(),
    "corpus.found_clips": {"sound_examples"},
    "corpus.groups": {"list_clips"},
    "corpus.list_clips": {"list_clips"},
    "corpus.natural_sounds": {"list_clips"} | NATURAL_SOUNDS,
    "corpus.log_mel_shards": LOG_MELS - {"sound_examples"} | WAVEFORMS,
    "corpus.ontology": {"list_clips", "categories", "collection_tables"},
    "corpus.shard_clips": LOG_MELS | WAVEFORMS,
    "corpus.shards": LOG_MELS
    | WAVEFORMS
    | {"list_clips", "soundscape_audio", "collection_audio"},
    "corpus.tables": {"list_clips"},
    "corpus.text_tables": {"list_clips"},
    "corpus.unpack": {"unpack"},
    "corpus.usable_paths": {"list_clips"},
    "corpus.sound_collections.esc50": {"collection_tables"},
    "corpus.sound_collections.formats": COLLECTIONS,
    "corpus.sound_collections.gtzan": {"collection_tables"},
    "corpus.sound_collections.levelling": {"collection_audio"},
    "corpus.sound_collections.planning": {"collection_tables"},
    "corpus.sound_collections.tables": {"collection_tables"},
    "corpus.soundscapes.classes": SOUNDSCAPES,
    "corpus.soundscapes.corpus": SOUNDSCAPES,
    "corpus.soundscapes.instruments": {"soundscape_audio"},
    "corpus.soundscapes.music": {"soundscape_audio"},
    "corpus.soundscapes.nature": {"soundscape_audio"},
    "corpus.soundscapes.rendering": {"soundscape_audio"},
    "corpus.soundscapes.scores": {"soundscape_audio"},
    "corpus.soundscapes.synthesis": {"soundscape_audio"},
    "corpus.soundscapes.things": {"soundscape_audio"},
    "corpus.soundscapes.voices": {"soundscape_audio"},
    # Stimuli.
    "stimuli.arrays": {"equal_rms", "activations"} | MAKES_QUILTS | LINEAR_FEATURES,
    "stimuli.equal_rms": {"equal_rms"} | NATURAL_SOUNDS,
    "stimuli.examples": {"sound_examples"},
    "stimuli.filling": {"equal_rms", "quilt_clips"} | MAKES_QUILTS | NATURAL_SOUNDS,
    "stimuli.joint_changes": {"quilts", "joint_changes"},
    "stimuli.quilt_clips": {"quilt_clips"} | MAKES_QUILTS,
    "stimuli.quilt_shards": {"quilts"},
    "stimuli.natural_sounds": NATURAL_SOUNDS,
    "stimuli.quilted_clip": MAKES_QUILTS,
    "stimuli.response_components": NATURAL_SOUNDS | BRAIN,
    "stimuli.quilts": MAKES_QUILTS,
    "stimuli.segments": MAKES_QUILTS,
    "stimuli.sets": {"equal_rms", "mixed_effects", "claims", "report_page"}
    | MAKES_QUILTS
    | OF_LAYERS
    | LINEAR_FEATURES
    | LAYERS_ANALYSED
    | PLAYED
    | {"brain"},
    "stimuli.waveforms": {"waveforms"},
    # Networks and linear features.
    "networks.activations": CHOOSES_UNITS | RESPONSES | PLAYED | LINEAR_FEATURES,
    "networks.ascent": {"preferred_inputs"},
    # An architecture reruns only networks of its own: see OF_ARCHITECTURE.
    "networks.ast_small": NETWORKS,
    "networks.check": set(),
    "networks.check_problems": CHECKS,
    "networks.checking": CHECKS,
    "networks.check_record": {"check_network", "report_page"},
    "networks.checkpoints": NETWORKS,
    "networks.cnn10": NETWORKS,
    "networks.common_layers": NETWORKS,
    "networks.cpu_layers": NETWORKS,
    "networks.description": RUNS_NETWORKS,
    "networks.device": NETWORKS | USERS_NETWORKS | LINEAR_FEATURES,
    "networks.folding": RESPONSES | OF_LAYERS | PLAYED | LINEAR_FEATURES | {"train"},
    "networks.gabor": LINEAR_FEATURES,
    "networks.head": ALL_ANALYSES | {"unit_profiles", "training_course"},
    "networks.kim2024": NETWORKS,
    "networks.layer_ablation": {"layer_ablation"},
    "networks.layer_folder": LAYERS_ANALYSED | PLAYED | OF_LAYERS | {"brain"},
    "networks.layer_responses": PLAYED | {"activations"},
    "networks.layers": RUNS_NETWORKS,
    "networks.log_mel_statistics": {"preferred_inputs"},
    "networks.optimizer": {"train"},
    "networks.own_networks": OF_LAYERS,
    "networks.pca": LINEAR_FEATURES | {"fit_pca"},
    "networks.registry": NETWORKS,
    "networks.responses": RESPONSES | OF_LAYERS | PLAYED | LINEAR_FEATURES,
    "networks.synthetic_sounds": CHECKS,
    "networks.training": {"train"},
    "networks.twins": USERS_NETWORKS,
    "networks.user_code": RUNS_NETWORKS,
    "networks.waveform_inputs": PLAYED,
    "networks.weights": NETWORKS | ALL_ANALYSES | {"unit_profiles"},
    # Statistics.
    "stats.bootstrap": BOOTSTRAPS | ABLATIONS | {"training_course"},
    "stats.equivalence": {"claims"},
    "stats.intervals": {"claims", "figure"},
    "stats.jackknife": BRAIN,
    "stats.mixed_effects": {"mixed_effects"},
    "stats.multiple_testing": {"claims"},
    "stats.permutations": LAYERS_ANALYSED | {"claims", "figure"},
    "stats.rank_tests": LAYERS_ANALYSED | {"mixed_effects", "claims"},
    "stats.ridge": BRAIN,
    "stats.similarity": BRAIN,
    # Analyses.
    "analyses.ablation": ALL_ANALYSES | ABLATIONS | {"training_course"},
    "analyses.baseline": {"baseline"},
    "analyses.brain": BRAIN,
    "analyses.calibration": LAYERS_ANALYSED,
    "analyses.contrasts": {"mixed_effects", "claims"},
    "analyses.embedding": ALL_ANALYSES | {"training_course"},
    "analyses.layers": LAYERS_ANALYSED,
    "analyses.group_responses": CHOOSES_UNITS | {"figure"},
    "analyses.mixed_effects": {"mixed_effects"},
    "analyses.natural_sounds": {"natural_sounds", "fmri"} | BRAIN,
    "analyses.preferred_inputs": {"preferred_inputs"},
    "analyses.random_ablation": {"random_ablation"},
    "analyses.of_source": ALL_ANALYSES,
    "analyses.reselection": LAYERS_ANALYSED,
    "analyses.readout": ALL_ANALYSES,
    "analyses.selectivity": CHOOSES_UNITS | {"figure"},
    "analyses.statistics": {"statistics"},
    "analyses.training_course": {"training_course"},
    "analyses.tuning": ALL_ANALYSES,
    "analyses.unit_profiles": {"unit_profiles"},
    "analyses.unit_sets": ALL_ANALYSES | {"unit_profiles"},
    # Claims: their wording, tests and verdicts rerun no model.
    # No rule compares studies.
    "claims.across_studies": set(),
    "claims.catalogue": {"claims"},
    "claims.claim": {"claims"},
    "claims.conventions": {"claims"},
    "claims.comparisons": {"claims"},
    "claims.detection": {"claims"},
    "claims.evaluation": {"claims"},
    "claims.judging": {"claims"},
    "claims.measured": {"claims"},
    "claims.memorization": {"claims"},
    "claims.natural_sounds": {"claims"},
    "claims.other_categories": {"claims"},
    "claims.quantities": {"claims"},
    "claims.readout": {"claims"},
    "claims.selectivity": {"claims"},
    "claims.separation": {"claims"},
    "claims.silencing": {"claims"},
    "claims.temporal": {"claims"},
    "claims.verdicts": {"claims", "report_page"},
    "claims.without_speech": {"claims"},
    # Figures: what the catalogue reads of them reaches rules as params.
    "figures.catalogue": set(),
    "figures.chart": {"report_page"},
    "figures.style": {"figure", "report_page"},
    # Pages.
    "report.answer": {"report_page"},
    "report.audit_page": {"audit"},
    "report.cards": {"report_page"},
    "report.charts": {"report_page"},
    "report.comparison_figure": set(),
    "report.comparison_page": set(),
    "report.embedded": {"report_page"},
    "report.examples": {"report_page"},
    "report.networks_answer": {"report_page"},
    "report.numbers": PAGES,
    "report.pictures": {"report_page"},
    "report.preferred_inputs": {"report_page"},
    "report.rendering": PAGES,
    "report.study_page": {"report_page"},
    "report.tables": {"report_page"},
    "report.themes": {"report_page"},
    "report.units": {"report_page"},
    "report.units_section": {"report_page"},
    "report.usage_page": {"usage"},
}

# The figures that an edit of a module of figures redraws, where these are not its own.
REDRAWS = {
    "style": set(FIGURES),
    "embedding_panel": {"embedding", "training_embedding"},
    "layer_measures": {"depth", "users_networks"},
    "natural_style": {
        "natural_sounds",
        "natural_ratio",
        "natural_categories",
        "brain",
    },
    "segment_axis": {
        "quilts",
        "quilt_orders",
        "quilts_genres",
        "quilts_models",
        "categories",
    },
    "published": {
        "class_precision",
        "embedding",
        "readout",
        "unit_responses",
        "selectivity_ratio",
        "equal_rms",
        "readout_units",
        "natural_ratio",
        "quilts",
        "quilt_orders",
        "quilts_genres",
        "quilts_models",
        "categories",
    },
}


def scripts_of_rules(*architectures: str) -> dict[str, tuple[str, list[str]]]:
    """By rule, the script and further modules whose digest is its param `code`.

    A rule derived by `use rule` states its own param, or has that of its base. Networks
    are of the given architectures, or of all.
    """
    names = architectures or MINIMUM_INPUT
    of_networks = [f"music_selectivity.networks.{name}" for name in names]
    # Each figure has a digest of its own: see `figure_modules`.
    found = {"figure": ("figure.py", [])}
    for file in (ROOT / "workflow/rules").glob("*.smk"):
        for text in re.split(r"\n(?=rule |use rule )", file.read_text())[1:]:
            name = re.match(r"(?:use rule \w+ as|rule) (\w+)", text)[1]
            digest = re.search(r"\b(network_)?code\(\s*\"(\w+\.py)\"", text)
            if digest:
                found[name] = digest[2], of_networks if digest[1] else []
            elif base := re.match(r"use rule (\w+)", text):
                found[name] = found[base[1]]
    return found


def modules_followed(script: str, *modules: str) -> set[str]:
    """Names below the package of the modules in a digest; packages have no code."""
    files = code_followed(ROOT / "workflow/scripts" / script, *modules)
    inside = [file.relative_to(LIBRARY) for file in files if LIBRARY in file.parents]
    return {
        ".".join(file.with_suffix("").parts)
        for file in inside
        if file.name != "__init__.py"
    }


def figure_modules(name: str) -> set[str]:
    return modules_followed("figure.py", f"music_selectivity.figures.{name}")


@pytest.fixture(scope="module")
def rerun() -> dict[str, set[str]]:
    """By module, the rules whose digest covers it."""
    found: dict[str, set[str]] = {}
    for rule, (script, modules) in scripts_of_rules().items():
        followed = modules_followed(script, *modules)
        if rule == "figure":
            followed = followed.union(*map(figure_modules, FIGURES))
        for module in followed:
            found.setdefault(module, set()).add(rule)
    return found


def test_every_rule_follows_its_own_script():
    shared = {
        "linear_analyses": "analyses.py",
        "twin_responses": "layer_responses.py",
        "natural_sound_features": "linear_features.py",
    }
    scripts = {rule: script for rule, (script, _) in scripts_of_rules().items()}
    assert scripts == {rule: f"{rule}.py" for rule in EVERY_RULE} | shared


def test_every_module_is_in_the_table():
    modules = {
        ".".join(file.relative_to(LIBRARY).with_suffix("").parts)
        for file in LIBRARY.rglob("*.py")
        if file.name != "__init__.py"
    }
    of_one_figure = {
        name for name in modules if name.startswith("figures.")
    } - RERUNS.keys()
    assert modules - of_one_figure == RERUNS.keys()
    names = {name.removeprefix("figures.") for name in of_one_figure}
    assert names == set(FIGURES) | REDRAWS.keys() - {"style"}


@pytest.mark.parametrize("module", RERUNS)
def test_an_edit_of_a_module_reruns_exactly(module, rerun):
    assert rerun.get(module, set()) == RERUNS[module]


# The modules of architectures that networks of each follow.
OF_ARCHITECTURE = {
    "kim2024": {"networks.kim2024"},
    "cnn10": {"networks.cnn10", "networks.common_layers"},
    "ast_small": {"networks.ast_small", "networks.common_layers"},
}


@pytest.mark.parametrize("architecture", MINIMUM_INPUT)
@pytest.mark.parametrize("rule", sorted(NETWORKS))
def test_an_edit_of_an_architecture_leaves_networks_of_others(architecture, rule):
    script, modules = scripts_of_rules(architecture)[rule]
    of_any = set().union(*OF_ARCHITECTURE.values())
    followed = modules_followed(script, *modules) & of_any
    assert followed == OF_ARCHITECTURE[architecture]


@pytest.mark.parametrize("name", FIGURES)
def test_an_edit_of_a_figure_redraws_it_alone(name, rerun):
    assert rerun[f"figures.{name}"] == {"figure"}
    redrawn = {each for each in FIGURES if f"figures.{name}" in figure_modules(each)}
    assert redrawn == {name}


@pytest.mark.parametrize("module", REDRAWS)
def test_an_edit_of_what_figures_share_redraws_exactly(module):
    redrawn = {each for each in FIGURES if f"figures.{module}" in figure_modules(each)}
    assert redrawn == REDRAWS[module]


# The rules that follow a name of the modules of constants.
RERUNS_BY_NAME = {
    ("vocabulary", "SHUFFLED_LABELS"): {"train"},
    ("vocabulary", "SILENCED_SETS"): ALL_ANALYSES
    | ABLATIONS
    | {"training_course", "statistics", "claims", "figure", "report_page"},
    ("vocabulary", "COMMON_BINS"): ALL_ANALYSES
    | {"training_course", "statistics"}
    | {"claims", "figure"},
    ("vocabulary", "GENERATED_CORPORA"): {"list_clips"},
    ("measures", "READOUT_CHANCE"): ALL_ANALYSES | {"statistics", "claims", "figure"},
    ("measures", "UNREAD"): {"statistics", "claims"},
    ("paper", "CLIP_COUNTS"): {"audit"},
}


@pytest.mark.parametrize(("module", "name"), RERUNS_BY_NAME)
def test_an_edit_of_a_name_reruns_exactly(module, name):
    file = LIBRARY / f"{module}.py"
    found = set()
    for rule, (script, modules) in scripts_of_rules().items():
        figures = FIGURES if rule == "figure" else [None]
        for figure in figures:
            more = [f"music_selectivity.figures.{figure}"] if figure else modules
            followed = code_followed(ROOT / "workflow/scripts" / script, *more)
            if file in followed and name in names_covered(file, followed[file]):
                found.add(rule)
    assert found == RERUNS_BY_NAME[module, name]


def test_training_follows_nothing_but_what_can_change_a_weight():
    script, modules = scripts_of_rules("kim2024")["train"]
    assert modules_followed(script, *modules) == {
        "networks.kim2024",
        "networks.cpu_layers",
        "networks.folding",
        "networks.optimizer",
        "networks.registry",
        "networks.training",
        "networks.checkpoints",
        "networks.weights",
        "networks.device",
        "corpus.clip_table",
        "store",
        "seeds",
        "vocabulary",
    }
    names = code_followed(ROOT / "workflow/scripts" / script, *modules)
    assert names[LIBRARY / "vocabulary.py"] == {
        "CLIPS_WITHOUT_MUSIC",
        "CLIPS_WITHOUT_MUSIC_AND_SPEECH",
        "NONMUSIC",
        "SHUFFLED_LABELS",
        "TRAIN",
        "USED",
    }
