# Every path of the workflow, and what its wildcards may be.
import re
from types import SimpleNamespace

from music_selectivity.study.config import DOWNLOADS

RESULTS = f"results/{config['study']}"


pathvars:
    logs=f"{RESULTS}/logs",
    benchmarks=f"{RESULTS}/benchmarks",


def one_of(names):
    """What constrains a wildcard to `names`; an empty pattern would allow anything."""
    return "|".join(names) or "(?!)"


paths = SimpleNamespace()
# Downloaded once for all studies.
paths.download = f"{DOWNLOADS}/{{download}}"
paths.unpacked = f"{DOWNLOADS}/{{archive}}"
# Corpora that the workflow generates, in AudioSet's format: tables, and audio by shard.
paths.corpus = f"{RESULTS}/corpus"
paths.corpus_audio = f"{RESULTS}/corpus/audio/{{shard}}"
paths.collections = f"{RESULTS}/collections"
paths.recipes = f"{RESULTS}/collections/recipes.parquet"
paths.collections_audio = f"{RESULTS}/collections/audio/{{shard}}"
# Listed from tables alone; then the clip table, with what was found in the audio.
paths.listed = f"{RESULTS}/listed.parquet"
paths.listed_classes = f"{RESULTS}/listed_classes.csv"
paths.clips = f"{RESULTS}/clips.parquet"
paths.classes = f"{RESULTS}/classes.csv"
paths.categories = f"{RESULTS}/categories.csv"
# What became of every clip: counts, the excluded clips, and a page of both.
paths.audit_table = f"{RESULTS}/audit.csv"
paths.excluded = f"{RESULTS}/excluded.csv"
paths.audit_page = f"{RESULTS}/audit.html"
# By shard: log-mels (clips, mels, frames), and the audit of each clip.
paths.log_mel = f"{RESULTS}/log_mel/{{shard}}.npy"
paths.audit = f"{RESULTS}/log_mel/{{shard}}.parquet"
# Log-mels of other stimulus sets, in the clips' shards; and of the natural sounds.
paths.stimuli = f"{RESULTS}/stimuli/{{arrays}}/{{shard}}.npy"
paths.natural_sounds_log_mel = f"{RESULTS}/stimuli/natural_sounds.npy"
paths.natural_sounds = f"{RESULTS}/stimuli/natural_sounds.parquet"
# The clips that are quilted or left out, their counts, and changes at joints by shard.
paths.quilt_clips = f"{RESULTS}/stimuli/quilt_clips.parquet"
paths.quilt_clip_counts = f"{RESULTS}/stimuli/quilt_clips.csv"
paths.quilt_joints = f"{RESULTS}/stimuli/quilt_joints/{{shard}}.parquet"
# Waveforms by shard, and of the natural sounds, for users' networks.
paths.waveforms = f"{RESULTS}/waveforms/{{shard}}.npy"
paths.natural_sounds_waveforms = f"{RESULTS}/waveforms/natural_sounds.npy"
# Each network, what the check of a user's network found, and the principal components.
network = f"{RESULTS}/networks/{{model}}/seed{{seed}}"
paths.checkpoint = f"{network}/checkpoint.safetensors"
paths.snapshots = f"{network}/snapshots.safetensors"
paths.history = f"{network}/history.csv"
paths.summary = f"{network}/summary.csv"
paths.resume = f"{network}/resume.pt"
paths.check = f"{RESULTS}/networks/{{model}}/check.json"
paths.twin_check = f"{RESULTS}/networks/{{model}}/check.done"
paths.pca = f"{RESULTS}/networks/pca.npz"
# Each source of features (networks; pca and gabor with seed 0).
paths.activations = f"{RESULTS}/activations/{{model}}/seed{{seed}}/{{stimuli}}.parquet"
# All layers of a network: <layer>/<stimuli>.parquet for few stimulus sets, and an index.
paths.layers = f"{RESULTS}/activations/{{model}}/seed{{seed}}/layers"
paths.original = paths.activations.replace("{stimuli}", CLIPS.name)
# What its analyses found: measures, with bootstrap replicates, and other tables.
analyses = f"{RESULTS}/analyses/{{model}}/seed{{seed}}"
paths.measures = f"{analyses}/measures.parquet"
paths.measures_of_layers = f"{analyses}/layer_measures.parquet"
paths.units = f"{analyses}/units.csv"
paths.clip_responses = f"{analyses}/clips.parquet"
paths.embedding = f"{analyses}/embedding.parquet"
paths.permutations = f"{analyses}/permutations.csv"
paths.ablation = f"{analyses}/ablation.csv"
paths.measures_of_sounds = f"{analyses}/natural_sounds_measures.parquet"
paths.sounds = f"{analyses}/natural_sounds.parquet"
paths.measures_of_brain = f"{analyses}/brain_measures.parquet"
paths.measures_of_brain_by_layer = f"{analyses}/brain_layer_measures.parquet"
paths.measures_of_random_sets = f"{analyses}/random_ablation_measures.parquet"
paths.null = f"{analyses}/random_ablation.parquet"
paths.measures_of_layer_ablation = f"{analyses}/layer_ablation_measures.parquet"
paths.measures_of_course = f"{analyses}/training_course_measures.parquet"
paths.training_course_embedding = f"{analyses}/training_course.parquet"
paths.preferred_inputs = f"{analyses}/preferred_inputs.csv"
paths.preferred_log_mels = f"{analyses}/preferred_inputs.parquet"
paths.preferred_sounds = f"{analyses}/preferred_inputs"
# Over all networks.
paths.baseline = f"{RESULTS}/statistics/baseline.csv"
paths.joint_changes = f"{RESULTS}/statistics/joint_changes.csv"
paths.statistics = f"{RESULTS}/statistics/statistics.csv"
paths.replicates = f"{RESULTS}/statistics/replicates.parquet"
paths.mixed_effects = f"{RESULTS}/statistics/mixed_effects.csv"
paths.claims = f"{RESULTS}/claims.csv"
paths.claims_by_order = f"{RESULTS}/claims_by_order.csv"
paths.claims_page = f"{RESULTS}/claims.html"
paths.figure = f"{RESULTS}/figures/{{figure}}"
# What the report shows of single units; and clips and quilts, as pictures and sounds.
paths.unit_profiles = f"{RESULTS}/examples/units.parquet"
paths.sound_examples = f"{RESULTS}/examples/sounds.parquet"
paths.report = f"{RESULTS}/report.html"
paths.resolved_config = f"{RESULTS}/config.yaml"
# The run itself: what its jobs took, what made each result, and checksums.
paths.usage_table = f"{RESULTS}/usage.csv"
paths.usage = f"{RESULTS}/usage.html"
paths.provenance = f"{RESULTS}/provenance.json"
paths.checksums = f"{RESULTS}/SHA256SUMS"
paths.benchmarks = f"{RESULTS}/benchmarks"


wildcard_constraints:
    model=one_of(dict(FEATURE_SOURCES + PLAYED)),
    seed=r"\d+",
    shard=r"\d{3}",
    arrays="|".join({stimuli.arrays for stimuli in SETS_OF_CLIPS.values()}),
    stimuli="|".join(STIMULI),


def networks(path, sources=NETWORKS):
    """`path` for every network, or every one of `sources`."""
    return [path.format(model=model, seed=seed) for model, seed in sources]
