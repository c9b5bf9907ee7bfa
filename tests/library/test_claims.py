"""Every claim on statistics whose truth is known, and what its row says."""

import ast
import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from music_selectivity import store
from music_selectivity.claims import verdicts as rule
from music_selectivity.claims.catalogue import all_claims
from music_selectivity.claims.conventions import DEFAULT, Conventions
from music_selectivity.claims.evaluation import COLUMNS, evaluate, evaluate_orders
from music_selectivity.claims.measured import Measured
from music_selectivity.errors import InputError
from small_studies import ROOT
from true_study import (
    CLAIMS,
    LENGTHS,
    MS_QUILTS,
    TRUTH,
    changed,
    judged,
    quilts,
    study,
    verdicts,
)

IDS = [claim.id for claim in CLAIMS]


def flat(model, group, units):
    """Responses to quilts that do not follow segment length."""
    return {
        key: 0.3
        for key in TRUTH
        if key[:2] == (model, "quilt_response")
        and key[2].startswith(f"{group}/{units}/")
    }


def steep(model, group, units):
    """Responses to quilts that do."""
    return {
        key: 0.1 + 1e-4 * float(key[2].rpartition("/")[2])
        for key in flat(model, group, units)
        if not key[2].endswith("original")
    }


REVERSED = {
    "1c-a": changed("mean_ap", nonmusic__none=0.001),
    "1c-b": changed("mean_ap", music__none=0.5),
    "1c-c": changed("mean_ap", "with_music", all__none=0.001),
    "1d": changed("segregation_index", common=0.2),
    "1d-own": changed("segregation_index", own=0.2),
    "S2-a": changed("segregation_index", "pca", common=0.9),
    "S2-b": changed("segregation_index", "gabor", common=0.9),
    "S9": changed("segregation_index", "with_music", common=0.2),
    "S8-a": {("without_music", "training_course_segregation_index", "30"): 0.1},
    "S8-b": {("without_music", "training_course_response_ratio", "30"): 0.1},
    "S3-a": changed("readout_chance", all=0.95),
    "S3-b": changed("readout_ap", "pca", all=0.95),
    "S3-c": changed("readout_ap", "gabor", all=0.95),
    "S3-d": changed("readout_ap", with_pca=0.3),
    "S3-e": changed("readout_ap", with_gabor=0.3),
    "2a": changed("mean_response", music=0.1),
    "2b": changed("response_ratio", eval=0.9),
    "2c-a": changed("equal_rms_ratio", eval__1=0.9),
    "2c-b": changed("equal_rms_ratio", eval__64=0.7),
    "2c-c": changed("equal_rms_ratio", train__1=0.9),
    "2c-d": changed("equal_rms_ratio", train__64=0.7),
    "2d-a": changed("readout_ap", units__2=0.9),
    "2d-b": changed("readout_ap", units__3=0.9),
    "2d-c": changed("readout_ap", units__4=0.9),
    "S6": {("without_music", "readout_ap", "genre/Jazz/2"): 0.9},
    "3b-a": changed("natural_category", Music=0.45),
    "3b-b": changed("natural_category", Song=0.45),
    "3c-a": changed("natural_ratio", ms=1.0),
    "3c-b": changed("natural_ratio", "with_music", ms=1.0),
    "3c-c": changed("natural_ratio", "gabor", ms=3.0),
    "3d": changed("natural_correlation", pitch=0.8),
    "3e-a": changed("response_ratio", "with_music", eval=3.0),
    "3e-b": changed("response_ratio", "untrained", eval=3.0),
    "3e-c": changed("response_ratio", "with_music", eval=1.0),
    "3e-d": changed("response_ratio", "gabor", eval=3.0),
    "3e-e": changed("response_ratio", "gabor", eval=3.0),
    "4b-a": flat("without_music", "music", "ms"),
    "4b-b": flat("without_music", "nonmusic", "ms"),
    "4b-c": steep("without_music", "music", "others"),
    "4b-d": steep("without_music", "nonmusic", "others"),
    **{
        f"4c-{length}": changed(
            "quilt_response", **{f"music__ms__overath__{length}": 0.8}
        )
        for length in (50, 100, 200)
    },
    **{
        f"4c-{length}": changed(
            "quilt_relative", **{f"music__ms__overath__{length}": 0.8}
        )
        for length in (400, 800, 1600)
    },
    "S7": {("without_music", "quilt_genre_response", "Jazz/overath/50"): 0.8},
    "S4": steep("gabor", "music", "ms"),
    "S5": steep("untrained", "music", "ms"),
    **{
        f"5b-{length}": changed(
            "quilt_relative", "memorization", **{f"music__ms__overath__{length}": 0.5}
        )
        for length in LENGTHS
    },
    "5c-a": changed("mean_ap", nonmusic__none=0.07),
    "5c-b": changed("mean_ap", nonmusic__msi_bottom=0.07),
    "5c-c": changed("mean_ap", nonmusic__msi_middle=0.07),
    "5c-d": changed("mean_ap", nonmusic__l1_top=0.07),
    "5c-e": changed("random_ablation_p", msi_top=0.2),
    "M-a": changed("train_ap", "memorization", **{"best epoch": 0.94}),
    "M-b": changed("mean_ap", "memorization", all__none=0.02),
    "S10-a": changed("segregation_index", "without_music_and_speech", common=0.2),
    "S10-b": changed("response_ratio", "without_music_and_speech", eval=0.99),
    "S10-c": changed(
        "quilt_relative", "without_music_and_speech", music__ms__overath__50=0.5
    ),
    "S11-a": changed("category_ratio", speech=3.0),
    "S11-b": changed("category_ratio", vehicle=3.0),
    "S11-c": changed("category_ratio", animal=3.0),
    "S11-d": changed("category_ratio", water=3.0),
    "S11-e": changed("category_quilt_response", speech__overath__50=0.3),
    "S11-f": changed("category_quilt_response", vehicle__overath__50=0.3),
    "S11-g": changed("category_quilt_response", animal__overath__50=0.3),
    "S11-h": changed("category_quilt_response", water__overath__50=0.3),
}


