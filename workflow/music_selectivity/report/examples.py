"""Clips and quilts on the page as pictures and sounds: as many as the page may hold."""

from collections.abc import Iterable

import pandas as pd

from music_selectivity.report.embedded import embedded
from music_selectivity.stimuli.sets import CLIPS, UNQUILTED, set_named
from music_selectivity.vocabulary import (
    CLIP_RESPONSE,
    GROUP_NAMES,
    ORDER_NAMES,
    QUILT_ORDERS,
)


def shown_examples(
    examples: pd.DataFrame, profiles: pd.DataFrame, budget: int
) -> tuple[dict[str, dict[str, list]], list[str]]:
    """Pictures and sounds of the examples, as far as they fit, and what is left out.

    Of pictures, and then of sounds, first come the clips that units respond to most,
    with the quilts of the first clip of each group; then their second clips, with the
    quilts of the second ones; and so on.

    Parameters
    ----------
    examples
        clip_id, stimulus, group, labels, seconds, picture; and mp3, empty for no sound.
    profiles
        ``unit_profiles.unit_profiles`` of all shown networks.
    budget
        Most bytes that the pictures and sounds may take in the page.

    Returns
    -------
    examples : dict
        For JSON, by clip id and stimulus set: a list of seconds, picture and sound. The
        last two are base64, and empty if they are left out.
    cuts : list of str
        What is left out, in words.
    """
    ordered = examples.assign(tier=_tiers(examples, profiles))
    texts, cuts = embedded(ordered.sort_values("tier", kind="stable"), budget)
    shown = {clip_id: {} for clip_id in examples["clip_id"]}
    for row in texts.itertuples():
        sound = [round(row.seconds, 2), row.picture, row.mp3]
        shown[row.clip_id][row.stimulus] = sound
    return shown, cuts


def quilt_choices(examples: pd.DataFrame) -> list[list]:
    """The clips whose quilts are examples, in their order.

    Returns
    -------
    list of [clip id, versions]
        versions is a list of [order, segment length in ms, name of the stimulus set];
        the unquilted clip, without a length, comes first.
    """
    quilts = examples[examples["stimulus"] != CLIPS.name]
    return [
        [clip_id, _versions(of_clip["stimulus"])]
        for clip_id, of_clip in quilts.groupby("clip_id", sort=False)
    ]


def clip_facts(examples: pd.DataFrame) -> dict[str, list[str]]:
    """By clip id: its labels, and what its group is called."""
    clips = examples.drop_duplicates("clip_id")
    return {
        row.clip_id: [", ".join(row.labels), GROUP_NAMES.get(row.group, row.group)]
        for row in clips.itertuples()
    }


def _versions(names: Iterable[str]) -> list[list[str]]:
    quilts = [each for each in map(set_named, names) if each.is_quilt]
    quilts.sort(key=lambda each: (QUILT_ORDERS.index(each.order), int(each.segment)))
    return [
        ["unquilted", "", UNQUILTED.name],
        *([ORDER_NAMES[each.order], each.segment, each.name] for each in quilts),
    ]


def _tiers(examples: pd.DataFrame, profiles: pd.DataFrame) -> list[int]:
    """Of each example, from 0, when its turn is."""
    strongest = profiles[profiles["quantity"] == CLIP_RESPONSE]
    strongest = strongest.sort_values("value", ascending=False, kind="stable")
    place = strongest.groupby(["model", "unit"]).cumcount()
    of_clips = place.groupby(strongest["place"]).min()
    quilts = examples[examples["stimulus"] != CLIPS.name].drop_duplicates("clip_id")
    of_quilts = quilts.set_index("clip_id").groupby("group").cumcount()
    return [
        (of_clips if stimulus == CLIPS.name else of_quilts)[clip_id]
        for clip_id, stimulus in zip(
            examples["clip_id"], examples["stimulus"], strict=True
        )
    ]
