# What all rules share: the checked config, every path, and the small functions that
# rules use for inputs, code digests and resources.
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

from snakemake.exceptions import WorkflowError

from music_selectivity.codedigest import code_digest, text_digest
from music_selectivity.config import AUDIOSET_TABLES, DOWNLOADS, resolve
from music_selectivity.errors import InputError
from music_selectivity.resources import (
    AUDIOSET_CLIPS,
    COSTS,
    Scale,
    memory_mb,
    runtime_minutes,
)
from music_selectivity.sources import (
    MIRROR,
    corpus_files,
    is_parquet,
    mirror_files,
    shard_of,
)

try:
    # In place: scripts receive this very dictionary.
    config.update(resolve(config, f"{LIBRARY}/schemas/config.schema.json"))
except InputError as error:
    raise WorkflowError(str(error))

FORM = config["corpus"]["form"]
MODELS = list(config["models"])
SEEDS = config["seeds"]
N_SHARDS = config["corpus"]["shards"]
NETWORKS = [(model, seed) for model in MODELS for seed in SEEDS]
# Linear features go through the analyses of a network, as one without a seed.
LINEAR = [(name, 0) for name, spec in config["linear_features"].items() if spec]
SOURCES = NETWORKS + LINEAR
# The folder of the 165 natural sounds, if there is one.
NATURAL = config["natsound165"]["folder"]
POWERS = [f"power_{ratio}" for ratio in config["amplitude"]["power_ratios"]]
QUILTS = [f"quilt_{length}" for length in config["quilts"]["segment_ms"]]
QUILTS.append("quilt_original")
STIMULI = ["original", *POWERS, *QUILTS]
NATURAL_SOUNDS = "natsound165"
OTHER_STIMULI = STIMULI[1:] + ([NATURAL_SOUNDS] if NATURAL else [])
SHARDS = [f"{shard:03d}" for shard in range(N_SHARDS)]
RESULTS = f"results/{config['study']}"

# What can be fetched, by its path below DOWNLOADS.
FETCHED = config["downloads"] | {
    f"{MIRROR}/{name}": {
        "address": config["corpus"]["audioset"]["mirror"]["address"].replace(
            "{file}", name
        ),
        "sha256": None,
    }
    for name in mirror_files(config["corpus"]["audioset"]["mirror"])
}

