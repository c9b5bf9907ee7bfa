"""The answer's sentences, for each pattern of verdicts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.claims.verdicts import (
    DIRECTION,
    NOT_MEMORIZED,
    NOT_REPLICATED,
    NOT_RUN,
    OPEN,
    REPLICATED,
    TOO_FEW,
    VERDICTS,
)
from music_selectivity.report.answer import SOUNDS, answer, basis
from music_selectivity.vocabulary import (
    AUDIOSET,
    COLLECTIONS,
    NATURAL,
    SOUNDSCAPES,
    TABLE,
)

OTHERS = ("1c-a", "3e-a", "S3-a")


def claims(units, structure, function, others=()):
    """Rows of claims.csv: the three that decide, and others."""
    deciding = {"2b": units, "4b-a": structure, "5c-a": function}
    rest = dict(zip(OTHERS, others, strict=False))
    rows = [{"id": id, "verdict": verdict} for id, verdict in (deciding | rest).items()]
    return [row | {"measured": math.nan, "paper": "2.07"} for row in rows]


DO = (
    "Networks that never heard music do develop units that prefer it, and more than "
    "those of untrained networks do."
)
DO_NOT = (
    "In networks that never heard music, no units show a stronger preference for it "
    "than those of untrained networks do."
)
WHETHER = "Whether networks that never heard music develop units that prefer it"
BOTH = (
    "Whether the most music-selective units follow how music unfolds over time, and "
    "whether networks need them to detect other sounds,"
)
GROWS = (
    "The response of the most music-selective units to music grows with the length of "
    "the segments that stay intact"
)
GROWS_NOT = GROWS.replace("grows", "does not measurably grow")


@pytest.mark.parametrize(
    ("verdicts", "sentences"),
    [
        (
            (REPLICATED, REPLICATED, REPLICATED),
            [
                DO,
                f"{GROWS}, and silencing them impairs the detection of other sounds.",
                "All 3 claims of the paper could be tested on AudioSet: 3 replicated.",
            ],
        ),
        (
            (NOT_REPLICATED, NOT_REPLICATED, NOT_REPLICATED),
            [
                DO_NOT,
                f"{GROWS_NOT}, and silencing them does not measurably impair the "
                "detection of other sounds.",
                "All 3 claims of the paper could be tested on AudioSet: 3 did not "
                "replicate.",
            ],
        ),
        (
            (OPEN, OPEN, OPEN),
            [
                f"{WHETHER} stays open.",
                f"{BOTH} stays open.",
                "All 3 claims of the paper could be tested on AudioSet: 3 stayed open.",
            ],
        ),
        (
            (TOO_FEW, TOO_FEW, TOO_FEW),
            [
                f"{WHETHER} cannot be decided with so few networks.",
                f"{BOTH} cannot be decided with so few networks.",
                "All 3 claims of the paper could be tested on AudioSet: 3 had too few "
                "networks.",
            ],
        ),
        (
            (NOT_RUN, NOT_RUN, NOT_RUN),
            [
                f"{WHETHER} was not measured.",
                f"{BOTH} was not measured.",
                "None of the paper's 3 claims was tested.",
            ],
        ),
        (
            (DIRECTION, NOT_REPLICATED, REPLICATED, [OPEN, TOO_FEW, NOT_MEMORIZED]),
            [
                DO,
                f"{GROWS_NOT}, but silencing them impairs the detection of other "
                "sounds.",
                "Of the paper's 6 claims, 5 could be tested on AudioSet: 2 replicated, "
                "1 did not replicate, 1 stayed open and 1 had too few networks.",
            ],
        ),
        (
            (REPLICATED, REPLICATED, NOT_RUN),
            [
                DO,
                f"{GROWS}; whether networks need them to detect other sounds was not "
                "measured.",
                "Of the paper's 3 claims, 2 could be tested on AudioSet: 2 replicated.",
            ],
        ),
        (
            (NOT_REPLICATED, OPEN, NOT_REPLICATED),
            [
                DO_NOT,
                "Whether the most music-selective units follow how music unfolds over "
                "time stays open; silencing them does not measurably impair the "
                "detection of other sounds.",
                "All 3 claims of the paper could be tested on AudioSet: 2 did not "
                "replicate and 1 stayed open.",
            ],
        ),
    ],
    ids=["replicated", "refuted", "open", "too few", "none", "mixed", "part", "half"],
)
def test_answer_by_pattern_of_verdicts(verdicts, sentences):
    assert answer(claims(*verdicts), AUDIOSET) == sentences


@pytest.mark.parametrize(
    ("corpus", "sounds"),
    [
        (AUDIOSET, "on AudioSet"),
        (
            SOUNDSCAPES,
            "on synthetic sounds, which are no evidence for or against them",
        ),
        (COLLECTIONS, "on the collections ESC-50 and GTZAN, not the paper's"),
        (TABLE, "on own sounds, not the paper's"),
    ],
)
def test_the_answer_says_on_what_sounds(corpus, sounds):
    found = answer(claims(REPLICATED, OPEN, OPEN), corpus)[2]
    assert found.startswith(f"All 3 claims of the paper could be tested {sounds}: ")


def test_the_ratio_is_given_with_its_interval_and_the_papers():
    found = claims(REPLICATED, REPLICATED, REPLICATED)
    found[0] |= {"measured": 1.7823, "low": 1.279, "high": 2.285}
    assert answer(found, AUDIOSET)[0] == (
        f"{DO[:-1]} (on held-out clips, music-selective units respond 1.78 times as "
        "strongly to music as to other sounds, 95 % interval 1.28 to 2.29; the paper: "
        "2.07)."
    )
    found[0] |= {"verdict": TOO_FEW, "low": math.nan, "high": math.nan}
    assert answer(found, AUDIOSET)[0] == (
        f"{WHETHER} cannot be decided with so few networks (on held-out clips, "
        "music-selective units respond 1.78 times as strongly to music as to other "
        "sounds; the paper: 2.07)."
    )


def test_a_study_without_claims_has_an_answer():
    assert answer([], AUDIOSET)[2] == "None of the paper's 0 claims was tested."


@given(
    st.tuples(*[st.sampled_from(VERDICTS)] * 6),
    st.sampled_from([AUDIOSET, SOUNDSCAPES, COLLECTIONS, TABLE]),
)
def test_every_pattern_has_three_sentences_that_count_all_claims(verdicts, corpus):
    *deciding, a, b, c = verdicts
    found = answer(claims(*deciding, [a, b, c]), corpus)
    assert len(found) == 3
    for sentence in found:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "  " not in sentence
    tested = sum(verdict not in (NOT_RUN, NOT_MEMORIZED) for verdict in verdicts)
    counts = [int(word) for word in found[2].split(": ")[-1].split() if word.isdigit()]
    assert sum(counts) == tested or tested == 0


def test_every_type_of_corpus_has_its_name():
    assert set(SOUNDS) == {AUDIOSET, SOUNDSCAPES, COLLECTIONS, TABLE, NATURAL}


def test_basis_says_what_was_measured():
    clips = [("train", {"All": 11_010}), ("eval", {"All": 400})]
    classes = {"all": 60, "music": 23, "speech": 4}
    models = [{"networks": 5}, {"networks": 1}]
    assert basis(SOUNDSCAPES, 2.0, clips, classes, models) == (
        "6 networks of 2 models, 11,010 train and 400 eval clips of 2 s of synthetic "
        "sounds, 60 sound classes, 23 of them music-related."
    )
    assert basis(TABLE, 10, clips, classes, models[1:]).startswith(
        "1 network of 1 model, "
    )


@pytest.mark.parametrize(
    ("trained", "twins", "beginning"),
    [
        ([], [{}], "1 user's network, 11,010 train"),
        ([], [{"permuted": 1}], "1 user's network with 1 twin, 11,010"),
        (
            [{"networks": 5}],
            [{"permuted": 20, "initialised": 2}, {}],
            "5 networks of 1 model, 2 users' networks with 22 twins, 11,010",
        ),
        ([], [], "0 networks of 0 models, 11,010"),
    ],
)
def test_basis_counts_users_networks_and_their_twins(trained, twins, beginning):
    clips = [("train", {"All": 11_010}), ("eval", {"All": 400})]
    classes = {"all": 60, "music": 23, "speech": 4}
    users = [{"twins": each} for each in twins]
    found = basis(SOUNDSCAPES, 2.0, clips, classes, trained, users)
    assert found.startswith(beginning)