def test_columns_and_ids():
    found = evaluate(Measured(study()))
    assert len(set(IDS)) == len(IDS) >= 40
    assert list(found["id"]) == IDS
    columns = """
    id claim models where paper measured sd low high covers
    n test p p_adjusted effect_size
    contrast contrast_low contrast_high
    change change_low change_high margin open_probability permutation_p
    mixed_estimate mixed_low mixed_high mixed_p
    verdict notes
    """
    assert list(found) == columns.split()


@pytest.mark.parametrize("audioset", [False, True])
def test_a_study_in_which_the_paper_holds(audioset):
    found = verdicts(study(), audioset=audioset)
    assert {name for name, value in found.items() if value != "replicated"} == set()


def test_every_claim_has_its_contrary():
    assert list(REVERSED) == IDS


@pytest.mark.parametrize("claim", IDS)
def test_each_claim_fails_where_the_contrary_is_true(claim):
    assert verdicts(study(to=REVERSED[claim]), claim)[claim] == "not replicated"


@pytest.mark.parametrize("claim", IDS)
def test_each_claim_is_not_run_without_its_measures(claim):
    full = study()
    keys = full[["model", "measure"]].apply(tuple, axis=1)
    dropped = keys.isin([key[:2] for key in REVERSED[claim]])
    found = judged(full[~dropped], claim).loc[claim]
    assert found["verdict"] == "not run"
    assert found["n"] == 0
    assert np.isnan(found["p"])


def test_missing_model_leaves_the_other_claims():
    found = verdicts(study().query("model != 'with_music'"))
    not_run = {name for name, value in found.items() if value == "not run"}
    assert not_run == {"1c-c", "S9", "3c-b", "3e-a", "3e-c", "3e-e"}
    assert evaluate(Measured(study().iloc[:0]))["verdict"].eq("not run").all()


def test_numbers_of_a_claim():
    table = study()
    found = evaluate(Measured(table)).set_index("id")
    values = table.query("model == 'without_music' and measure == 'response_ratio'")[
        "value"
    ]
    row = found.loc["2b"]
    assert row["measured"] == pytest.approx(values.mean())
    assert row["sd"] == pytest.approx(values.std(ddof=1))
    assert (row["n"], round(row["p"], 3), row["effect_size"]) == (5, 0.006, 1)
    assert row["test"] == "rank-sum, one-tailed"
    row = found.loc["5c-a"]
    assert (row["n"], row["p"], row["effect_size"]) == (5, 1 / 32, 1)
    assert row["test"] == "signed-rank, one-tailed"
    assert found.loc["2a", "measured"] == pytest.approx(0.689)
    assert found.loc["1c-b", "measured"] == pytest.approx(0.0073 / 0.0066)
    assert found.loc["5c-d", "measured"] == pytest.approx(0.01)
    assert round(found.loc["3e-b", "p"], 3) == 0.006
    assert found.loc["3e-a", "test"] == "two one-sided t tests"
    assert "rank-sum, two-tailed): p = " in found.loc["3e-a", "notes"]
    assert np.isnan(found.loc["M-a", "p"])