# Every path of the workflow.
paths = SimpleNamespace()
# Fetched once for all studies.
paths.download = f"{DOWNLOADS}/{{download}}"
paths.unpacked = f"{DOWNLOADS}/{{archive}}"
# A generated corpus, in AudioSet's own form: tables, and a folder a shard.
paths.corpus = f"{RESULTS}/corpus"
paths.corpus_audio = f"{RESULTS}/corpus/audio/{{shard}}"
paths.collections = f"{RESULTS}/collections"
paths.recipes = f"{RESULTS}/collections/recipes.parquet"
paths.collections_audio = f"{RESULTS}/collections/audio/{{shard}}"
# Listed from tables alone; then the clip table, with what the audio showed.
paths.listed = f"{RESULTS}/listed.parquet"
paths.listed_classes = f"{RESULTS}/listed_classes.csv"
paths.clips = f"{RESULTS}/clips.parquet"
paths.classes = f"{RESULTS}/classes.csv"
# What became of the clips: counted, the lost ones one by one, and as a page.
paths.audit_table = f"{RESULTS}/audit.csv"
paths.set_aside = f"{RESULTS}/set_aside.csv"
paths.audit_page = f"{RESULTS}/audit.html"
# Per shard: log-mels (clips, mels, frames), and the audit of each clip.
paths.log_mel = f"{RESULTS}/logmel/{{shard}}.npy"
paths.audit = f"{RESULTS}/logmel/{{shard}}.parquet"
# Per network.
paths.checkpoint = f"{RESULTS}/networks/{{model}}/seed{{seed}}/checkpoint.safetensors"
paths.snapshots = f"{RESULTS}/networks/{{model}}/seed{{seed}}/snapshots.safetensors"
paths.history = f"{RESULTS}/networks/{{model}}/seed{{seed}}/history.csv"
paths.summary = f"{RESULTS}/networks/{{model}}/seed{{seed}}/summary.csv"
paths.resume = f"{RESULTS}/networks/{{model}}/seed{{seed}}/resume.pt"
# Stimulus sets beside the clips, in the clips' shards; the 165 natural sounds; PCA.
paths.stimuli = f"{RESULTS}/stimuli/{{set}}/{{shard}}.npy"
paths.natural_log_mels = f"{RESULTS}/stimuli/natsound165.npy"
paths.natural_sounds = f"{RESULTS}/stimuli/natsound165.parquet"
paths.categories = f"{RESULTS}/categories.csv"
paths.pca = f"{RESULTS}/networks/pca.npz"
# Per network (or linear features: pca and gabor, seed 0).
paths.activations = f"{RESULTS}/activations/{{model}}/seed{{seed}}/{{stimuli}}.parquet"
paths.original = paths.activations.replace("{stimuli}", "original")
paths.units = f"{RESULTS}/analyses/selectivity/{{model}}/seed{{seed}}_units.csv"
paths.clip_responses = f"{RESULTS}/analyses/tuning/{{model}}/seed{{seed}}_clips.parquet"
paths.embedding = f"{RESULTS}/analyses/embedding/{{model}}/seed{{seed}}_clips.parquet"
paths.course_embedding = (
    f"{RESULTS}/analyses/course/{{model}}/seed{{seed}}_clips.parquet"
)
paths.sounds = (
    f"{RESULTS}/analyses/natural_sounds/{{model}}/seed{{seed}}_sounds.parquet"
)
paths.ablation = f"{RESULTS}/analyses/ablation/{{model}}/seed{{seed}}_classes.csv"
paths.null = f"{RESULTS}/analyses/random_ablation/{{model}}/seed{{seed}}_null.parquet"
paths.permutations = f"{RESULTS}/analyses/calibration/{{model}}/seed{{seed}}_null.csv"
# What an analysis measured in a network, with bootstrap replicates.
paths.measures = f"{RESULTS}/analyses/{{analysis}}/{{model}}/seed{{seed}}.parquet"
# Over networks.
paths.trivial = f"{RESULTS}/statistics/trivial_classifier.csv"
paths.statistics = f"{RESULTS}/statistics/statistics.csv"
paths.replicates = f"{RESULTS}/statistics/replicates.parquet"
paths.mixed_models = f"{RESULTS}/statistics/mixed_models.csv"
paths.claims = f"{RESULTS}/claims.csv"
paths.claims_page = f"{RESULTS}/claims.html"
paths.figure = f"{RESULTS}/figures/{{figure}}"
paths.report = f"{RESULTS}/report.html"
paths.resolved_config = f"{RESULTS}/config.yaml"
# Of the whole study: what its jobs took, what made each result, and checksums.
paths.usage_table = f"{RESULTS}/usage.csv"
paths.usage = f"{RESULTS}/usage.html"
paths.provenance = f"{RESULTS}/provenance.json"
paths.checksums = f"{RESULTS}/SHA256SUMS"
paths.log = f"{RESULTS}/logs"
paths.benchmark = f"{RESULTS}/benchmarks"


# Corpora that the workflow writes, and their tables.
GENERATED = {
    "soundscapes": SimpleNamespace(folder=paths.corpus, audio=paths.corpus_audio),
    "collections": SimpleNamespace(
        folder=paths.collections, audio=paths.collections_audio
    ),
}
GENERATED_TABLES = (
    *("ontology.json", "class_labels_indices.csv"),
    *("train_segments.csv", "eval_segments.csv"),
)


wildcard_constraints:
    archive="natsound165|esc50|gtzan",
    model="|".join(model for model, _ in SOURCES),
    seed=r"\d+",
    shard=r"\d{3}",
    set=r"levelled|quilt_\w+",
    analysis=r"[a-z_]+",
    download="|".join(map(re.escape, FETCHED)),


def folder_inputs(folder, *patterns):
    """Files of a folder. What is fetched stands for its own, for nobody knows them yet."""
    if not folder:
        return []
    if folder.startswith(DOWNLOADS):
        return [folder]
    return [str(path) for each in patterns for path in sorted(Path(folder).glob(each))]


def code(script, *modules):
    """Digest of what a script runs: a rule's outputs follow edits of its code."""
    return code_digest(f"{LIBRARY}/scripts/{script}", *modules)


# The reports' layout is no Python: its digest stands beside that of the code.
REPORT_TEMPLATES = text_digest(f"{LIBRARY}/music_selectivity/report", "*.j2")


def networks(path, sources=NETWORKS):
    """`path` for every network, or every one of `sources`."""
    return [path.format(model=model, seed=seed) for model, seed in sources]


def of_models(*models):
    """The networks of some models."""
    return [network for network in SOURCES if network[0] in models]


