# Files that the study reads, as the user has them or as they are downloaded.
from pathlib import Path

from music_selectivity.corpus.files import corpus_files
from music_selectivity.corpus.shards import is_parquet, shard_of
from music_selectivity.study.config import AUDIOSET_TABLES

# Where the corpora lie that the workflow generates.
GENERATED = {
    SOUNDSCAPES: SimpleNamespace(folder=paths.corpus, audio=paths.corpus_audio),
    COLLECTIONS: SimpleNamespace(
        folder=paths.collections, audio=paths.collections_audio
    ),
}


def folder_inputs(folder, *patterns):
    """Files of a folder that match.

    A folder still to be downloaded is itself the input; its contents are unknown at
    planning time.
    """
    if not folder:
        return []
    if Path(folder).is_relative_to(DOWNLOADS):
        return [folder]
    return [str(path) for each in patterns for path in sorted(Path(folder).glob(each))]


def files_by_shard():
    """Files of each shard by clip id, for corpora whose files exist beforehand.

    A Parquet file, which goes to a shard as a whole, is keyed by its path.
    """
    shards = {shard: {} for shard in SHARDS}
    if CORPUS not in GENERATED_CORPORA:
        given = {"type": CORPUS, CORPUS: CORPUS_GIVEN}
        for name, path in corpus_files(given, DOWNLOADS).items():
            shards[f"{shard_of(name, len(SHARDS)):03d}"][name] = str(path)
    return shards


# Evaluated here, because Snakemake treats an error in an input function as a missing
# file and would accept an outdated result.
try:
    FILES_BY_SHARD = files_by_shard()
except InputError as error:
    raise WorkflowError(str(error))


def shard_audio(wildcards):
    """Audio of a shard: its files, or the folder generated for it."""
    if CORPUS in GENERATED:
        return [GENERATED[CORPUS].audio.format(shard=wildcards.shard)]
    return list(FILES_BY_SHARD[wildcards.shard].values())


AUDIO = [path for shard in SHARDS for path in shard_audio(SimpleNamespace(shard=shard))]


def shard_clip_ids(wildcards):
    """Ids of the clips in a shard, in the order of `shard_audio`.

    Empty where jobs learn them from the audio: a generated folder, or Parquet files.
    """
    names = FILES_BY_SHARD[wildcards.shard]
    in_parquet = CORPUS == AUDIOSET and any(map(is_parquet, names))
    return [] if in_parquet else list(names)


def corpus_tables():
    """Tables that the clips are listed from."""
    if CORPUS in GENERATED:
        return [
            f"{GENERATED[CORPUS].folder}/{name}" for name in GENERATED_TABLES.values()
        ]
    if CORPUS == NATURAL:
        return [f"{NATURAL_SOUNDS_FOLDER}/{NATURAL_LABELS}"]
    tables = CORPUS_GIVEN
    if CORPUS == TABLE:
        given = [f"{tables['folder']}/{tables['table']}"]
        return given + [
            tables[key] for key in ("ontology", "exclusions") if tables[key]
        ]
    return [tables[key] for key in AUDIOSET_TABLES if tables[key]]


def corpus_ontology():
    """The ontology that classes are looked up in; none where a table has none."""
    if CORPUS in GENERATED:
        return [f"{GENERATED[CORPUS].folder}/{GENERATED_TABLES['ontology']}"]
    ontology = CORPUS_GIVEN.get("ontology")
    return [ontology] if ontology else []


def stimulus_inputs(names):
    """Input function: the tables of some stimulus sets, and the arrays of each."""
    tables = {
        "clips": paths.clips,
        "quilt_clips": paths.quilt_clips,
        "sounds": paths.natural_sounds,
    }

    def inputs(wildcards):
        files = {}
        for stimuli in (STIMULI[name] for name in names):
            files[stimuli.table] = tables[stimuli.table]
            path = {
                CLIPS: paths.log_mel,
                NATURAL_SOUNDS: paths.natural_sounds_log_mel,
            }.get(stimuli, paths.stimuli)
            files[stimuli.name] = expand(path, arrays=stimuli.arrays, shard=SHARDS)
        return files

    return inputs


def files_of_network(name):
    """The Python file of a user's network, and the files that it reads."""
    network = USERS_NETWORKS[name]
    return [network_file(network), *network["files"]]


def network_files(wildcards):
    """Input function: the files of a user's network, also of its twins."""
    return files_of_network(untwinned(wildcards.model))


def checks_of(wildcards):
    """The check of a user's network; of a twin, also that it can be made."""
    model = wildcards.model
    checks = [paths.check.format(model=untwinned(model))]
    return checks + [paths.twin_check.format(model=model)] * (model in TWINS)


def of_untrained(path):
    """Input function: `path` of the untrained network with the seed of a trained one.

    None if the network is itself untrained, or if the study has no untrained model of
    its architecture.
    """

    def inputs(wildcards):
        architecture = MODELS[wildcards.model]["architecture"]
        untrained = [
            model
            for model, spec in MODELS.items()
            if spec["epochs"] == 0 and spec["architecture"] == architecture
        ]
        if wildcards.model in untrained or not untrained:
            return []
        return path.format(model=untrained[0], seed=wildcards.seed)

    return inputs


def of_networks(path):
    """Input function: `path` of a network; none for linear features."""

    def inputs(wildcards):
        if wildcards.model not in MODELS:
            return []
        return path.format(model=wildcards.model, seed=wildcards.seed)

    return inputs


def components(wildcards):
    """The principal components, for features that are those."""
    return paths.pca if wildcards.model == PCA else []
