"""Units on the page: every number of the profiles, in falling order."""

import json

import pandas as pd
import pytest

import made_up_units
from music_selectivity.figures.style import Style
from music_selectivity.report.units import unit_data
from music_selectivity.vocabulary import LISTED

MODELS = ["untrained", "without_music"]
NAMES = [f"class {k}" for k in range(14)]
CLASSES = pd.DataFrame(
    {"name": [*NAMES[::-1], "rare"], "music_related": [True] * 4 + [False] * 11}
)
PROFILES = made_up_units.profiles(MODELS, NAMES, ["a", "b", "c"])


@pytest.fixture(scope="module")
def data():
    found = unit_data(PROFILES, CLASSES, Style({"music": "#123456"}))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


def of(model, quantity):
    rows = PROFILES[(PROFILES["model"] == model) & (PROFILES["quantity"] == quantity)]
    return rows.sort_values("value", ascending=False)


def test_classes_are_by_group_and_name(data):
    """Those without a profile are left out."""
    music = NAMES[-1:-5:-1]
    others = sorted(set(NAMES) - set(music))
    expected = [[name, "other sounds"] for name in others]
    assert data["classes"] == expected + [[name, "music"] for name in sorted(music)]


def test_charts_have_their_places_and_colours(data):
    quilts, levels = data["charts"]
    assert quilts["places"] == ["50", "400", "original"]
    assert quilts["apart"] == 2
    assert levels["places"] == ["1", "64"]
    assert levels["apart"] is None
    for chart in data["charts"]:
        names = [series["name"] for series in chart["series"]]
        assert names == ["music", "other sounds"]
        assert chart["series"][0]["colour"] == "#123456"


def test_networks_are_in_the_order_of_the_paper_with_all_units(data):
    networks = data["networks"]
    assert [each["model"] for each in networks] == ["without music", "untrained"]
    for model, network in zip(MODELS[::-1], networks, strict=True):
        assert network["seed"] == 1
        assert network["ranked"] == "train"
        assert network["selective"] == 2
        assert len(network["ranks"]) == 16
        assert sorted(network["ranks"]) == list(range(1, 17))
        for split in ("train", "eval"):
            rows = of(model, "msi").query("place == @split").sort_values("unit")
            assert network["msi"][split] == pytest.approx(list(rows["value"]), rel=1e-3)
        ranks = [network["ranks"][unit["unit"]] for unit in network["units"]]
        assert ranks == sorted(ranks)
        assert set(ranks) >= {1, 2, 3, 16}


def named(data, entries):
    return [(data["classes"][number][0], count) for number, _, count in entries]


def test_a_unit_has_its_classes_clips_and_lines(data):
    network = data["networks"][0]
    for unit in network["units"]:
        rows = {
            quantity: of("without_music", quantity).query(f"unit == {unit['unit']}")
            for quantity in PROFILES["quantity"].unique()
        }
        mean = rows["mean_response"]["value"].item()
        assert unit["mean"] == pytest.approx(mean, rel=1e-3)
        listed = rows["class_response"]
        assert named(data, unit["responses"]) == list(
            zip(listed["place"], listed["clips"], strict=True)
        )
        changes = rows["precision_change"]
        losses, gains = changes[changes["value"] < 0], changes[changes["value"] > 0]
        expected = {"losses": losses[::-1][:LISTED], "gains": gains[:LISTED]}
        for kind, of_kind in expected.items():
            assert [x[1] for x in unit[kind]] == pytest.approx(
                list(of_kind["value"]), rel=1e-3
            )
            assert [x for x, _ in named(data, unit[kind])] == list(of_kind["place"])
        clips = rows["clip_response"]
        assert [clip for clip, _ in unit["clips"]] == list(clips["place"])
        answers = rows["stimulus_response"].set_index(["group", "place"])["value"]
        quilts, levels = unit["lines"]
        names = ["quilt_overath_50", "quilt_overath_400", "quilt_original"]
        for series, group in zip(quilts, ("music", "nonmusic"), strict=True):
            assert series == pytest.approx([answers[group, x] for x in names], rel=1e-3)
        assert levels[0] == pytest.approx(
            [answers["music", "power_1"], answers["music", "power_64"]], rel=1e-3
        )
        assert levels[1] == [pytest.approx(answers["nonmusic", "power_1"], 1e-3), None]


def test_a_class_has_the_units_of_largest_loss(data):
    network = data["networks"][1]
    assert len(network["needs"]) == len(data["classes"])
    for k, (precision, count, needed) in enumerate(network["needs"]):
        name = data["classes"][k][0]
        row = of("untrained", "average_precision").query(f"place == '{name}'")
        assert precision == pytest.approx(row["value"].item(), rel=1e-3)
        assert count == 20
        changes = of("untrained", "precision_change").query(f"place == '{name}'")
        worst = changes[changes["value"] < 0].nsmallest(LISTED, "value")
        assert [unit for unit, _ in needed] == list(worst["unit"])
        assert [x for _, x in needed] == pytest.approx(list(worst["value"]), rel=1e-3)


def test_an_infinite_index_is_missing():
    infinite = PROFILES.copy()
    infinite.loc[infinite["quantity"] == "msi", "value"] = float("inf")
    found = unit_data(infinite, CLASSES, Style())
    assert set(found["networks"][0]["msi"]["eval"]) == {None}
