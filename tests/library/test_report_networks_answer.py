"""What the first screen says of networks that a study did not train."""

import numpy as np
import pandas as pd
import pytest

from music_selectivity.figures import users_networks
from music_selectivity.measures import measure_table
from music_selectivity.report.networks_answer import networks_answer

PERMUTED = {"permuted": 20}


def measures(sizes, ratios=(), brain=()):
    """What the rule layers measures, by layer; a layer may lack the others."""
    tables = []
    for at, size in enumerate(sizes):
        rows = [("n_units", "all_units", 8.0), ("ms_effect_size", "eval", size)]
        rows += [("response_ratio", "eval", ratios[at])] if at < len(ratios) else []
        rows += [("brain_prediction", "music", brain[at])] if at < len(brain) else []
        tables.append(measure_table(rows).assign(layer=f"layer{at}"))
    if len(brain) > 1:
        best = [("brain_prediction_by_best_layer", "music", max(brain) - 0.0625)]
        tables.append(measure_table(best).assign(layer="best layer"))
    return pd.concat(tables, ignore_index=True)


def table(networks, twins, spectrum=0.25):
    """The table of the figure, by name of a network its measures and its twins."""
    models, layers = {}, {}
    for name, (of_network, kinds) in networks.items():
        models[name] = {"network": "x.py:make", "diet": "", "twins": kinds}
        layers[name, 0] = of_network
        for kind, number in kinds.items():
            for seed in range(1, number + 1):
                layers[f"{name}_{kind}", seed] = twins
    of_spectrum = [("brain_prediction", "music", spectrum)]
    baselines = {("log_mel", 0): measure_table(of_spectrum)} if spectrum else {}
    return users_networks.table(layers, baselines, models, "eval")


def test_an_answer_has_twins_the_largest_ratio_and_the_brain():
    twins = measures([0.6, 0.5], [1.25, 1.125], [0.25, 0.125])
    both = table(
        {
            "voice_net": (measures([0.7, 0.9], [1.5, 2.25], [0.5, 0.25]), PERMUTED),
            "other": (measures([0.5, 0.5], [1.75, 1.0], [0.25, 0.75]), PERMUTED),
        },
        twins,
    )
    preference, ratio, brain = networks_answer(both)
    assert preference.startswith("Of 2 networks with permuted twins, 1 (voice net) ")
    assert ratio == (
        "The largest response ratio is 2.25, in layer layer1 of voice net, against "
        "1.25 to 1.25 in 20 permuted twins (p = 0.048)."
    )
    # The best layer of each network was chosen inside; that of twins has .1875.
    assert brain == (
        "Of the networks, the brain's music component is predicted best by other, with "
        "r = 0.688, against 0.188 to 0.188 in 20 permuted twins (p = 0.048); the mean "
        "log-mel spectrum predicts it with r = 0.250."
    )


def test_a_network_with_one_layer_has_a_best_layer():
    brain = networks_answer(
        table(
            {
                "single": (measures([0.5], brain=[0.875]), {}),
                "several": (measures([0.5, 0.5], brain=[0.5, 0.25]), {}),
            },
            None,
        )
    )[-1]
    assert "best by single, with r = 0.875; the mean" in brain


def test_each_kind_of_twins_has_a_sentence_and_few_twins_say_nothing():
    network = measures([0.9])
    kinds = {"permuted": 20, "initialised": 19}
    found = networks_answer(
        table({"mine": (network, kinds), "yours": (network, {"permuted": 18})}, network)
    )
    assert [sentence.partition(",")[0] for sentence in found] == [
        "Of 1 network with permuted twins",
        "Too few permuted twins to compare with: yours; 19 are enough.",
        "Of 1 network with initialised twins",
    ]
    assert "than at least 95 % of the twins" in found[0]
    # A twin with the same value is as large.
    assert "twins, none prefer music" in found[0]


def test_layers_that_a_twin_lacks_and_infinite_ratios_do_not_count():
    network = measures([0.5, 0.5, 0.5], [1.5, np.inf, 3.0])
    twins = measures([0.5, 0.5, 0.5], [2.0, 2.0])
    ratio = networks_answer(table({"mine": (network, PERMUTED)}, twins))[-1]
    assert ratio == (
        "Among layers in which a network and all of its twins have a response ratio, "
        "the largest is 1.50, in layer layer0 of mine, against 2 to 2 in 20 permuted "
        "twins (p = 1)."
    )
    alone = networks_answer(table({"mine": (network, {})}, None))[-1]
    assert alone == (
        "Among layers in which a network has a response ratio, the largest is 3, in "
        "layer layer2 of mine."
    )


def test_a_layer_that_one_kind_of_twins_lacks_counts_for_none():
    network = measures([0.5] * 3, [3.0, 1.5, 1.5])
    twins = measures([0.5] * 3, [1.0, 1.25, 1.125])
    kinds = {"permuted": 20, "initialised": 20}
    given = {"mine": {"network": "x.py:make", "diet": "", "twins": kinds}}
    layers = {("mine", 0): network}
    layers |= {(f"mine_{kind}", seed): twins for kind in kinds for seed in range(1, 21)}
    # Its units do not respond at all.
    layers["mine_permuted", 7] = measures([0.5] * 3, [np.nan, 1.25, 1.125])
    ratio = networks_answer(users_networks.table(layers, {}, given, "eval"))[-1]
    assert ratio == (
        "Among layers in which a network and all of its twins have a response ratio, "
        "the largest is 1.50, in layer layer1 of mine, against 1.25 to 1.25 in 20 "
        "permuted twins (p = 0.048) and 1.25 to 1.25 in 20 initialised twins "
        "(p = 0.048)."
    )


@pytest.mark.parametrize("spectrum", [0.25, None])
def test_a_study_without_twins_brain_or_ratios_says_less(spectrum):
    (sentence,) = networks_answer(
        table({"mine": (measures([0.5]), {})}, None, spectrum)
    )
    assert "none has twins" in sentence
    assert networks_answer(table({}, None, spectrum)) == []