@pytest.mark.parametrize(
    ("p", "verdict"), [(0.0499, "replicated"), (0.05, "not replicated")]
)
def test_every_p_against_random_sets_must_be_below_the_level(p, verdict):
    table = study()
    table.loc[table["measure"] == "random_ablation_p", "value"] = p
    row = judged(table, "5c-e").loc["5c-e"]
    assert row["verdict"] == verdict
    assert row["measured"] == pytest.approx(p)
    assert row["notes"].endswith("each must be below 0.05")


def test_pairs_are_by_seed_not_by_row():
    """Each network is compared with itself, whatever the order of the rows."""
    table = study()
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(
        evaluate(Measured(shuffled)), evaluate(Measured(table))
    )


def test_networks_without_a_value_are_left_out_and_counted():
    table = study()
    gone = (table["model"] == "without_music") & (
        table["condition"] == "nonmusic/msi_top"
    )
    table.loc[table.index[gone][0], "value"] = np.nan
    row = evaluate(Measured(table)).set_index("id").loc["5c-a"]
    assert row["n"] == 4
    assert row["verdict"] == "too few networks to tell"
    assert "1 network was left out because it has no value" in row["notes"]


def test_the_same_from_the_csv_file(tmp_path):
    table = study()
    table.loc[0, "value"] = np.nan
    store.write_table(tmp_path / "statistics.csv", table)
    again = store.read_table(tmp_path / "statistics.csv")
    pd.testing.assert_frame_equal(evaluate(Measured(again)), evaluate(Measured(table)))


def test_bad_statistics_are_refused():
    table = study()
    with pytest.raises(InputError, match="seed"):
        Measured(table.drop(columns="seed"))
    with pytest.raises(InputError, match="twice"):
        Measured(pd.concat([table, table.iloc[:1]]))


@pytest.mark.parametrize(
    ("column", "unknown"),
    [("measure", "response_ratios"), ("condition", "music/ms/fifty")],
)
def test_an_unknown_measure_or_condition_is_refused(column, unknown):
    """It must not pass for a measure that the study lacks."""
    table = study()
    table.loc[3, column] = unknown
    with pytest.raises(InputError, match=unknown):
        Measured(table)


def of_lengths(table, group="music", units="ms"):
    """Lengths and responses of the quilts of networks trained without music."""
    rows = table[
        (table["model"] == "without_music")
        & (table["measure"] == "quilt_response")
        & table["condition"].str.fullmatch(rf"{group}/{units}/overath/\d+")
    ]
    return rows.assign(length=rows["condition"].str.rpartition("/")[2].astype(float))


def test_each_network_has_one_slope():
    """Six lengths of five networks are five values, not thirty."""
    table = study()
    rows = of_lengths(table)
    slopes = [
        np.ptp(of_seed["length"])
        * np.polyfit(of_seed["length"], of_seed["value"], 1)[0]
        / of_seed["value"].mean()
        for _, of_seed in rows.groupby("seed")
    ]
    row = judged(table, "4b-a").loc["4b-a"]
    assert row["measured"] == pytest.approx(np.mean(slopes))
    assert (row["n"], row["p"], row["effect_size"]) == (5, 1 / 32, 1)
    r, p = stats.pearsonr(rows["length"], rows["value"])
    assert (
        f"pooled r = {r:.3g} over 6 conditions x 5 networks, two-tailed p = {p:.2g}"
        in row["notes"]
    )
    table.loc[rows.index, "value"] = rows["value"].to_numpy()[::-1]
    assert judged(table, "4b-a").loc["4b-a", "verdict"] == rule.NOT_REPLICATED


def test_p_values_are_adjusted_over_distinct_claims_of_a_difference():
    """3e-b has the same test as 2b, and equivalence is another question."""
    found = evaluate(Measured(study())).set_index("id")
    kinds = pd.Series({claim.id: claim.kind for claim in CLAIMS})
    family = found["p"].notna() & (kinds == rule.DIFFERENCE) & (found.index != "3e-b")
    expected = stats.false_discovery_control(found.loc[family, "p"])
    assert found.loc[family, "p_adjusted"].to_numpy() == pytest.approx(expected)
    assert found.loc["3e-b", "p_adjusted"] == found.loc["2b", "p_adjusted"]
    assert found.loc["3e-b", "p"] == found.loc["2b", "p"]
    rest = found.loc[~family].drop("3e-b")
    assert rest["p_adjusted"].isna().all()
    assert rest["p"].notna().any()
    assert all("one-tailed" in test for test in found.loc[family, "test"])


