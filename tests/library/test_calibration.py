"""No effect is found without one, and simulated selectivity is recovered."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from music_selectivity.analyses import calibration, selectivity, statistics
from music_selectivity.errors import InputError
from music_selectivity.stats import permutations
from music_selectivity.stats.rank_tests import rank_sum, signed_rank

FRACTION = 0.125


def corpus(n=300, music=0.3, mixed=0.1):
    """Clip table of two splits of n clips."""
    counts = [round(music * n), round(mixed * n)]
    groups = ["music"] * counts[0] + ["mixed"] * counts[1]
    groups += ["nonmusic"] * (n - len(groups))
    order = np.random.default_rng(0).permutation(n)
    return pd.DataFrame(
        {
            "split": np.repeat(["train", "eval"], n),
            "group": np.tile(np.array(groups)[order], 2),
        }
    )


def activations(n_clips, n_units, seed, shared=None):
    """Simulated activations: ReLU means of skewed, correlated units, some nearly dead.

    `shared` are properties of the clips, (clips, 6), that all networks hear; the first,
    such as their level, drives all units.
    """
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n_clips, 6)) if shared is None else shared
    weights = rng.normal(size=(6, n_units))
    weights[0] = rng.gamma(4, 0.25, n_units)
    drive = shared @ weights / np.sqrt(6)
    drive = drive + 0.7 * rng.normal(size=(n_clips, n_units)) - rng.gamma(1, 1, n_units)
    return np.logaddexp(0, 2 * drive).astype(np.float32)


CLIPS = corpus()
IS_MUSIC = (CLIPS["group"] == "music").to_numpy()


@pytest.fixture(scope="module")
def nulls():
    """Permutations of ten unrelated networks."""
    return [
        calibration.permuted_ratios(
            activations(len(CLIPS), 64, seed),
            CLIPS,
            FRACTION,
            200,
            np.random.default_rng(seed),
        )
        for seed in range(10)
    ]


def test_simulated_activations_are_like_real_ones():
    responses = activations(len(CLIPS), 64, 0)
    assert (stats.skew(responses) > 0.5).mean() > 0.9
    correlations = np.corrcoef(responses.T)[np.triu_indices(64, 1)]
    assert correlations.mean() > 0.05
    assert correlations.std() > 0.15


def test_each_permutation_is_the_analysis_of_relabelled_clips():
    """As with `selectivity` for each permutation; mixed clips keep their group."""
    responses = activations(len(CLIPS), 32, 1) + np.float32(50)
    responses[:, 4] = 0.1  # a unit without variance
    seed, permutations = 5, calibration.BLOCK + 7
    found = calibration.permuted_ratios(
        responses, CLIPS, FRACTION, permutations, np.random.default_rng(seed)
    )
    rng, labels = np.random.default_rng(seed), {}
    for split in ("train", "eval"):
        part = ((CLIPS["split"] == split) & (CLIPS["group"] != "mixed")).to_numpy()
        (own,) = rng.spawn(1)
        true = np.tile(IS_MUSIC[part], (permutations, 1))
        # Blocks draw from one generator, one after the other.
        blocks = np.split(true, [calibration.BLOCK])
        labels[split] = np.vstack([own.permuted(block, axis=1) for block in blocks])
    for number in (0, 1, calibration.BLOCK, permutations - 1):
        clips = CLIPS.copy()
        for split, permuted in labels.items():
            part = ((clips["split"] == split) & (clips["group"] != "mixed")).to_numpy()
            clips.loc[part, "group"] = np.where(permuted[number], "music", "nonmusic")
        units = selectivity.unit_table(responses, clips)
        assert found["permutation"][number] == number
        in_eval = (clips["split"] == "eval").to_numpy()
        music, other = (
            responses[in_eval & (clips["group"] == group).to_numpy()].astype(float)
            for group in ("music", "nonmusic")
        )
        for split, name in (("train", "ratio"), ("eval", "same_split_ratio")):
            chosen = selectivity.top_units(units[f"msi_{split}"], FRACTION)
            ratio = selectivity.response_ratio(music[:, chosen], other[:, chosen])
            assert found[name][number] == pytest.approx(ratio, rel=1e-9)
        chosen = selectivity.top_units(units["msi_train"], FRACTION)
        p = stats.mannwhitneyu(
            music[:, chosen].mean(1), other[:, chosen].mean(1)
        ).pvalue
        assert found["p"][number] == pytest.approx(p)


def test_ratios_centre_on_one(nulls):
    """Within 4 standard errors plus the bias of a ratio, var/mean^2."""
    for null in nulls:
        ratios = null["ratio"]
        tolerance = 4 * ratios.std() / np.sqrt(len(ratios)) + ratios.var()
        assert ratios.mean() == pytest.approx(1, abs=tolerance)


def test_p_values_are_uniform(nulls):
    """For each network, with Bonferroni correction, and for all together."""
    for null in nulls:
        assert stats.kstest(null["p"], "uniform").pvalue > 0.001 / len(nulls)
    every = np.concatenate([null["p"] for null in nulls])
    assert stats.kstest(every, "uniform").pvalue > 0.001


def test_choosing_and_measuring_on_the_same_clips_inflates(nulls):
    for null in nulls:
        assert null["same_split_ratio"].quantile(0.025) > 1
        assert null["same_split_ratio"].mean() > null["ratio"].quantile(0.8)


def test_null_studies_replicate_no_more_often_than_their_level(nulls):
    """200 studies of 5 networks of 2 models, the networks independent of each other.

    A network's ratio is that of one permutation. Networks of one study come of
    different activations, or of permutations of their own.
    """
    studies = np.array([null["ratio"] for null in nulls]).T  # 200 studies, 10 networks
    signed = [signed_rank(s[:5], 1.0, "greater").p for s in studies]
    paired = [signed_rank(s[:5], s[5:], "greater").p for s in studies]
    unpaired = [rank_sum(s[:5], s[5:]).p for s in studies]
    for p in (signed, paired, unpaired):
        rejected = np.count_nonzero(np.array(p) <= 0.05)
        assert rejected <= stats.binom.ppf(0.999, len(studies), 0.05)
        assert rejected > 0  # it does reject at its level


def test_networks_that_share_clips_are_not_independent():
    """Tests over networks ignore that all of them hear the same clips.

    One-tailed, 5 of 5 networks above 1 have p = 1/32. Given the same permutations, they
    come out that way far more often; given permutations of their own, they do not.
    """
    shared = np.random.default_rng(0).normal(size=(len(CLIPS), 6))
    networks = [activations(len(CLIPS), 64, seed, shared) for seed in range(5)]
    correlations = np.corrcoef([network.mean(axis=1) for network in networks])
    assert 0.7 < correlations[np.triu_indices(5, 1)].mean() < 0.95

    def level(seeds):
        ratios = np.array(
            [
                calibration.permuted_ratios(
                    network, CLIPS, FRACTION, 200, np.random.default_rng(seed)
                )["ratio"]
                for network, seed in zip(networks, seeds, strict=True)
            ]
        )
        p = [signed_rank(study, 1.0, "greater").p for study in ratios.T]
        return np.count_nonzero(np.array(p) <= 0.05)

    assert level(range(5)) <= stats.binom.ppf(0.999, 200, 1 / 32)
    assert level([0] * 5) > stats.binom.ppf(0.999, 200, 1 / 32)


def simulated(effect, seed):
    """256 units, of which 32 respond more to music, by `effect` times their SD."""
    responses = activations(len(CLIPS), 256, seed)
    driven = np.random.default_rng(seed + 100).permutation(256)[:32]
    responses[np.ix_(IS_MUSIC, driven)] += effect * responses[:, driven].std(axis=0)
    return responses, driven


def test_simulated_selective_units_are_found():
    recalls = []
    for effect in (0, 0.25, 0.5, 1, 3):
        shares = []
        for seed in range(3):
            responses, driven = simulated(effect, seed)
            units = selectivity.unit_table(responses, CLIPS)
            found = selectivity.top_units(units["msi_train"], FRACTION)
            shares.append(np.isin(driven, found).mean())
        recalls.append(np.mean(shares))
    assert (np.diff(recalls) >= 0).all()
    assert recalls[-1] == 1
    assert recalls[0] == pytest.approx(FRACTION, abs=0.1)  # chance


def rows_of(responses, permutations=99):
    null = calibration.permuted_ratios(
        responses, CLIPS, FRACTION, permutations, np.random.default_rng(3)
    )
    rows = calibration.permutation_rows(null, responses, CLIPS, FRACTION)
    assert all(isinstance(value, float) for *_, value in rows)
    return null, {(measure, condition): value for measure, condition, value in rows}


def test_rows():
    responses, _ = simulated(1, 0)
    null, value = rows_of(responses)
    ratios = null["ratio"].to_numpy()
    same = null["same_split_ratio"].to_numpy()
    expected = {
        ("permuted_ratio", "mean"): ratios.mean(),
        ("permuted_ratio", "sd"): ratios.std(ddof=1),
        ("permuted_ratio", "2.5"): np.percentile(ratios, 2.5),
        ("permuted_ratio", "97.5"): np.percentile(ratios, 97.5),
        ("permuted_ratio", "n"): 99,
        ("permuted_same_split_ratio", "mean"): same.mean(),
        ("permuted_same_split_ratio", "sd"): same.std(ddof=1),
        ("permuted_p", "uniformity"): stats.kstest(null["p"], stats.uniform.cdf)[1],
        ("ratio_permutation_p", "eval"): 0.01,
    }
    assert value == pytest.approx(expected)


def test_permutation_p_is_the_rank_of_the_measured_ratio():
    responses = activations(len(CLIPS), 64, 7)
    null, value = rows_of(responses)
    units = selectivity.unit_table(responses, CLIPS)
    chosen = selectivity.top_units(units["msi_train"], FRACTION)
    music, other = (
        units[f"mean_{group}_eval"].to_numpy(float)[chosen].mean()
        for group in ("music", "nonmusic")
    )
    higher = (null["ratio"] >= music / other).sum()
    assert 0 < higher < 99
    assert value["ratio_permutation_p", "eval"] == (1 + higher) / 100


def statistics_of(networks):
    """statistics.csv of networks' permutations, by (model, seed)."""
    rows = []
    for (model, seed), (null, responses) in networks.items():
        found = calibration.permutation_rows(null, responses, CLIPS, FRACTION)
        rows += [(model, seed, *row) for row in found]
    rows.append(("without_music", 1, "response_ratio", "eval", 2.0))
    columns = ["model", "seed", "measure", "condition", "value"]
    return pd.DataFrame(rows, columns=columns)


