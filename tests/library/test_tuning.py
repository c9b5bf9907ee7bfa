"""Responses of unit sets equal worked tables, brute force and repeated clips."""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from music_selectivity.analyses import tuning
from music_selectivity.analyses.reselection import means_of_reselected
from music_selectivity.analyses.selectivity import music_selectivity_index, top_units
from music_selectivity.analyses.unit_sets import clip_responses, unit_sets
from music_selectivity.errors import InputError
from music_selectivity.measures import measure_table
from music_selectivity.stats.bootstrap import split_weights
from music_selectivity.vocabulary import OTHER_SPLIT, SPLITS

N_UNITS, FRACTION, DRAWS = 16, 0.125, 6
POWERS = (1, 2, 64)
# Sets of quilts by what conditions call them; random order has music alone.
QUILTS = {
    "overath/50": "quilt_overath_50",
    "overath/800": "quilt_overath_800",
    "random/50": "quilt_random_50_music",
}
HEARD = QUILTS | {"original": "quilt_original"}
MUSIC_ALONE = "random/50"
KINDS = {
    "music": [["Jazz"], ["Jazz", "Drum"], ["Drum"]],
    "nonmusic": [["Speech"], ["Chatter", "Speech"], ["Dog"], ["Car"], ["Dog", "Car"]],
    "mixed": [["Jazz", "Speech"], ["Dog", "Drum"]],
}
CATEGORIES = pd.DataFrame(
    [
        ("category", "speech", "Speech"),
        ("category", "speech", "Chatter"),
        ("category", "animal", "Dog"),
        ("category", "water", "Rain"),
        ("genre", "Jazz", "Jazz"),
        ("genre", "Polka", "Polka"),
    ],
    columns=["kind", "category", "class"],
)


def make_clips(copies=4):
    rows = [
        (split, group, labels)
        for _, split in itertools.product(range(copies), ("eval", "train"))
        for group, kinds in KINDS.items()
        for labels in kinds
    ]
    clips = pd.DataFrame(rows, columns=["split", "group", "labels"])
    clips.insert(0, "clip_id", [f"clip{i}" for i in range(len(clips))])
    return clips


def respond(clips, seed=0):
    """Units 3 and 7 are driven by music, 0 and 1 by speech."""
    rng = np.random.default_rng(seed)
    responses = rng.gamma(2.0, size=(len(clips), N_UNITS)).astype(np.float32)
    music = (clips["group"] == "music").to_numpy()
    speech = np.array(["Speech" in labels for labels in clips["labels"]])
    responses[np.ix_(music, [3, 7])] += 6
    responses[np.ix_(speech, [0, 1])] += 6
    return responses


def stimulus_sets(clips, measured_split="eval"):
    """Clip ids, shuffled, and responses of every stimulus set.

    The first and the last clip of the measured split are too short for quilts.
    """
    known = clips[clips["group"] != "mixed"]
    music = known[known["group"] == "music"]
    heard = {"original": clips}
    heard |= {f"power_{k}": known if k == 1 else music for k in POWERS}
    quilted = known[known["split"] == measured_split].iloc[1:-1]
    heard |= dict.fromkeys(HEARD.values(), quilted)
    heard[QUILTS[MUSIC_ALONE]] = quilted[quilted["group"] == "music"]
    answers = {}
    for seed, (name, chosen) in enumerate(heard.items()):
        chosen = chosen if name == "original" else chosen.sample(frac=1, random_state=1)
        answers[name] = chosen["clip_id"].to_numpy(object), respond(chosen, seed)
    return answers


def make_table(clips, answers, *choices):
    original = answers["original"][1]
    sets = unit_sets(original, clips, CATEGORIES, FRACTION, *choices)
    tables = [
        clip_responses(responses, ids, clips, sets).assign(stimulus=name)
        for name, (ids, responses) in answers.items()
    ]
    return sets, pd.concat(tables, ignore_index=True)


def rows_of(table, clips, original, weights, *measured_split):
    reselected = means_of_reselected(original, clips, weights, FRACTION)
    return tuning.tuning_rows(
        table, clips, CATEGORIES, weights, reselected, *measured_split
    )


class Study(NamedTuple):
    clips: pd.DataFrame
    answers: dict
    sets: dict
    weights: dict
    table: pd.DataFrame
    measures: pd.DataFrame
    split: str = "eval"
    others: str = "all"


