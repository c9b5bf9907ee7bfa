"""Studies that are simulated from the responses of units, as large as the default one.

All that works on responses runs: choosing units, tuning, read-out, permuted labels,
statistics, mixed-effects models and claims. What needs the weights of networks
(training, ablation, the course of training), and t-SNE, cannot be simulated so.
"""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pandas as pd

from music_selectivity import seeds
from music_selectivity.analyses.calibration import permutation_rows, permuted_ratios
from music_selectivity.analyses.contrasts import from_data
from music_selectivity.analyses.mixed_effects import mixed_effects_table
from music_selectivity.analyses.readout import readout_rows
from music_selectivity.analyses.reselection import means_of_reselected
from music_selectivity.analyses.selectivity import (
    same_split_ratios,
    top_units,
    unit_table,
)
from music_selectivity.analyses.tuning import tuning_rows
from music_selectivity.analyses.unit_sets import clip_responses, unit_sets
from music_selectivity.claims.catalogue import mixed_contrasts
from music_selectivity.claims.conventions import DEFAULT
from music_selectivity.claims.evaluation import MIXED_EFFECTS, evaluate
from music_selectivity.claims.measured import Measured
from music_selectivity.measures import CALIBRATED_P, CALIBRATED_RATIO, measure_table
from music_selectivity.stats.bootstrap import clip_weights
from music_selectivity.stimuli.sets import (
    CLIPS,
    UNQUILTED,
    StimulusSet,
    at_power,
    quilts_of,
)
from music_selectivity.vocabulary import (
    CATEGORY,
    EVAL,
    GABOR,
    GENRE,
    LINEAR_SEED,
    MIXED,
    MUSIC,
    NONMUSIC,
    OVERATH,
    SELECTION_SPLIT,
    SPEECH,
    SPLITS,
    TRAIN,
    UNTRAINED,
    WITH_MUSIC,
    WITHOUT_MUSIC,
)
from simulation.responses import Network, gathered
from simulation.studies import RESULTS
from simulation.worlds import GENRES, LENGTHS, MS_LOSS, RATIO, RATIOS, factor, varies

# As in the default study, but with five networks of each of three models.
CLIPS_BY_GROUP = {
    TRAIN: {MUSIC: 210, MIXED: 70, NONMUSIC: 420},
    EVAL: {MUSIC: 105, MIXED: 35, NONMUSIC: 210},
}
UNITS, FRACTION, DRAWS, PERMUTATIONS = 256, 0.125, 400, 200
# One stimulus set is heard by all: the clips, two levels, quilts and their originals.
LEVELS = {at_power(1): 1.0, at_power(64): 0.9}
QUILTS = {
    quilts_of(length, OVERATH): relative
    for length, relative in zip(LENGTHS[:5], MS_LOSS[:5], strict=True)
}
STIMULI = (CLIPS, *LEVELS, *QUILTS, UNQUILTED)
NETWORKS: tuple[Network, ...] = (
    *((m, s) for m in (WITHOUT_MUSIC, WITH_MUSIC, UNTRAINED) for s in range(1, 6)),
    (GABOR, LINEAR_SEED),
)
TRAINED = (WITHOUT_MUSIC, WITH_MUSIC)
# Response ratio of the units that are planted.
PLANTED = {WITHOUT_MUSIC: RATIO, WITH_MUSIC: RATIO, GABOR: RATIOS[GABOR]}

# Relative SDs: of the mean of a network's selective units under a condition, of the
# preference for music of a selective unit and of any other, and of responses to clips.
BETWEEN, OF_SELECTIVE, OF_OTHERS, OF_UNTRAINED = 0.05, 0.15, 0.03, 0.02
# What clips have in common in all networks, how strongly units respond to it, and how
# much the selective units of all networks, and half so of features, prefer some clips.
LATENTS, SHARED, OWN_CLIPS, OWN_VERSIONS, PREFERRED = 6, 0.15, 0.3, 0.1, 0.6
# The claims about the read-out need these alone, and it takes most of the time.
READ_OUT = (WITHOUT_MUSIC, GABOR)
SPEECH_RATIO, SPEECH_SHARE = RATIOS[GABOR] + 0.2, 0.2