def test_networks_of_real_permutations_are_calibrated(nulls):
    networks = {
        ("without_music", seed): (null, activations(len(CLIPS), 64, seed))
        for seed, null in enumerate(nulls)
    }
    rows = statistics.calibrated_rows(statistics_of(networks))
    assert list(rows) == ["model", "seed", "measure", "condition", "value"]
    found = rows.set_index(["measure", "condition", "seed"])["value"].sort_index()
    assert (found["calibrated_ratio", "eval"] == 1).all()
    assert (found["calibrated_p", "uniformity"] == 1).all()
    assert len(rows) == 2 * len(nulls)


def test_networks_that_are_not_calibrated_are_found():
    """One has ratios that are not centred on 1, one small p-values, one no ratio."""
    rng = np.random.default_rng(0)
    responses = activations(len(CLIPS), 64, 0)
    null = pd.DataFrame(
        {
            "ratio": rng.normal(1, 0.02, 200),
            "same_split_ratio": 1.1,
            "p": (np.arange(200) + 0.5) / 200,
        }
    )
    networks = {
        ("good", 1): (null, responses),
        ("shifted", 1): (null.assign(ratio=null["ratio"] + 0.02), responses),
        ("small", 1): (null.assign(p=null["p"] ** 1.5), responses),
        ("pca", 0): (null.assign(ratio=null["ratio"] - 1), responses),
    }
    rows = statistics.calibrated_rows(statistics_of(networks))
    found = rows.pivot(index="model", columns="measure", values="value")
    assert found["calibrated_p"].to_dict() == {
        **dict.fromkeys(("good", "shifted", "pca"), 1.0),
        "small": 0.0,
    }
    ratios = found["calibrated_ratio"]
    assert (ratios["good"], ratios["shifted"], ratios["small"]) == (1, 0, 1)
    assert np.isnan(ratios["pca"])
    # Among many networks, one may have such p-values by chance.
    least = stats.kstest(null["p"] ** 1.3, "uniform").pvalue
    assert 0.05 / 20 < least < 0.05
    odd = {("small", 1): (null.assign(p=null["p"] ** 1.3), responses)}
    for others, expected in ((0, 0), (20, 1)):
        networks = odd | {("good", k): (null, responses) for k in range(others)}
        rows = statistics.calibrated_rows(statistics_of(networks))
        of_p = rows[(rows["model"] == "small") & (rows["measure"] == "calibrated_p")]
        assert of_p["value"].to_list() == [expected]


