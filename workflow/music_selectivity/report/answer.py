"""What a study finds, in three sentences made from its verdicts."""

from collections.abc import Mapping, Sequence

from music_selectivity.claims.verdicts import (
    HELD,
    NOT_MEMORIZED,
    NOT_REPLICATED,
    NOT_RUN,
    OPEN,
    TOO_FEW,
    UNTESTED,
)
from music_selectivity.report.numbers import number, text
from music_selectivity.vocabulary import (
    AUDIOSET,
    COLLECTIONS,
    NATURAL,
    SOUNDSCAPES,
    TABLE,
)

QUESTION = (
    "Do neural networks that never heard music develop units that prefer it, and what "
    "are these units for?"
)

# The claims that decide: whether there are such units, whether these follow structure
# in time, and whether networks need them.
UNITS, STRUCTURE, FUNCTION = "2b", "4b-a", "5c-a"

# The end of "whether ..." where a claim is not decided.
UNDECIDED = {
    OPEN: "stays open",
    TOO_FEW: "cannot be decided with so few networks",
    NOT_RUN: "was not measured",
    NOT_MEMORIZED: "was not measured",
}
# The sounds of a corpus, by its type.
SOUNDS = {
    AUDIOSET: "AudioSet",
    SOUNDSCAPES: "synthetic sounds",
    COLLECTIONS: "the collections ESC-50 and GTZAN",
    TABLE: "own sounds",
    NATURAL: "the 165 natural sounds",
}
FOLLOWS = "the most music-selective units follow how music unfolds over time"
NEEDED = "networks need them to detect other sounds"


def answer(claims: Sequence[Mapping], corpus: str) -> list[str]:
    """Three sentences: are there such units, what are they for, and on what evidence.

    Parameters
    ----------
    claims
        Rows of ``claims.csv``: id, verdict; measured, low, high and paper.
    corpus
        Type of corpus (``corpus.type``).
    """
    by_id = {claim["id"]: claim for claim in claims}
    not_run = {"verdict": NOT_RUN}
    return [
        _units(by_id.get(UNITS, not_run)),
        _purpose(*(by_id.get(id, not_run)["verdict"] for id in (STRUCTURE, FUNCTION))),
        _balance([claim["verdict"] for claim in claims], corpus),
    ]


def basis(
    corpus: str,
    seconds: float,
    clips: Sequence[tuple[str, Mapping[str, int]]],
    classes: Mapping[str, int],
    models: Sequence[Mapping],
    users_networks: Sequence[Mapping] = (),
) -> str:
    """What a study measured, in a sentence.

    Parameters
    ----------
    corpus, seconds
        Type of corpus, and length of its clips.
    clips, classes, models, users_networks
        ``tables.clips_by_split``, ``class_counts``, ``models`` and ``users_networks``.
    """
    counts = " and ".join(f"{number(of['All'])} {split}" for split, of in clips)
    return (
        f"{_networks(models, users_networks)}, {counts} clips of {seconds:g} s of "
        f"{SOUNDS[corpus]}, {classes['all']} sound classes, {classes['music']} of them "
        "music-related."
    )


def _networks(models: Sequence[Mapping], users_networks: Sequence[Mapping]) -> str:
    """How many networks a study trained, and how many users' networks it played."""
    trained = sum(row["networks"] for row in models)
    parts = [f"{trained} network{_s(trained)} of {len(models)} model{_s(len(models))}"]
    if given := len(users_networks):
        twins = sum(sum(row["twins"].values()) for row in users_networks)
        of_users = "1 user's network" if given == 1 else f"{given} users' networks"
        with_twins = f" with {twins} twin{_s(twins)}" if twins else ""
        parts = (parts if models else []) + [of_users + with_twins]
    return ", ".join(parts)


def _s(count: int) -> str:
    """The plural's ending."""
    return "" if count == 1 else "s"


def _units(claim: Mapping) -> str:
    verdict = claim["verdict"]
    if verdict in UNDECIDED:
        whether = "Whether networks that never heard music develop units that prefer it"
        return f"{whether} {UNDECIDED[verdict]}{_ratio(claim)}."
    if verdict == NOT_REPLICATED:
        return (
            "In networks that never heard music, no units show a stronger preference "
            f"for it than those of untrained networks do{_ratio(claim)}."
        )
    return (
        "Networks that never heard music do develop units that prefer it, and more "
        f"than those of untrained networks do{_ratio(claim)}."
    )


def _ratio(claim: Mapping) -> str:
    """The response ratio behind a verdict, in brackets; empty where there is none."""
    ratio = number(claim.get("measured"))
    if claim["verdict"] == NOT_RUN or ratio == number(None):
        return ""
    low, high = number(claim.get("low")), number(claim.get("high"))
    ends = f", 95 % interval {low} to {high}" if low != number(None) else ""
    paper = text(claim.get("paper"))
    return (
        f" (on held-out clips, music-selective units respond {ratio} times as strongly "
        f"to music as to other sounds{ends}; the paper: {paper})"
    )


def _purpose(structure: str, function: str) -> str:
    if structure == function and structure in UNDECIDED:
        undecided = UNDECIDED[structure]
        return f"Whether {FOLLOWS}, and whether {NEEDED}, {undecided}."
    clauses = _structure(structure), _function(function)
    agree = (structure in HELD) == (function in HELD)
    decided = structure not in UNDECIDED and function not in UNDECIDED
    joint = "; " if not decided else ", and " if agree else ", but "
    sentence = joint.join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _structure(verdict: str) -> str:
    if verdict in UNDECIDED:
        return f"whether {FOLLOWS} {UNDECIDED[verdict]}"
    does = "grows" if verdict in HELD else "does not measurably grow"
    return (
        f"the response of the most music-selective units to music {does} with the "
        "length of the segments that stay intact"
    )


def _function(verdict: str) -> str:
    if verdict in UNDECIDED:
        return f"whether {NEEDED} {UNDECIDED[verdict]}"
    does = "impairs" if verdict in HELD else "does not measurably impair"
    return f"silencing them {does} the detection of other sounds"


def _balance(verdicts: Sequence[str], corpus: str) -> str:
    sounds = f"on {SOUNDS[corpus]}"
    if corpus == SOUNDSCAPES:
        sounds += ", which are no evidence for or against them"
    elif corpus != AUDIOSET:
        sounds += ", not the paper's"
    tested = [verdict for verdict in verdicts if verdict not in UNTESTED]
    if not tested:
        return f"None of the paper's {len(verdicts)} claims was tested."
    counts = {
        "replicated": sum(verdict in HELD for verdict in tested),
        "did not replicate": tested.count(NOT_REPLICATED),
        "stayed open": tested.count(OPEN),
        "had too few networks": tested.count(TOO_FEW),
    }
    found = [f"{count} {what}" for what, count in counts.items() if count]
    subject = f"Of the paper's {len(verdicts)} claims, {len(tested)} could be tested"
    if len(tested) == len(verdicts):
        subject = f"All {len(verdicts)} claims of the paper could be tested"
    listed = " and ".join(filter(None, [", ".join(found[:-1]), found[-1]]))
    return f"{subject} {sounds}: {listed}."