@pytest.fixture(
    scope="module",
    params=[("eval", "all"), ("train", "least_selective")],
    ids=lambda choices: "-".join(choices),
)
def study(request) -> Study:
    split, others = request.param
    clips = make_clips()
    answers = stimulus_sets(clips, split)
    sets, table = make_table(clips, answers, split, others)
    weights = {s: split_weights(clips, s, DRAWS) for s in SPLITS}
    rows = rows_of(table, clips, answers["original"][1], weights, split)
    measures = measure_table(rows).set_index(["measure", "condition"])
    assert measures.index.is_unique
    return Study(clips, answers, sets, weights, table, measures, split, others)


def test_quilts_of_music_alone_are_not_compared_with_other_clips_of_a_category():
    """A category of the user's may hold music and other sounds."""
    clips = make_clips()
    answers = stimulus_sets(clips)
    of_both = pd.DataFrame(
        [("category", "percussion", name) for name in ("Drum", "Dog")],
        columns=["kind", "category", "class"],
    )
    original = answers["original"][1]
    sets = unit_sets(original, clips, of_both, FRACTION)
    table = pd.concat(
        clip_responses(responses, ids, clips, sets).assign(stimulus=name)
        for name, (ids, responses) in answers.items()
    )
    weights = {split: split_weights(clips, split, DRAWS) for split in SPLITS}
    reselected = means_of_reselected(original, clips, weights, FRACTION)
    rows = tuning.tuning_rows(table, clips, of_both, weights, reselected)
    found = {
        condition for measure, condition, _ in rows if measure.startswith("category_q")
    }
    assert found == {
        f"percussion/{quilts}" for quilts in ("overath/50", "overath/800", "original")
    }


def test_units_are_selected_on_the_other_split():
    clips = make_clips()
    responses = respond(clips)
    sets = unit_sets(responses, clips, CATEGORIES, FRACTION)
    for split, other in (("train", "eval"), ("eval", "train")):
        music, rest = (
            responses[
                ((clips["split"] == other) & (clips["group"] == group)).to_numpy()
            ]
            for group in ("music", "nonmusic")
        )
        expected = top_units(music_selectivity_index(music, rest), FRACTION)
        assert list(sets["ms"][split]) == list(expected)
        assert set(sets["ms"][split]) == {3, 7}
        assert set(sets["others"][split]) == set(range(N_UNITS)) - {3, 7}
        assert list(sets["all"][split]) == list(range(N_UNITS))
    # Responses to the measured clips must not affect which units are measured.
    moved, is_eval = responses.copy(), (clips["split"] == "eval").to_numpy()
    moved[is_eval] = np.random.default_rng(9).random((is_eval.sum(), N_UNITS))
    again = unit_sets(moved, clips, CATEGORIES, FRACTION)
    assert list(again["ms"]["train"]) != list(sets["ms"]["train"])
    assert list(again["ms"]["eval"]) == list(sets["ms"]["eval"])
    assert list(again["category:speech"]["eval"]) == list(
        sets["category:speech"]["eval"]
    )


@pytest.mark.parametrize("split", SPLITS)
def test_categories_have_units_of_their_own_for_measured_clips(split):
    clips = make_clips()
    responses = respond(clips)
    sets = unit_sets(responses, clips, CATEGORIES, FRACTION, split)
    names = {name for name in sets if name.startswith("category:")}
    # No clip is water, so that its units cannot be selected.
    assert names == {"category:speech", "category:animal"}
    assert set(sets["category:speech"]) == {split}
    assert set(sets["category:speech"][split]) == {0, 1}
    # They are selected on the other split.
    moved = responses.copy()
    moved[(clips["split"] == split).to_numpy()] = 0.5
    again = unit_sets(moved, clips, CATEGORIES, FRACTION, split)
    np.testing.assert_array_equal(
        again["category:animal"][split], sets["category:animal"][split]
    )


def test_other_units_are_all_others_or_the_least_selective():
    clips = make_clips()
    responses = respond(clips)
    for split, other in OTHER_SPLIT.items():
        every, least = (
            unit_sets(responses, clips, CATEGORIES, FRACTION, split, choice)
            for choice in ("all", "least_selective")
        )
        assert set(every["others"][split]) == set(range(N_UNITS)) - {3, 7}
        music, rest = (
            responses[
                ((clips["split"] == other) & (clips["group"] == group)).to_numpy()
            ]
            for group in ("music", "nonmusic")
        )
        index = stats.ttest_ind(music, rest, equal_var=False).statistic
        assert set(least["others"][split]) == set(np.argsort(index)[:2])
        np.testing.assert_array_equal(every["ms"][split], least["ms"][split])


