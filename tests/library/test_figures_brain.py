"""The figure of the brain draws what was measured, or says what the study lacks."""

import itertools

import numpy as np
import pytest

from music_selectivity.figures import brain
from music_selectivity.figures.style import Style, save
from music_selectivity.measures import (
    BRAIN_PREDICTION,
    BRAIN_PREDICTION_BY_BEST_LAYER,
    BRAIN_PREDICTION_BY_UNITS,
    BRAIN_PREDICTION_P,
    BRAIN_SIMILARITY,
    BRAIN_SIMILARITY_P,
    measure_table,
)
from music_selectivity.stats.intervals import difference_estimate, mean_estimate
from music_selectivity.store import read_table
from music_selectivity.vocabulary import COMPONENTS

DRAWS = 40
BASELINES = [("log_mel", 0), ("level", 0)]


def measures(source, seed=0):
    """Measures of a source with random replicates; baselines have no sets of units."""
    rng = np.random.default_rng([seed, len(source)])
    rows = []
    for component in COMPONENTS:
        values = rng.normal(0.5, 0.1, 1 + DRAWS)
        rows += [
            BRAIN_PREDICTION.row(values, component=component),
            BRAIN_PREDICTION_P.row(rng.random(), component=component),
        ]
    if source != "level":
        for similarity in ("rsa", "cka"):
            values = rng.normal(0.3, 0.1, 1 + DRAWS)
            rows += [
                BRAIN_SIMILARITY.row(values, similarity=similarity),
                BRAIN_SIMILARITY_P.row(rng.random(), similarity=similarity),
            ]
    if source not in ("log_mel", "level"):
        best = rng.normal(size=1 + DRAWS)
        rows.append(BRAIN_PREDICTION_BY_BEST_LAYER.row(best, component="music"))
        for units in ("all", "ms", "random"):
            values = rng.normal(0.4, 0.1, 1 + DRAWS)
            rows.append(BRAIN_PREDICTION_BY_UNITS.row(values, units=units))
    return measure_table(rows)


def study(models=("without_music", "untrained"), seeds=3):
    sources = [*itertools.product(models, range(1, 1 + seeds)), *BASELINES]
    return {source: measures(*source) for source in sources}


def make_table(models=("without_music", "untrained"), seeds=3):
    return brain.table(study(models, seeds))


@pytest.mark.parametrize(
    ("models", "seeds"),
    [
        (("without_music",), 1),
        (("gabor", "a_new_model"), 1),
        (("without_music", "with_music", "untrained"), 25),
        ((), 0),
    ],
)
def test_every_study_can_be_drawn(recwarn, models, seeds):
    figure = brain.draw(make_table(models, seeds), Style())
    figure.canvas.draw()
    assert len(figure.axes) == 2 + 5 + 2
    assert not [str(warning.message) for warning in recwarn]


def test_a_study_without_natural_sounds_says_so():
    table = brain.table({})
    assert list(table.columns) == brain.COLUMNS
    figure = brain.draw(table, Style())
    assert "natural_sounds.folder" in figure.texts[0].get_text()


def test_missing_values_are_left_out_and_not_fatal(recwarn):
    table = make_table()
    for rows, missing in (
        (table.index[::3], np.nan),
        (table.index[::3], np.inf),
        (table.index, np.nan),
    ):
        holed = table.copy()
        holed.loc[rows, "value"] = missing
        brain.draw(holed, Style()).canvas.draw()
    assert not [str(warning.message) for warning in recwarn]


def test_the_csv_alone_gives_the_same_bytes_again(tmp_path):
    table = make_table()
    save(brain.draw(table, Style()), table, tmp_path / "one/brain")
    again = read_table(tmp_path / "one/brain.csv")
    save(brain.draw(again, Style()), again, tmp_path / "two/brain")
    for suffix in ("svg", "png", "csv"):
        one, two = (tmp_path / f / f"brain.{suffix}" for f in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def replicates(found, model, measure, condition):
    tables = [table for (name, _), table in found.items() if name == model]
    rows = [
        table[(table["measure"] == measure) & (table["condition"] == condition)]
        for table in tables
    ]
    return np.vstack([row.filter(regex="value|draw_").to_numpy() for row in rows])


@pytest.mark.parametrize(
    ("measure", "condition"),
    [("brain_prediction", "music"), ("brain_similarity", "cka")],
)
def test_intervals_are_those_over_networks_and_sounds(measure, condition):
    found = study(("without_music", "gabor"))
    found = {key: x for key, x in found.items() if key[0] != "gabor" or key[1] == 1}
    table = brain.table(found)
    rows = table[(table["measure"] == measure) & (table["condition"] == condition)]
    of_model = rows.groupby("model").first()
    baseline = replicates(found, "log_mel", measure, condition)
    networks = replicates(found, "without_music", measure, condition)
    row = of_model.loc["without_music"]
    estimate = mean_estimate(networks)
    assert [row["mean"], row["low"], row["high"]] == pytest.approx(
        [estimate.value, *estimate.interval()]
    )
    difference = difference_estimate(networks, baseline, paired=False)
    assert [row["above"], row["above_low"], row["above_high"]] == pytest.approx(
        [difference.value, *difference.interval()]
    )
    # Features that do not vary between networks: only the sounds vary.
    gabor = replicates(found, "gabor", measure, condition)
    for name, values in (("", gabor), ("above_", gabor - baseline)):
        row, half = of_model.loc["gabor"], 1.96 * values[0, 1:].std(ddof=1)
        ends = row[[f"{name}low", f"{name}high"]].tolist()
        value = values[0, 0]
        assert ends == pytest.approx([value - half, value + half], rel=1e-4)
    assert of_model.loc["log_mel", ["above", "above_low", "above_high"]].isna().all()


def test_values_and_p_values_are_those_of_each_network():
    found = study()
    table = brain.table(found)
    for row in table.itertuples():
        rows = found[row.model, row.seed].set_index(["measure", "condition"])["value"]
        assert row.value == rows[row.measure, row.condition]
        p = rows.get((f"{row.measure}_p", row.condition), np.nan)
        np.testing.assert_equal(row.p, p)
    assert set(table["measure"]) == {
        "brain_prediction",
        "brain_prediction_by_units",
        "brain_similarity",
    }
    assert list(table["model"].unique()) == [
        "without_music",
        "untrained",
        "log_mel",
        "level",
    ]


def test_marks_are_means_and_numbers_exceed_the_spectrum():
    table = make_table()
    left, right, *small = brain.draw(table, Style()).axes
    music = table[
        (table["measure"] == "brain_prediction") & (table["condition"] == "music")
    ]
    models = ["without_music", "untrained", "log_mel", "level"]
    for y, model in enumerate(models):
        row = music[music["model"] == model].iloc[0]
        assert any(
            np.allclose(line.get_xydata(), [[row["mean"], y]]) for line in left.lines
        )
        if model != "log_mel":
            assert any(
                text.get_text().startswith(f"{row['above']:+.2f}")
                for text in left.texts
            )
    texts = [text.get_text() for text in right.get_legend().get_texts()]
    assert texts == ["all", "music-selective", "as many others"]
    titles = [axes.get_title() for axes in small]
    assert titles == [
        "low frequency",
        "high frequency",
        "environmental",
        "pitch",
        "speech",
        "RSA",
        "CKA",
    ]
