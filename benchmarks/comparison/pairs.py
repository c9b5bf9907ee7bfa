"""The stages that are compared: each in both ways, on the same clips."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from ingest import PAPER
from sklearn.manifold import trustworthiness
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from comparison import notebook
from comparison.inputs import AUDIO, CLASSES, LOG_MEL, MUSIC_CLASSES, UNITS, Inputs
from music_selectivity.analyses.ablation import class_average_precision
from music_selectivity.analyses.embedding import embed
from music_selectivity.analyses.random_ablation import silenced_mean_ap
from music_selectivity.analyses.selectivity import (
    music_selectivity_index,
    response_ratio,
    top_units,
)
from music_selectivity.audio.log_mel import LogMel
from music_selectivity.corpus.log_mel_shards import write_shard
from music_selectivity.networks import training
from music_selectivity.networks.gabor import (
    FULL_SCALE,
    GaborFilterBank,
    GaborSettings,
    complex_filter,
    filter_pairs,
)
from music_selectivity.networks.head import head_of
from music_selectivity.networks.registry import build
from music_selectivity.networks.responses import unit_responses
from music_selectivity.stats.bootstrap import clip_weights
from music_selectivity.stimuli.filling import padded
from music_selectivity.stimuli.quilt_clips import QuiltSettings, segment_samples
from music_selectivity.stimuli.quilts import notebook_order, order, quilt
from music_selectivity.stimuli.segments import Frames, Segments
from music_selectivity.vocabulary import NOTEBOOK, OVERATH

CPU = torch.device("cpu")
SEED, DRAWS, EPOCHS = 1, 1000, 100
SILENCED = 32
# Sets that ours silences at once; the notebook's way silences one.
RANDOM_SETS = 20
QUILTS = QuiltSettings(
    **{key: PAPER["quilts"][key] for key in ("segment_ms", "sound_seconds", "boundary")}
)
SIXTEEN_BITS = 20 * np.log10(FULL_SCALE)
# Decibels below the loudest band of a frame, where rounding errors begin to matter.
AUDIBLE = 80


class Way(NamedTuple):
    """One way of a stage.

    Attributes
    ----------
    work
        Does it, and returns its result.
    clips
        By how many clips (or sets times clips) its time is divided.
    """

    work: Callable[[], object]
    clips: int


@dataclass(frozen=True)
class Pair:
    """Both ways on the same clips.

    Attributes
    ----------
    notebook, ours
        The two ways.
    difference
        Of their results, the notebook's first, as `Stage.compared` says; None if they
        differ by design.
    flops
        Operations of ours for a clip, where they are known.
    """

    notebook: Way
    ours: Way
    difference: Callable[[object, object], float] | None = None
    flops: float | None = None


@dataclass(frozen=True)
class Stage:
    """A row of the table.

    Attributes
    ----------
    name
        As in the table.
    prepare
        Returns both ways for some clips, whose inputs are made outside the work.
    share
        Clips, in multiples of the number that is given to the benchmark.
    compared, tolerance
        What is compared of the results, and how much it may differ.
    by_design
        What differs.
    threads
        Threads of both ways. Several are timed by the clock, one by its CPU time.
    """

    name: str
    prepare: Callable[[Inputs], Pair]
    share: float
    compared: str
    tolerance: float
    by_design: str
    threads: int = 1


def networks() -> tuple[notebook.Network, nn.Module]:
    """The notebook's network and ours, with the same initial weights."""
    ours, theirs = build("kim2024", CLASSES, SEED), notebook.Network(CLASSES)
    theirs.load_state_dict(ours.state_dict())
    return theirs, ours


def without_dropout(network: nn.Module) -> nn.Module:
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    return network


def counted_flops(work: Callable[[], object]) -> float:
    """Operations of convolutions and matrix products, as torch counts them."""
    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops())


def training_step(inputs: Inputs) -> Pair:
    settings = training.TrainingSettings(**PAPER["training"], epochs=EPOCHS)
    labels = torch.from_numpy(inputs.labels)
    data = training._Data(inputs.sharded, labels, settings.batch_size, CPU)
    clips = np.arange(inputs.n_clips)

    def by_notebook(network: notebook.Network) -> float:
        return notebook.train(network, inputs.tensor, labels.float(), EPOCHS)

    def by_ours(network: nn.Module) -> float:
        run = training._Run(network, len(data.training_batches(clips)), settings)
        return training._train_epoch(run, data, clips)[1]

    def difference(*_: object) -> float:
        theirs, ours = map(without_dropout, networks())
        return abs(by_ours(ours) / by_notebook(theirs) - 1)

    def step(network: notebook.Network) -> None:
        network(inputs.tensor[:2])[1].sum().backward()

    theirs, ours = networks()
    return Pair(
        Way(lambda: by_notebook(theirs), inputs.n_clips),
        Way(lambda: by_ours(ours), inputs.n_clips),
        difference,
        counted_flops(lambda: step(notebook.Network(CLASSES))) / 2,
    )