def test_clip_responses_are_means_over_units_by_split(study):
    clips, answers, sets, _, table, *_ = study
    split_of = clips.set_index("clip_id")["split"]
    for name, (ids, responses) in answers.items():
        rows = table[table["stimulus"] == name]
        assert list(rows["clip_id"]) == list(ids)
        for units in sets:
            assert rows[units].dtype == np.float32
            for value, clip_id, answer in zip(rows[units], ids, responses, strict=True):
                chosen = sets[units].get(split_of[clip_id])
                expected = np.nan if chosen is None else answer[chosen].mean()
                np.testing.assert_allclose(value, expected, rtol=1e-6)


def brute(study, stimulus, split, units, group=None, labels=None, draw=0):
    """Mean response, with every clip repeated as often as it is drawn."""
    clips, answers, sets, weights, *_ = study
    ids, responses = answers[stimulus]
    of_split = clips[clips["split"] == split].reset_index(drop=True)
    values = []
    for row, clip in of_split.iterrows():
        wanted = group is None or clip["group"] == group
        if wanted and (labels is None or labels(set(clip["labels"]))):
            for at in np.flatnonzero(ids == clip["clip_id"]):
                answer = responses[at, sets[units][split]].mean()
                values += [answer] * int(weights[split][row, draw])
    return np.mean(values)


@pytest.mark.parametrize("draw", [0, 1, DRAWS])
def test_measures_are_those_of_repeated_clips(study, draw):
    measures, of = study.measures.iloc[:, draw], study.split

    def ratio(above, below):
        return brute(study, *above, draw=draw) / brute(study, *below, draw=draw)

    def jazz(names):
        return "Jazz" in names

    def speech(names):
        return names <= {"Speech", "Chatter"}

    expected = {}
    for group in ("music", "nonmusic"):
        for measure, units in (("mean_response", "all"), ("ms_response", "ms")):
            value = brute(study, "original", of, units, group, draw=draw)
            expected[measure, group] = value
    for split in SPLITS:
        if draw == 0:
            rest = ("original", split, "ms", "nonmusic")
            music = ("original", split, "ms", "music")
            expected["response_ratio", split] = ratio(music, rest)
        for k in POWERS:
            expected["equal_rms_ratio", f"{split}/{k}"] = ratio(
                (f"power_{k}", split, "ms", "music"),
                ("power_1", split, "ms", "nonmusic"),
            )
    own = "category:speech"
    for name, stimulus in HEARD.items():
        for group, units in itertools.product(("music", "nonmusic"), ("ms", "others")):
            if (name, group) == (MUSIC_ALONE, "nonmusic"):
                continue
            condition, heard = f"{group}/{units}/{name}", (stimulus, of, units, group)
            expected["quilt_response", condition] = brute(study, *heard, draw=draw)
            if name != "original":
                expected["quilt_relative", condition] = ratio(
                    heard, ("quilt_original", of, units, group)
                )
        expected["quilt_genre_response", f"Jazz/{name}"] = brute(
            study, stimulus, of, "ms", "music", jazz, draw
        )
        if name != MUSIC_ALONE:
            expected["category_quilt_response", f"speech/{name}"] = brute(
                study, stimulus, of, own, None, speech, draw
            )
    expected["genre_ratio", "Jazz"] = ratio(
        ("original", of, "ms", "music", jazz),
        ("original", of, "ms", "nonmusic"),
    )
    expected["category_ratio", "speech"] = ratio(
        ("original", of, own, None, speech),
        ("original", of, own, None, {"Speech", "Chatter"}.isdisjoint),
    )
    for key, value in expected.items():
        assert measures[key] == pytest.approx(value, rel=1e-5), key


def test_replicates_of_the_response_ratio_are_of_units_selected_again(study):
    """The value is of the units of the true clips; see test_reselection.py."""
    _, answers, _, weights, *_ = study
    again = means_of_reselected(answers["original"][1], study.clips, weights, FRACTION)
    for split in SPLITS:
        music, rest = again[split]
        replicates = study.measures.loc[("response_ratio", split)].to_numpy()[1:]
        np.testing.assert_array_equal(replicates, music / rest)