def test_the_worse_the_paper_does_the_larger_the_adjusted_p():
    """Refuted claims of no difference once made the others look better."""
    worse = study(to=REVERSED["4c-400"] | REVERSED["S11-e"] | REVERSED["3e-a"])
    before, after = (
        evaluate(Measured(table)).set_index("id")["p_adjusted"]
        for table in (study(), worse)
    )
    assert (after.dropna() >= before.dropna() - 1e-12).all()
    worse = study(to=REVERSED["5c-a"])
    after = evaluate(Measured(worse)).set_index("id")["p_adjusted"]
    assert (after.dropna() >= before.dropna() - 1e-12).all()


def test_claims_on_quilts_are_judged_by_every_order():
    """The verdict follows the order that the study names; the others are shown."""
    rough = dict(zip(LENGTHS, (0.7, 0.7, 0.7, 0.768, 0.775, 0.78), strict=True))
    others = quilts("without_music", "music", "ms", rough, 0.768, "notebook")
    same = quilts(
        "without_music", "music", "ms", dict.fromkeys(LENGTHS, 0.768), 0.768, "identity"
    )
    measured = Measured(study(to=others | same))
    found = evaluate_orders(measured, DEFAULT)
    table = found.pivot(index="id", columns="order", values="measured")
    assert table.loc["4c-50"].to_dict() == pytest.approx(
        {"overath": 0.599 / 0.768, "notebook": 0.7 / 0.768, "identity": 1.0}
    )
    of_quilts = {claim.id for claim in CLAIMS if claim.of_quilts}
    assert set(found.query("order == 'overath'")["id"]) == of_quilts
    assert set(found["id"]) == of_quilts
    claims = evaluate(measured).set_index("id")
    noted = evaluate(measured, orders=found).set_index("id")
    assert noted["verdict"].equals(claims["verdict"])
    assert noted.loc["4c-50", "notes"].endswith(
        "with other orders of segments (against 0.78 at the same lengths): notebook "
        "0.911 (replicated), identity 1 (not replicated)"
    )
    assert "orders" not in noted.loc["5c-a", "notes"]
    own = found[found["order"] == "overath"].set_index("id")
    assert own["verdict"].equals(claims.loc[own.index, "verdict"])
    by_notebook = evaluate(measured, conventions=Conventions(order="notebook"))
    row = by_notebook.set_index("id").loc["4c-50"]
    assert row["measured"] == pytest.approx(0.7 / 0.768)
    assert by_notebook.set_index("id").loc["S5", "verdict"] == "not run"


def test_slopes_of_orders_are_over_the_lengths_that_all_have():
    """The same responses would give another slope over other lengths."""
    ends = {length: MS_QUILTS[length] for length in (50, 1600)}
    others = quilts("without_music", "music", "ms", ends, 0.768, "random")
    found = evaluate_orders(Measured(study(to=others)), DEFAULT)
    slopes = found[found["id"] == "4b-a"].set_index("order")["measured"]
    assert slopes["overath"] == pytest.approx(slopes["random"], rel=1e-3)
    # Differences are halves of their sum, on a line through two points.
    expected = (0.78 - 0.599) / ((0.78 + 0.599) / 2)
    assert slopes["random"] == pytest.approx(expected, rel=1e-6)


def test_a_study_with_one_order_has_no_note_on_others():
    measured = Measured(study())
    orders = evaluate_orders(measured, DEFAULT)
    pd.testing.assert_frame_equal(evaluate(measured, orders=orders), evaluate(measured))
    empty = evaluate_orders(Measured(study().query("model == 'pca'")), DEFAULT)
    assert empty.empty
    evaluate(measured, orders=empty)


def test_on_audioset_every_order_is_compared_with_the_paper():
    far = study(to={("without_music", "quilt_relative", "music/ms/overath/50"): 0.3})
    measured = Measured(far)
    orders = evaluate_orders(measured, DEFAULT, audioset=True).set_index("id")
    claims = evaluate(measured, audioset=True).set_index("id")
    assert orders.loc["4c-50", "verdict"] == claims.loc["4c-50", "verdict"]
    assert claims.loc["4c-50", "verdict"] == rule.DIRECTION