def files_by_shard():
    """Files of each shard by clip id, for corpora whose files exist beforehand.

    Parquet files stand by their path: whole ones go to a shard.
    """
    shards = {shard: {} for shard in SHARDS}
    if FORM not in GENERATED:
        for name, path in corpus_files(config["corpus"], DOWNLOADS).items():
            shards[f"{shard_of(name, N_SHARDS):03d}"][name] = str(path)
    return shards


# At once, not when an input function asks: Snakemake takes an error in one for a file
# that nothing makes, and is content with an old result.
try:
    FILES_BY_SHARD = files_by_shard()
except InputError as error:
    raise WorkflowError(str(error))


def shard_audio(wildcards):
    """Audio that a shard is made from: its files, or the folder generated for it."""
    if FORM in GENERATED:
        return [GENERATED[FORM].audio.format(shard=wildcards.shard)]
    return list(FILES_BY_SHARD[wildcards.shard].values())


def shard_clip_ids(wildcards):
    """Ids of the clips in a shard, in the order of `shard_audio`.

    None where jobs learn them from the audio: a folder that is synthesised, or Parquet.
    """
    names = FILES_BY_SHARD[wildcards.shard]
    in_parquet = FORM == "audioset" and any(map(is_parquet, names))
    return [] if in_parquet else list(names)


def corpus_tables(wildcards):
    """Tables that the clips are listed from."""
    if FORM == "table":
        tables = config["corpus"]["table"]
        given = [f"{tables['folder']}/{tables['table']}", tables["ontology"]]
        return [path for path in [*given, tables["exclusions"]] if path]
    if FORM in GENERATED:
        return [f"{GENERATED[FORM].folder}/{name}" for name in GENERATED_TABLES]
    tables = config["corpus"]["audioset"]
    return [tables[key] for key in AUDIOSET_TABLES if tables[key]]


def ontology_of_corpus():
    """The ontology that classes are looked up in; none where a table has none."""
    if FORM in GENERATED:
        return [f"{GENERATED[FORM].folder}/ontology.json"]
    ontology = config["corpus"][FORM]["ontology"]
    return [ontology] if ontology else []


def stimulus_inputs(stimuli):
    """Input function: the tables of some stimulus sets, and the shards of each."""

    def inputs(wildcards):
        files = {"clips": paths.clips}
        for name in stimuli:
            if name == "original":
                files[name] = expand(paths.log_mel, shard=SHARDS)
            elif name == NATURAL_SOUNDS:
                files[name] = [paths.natural_log_mels]
                files["sounds"] = paths.natural_sounds
            else:
                # Every power is read from the one set of equal levels.
                chosen = "levelled" if name.startswith("power_") else name
                files[name] = expand(paths.stimuli, set=chosen, shard=SHARDS)
        return files

    return inputs


def components(wildcards):
    """The principal components, for features that are those."""
    return paths.pca if wildcards.model == "pca" else []


def clips_listed():
    """How many clips there will be, as far as can be told before any job has run."""
    if FORM == "soundscapes":
        spec = config["corpus"]["soundscapes"]
        return spec["train"] + spec["eval"]
    if FORM == "collections":
        return 2_000 + 1_000 * config["corpus"]["collections"]["clips_per_track"]
    files = [name for names in FILES_BY_SHARD.values() for name in names]
    return AUDIOSET_CLIPS if any(map(is_parquet, files)) else len(files)


N_CLIPS = clips_listed()


def scale_of(wildcards):
    """The size of the study, and of the job with these wildcards."""
    model = config["models"].get(getattr(wildcards, "model", None), {})
    return Scale(
        clips=N_CLIPS,
        seconds=config["audio"]["clip_seconds"],
        shards=N_SHARDS,
        sources=len(SOURCES),
        stimuli=len(OTHER_STIMULI),
        random_sets=config["analysis"]["random_ablation"]["sets"],
        epochs=model.get("epochs", 0),
        snapshots=len(model.get("snapshots", ())),
        threads=config["training"]["threads"],
    )


def memory(name):
    """Resource mem_mb: twice as much at each attempt at the job."""
    return lambda wildcards, attempt: memory_mb(name, scale_of(wildcards), attempt)


def minutes(name):
    """Resource runtime: twice as much at each attempt at the job."""
    return lambda wildcards, attempt: runtime_minutes(
        name, scale_of(wildcards), attempt
    )


def writable(folder):
    """Whether files may be put into a folder, or into what it is to be made in."""
    folder = Path(folder).absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return os.access(there, os.W_OK | os.X_OK)


# A GPU is asked for where one is used; under `auto`, where this machine has one.
HAS_GPU = shutil.which("nvidia-smi") is not None
GPU = int(config["device"] == "cuda" or (config["device"] == "auto" and HAS_GPU))
