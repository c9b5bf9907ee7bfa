"""The corpus that a config describes: its clips and classes, in one format."""

import os
from collections.abc import Mapping

import pandas as pd

from music_selectivity.corpus.exclusions import read_exclusion_list
from music_selectivity.corpus.groups import (
    describe,
    table_music_classes,
    table_speech_classes,
)
from music_selectivity.corpus.natural_sounds import list_natural_sounds
from music_selectivity.corpus.ontology import Ontology
from music_selectivity.corpus.tables import (
    generated_tables,
    list_audioset,
    list_table,
    read_class_names,
)
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import GENERATED_CORPORA, NATURAL, SPLITS, TABLE


def list_corpus(
    corpus: Mapping, categories: Mapping, generated: str | os.PathLike
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clips and classes that the config describes, before any audio is read.

    Parameters
    ----------
    corpus, categories
        The config sections.
    generated
        Folder of a generated corpus; used only for its types.

    Returns
    -------
    clips
        clip_id, split, labels, group, is_speech, unlabelled_music.
    classes
        name, music_related, speech, in output order.

    Raises
    ------
    InputError
        A table is wrong, lists no clip, or does not fit the others.
    """
    corpus_type = corpus["type"]
    tables = dict(corpus[corpus_type])
    if corpus_type == NATURAL:
        ontology = None
        listed = list_natural_sounds(tables["folder"])
    elif corpus_type == TABLE:
        ontology = Ontology.read(tables["ontology"]) if tables["ontology"] else None
        known = set(ontology.children) if ontology else None
        listed = list_table(tables["folder"], tables["table"], known)
    else:
        if corpus_type in GENERATED_CORPORA:
            tables = generated_tables(generated)
        ontology = Ontology.read(tables["ontology"])
        names_by_mid = read_class_names(tables["classes"], ontology)
        segments = {split: tables[f"{split}_segments"] for split in SPLITS}
        listed = list_audioset(segments, names_by_mid)
    if ontology:
        music = ontology.category(**categories["music"])
        speech = ontology.category(**categories["speech"])
    else:
        music = table_music_classes(listed)
        speech = table_speech_classes(listed)
    if listed.empty:
        raise InputError("the corpus tables list no clip")
    excluded = tables.get("exclusions")
    unlabelled = read_exclusion_list(excluded) if excluded else []
    clips = describe(listed, music, speech, unlabelled)
    if excluded and not clips["unlabelled_music"].any():
        raise InputError(
            f"{excluded}: none of its lines is a clip of the corpus; give clip ids or "
            "file names, one per line"
        )
    if corpus_type in (NATURAL, TABLE):
        names = sorted({label for labels in listed["labels"] for label in labels})
    else:
        names = list(names_by_mid.values())
    classes = pd.DataFrame({"name": names})
    classes["music_related"] = classes["name"].isin(music)
    classes["speech"] = classes["name"].isin(speech)
    return clips, classes
