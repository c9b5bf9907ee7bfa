"""What the first screen says of networks that a study did not train."""

import pandas as pd
import pytest

from music_selectivity.report.networks_answer import networks_answer

COLUMNS = ["model", "layer", "depth", "measure", "value", "low", "high", "kind"]
COLUMNS += ["twins", "p"]


def of_network(model, p, ratio=2.0, brain=0.5, twins=20, kinds=("permuted",)):
    rows = []
    for kind in kinds:
        common = (kind, twins, p)
        rows += [
            (model, "conv", 0, "response_ratio", ratio, ratio - 0.5, ratio + 0.5),
            (model, "largest", None, "response_ratio", 9.0, None, None),
            (model, "largest", None, "ms_effect_size", 0.8, None, None),
            (model, "best layer", None, "brain_prediction", brain, 0.25, 0.75),
        ]
        rows = [row if len(row) > 7 else row + common for row in rows]
    return rows


def table(*networks, baselines=True):
    rows = [row for network in networks for row in network]
    if baselines:
        for model, value in (("log_mel", 0.27), ("level", 0.9)):
            rows.append((model, "", None, "brain_prediction", value, *[None] * 5))
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.astype({name: float for name in ("value", "low", "high", "p")})


def test_an_answer_has_twins_the_largest_ratio_and_the_brain():
    two, ratio, brain = networks_answer(
        table(
            of_network("voice_net", 1 / 21, ratio=1.5),
            of_network("other", 0.3, ratio=2.25, brain=0.625),
        )
    )
    assert two.startswith("1 of 2 networks (voice net) have a layer")
    assert "their permuted twins" in two and two.endswith("(p ≤ 0.048).")
    assert "layer conv of other" in ratio
    assert "respond 2.25 (95 % interval 1.75 to 2.75) times" in ratio
    assert brain == (
        "The brain's music component is predicted best by other, with r = 0.625 (95 % "
        "interval 0.250 to 0.750); the mean log-mel spectrum with r = 0.270."
    )


def test_each_kind_of_twins_has_a_sentence():
    kinds = ("permuted", "initialised")
    first, second, *_ = networks_answer(table(of_network("mine", 0.5, kinds=kinds)))
    assert first.startswith("0 of 1 networks have") and "permuted" in first
    assert "initialised" in second and second.endswith("(p > 0.05).")


@pytest.mark.parametrize(("twins", "told"), [(18, False), (19, True)])
def test_too_few_twins_tell_nothing(twins, told):
    sentence = networks_answer(table(of_network("mine", 0.05, twins=twins)))[0]
    assert sentence.startswith("18 permuted twins are too few") != told


def test_a_study_without_twins_brain_or_ratios_says_less():
    rows = [row for row in of_network("mine", None, kinds=[""]) if row[1] == "largest"]
    (sentence,) = networks_answer(table(rows, baselines=False))
    assert "none has twins" in sentence
    assert networks_answer(table()) == []