class Corpus:
    """The clips of a study, and what networks have in common in responding to them."""

    def __init__(self, rng: np.random.Generator) -> None:
        parts = []
        for split, sizes in CLIPS_BY_GROUP.items():
            for group, size in sizes.items():
                genres = rng.choice(GENRES, size)
                others = np.where(rng.random(size) < SPEECH_SHARE, SPEECH, "other")
                labels = {
                    MUSIC: [[genre] for genre in genres],
                    NONMUSIC: [[other] for other in others],
                    MIXED: [list(both) for both in zip(genres, others, strict=True)],
                }
                part = {"split": split, "group": group, "labels": labels[group]}
                parts.append(pd.DataFrame(part))
        self.clips = pd.concat(parts, ignore_index=True)
        self.clips["clip_id"] = [f"clip {n}" for n in range(len(self.clips))]
        self.latent = rng.normal(size=(len(self.clips), LATENTS))
        self.preferred = factor(rng, PREFERRED, (len(self.clips),))
        size = (len(STIMULI), len(self.clips), LATENTS)
        self.latent_of_versions = rng.normal(size=size)
        rows = [(GENRE, name, name) for name in GENRES] + [(CATEGORY, SPEECH, SPEECH)]
        self.categories = pd.DataFrame(rows, columns=["kind", "category", "class"])

    @cached_property
    def has_music(self) -> np.ndarray:
        """Music, alone or among other sounds."""
        return (self.clips["group"] != NONMUSIC).to_numpy()

    @cached_property
    def is_speech(self) -> np.ndarray:
        """Speech, alone or with music."""
        return np.array([SPEECH in names for names in self.clips["labels"]])

    def heard(self, stimuli: StimulusSet) -> np.ndarray:
        """Positions of the clips of a stimulus set; only eval clips are quilted."""
        splits = (EVAL,) if stimuli.segment else SPLITS
        heard = self.clips["group"].isin(stimuli.groups)
        return np.flatnonzero(heard & self.clips["split"].isin(splits))

    def weights(self, draws: int, *names: object) -> dict[str, np.ndarray]:
        """``bootstrap.split_weights`` of this study."""
        return {
            split: clip_weights(groups.to_numpy(), draws, "simulation", split, *names)
            for split, groups in self.clips.groupby("split")["group"]
        }


def unit_responses(
    model: str, corpus: Corpus, rng: np.random.Generator
) -> tuple[dict[StimulusSet, np.ndarray], np.ndarray]:
    """Responses of one network to all stimulus sets, and its planted MS units.

    Returns
    -------
    responses : dict of array, shape (clips of the set, units), float32
    planted : array, shape (MS units,)
        Empty for models in which no unit is planted.
    """
    n_planted = round(FRACTION * UNITS)
    of_network = BETWEEN if varies(model) else 0.0
    planted, speech = np.split(rng.permutation(UNITS)[: 2 * n_planted], 2)
    music = factor(rng, OF_OTHERS if model in TRAINED else OF_UNTRAINED, (UNITS,))
    if model in PLANTED:
        own = factor(rng, OF_SELECTIVE, (n_planted,)) * factor(rng, of_network, (1,))
        music[planted] = 1 + (PLANTED[model] - 1) * own
    loadings = SHARED * rng.normal(size=(LATENTS, UNITS)) + 0.1
    gains = factor(rng, 0.2, (UNITS,))
    of_clips = corpus.latent @ loadings
    of_clips += OWN_CLIPS * rng.normal(size=of_clips.shape)
    of_clips += np.log(gains) + np.outer(corpus.has_music, np.log(music))
    if model in PLANTED:
        liked = np.log(corpus.preferred) * (1.0 if varies(model) else 0.5)
        of_clips[:, planted] += liked[:, None]
    if model in TRAINED:
        of_clips[np.ix_(corpus.is_speech, speech)] += np.log(SPEECH_RATIO)
    responses = {}
    for latent, stimuli in zip(corpus.latent_of_versions, STIMULI, strict=True):
        heard = corpus.heard(stimuli)
        logs = of_clips[heard] + 0.2 * latent[heard] @ loadings
        logs += OWN_VERSIONS * rng.normal(size=logs.shape)
        relative = factor(rng, of_network, (1,)) * QUILTS.get(stimuli, 1.0)
        relative *= LEVELS.get(stimuli, 1.0)
        if stimuli not in (CLIPS, UNQUILTED) and model in TRAINED:
            logs[np.ix_(corpus.has_music[heard], planted)] += np.log(relative)
        responses[stimuli] = np.exp(logs).astype(np.float32)
    return responses, planted if model in PLANTED else planted[:0]