def evaluation(inputs: Inputs) -> Pair:
    theirs, ours = networks()
    scores = head_of(ours.head.state_dict())

    def by_ours() -> tuple[np.ndarray, np.ndarray]:
        responses = unit_responses(ours, inputs.sharded, CPU)
        return responses, scores(responses)

    def difference(found, expected) -> float:
        features, logits = expected[0], expected[1]
        probabilities = torch.from_numpy(logits).sigmoid().numpy()
        return max(
            np.abs(a - b).max() / b.std()
            for a, b in zip(found, (features, probabilities), strict=True)
        )

    return Pair(
        Way(lambda: notebook.evaluate(theirs, inputs.tensor), inputs.n_clips),
        Way(by_ours, inputs.n_clips),
        difference,
        counted_flops(lambda: notebook.evaluate(theirs, inputs.tensor[:2])) / 2,
    )


def decibels(found: np.ndarray, expected: np.ndarray) -> float:
    """Largest difference of log-mels, (..., mels, frames), in audible bands."""
    audible = expected > expected.max(axis=-2, keepdims=True) - AUDIBLE
    return float(np.abs(found - expected)[audible].max())


def log_mel_flops() -> float:
    """Of Fourier transforms, nominally, and of the product with the mel bands."""
    n_fft, n_frames = LOG_MEL.n_fft, LOG_MEL.n_frames(AUDIO.n_samples)
    n_bins = int(LOG_MEL.f_max / AUDIO.sample_rate * n_fft) + 1
    transform = 2.5 * n_fft * np.log2(n_fft)
    return n_frames * (transform + 2 * n_bins * LOG_MEL.n_mels)


def of_waveforms(versions: list[np.ndarray], n_clips: int) -> Pair:
    """Log-mels of waveforms one by one, (samples,)."""
    theirs, ours = notebook.log_mel_transform(), LogMel(LOG_MEL, AUDIO.sample_rate)
    return Pair(
        Way(lambda: [theirs(torch.from_numpy(x)).numpy() for x in versions], n_clips),
        Way(lambda: [ours(x) for x in versions], n_clips),
        lambda found, expected: decibels(np.array(found), np.array(expected)),
        log_mel_flops() * len(versions) / n_clips,
    )


def log_mel(inputs: Inputs) -> Pair:
    return of_waveforms(list(inputs.waveforms), inputs.n_clips)


def seven_log_mels(inputs: Inputs) -> Pair:
    kept = QUILTS.samples(AUDIO.n_samples, AUDIO.sample_rate)
    versions = [
        padded(np.roll(waveform[:kept], lag), AUDIO.n_samples)
        for waveform in inputs.waveforms
        for lag in range(7)
    ]
    return of_waveforms(versions, inputs.n_clips)