def test_ratios_follow_the_measured_split():
    """As in the paper, units may be chosen on eval and measured on train."""
    table = study(
        to=changed("response_ratio", train=2.5)
        | changed("response_ratio", "untrained", train=1.2)
    )
    conventions = Conventions(split="train")
    found = evaluate(Measured(table), conventions=conventions).set_index("id")
    assert found.loc["2b", "measured"] == pytest.approx(2.5)
    assert "on train clips" in found.loc["2b", "notes"]
    assert found.loc["3e-c", "verdict"] == "not run"
    contrasts = {c.id: c.mixed for c in all_claims(conventions) if c.mixed}
    assert contrasts["2a"].split == contrasts["2b"].split == "train"


def test_mixed_effects_models_are_joined_to_their_claims():
    mixed_effects = pd.DataFrame(
        [
            ("2b", 0.8, 0.6, 1.0, 0.001, "random intercepts", np.nan, np.nan, np.nan),
            ("5c-a", 0.02, 0.01, 0.03, 0.001, "intercept", 3e-9, 0.917, 1845),
        ],
        columns=[
            *["id", "estimate", "low", "high", "p", "model"],
            *["pooled_p", "pooled_effect_size", "pooled_n"],
        ],
    )
    found = evaluate(Measured(study()), mixed_effects).set_index("id")
    assert found.loc["2b", "mixed_estimate"] == 0.8
    assert "mixed-effects model: random intercepts" in found.loc["2b", "notes"]
    assert found["mixed_p"].notna().sum() == 2
    assert "over all" not in found.loc["2b", "notes"]
    assert (
        "over all 1845 pairs of class and network: p = 3e-09, effect size 0.917"
        in found.loc["5c-a", "notes"]
    )


@pytest.mark.parametrize("rows", [[], ["2b"]])
def test_a_study_without_some_mixed_effects_models(rows):
    columns = ["id", "estimate", "low", "high", "p", "model"]
    pooled = ["pooled_p", "pooled_effect_size", "pooled_n"]
    mixed_effects = pd.DataFrame(
        [(name, *[0.1] * 4, "slope", *[np.nan] * 3) for name in rows],
        columns=[*columns, *pooled],
    )
    found = evaluate(Measured(study()), mixed_effects).set_index("id")
    assert list(found.index[found["mixed_p"].notna()]) == rows
    assert not found["notes"].str.contains("pairs of class").any()


def test_the_catalogue_is_light():
    """The Snakefile imports it to plan a study."""
    heavy = ["matplotlib", "pandas", "scipy", "sklearn", "statsmodels", "torch"]
    code = (
        "import sys, music_selectivity.claims.catalogue as catalogue\n"
        "from music_selectivity.claims.conventions import DEFAULT\n"
        "assert catalogue.mixed_contrasts(DEFAULT)\n"
        f"print(*(name for name in {heavy} if name in sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == []


def test_every_sentence_is_understood_alone():
    """It has its own subject, no abbreviation, and is not that of another claim."""
    sentences = [claim.sentence for claim in CLAIMS]
    assert len(set(sentences)) == len(sentences)
    unclear = re.compile(r"^(So|It|They|Their|This|These|The same)\b|\bMS\b|\bMSI\b")
    assert [text for text in sentences if unclear.search(text)] == []


def test_the_numbers_of_the_paper_are_in_one_place():
    """Modules of claims spell out no number of the paper, and no p-value in text."""
    folder = ROOT / "workflow/music_selectivity/claims"
    # These hold levels, margins and limits.
    general = {"comparisons.py", "evaluation.py", "verdicts.py"}
    for path in sorted(folder.glob("*.py")):
        constants = [
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant)
        ]
        numbers = [value for value in constants if isinstance(value, float)]
        texts = [value for value in constants if isinstance(value, str)]
        assert [text for text in texts if re.search(r"\bp = [\d.]", text)] == []
        assert path.name in general or not numbers, (path.name, numbers)


def test_the_text_has_the_numbers_of_the_paper():
    """The number to compare with is one that a reader of the row sees."""
    for claim in CLAIMS:
        if claim.reported is not None and not claim.id.startswith("4c"):
            assert f"{claim.reported.value:g}" in claim.paper, claim.id
        if claim.reported_second is not None:
            assert f"{claim.reported_second.value:g}" in claim.paper, claim.id


def test_the_docs_list_the_columns_of_claims_in_their_order():
    text = (ROOT / "docs/outputs.md").read_text()
    section = text.partition("### Columns of `claims.csv`")[2].partition("###")[0]
    cells = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    assert [name for cell in cells for name in re.findall("`(.+?)`", cell)] == COLUMNS
