"""Pictures and titles of preferred inputs are those of their tables."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity.figures import preferred_inputs
from music_selectivity.figures.style import Style, save
from music_selectivity.store import read_table

STYLE = Style()
KINDS = [("ms", 3), ("ms", 9), ("random", 4), ("untrained", 3), ("untrained", 9)]


def make(models=("without_music",), kinds=KINDS, frames=12):
    rng = np.random.default_rng(0)
    found, log_mels = {}, {}
    for model in models:
        verdicts = pd.DataFrame(kinds, columns=["kind", "unit"])
        verdicts["optimised"] = 5.0
        verdicts["heard"] = np.arange(len(kinds)) + 0.5
        verdicts["percentile_99"] = 2.0
        verdicts["kept"] = verdicts["heard"] > 2
        verdicts["sound"] = "x.mp3"
        found[model, 1] = verdicts
        bands = verdicts[["kind", "unit"]].merge(
            pd.DataFrame({"band": range(6)}), how="cross"
        )
        levels = rng.normal(-20, 10, (len(bands), frames)).astype(np.float32)
        names = [f"frame_{frame:03d}" for frame in range(frames)]
        log_mels[model, 1] = bands.join(pd.DataFrame(levels, columns=names))
    return found, log_mels


def pictures(figure):
    return [axes for axes in figure.axes if axes.images]


def test_the_table_has_the_levels_by_time():
    found, log_mels = make()
    table = preferred_inputs.table(found, log_mels, 1000, 250)
    assert list(table.columns[:8]) == [
        "model",
        "seed",
        "kind",
        "unit",
        "heard",
        "percentile_99",
        "kept",
        "band",
    ]
    assert list(table.columns[8:11]) == ["0.000", "0.250", "0.500"]
    expected = log_mels["without_music", 1].iloc[:, 3:]
    np.testing.assert_allclose(table.iloc[:, 8:], expected, atol=0.051)
    assert len(table) == 6 * len(KINDS)


def test_frames_of_long_inputs_are_averaged(monkeypatch):
    monkeypatch.setattr(preferred_inputs, "COLUMNS", 5)
    found, log_mels = make()
    table = preferred_inputs.table(found, log_mels, 1000, 250)
    assert list(table.columns[8:]) == ["0.000", "0.750", "1.500", "2.250"]
    expected = log_mels["without_music", 1].iloc[:, 3:].to_numpy()
    expected = expected.reshape(-1, 4, 3).mean(axis=2)
    np.testing.assert_allclose(table.iloc[:, 8:], expected, atol=0.051)


@pytest.mark.parametrize(
    ("models", "kinds"),
    [
        (["without_music"], KINDS),
        (["without_music"], KINDS[:3]),
        (["with_music", "without_music"], KINDS),
    ],
)
def test_each_input_is_drawn_with_its_verdict(models, kinds, tmp_path):
    table = preferred_inputs.table(*make(models, kinds), 1000, 250)
    figure = preferred_inputs.draw(table, STYLE)
    drawn = pictures(figure)
    assert len(drawn) == len(models) * len(kinds)
    titles = [axes.get_title() for axes in drawn]
    assert titles[0] == "MS unit 3: failed\n0.50 (clips: 2.00)"
    assert titles[2] == "random unit 4: kept\n2.50 (clips: 2.00)"
    if len(kinds) == len(KINDS):
        assert titles[3] == "unit 3: kept\n3.50 (clips: 2.00)"
        assert "untrained" in drawn[3].get_ylabel()
    first = table[table["model"] == "without_music"]
    np.testing.assert_array_equal(drawn[0].images[0].get_array(), first.iloc[:6, 8:])
    # All pictures share one scale.
    assert len({axes.images[0].get_clim() for axes in drawn}) == 1
    assert drawn[0].images[0].get_extent()[1] == pytest.approx(3)
    save(figure, table, tmp_path / "preferred_inputs")
    pd.testing.assert_frame_equal(
        read_table(tmp_path / "preferred_inputs.csv"),
        table,
        check_dtype=False,
        rtol=1e-6,
    )


def test_a_study_without_them_has_a_figure_that_says_so(tmp_path):
    table = preferred_inputs.table({}, {}, 1000, 250)
    figure = preferred_inputs.draw(table, STYLE)
    assert figure.get_label().startswith("No preferred inputs in this study")
    save(figure, table, tmp_path / "preferred_inputs")
    assert read_table(tmp_path / "preferred_inputs.csv").empty