def quilts_by(inputs: Inputs, rule: str) -> Pair:
    adjacent = notebook.log_mel_transform(hop=notebook.FRAME)
    of_segments = LogMel(LOG_MEL, AUDIO.sample_rate, center=False)
    kept = QUILTS.samples(AUDIO.n_samples, AUDIO.sample_rate)

    def theirs(waveform: np.ndarray, segment_ms: int) -> tuple:
        changes = notebook.boundary_changes(waveform, segment_ms, adjacent)
        sequence = notebook.chain(changes, first=len(changes) // 2)
        return changes, sequence, notebook.join(waveform, sequence, segment_ms)

    def ours(waveform: np.ndarray, number: int) -> list[np.ndarray]:
        frames, quilts = Frames(waveform, of_segments), []
        for segment_ms in QUILTS.segment_ms:
            length = segment_samples(segment_ms, AUDIO.sample_rate)
            segments = Segments(frames, length, kept // length)
            sequence = order(
                segments, rule, QUILTS.boundary, f"clip{number}", segment_ms
            )
            quilted = quilt(segments, sequence, AUDIO.sample_rate)
            quilts.append(padded(quilted, AUDIO.n_samples))
        return quilts

    def other_orders(found, _) -> float:
        """Quilts for whose changes our function gives another order."""
        return float(
            sum(
                notebook_order(changes, len(changes), sequence[0]) != sequence
                for changes, sequence, _ in found
            )
        )

    return Pair(
        Way(
            lambda: [
                theirs(waveform, segment_ms)
                for waveform in inputs.waveforms
                for segment_ms in QUILTS.segment_ms
            ],
            inputs.n_clips,
        ),
        Way(
            lambda: [ours(x, number) for number, x in enumerate(inputs.waveforms)],
            inputs.n_clips,
        ),
        other_orders if rule == NOTEBOOK else None,
    )


def quilts(inputs: Inputs) -> Pair:
    return quilts_by(inputs, NOTEBOOK)


def quilts_by_overath(inputs: Inputs) -> Pair:
    return quilts_by(inputs, OVERATH)


def gabor(inputs: Inputs) -> Pair:
    bank = GaborFilterBank(GaborSettings(), AUDIO.full_scale)
    filters = [
        complex_filter(*pair).real.astype(np.float32)
        for pair in filter_pairs(GaborSettings())
    ]
    loud = inputs.log_mels + np.float32(SIXTEEN_BITS)

    def difference(found, expected) -> float:
        return float(np.abs(found / expected - 1).max())

    return Pair(
        Way(lambda: notebook.gabor_features(loud, filters), inputs.n_clips),
        Way(lambda: unit_responses(bank, inputs.sharded, CPU), inputs.n_clips),
        difference,
        counted_flops(lambda: bank.units(inputs.tensor[:1])),
    )


def silenced_sets(n_sets: int) -> np.ndarray:
    """Random sets of an eighth of the units, (sets, units)."""
    units = np.tile(np.arange(UNITS), (n_sets, 1))
    return np.random.default_rng(SEED).permuted(units, axis=1)[:, :SILENCED]


def ablation_with(inputs: Inputs, draws: int) -> Pair:
    theirs, ours = networks()
    weights = clip_weights(inputs.music.astype(str), draws, SEED)
    sets = [np.arange(0), *silenced_sets(4)]
    responses = unit_responses(ours, inputs.sharded, CPU)

    def by_ours() -> np.ndarray:
        found = class_average_precision(
            head_of(ours.head.state_dict()),
            responses,
            inputs.labels,
            dict(enumerate(sets)),
            weights,
        )
        return np.stack([of_classes[:, 0] for of_classes in found.values()])

    def difference(found, expected) -> float:
        scored = inputs.labels.any(axis=0)
        means = (precision[:, scored].mean(axis=1) for precision in (found, expected))
        return float(np.abs(np.subtract(*means)).max())

    return Pair(
        Way(
            lambda: notebook.class_precision(
                theirs, inputs.tensor, inputs.labels, sets
            ),
            inputs.n_clips,
        ),
        Way(by_ours, inputs.n_clips),
        difference,
    )


def ablation(inputs: Inputs) -> Pair:
    return ablation_with(inputs, 0)


def ablation_with_draws(inputs: Inputs) -> Pair:
    return ablation_with(inputs, DRAWS)


def random_ablation(inputs: Inputs) -> Pair:
    theirs, ours = networks()
    responses = unit_responses(ours, inputs.sharded, CPU)
    scored = (np.arange(CLASSES) >= MUSIC_CLASSES) & inputs.labels.any(axis=0)
    sets = silenced_sets(RANDOM_SETS)
    return Pair(
        Way(
            lambda: notebook.class_precision(
                theirs, inputs.tensor, inputs.labels, sets[:1]
            ),
            inputs.n_clips,
        ),
        Way(
            lambda: silenced_mean_ap(ours.head, responses, inputs.labels, scored, sets),
            inputs.n_clips * RANDOM_SETS,
        ),
        lambda found, expected: abs(found[0, scored].mean() - expected[0]),
    )


def t_sne(inputs: Inputs) -> Pair:
    def difference(found, expected) -> float:
        return abs(
            trustworthiness(inputs.responses, found, n_neighbors=15)
            - trustworthiness(inputs.responses, expected, n_neighbors=15)
        )

    return Pair(
        Way(lambda: notebook.embed(inputs.responses), inputs.n_clips),
        Way(lambda: embed(inputs.responses, SEED), inputs.n_clips),
        difference,
    )


def selectivity(inputs: Inputs) -> Pair:
    music, other = inputs.responses[inputs.music], inputs.responses[~inputs.music]

    def by_ours() -> tuple[np.ndarray, float]:
        index = music_selectivity_index(music, other)
        best = top_units(index, 1 / 8)
        return index, response_ratio(music[:, best], other[:, best])

    def difference(found, expected) -> float:
        return max(np.abs(a - b).max() for a, b in zip(found, expected, strict=True))

    return Pair(
        Way(lambda: notebook.selectivity(music, other), inputs.n_clips),
        Way(by_ours, inputs.n_clips),
        difference,
    )


def ingest(inputs: Inputs) -> Pair:
    clips = {path.stem: path for path in inputs.files}.items()
    path = inputs.folder / "ingested.npy"

    def by_ours() -> np.ndarray:
        write_shard(clips, AUDIO, LOG_MEL, path)
        return np.load(path, mmap_mode="r")

    def difference(found, expected) -> float:
        return float(np.sqrt(np.mean((np.array(found) - SIXTEEN_BITS - expected) ** 2)))

    return Pair(
        Way(lambda: notebook.read_log_mels(inputs.files), inputs.n_clips),
        Way(by_ours, inputs.n_clips),
        difference,
    )


STAGES = [
    Stage(
        "training step",
        training_step,
        share=2,
        compared="mean loss of an epoch without dropout, relatively",
        tolerance=1e-5,
        by_design="random draws of dropout",
    ),
    Stage(
        "training step, two threads",
        training_step,
        share=2,
        compared="the same",
        tolerance=1e-5,
        by_design="random draws of dropout",
        threads=2,
    ),
    Stage(
        "evaluation",
        evaluation,
        share=2,
        compared="features and probabilities, in their SDs",
        tolerance=1e-4,
        by_design="nothing",
    ),
    Stage(
        "log-mel",
        log_mel,
        share=1,
        compared=f"levels up to {AUDIBLE} dB below the loudest of a frame, dB",
        tolerance=0.01,
        by_design="rounding errors in quieter bands",
    ),
    Stage(
        "reading, resampling and log-mel",
        ingest,
        share=1,
        compared="levels but for the scale of 16 bits, dB, root mean square",
        tolerance=0.1,
        by_design="the resampler; ours also checks, describes and writes each clip",
    ),
    Stage(
        "six quilts, the notebook's order",
        quilts,
        share=0.5,
        compared="orders from the same changes, number that differ",
        tolerance=0,
        by_design="the notebook quilts 10 s and keeps 8, and places frames and joints "
        "otherwise (docs/quilts.md)",
    ),
    Stage(
        "six quilts, ours in Overath's order",
        quilts_by_overath,
        share=0.5,
        compared="",
        tolerance=0,
        by_design="the order",
    ),
    Stage(
        "seven log-mels of quilts",
        seven_log_mels,
        share=0.25,
        compared=f"levels up to {AUDIBLE} dB below the loudest of a frame, dB",
        tolerance=0.01,
        by_design="rounding errors in quieter bands",
    ),
    Stage(
        "Gabor filter bank",
        gabor,
        share=0.25,
        compared="features, relatively",
        tolerance=1e-4,
        by_design="nothing; the notebook convolves with each filter as a whole",
    ),
    Stage(
        "selectivity",
        selectivity,
        share=16,
        compared="index of each unit, and response ratio",
        tolerance=1e-3,
        by_design="nothing",
    ),
    Stage(
        "ablation, five sets",
        ablation,
        share=8,
        compared="mean average precision of each set",
        tolerance=1e-3,
        by_design="the notebook computes the network again for each set, and ours the "
        "head; it ranks probabilities, which tie more often than logits",
    ),
    Stage(
        "ablation, five sets, ours with 1,000 bootstrap draws",
        ablation_with_draws,
        share=8,
        compared="the same, without draws",
        tolerance=1e-3,
        by_design="the notebook has no draws",
    ),
    Stage(
        "random ablation, one set",
        random_ablation,
        share=8,
        compared="mean average precision",
        tolerance=1e-3,
        by_design="the notebook's way for a set; it has no random sets",
    ),
    Stage(
        "t-SNE",
        t_sne,
        share=16,
        compared="trustworthiness for 15 neighbours",
        tolerance=0.02,
        by_design="the seed; both are scikit-learn's",
    ),
]