def test_statistics_without_permutations_have_no_calibration():
    assert statistics.calibrated_rows(statistics_of({})).empty


def test_few_permutations_cause_a_warning(caplog):
    responses, rng = activations(len(CLIPS), 8, 0), np.random.default_rng(0)
    calibration.permuted_ratios(responses, CLIPS, FRACTION, 200, rng)
    assert caplog.messages == []
    calibration.permuted_ratios(responses, CLIPS, FRACTION, 199, rng)
    (message,) = caplog.messages
    assert "199 permutations are too few" in message


def test_networks_that_share_clips_are_calibrated_by_shared_permutations():
    """Where signed-rank tests find p <= .05 too often, this p is uniform."""
    shared = np.random.default_rng(0).normal(size=(len(CLIPS), 6))
    permuted = np.array(
        [
            calibration.permuted_ratios(
                activations(len(CLIPS), 64, seed, shared),
                CLIPS,
                FRACTION,
                200,
                np.random.default_rng(0),
            )["ratio"]
            for seed in range(5)
        ]
    )
    p = [
        permutations.shared_permutation_p(study, np.delete(permuted, number, axis=1))
        for number, study in enumerate(permuted.T)
    ]
    assert np.count_nonzero(np.array(p) <= 0.05) == 10


def test_a_silent_network_has_no_ratio():
    null, value = rows_of(np.zeros((len(CLIPS), 16), np.float32))
    assert null[["ratio", "same_split_ratio"]].isna().all(axis=None)
    assert (null["p"] == 1).all()
    assert np.isnan(value["ratio_permutation_p", "eval"])


