"""Responses of unit sets equal worked tables, brute force and repeated clips."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from music_selectivity.analyses import tuning
from music_selectivity.analyses.selectivity import music_selectivity_index, top_units
from music_selectivity.errors import InputError
from music_selectivity.measures import measure_table
from music_selectivity.stats.bootstrap import split_weights

N_UNITS, FRACTION, DRAWS = 16, 0.125, 6
POWERS, LENGTHS = (1, 2, 64), ("50", "800", "original")
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


def stimulus_sets(clips):
    """Clip ids, shuffled, and responses of every stimulus set."""
    known = clips[clips["group"] != "mixed"]
    music = known[known["group"] == "music"]
    heard = {"original": clips}
    heard |= {f"power_{k}": known if k == 1 else music for k in POWERS}
    quilted = known[known["split"] == "eval"]
    heard |= {f"quilt_{length}": quilted for length in LENGTHS}
    answers = {}
    for seed, (name, chosen) in enumerate(heard.items()):
        chosen = chosen if name == "original" else chosen.sample(frac=1, random_state=1)
        answers[name] = chosen["clip_id"].to_numpy(object), respond(chosen, seed)
    return answers


def make_table(clips, answers):
    sets = tuning.unit_sets(answers["original"][1], clips, CATEGORIES, FRACTION)
    tables = [
        tuning.clip_responses(responses, ids, clips, sets).assign(stimulus=name)
        for name, (ids, responses) in answers.items()
    ]
    return sets, pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="module")
def study():
    clips = make_clips()
    answers = stimulus_sets(clips)
    sets, table = make_table(clips, answers)
    weights = {s: split_weights(clips, s, DRAWS) for s in ("train", "eval")}
    rows = tuning.tuning_rows(table, clips, CATEGORIES, weights)
    measures = measure_table(rows).set_index(["measure", "condition"])
    assert measures.index.is_unique
    return clips, answers, sets, weights, table, measures


def test_units_are_selected_on_the_other_split():
    clips = make_clips()
    responses = respond(clips)
    sets = tuning.unit_sets(responses, clips, CATEGORIES, FRACTION)
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
    again = tuning.unit_sets(moved, clips, CATEGORIES, FRACTION)
    assert list(again["ms"]["train"]) != list(sets["ms"]["train"])
    assert list(again["ms"]["eval"]) == list(sets["ms"]["eval"])
    assert list(again["category:speech"]["eval"]) == list(
        sets["category:speech"]["eval"]
    )


def test_categories_have_units_of_their_own_for_eval_clips():
    clips = make_clips()
    sets = tuning.unit_sets(respond(clips), clips, CATEGORIES, FRACTION)
    names = {name for name in sets if name.startswith("category:")}
    # No clip is water, so that its units cannot be selected.
    assert names == {"category:speech", "category:animal"}
    assert set(sets["category:speech"]) == {"eval"}
    assert set(sets["category:speech"]["eval"]) == {0, 1}


def test_clip_responses_are_means_over_units_by_split(study):
    clips, answers, sets, _, table, _ = study
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
    measures = study[-1].iloc[:, draw]

    def ratio(above, below):
        return brute(study, *above, draw=draw) / brute(study, *below, draw=draw)

    def jazz(names):
        return "Jazz" in names

    def speech(names):
        return names <= {"Speech", "Chatter"}

    expected = {}
    for group in ("music", "nonmusic"):
        for measure, units in (("mean_response", "all"), ("ms_response", "ms")):
            value = brute(study, "original", "eval", units, group, draw=draw)
            expected[measure, group] = value
    for split in ("train", "eval"):
        rest = ("original", split, "ms", "nonmusic")
        music = ("original", split, "ms", "music")
        expected["response_ratio", split] = ratio(music, rest)
        for k in POWERS:
            expected["equal_rms_ratio", f"{split}/{k}"] = ratio(
                (f"power_{k}", split, "ms", "music"),
                ("power_1", split, "ms", "nonmusic"),
            )
    for group, units, length in itertools.product(
        ("music", "nonmusic"), ("ms", "others"), LENGTHS
    ):
        condition = f"{group}/{units}/{length}"
        heard = (f"quilt_{length}", "eval", units, group)
        expected["quilt_response", condition] = brute(study, *heard, draw=draw)
        expected["quilt_relative", condition] = ratio(
            heard, ("quilt_original", "eval", units, group)
        )
    expected["genre_ratio", "Jazz"] = ratio(
        ("original", "eval", "ms", "music", jazz),
        ("original", "eval", "ms", "nonmusic"),
    )
    own = "category:speech"
    expected["category_ratio", "speech"] = ratio(
        ("original", "eval", own, None, speech),
        ("original", "eval", own, None, {"Speech", "Chatter"}.isdisjoint),
    )
    for length in LENGTHS:
        expected["quilt_genre_response", f"Jazz/{length}"] = brute(
            study, f"quilt_{length}", "eval", "ms", "music", jazz, draw
        )
        expected["category_quilt_response", f"speech/{length}"] = brute(
            study, f"quilt_{length}", "eval", own, None, speech, draw
        )
    for key, value in expected.items():
        assert measures[key] == pytest.approx(value, rel=1e-5), key


def test_all_rows_are_there_and_no_others(study):
    measures = study[-1]
    counts = measures.groupby("measure").size().to_dict()
    assert counts == {
        **dict.fromkeys(("mean_response", "ms_response", "n_clips"), 2),
        **{"effect_size": 1, "response_ratio": 2, "equal_rms_ratio": 2 * len(POWERS)},
        **dict.fromkeys(("quilt_response", "quilt_relative"), 4 * len(LENGTHS)),
        **{"genre_ratio": 1, "quilt_genre_response": len(LENGTHS)},
        **{"category_ratio": 2, "category_quilt_response": 2 * len(LENGTHS)},
    }
    replicated = measures.index.get_level_values("measure") != "n_clips"
    assert np.isfinite(measures[replicated]).all().all()
    assert measures.loc[("n_clips", "music"), "value"] == 12
    assert measures.loc["response_ratio"].to_numpy().min() > 2
    assert measures.loc[("category_ratio", "speech"), "value"] > 2


def test_effect_size_is_the_mann_whitney_u(study):
    clips, _, _, _, table, measures = study
    original = table[(table["stimulus"] == "original") & (table["split"] == "eval")]
    group = clips.set_index("clip_id")["group"][original["clip_id"]].to_numpy()
    music, rest = (original["all"][group == g] for g in ("music", "nonmusic"))
    u = stats.mannwhitneyu(music, rest).statistic
    found = measures.loc[("effect_size", "all_units"), "value"]
    assert found == pytest.approx(u / (len(music) * len(rest)))


def test_missing_stimulus_sets_yield_no_rows(study):
    clips, _, _, weights, table, measures = study
    kept = table[~table["stimulus"].isin(["original", "power_1", "quilt_original"])]
    rows = tuning.tuning_rows(kept, clips, CATEGORIES, weights)
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
    clips, _, _, weights, table, _ = study
    music = clips.set_index("clip_id")["group"][table["clip_id"]] == "music"
    for level, expected in ((0, np.inf), (-1, np.nan)):
        replaced = table.assign(ms=np.where(music, 1.0, level))
        rows = tuning.tuning_rows(replaced, clips, CATEGORIES, weights)
        ratio = measure_table(rows).set_index(["measure", "condition"])["value"]
        np.testing.assert_equal(ratio["response_ratio", "eval"], expected)


def test_a_genre_of_one_clip_is_left_out():
    clips = make_clips(copies=2)
    first = clips.index[(clips["group"] == "music") & (clips["split"] == "eval")][0]
    clips.at[first, "labels"] = ["Polka"]
    _, table = make_table(clips, stimulus_sets(clips))
    weights = {s: split_weights(clips, s, 1) for s in ("train", "eval")}
    rows = tuning.tuning_rows(table, clips, CATEGORIES, weights)
    genres = {condition for measure, condition, _ in rows if measure == "genre_ratio"}
    assert genres == {"Jazz"}


def test_what_cannot_be_measured_is_named(study):
    clips, answers, sets, weights, table, _ = study
    responses = answers["original"][1]
    with pytest.raises(InputError, match="not in the clip table"):
        tuning.clip_responses(responses[:1], ["elsewhere"], clips, sets)
    with pytest.raises(InputError, match="diverged"):
        tuning.unit_sets(responses * np.nan, clips, CATEGORIES, FRACTION)
    few = (clips["split"] == "train") | (clips["group"] != "music")
    with pytest.raises(InputError, match="eval split has 0 music and 20"):
        tuning.unit_sets(
            responses[few.to_numpy()],
            clips[few].reset_index(drop=True),
            CATEGORIES,
            FRACTION,
        )
    with pytest.raises(ValueError, match="weights for"):
        short = {**weights, "eval": weights["eval"][1:]}
        tuning.tuning_rows(table, clips, CATEGORIES, short)