def test_all_rows_are_there_and_no_others(study):
    measures = study.measures
    counts = measures.groupby("measure").size().to_dict()
    # Of random order, neither non-music nor the categories.
    assert counts == {
        **dict.fromkeys(("mean_response", "ms_response"), 2),
        "n_clips": 4,
        **{"effect_size": 1, "response_ratio": 2, "equal_rms_ratio": 2 * len(POWERS)},
        **{"quilt_response": 4 * len(HEARD) - 2},
        **{"quilt_relative": 4 * len(QUILTS) - 2},
        **{"genre_ratio": 1, "quilt_genre_response": len(HEARD)},
        **{"category_ratio": 2, "category_quilt_response": 2 * (len(HEARD) - 1)},
    }
    replicated = measures.index.get_level_values("measure") != "n_clips"
    assert np.isfinite(measures[replicated]).all().all()
    for split in ("train", "eval"):
        assert measures.loc[("n_clips", f"{split}/music"), "value"] == 12
    assert measures.loc["response_ratio"].to_numpy().min() > 2
    assert measures.loc[("category_ratio", "speech"), "value"] > 2


def test_effect_size_is_the_mann_whitney_u(study):
    clips, _, _, _, table, measures, split, _ = study
    original = table[(table["stimulus"] == "original") & (table["split"] == split)]
    group = clips.set_index("clip_id")["group"][original["clip_id"]].to_numpy()
    music, rest = (original["all"][group == g] for g in ("music", "nonmusic"))
    u = stats.mannwhitneyu(music, rest).statistic
    found = measures.loc[("effect_size", "all_units"), "value"]
    assert found == pytest.approx(u / (len(music) * len(rest)))


def test_missing_stimulus_sets_yield_no_rows(study):
    clips, answers, _, weights, table, measures, split, _ = study
    kept = table[~table["stimulus"].isin(["original", "power_1", "quilt_original"])]
    rows = rows_of(kept, clips, answers["original"][1], weights, split)
    found = {(measure, condition) for measure, condition, _ in rows}
    expected = {
        key
        for key in measures.index
        if key[0] in ("quilt_response", "quilt_genre_response", "n_clips")
        or key[0] == "category_quilt_response"
        if not key[1].endswith("original")
    }
    assert found == expected


def test_ratios_with_zero_and_negative_denominators(study):
    clips, answers, _, weights, table, _, split, _ = study
    music = clips.set_index("clip_id")["group"][table["clip_id"]] == "music"
    for level, expected in ((0, np.inf), (-1, np.nan)):
        replaced = table.assign(ms=np.where(music, 1.0, level))
        rows = rows_of(replaced, clips, answers["original"][1], weights, split)
        ratio = measure_table(rows).set_index(["measure", "condition"])["value"]
        np.testing.assert_equal(ratio["response_ratio", split], expected)


def test_a_genre_of_one_clip_is_left_out():
    clips = make_clips(copies=2)
    first = clips.index[(clips["group"] == "music") & (clips["split"] == "eval")][0]
    clips.at[first, "labels"] = ["Polka"]
    answers = stimulus_sets(clips)
    _, table = make_table(clips, answers)
    weights = {s: split_weights(clips, s, 1) for s in SPLITS}
    rows = rows_of(table, clips, answers["original"][1], weights)
    genres = {condition for measure, condition, _ in rows if measure == "genre_ratio"}
    assert genres == {"Jazz"}


def test_what_cannot_be_measured_is_named(study):
    clips, answers, sets, weights, table, *_ = study
    responses = answers["original"][1]
    with pytest.raises(InputError, match="not in the clip table"):
        clip_responses(responses[:1], ["elsewhere"], clips, sets)
    with pytest.raises(InputError, match="diverged"):
        unit_sets(responses * np.nan, clips, CATEGORIES, FRACTION)
    few = (clips["split"] == "train") | (clips["group"] != "music")
    with pytest.raises(InputError, match="eval split has 0 music and 20"):
        unit_sets(
            responses[few.to_numpy()],
            clips[few].reset_index(drop=True),
            CATEGORIES,
            FRACTION,
        )
    with pytest.raises(ValueError, match="weights for"):
        short = {**weights, "eval": weights["eval"][1:]}
        tuning.tuning_rows(table, clips, CATEGORIES, short, {})