def test_responses_about_zero_have_no_ratio():
    """As with principal components: p-values are meaningful, ratios are not."""
    responses = np.random.default_rng(0).normal(size=(len(CLIPS), 16))
    null, value = rows_of(responses)
    assert null["ratio"].min() < 0
    assert stats.kstest(null["p"], "uniform").pvalue > 0.001
    assert np.isnan(value["ratio_permutation_p", "eval"])


def test_same_seed_same_permutations():
    responses = activations(len(CLIPS), 16, 0)
    first, again = (rows_of(responses, 5)[0] for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert first["ratio"].nunique() == 5


def permute(responses, clips):
    return calibration.permuted_ratios(
        responses, clips, FRACTION, 3, np.random.default_rng(0)
    )


def test_clips_that_cannot_be_permuted():
    responses = activations(len(CLIPS), 16, 0)
    few = CLIPS.copy()
    music = few.index[IS_MUSIC & (few["split"] == "eval")]
    few.loc[music[1:], "group"] = "mixed"
    with pytest.raises(InputError, match=r"eval split has 1 music and 180 non-music"):
        permute(responses, few)
    with pytest.raises(ValueError, match="600 responses for 599 clips"):
        permute(responses, CLIPS.iloc[1:])
    responses[np.flatnonzero(IS_MUSIC)[0], 3] = np.nan
    with pytest.raises(InputError, match="diverged"):
        permute(responses, CLIPS)