COLUMNS = [*RESULTS, "permutation_p", *MIXED_EFFECTS]


def full_study(number: int, reference: bool = False) -> pd.DataFrame:
    """A study, from the responses of units to the verdicts.

    Parameters
    ----------
    number
        Names its draws.
    reference
        Whether it only serves to find the true values: a study with other networks and
        clips, one draw of clips, and no permutations and mixed-effects models.

    Returns
    -------
    DataFrame
        study, id, columns of claims.csv; units_found, the share of the planted units
        that were chosen; calibrated_ratio and calibrated_p, the share of networks in
        which permuted labels gave what they should (``statistics.calibrated_rows``).
    """
    names = ("simulation", "units", "reference" if reference else "study", number)
    rng = seeds.generator(*names)
    corpus = Corpus(rng)
    weights = corpus.weights(1 if reference else DRAWS, *names)
    responses, planted = {}, {}
    for network in NETWORKS:
        responses[network], planted[network] = unit_responses(network[0], corpus, rng)
    linear = {GABOR: responses[GABOR, LINEAR_SEED][CLIPS]}
    tables, tuning, nulls, units_found = [], [], [], []
    for network, found in responses.items():
        model, seed = network
        original = found[CLIPS]
        msi = unit_table(original, corpus.clips)[f"msi_{SELECTION_SPLIT}"].to_numpy()
        if len(planted[network]):
            chosen = np.isin(planted[network], top_units(msi, FRACTION))
            units_found.append(chosen.mean())
        table = _tuning_table(found, corpus)
        tuning.append((network, table))
        reselected = means_of_reselected(original, corpus.clips, weights, FRACTION)
        measures = [
            *same_split_ratios(original, corpus.clips, FRACTION),
            *tuning_rows(table, corpus.clips, corpus.categories, weights, reselected),
        ]
        if model in READ_OUT:
            others = {name: x for name, x in linear.items() if name != model}
            measures += readout_rows(
                original, corpus.clips, msi, others, corpus.categories, weights
            )
        if not reference:
            shared = seeds.generator(*names, "permutations")
            null = permuted_ratios(
                original, corpus.clips, FRACTION, PERMUTATIONS, shared
            )
            measures += permutation_rows(null, original, corpus.clips, FRACTION)
            nulls.append(null.assign(model=model, seed=seed))
        tables.append((network, measure_table(measures)))
    statistics, replicates, calibrated = gathered(tables)
    claims = evaluate(
        Measured(statistics, replicates),
        None if reference else _mixed(tuning, corpus),
        None if reference else pd.concat(nulls),
    )
    claims = claims[claims["n"] > 0].assign(study=number)
    claims["units_found"] = np.mean(units_found)
    for measure in (CALIBRATED_RATIO, CALIBRATED_P):
        of_measure = calibrated["measure"] == measure.name
        claims[measure.name] = calibrated.loc[of_measure, "value"].mean()
    of_study = ["units_found", CALIBRATED_RATIO.name, CALIBRATED_P.name]
    return claims[["study", "id", *COLUMNS, *of_study]]


def _tuning_table(
    responses: dict[StimulusSet, np.ndarray], corpus: Corpus
) -> pd.DataFrame:
    sets = unit_sets(responses[CLIPS], corpus.clips, corpus.categories, FRACTION)
    tables = []
    for stimuli, values in responses.items():
        names = corpus.clips["clip_id"].to_numpy()[corpus.heard(stimuli)]
        table = clip_responses(values, names, corpus.clips, sets)
        tables.append(table.assign(stimulus=stimuli.name))
    return pd.concat(tables, ignore_index=True)


def _mixed(
    tuning: Iterable[tuple[Network, pd.DataFrame]], corpus: Corpus
) -> pd.DataFrame:
    contrasts = {
        name: from_data(data) for name, data in mixed_contrasts(DEFAULT).items()
    }
    classes = pd.DataFrame({"name": [], "music_related": []})
    return mixed_effects_table(
        contrasts, tuning, {}, {}, corpus.clips, classes, corpus.categories
    )
