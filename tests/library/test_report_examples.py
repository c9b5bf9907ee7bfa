"""Examples on the page: in turn, within the budget, and what is left out is said."""

import base64

from hypothesis import given
from hypothesis import strategies as st

import made_up_units
from music_selectivity.report.examples import (
    clip_facts,
    quilt_choices,
    shown_examples,
)

IDS = [f"clip{k}" for k in range(30)]
QUILTED = ["m1", "m2", "o1", "o2"]
PROFILES = made_up_units.profiles(["untrained", "with_music"], ["Rain"], IDS)
STRONGEST = set(PROFILES.loc[PROFILES["quantity"] == "clip_response", "place"])
EXAMPLES = made_up_units.examples(sorted(STRONGEST), QUILTED, sounds=True)


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def parts(shown):
    each = [entry for of_clip in shown.values() for entry in of_clip.values()]
    return [part for _, *parts in each for part in parts]


def test_everything_is_shown_where_there_is_room():
    shown, cuts = shown_examples(EXAMPLES, PROFILES, 10_000_000)
    assert cuts == []
    assert sum(map(len, shown.values())) == len(EXAMPLES)
    for row in EXAMPLES.itertuples():
        assert shown[row.clip_id][row.stimulus] == [
            round(row.seconds, 2),
            encoded(row.picture),
            encoded(row.mp3),
        ]


@given(st.integers(-5, 700_000))
def test_a_budget_is_kept_and_what_it_costs_is_counted(budget):
    shown, cuts = shown_examples(EXAMPLES, PROFILES, budget)
    found = parts(shown)
    assert sum(map(len, found)) <= max(budget, 0)
    n = len(EXAMPLES)
    pictures, sounds = found[::2].count(""), found[1::2].count("")
    expected = [f"{pictures} of {n} spectrograms"] if pictures else []
    expected += [f"{sounds} of {n} sounds"] if sounds else []
    assert cuts == expected


def test_the_first_clips_of_units_and_quilts_come_first():
    first = PROFILES[PROFILES["quantity"] == "clip_response"]
    first = first.sort_values("value", ascending=False)
    best = set(first.drop_duplicates(["model", "unit"])["place"])
    of_first = EXAMPLES["clip_id"].isin(best | {"m1", "o1"})
    whole = EXAMPLES["stimulus"] == "original"
    wanted = EXAMPLES[of_first & (whole | EXAMPLES["clip_id"].isin(["m1", "o1"]))]
    budget = sum(len(encoded(picture)) for picture in wanted["picture"])
    shown, _ = shown_examples(EXAMPLES, PROFILES, budget)
    for row in EXAMPLES.itertuples():
        picture, mp3 = shown[row.clip_id][row.stimulus][1:]
        assert bool(picture) == (row.Index in wanted.index)
        assert mp3 == ""


def test_an_example_without_sound_is_not_left_out():
    silent = EXAMPLES.assign(mp3=[b""] * len(EXAMPLES))
    _, cuts = shown_examples(silent, PROFILES, 10_000_000)
    assert cuts == []


def test_quilts_are_by_order_and_length():
    choices = quilt_choices(EXAMPLES)
    assert [clip_id for clip_id, _ in choices] == QUILTED
    of_music, of_others = choices[0][1], choices[-1][1]
    assert of_others == [
        ["unquilted", "", "quilt_original"],
        ["Overath's order", "50", "quilt_overath_50"],
        ["Overath's order", "400", "quilt_overath_400"],
    ]
    assert of_music[:3] == of_others
    assert len(of_music) == 1 + 4 * 2
    names = {(row.clip_id, row.stimulus) for row in EXAMPLES.itertuples()}
    for clip_id, versions in choices:
        assert {(clip_id, name) for *_, name in versions} <= names


def test_clips_have_their_labels_and_group():
    facts = clip_facts(EXAMPLES)
    assert set(facts) == STRONGEST | set(QUILTED)
    assert facts["m1"] == ["label 2, Rain", "music"]
    assert facts["o1"] == ["label 2, Rain", "other sounds"]


def test_no_example_is_nothing():
    assert shown_examples(EXAMPLES[:0], PROFILES[:0], 100) == ({}, [])
    assert quilt_choices(EXAMPLES[:0]) == []
    assert clip_facts(EXAMPLES[:0]) == {}
