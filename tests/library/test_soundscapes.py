"""The embedded corpus: its plan, tables and sound, and its low-level features."""

import csv
import json
import re
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from music_selectivity.corpus.ontology import Ontology
from music_selectivity.corpus.soundscapes import (
    classes,
    music,
    rendering,
    scores,
    voices,
)
from music_selectivity.corpus.soundscapes import synthesis as dsp
from music_selectivity.corpus.soundscapes.corpus import (
    Recipe,
    Source,
    Spec,
    plan,
    write_tables,
)
from music_selectivity.corpus.soundscapes.rendering import render, write_audio
from music_selectivity.errors import InputError
from music_selectivity.seeds import generator

SPEC = Spec(train=60, eval=30, seconds=2.0, seed=3)


@settings(max_examples=20)
@given(
    train=st.integers(0, 60),
    more=st.integers(0, 60),
    seed=st.integers(0, 2**40),
    share=st.floats(0, 0.6),
)
def test_a_larger_corpus_contains_the_smaller(train, more, seed, share):
    small = plan(Spec(train, 10, 4.0, seed, music_share=share))
    large = plan(Spec(train + more, 10 + more, 4.0, seed, music_share=share))
    assert large[:train] == small[:train]
    assert large[train + more :][:10] == small[train:]


def test_another_seed_is_another_corpus():
    ids = {recipe.ytid for seed in (1, 2) for recipe in plan(Spec(50, 50, 4.0, seed))}
    assert len(ids) == 200


def test_ids_have_the_format_of_youtube():
    ids = [recipe.ytid for recipe in plan(Spec(800, 200, 4.0, 1))]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{11}", name) for name in ids)
    assert any(name[0] == "-" for name in ids)
    assert any(name[0] == "_" for name in ids)


@pytest.mark.parametrize("split", ["train", "eval"])
def test_groups_and_classes_are_in_balance(split):
    n = 1000
    recipes = [r for r in plan(Spec(n, n, 4.0, 5)) if r.split == split]
    groups = [recipe.group for recipe in recipes]
    assert abs(groups.count("music") - 300) <= 2
    assert abs(groups.count("mixed") - 100) <= 2
    leads = [source.kind for recipe in recipes for source in recipe.sources]
    for kinds in (classes.NATURAL, classes.MUSICAL):
        counts = [leads.count(kind) for kind in kinds]
        assert max(counts) - min(counts) <= 2
        assert min(counts) > 15


def test_labels_follow_the_definition_of_the_groups(tmp_path):
    write_tables(SPEC, tmp_path)
    ontology = Ontology.read(tmp_path / "ontology.json")
    musical = ontology.category(["Music", "Singing"], ["Humming"])
    speech = ontology.subtree("Speech")
    for recipe in plan(Spec(300, 0, 4.0, 2)):
        share = np.mean([name in musical for name in recipe.labels])
        expected = {"music": share == 1, "nonmusic": share == 0, "mixed": 0 < share < 1}
        assert expected[recipe.group], recipe
        kinds = set(recipe.labels) & (speech - {"Speech"})
        assert bool(kinds) == ("Speech" in recipe.labels)
        assert len(recipe.labels) == len(set(recipe.labels))


@pytest.mark.parametrize(
    "bad",
    [
        {"train": -1},
        {"seconds": 0.0},
        {"seconds": float("nan")},
        {"music_share": 0.95},
        {"mixed_share": -0.1},
        {"music_share": float("nan")},
    ],
)
def test_a_spec_that_cannot_be_made_is_refused(bad):
    with pytest.raises(InputError):
        Spec(**{"train": 1, "eval": 1, "seconds": 4.0, "seed": 1, **bad})


def test_planning_needs_no_scientific_stack():
    code = (
        "import sys;"
        "from music_selectivity.corpus.soundscapes.corpus import Spec, plan;"
        "plan(Spec(3, 3, 4.0, 1));"
        "print([m for m in ('scipy', 'pandas', 'torch') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_tables_have_the_formats_of_audioset(tmp_path):
    write_tables(SPEC, tmp_path)
    lines = (tmp_path / "class_labels_indices.csv").read_text().splitlines()
    assert lines[0] == "index,mid,display_name"
    assert all(re.fullmatch(r'\d+,/s/[0-9a-f]{6},"[^"]+"', line) for line in lines[1:])
    names = {mid: name for _, mid, name in csv.reader(lines[1:])}
    assert list(names.values()) == list(classes.CLASSES)

    recipes = {recipe.ytid: recipe for recipe in plan(SPEC)}
    seen = []
    for split, n in (("train", 60), ("eval", 30)):
        lines = (tmp_path / f"{split}_segments.csv").read_text().splitlines()
        assert [line[0] for line in lines[:3]] == ["#"] * 3
        assert lines[2] == "# YTID, start_seconds, end_seconds, positive_labels"
        rows = list(csv.reader(lines[3:], skipinitialspace=True))
        labels = [row[3].split(",") for row in rows]
        unique = {mid for row in labels for mid in row}
        assert lines[1] == (
            f"# num_ytids={n}, num_segs={n}, num_unique_labels={len(unique)}, "
            f"num_positive_labels={sum(map(len, labels))}"
        )
        for line, row, mids in zip(lines[3:], rows, labels, strict=True):
            assert re.fullmatch(r'[\w-]{11}, 0\.000, 2\.000, "[^" ]+"', line)
            recipe = recipes[row[0]]
            assert recipe.split == split
            assert tuple(names[mid] for mid in mids) == recipe.labels
        seen += [row[0] for row in rows]
    assert sorted(seen) == sorted(recipes)


def test_ontology_is_one_graph_that_holds_every_class(tmp_path):
    write_tables(SPEC, tmp_path)
    nodes = json.loads((tmp_path / "ontology.json").read_text())
    assert len({node["id"] for node in nodes}) == len(nodes)
    for field in ("description", "citation_uri", "positive_examples", "restrictions"):
        assert all(field in node for node in nodes)
    ontology = Ontology.read(tmp_path / "ontology.json")
    assert set(classes.CLASSES) <= set(ontology.children)
    assert "Singing" in ontology.children["Human voice"]
    assert "Choir" in ontology.subtree("Singing") & ontology.subtree("Music")
    reached = set().union(*(ontology.subtree(root) for root in classes.TREE))
    assert reached == set(ontology.children)


def one(kind, seed):
    parts = ()
    if kind in classes.GENRES:
        parts = (classes.GENRES[kind].leads[0], *classes.GENRES[kind].always)
    elif kind in classes.MUSICAL:
        parts = (kind,)
    return Recipe("x" * 11, "train", "", (), (Source(kind, parts),), seed)


@pytest.mark.parametrize("kind", [*classes.NATURAL, *classes.MUSICAL])
def test_every_kind_sounds_and_differs_from_instance_to_instance(kind):
    waveform = render(one(kind, 1), SPEC)
    assert waveform.shape == (44100,)
    assert waveform.dtype == np.float32
    assert np.abs(waveform).max() < 1
    level = 20 * np.log10(np.sqrt(np.mean(waveform**2)))
    assert rendering.LEVELS[0] - 0.01 < level < rendering.LEVELS[1] + 0.01
    np.testing.assert_array_equal(waveform, render(one(kind, 1), SPEC))
    other = render(one(kind, 2), SPEC)
    assert abs(np.corrcoef(waveform, other)[0, 1]) < 0.5


@pytest.mark.parametrize("seconds", [1.0, 1.37, 10.0])
def test_clips_have_exactly_the_requested_length(seconds):
    spec = Spec(6, 0, seconds, 1)
    for recipe in plan(spec):
        assert render(recipe, spec).shape == (round(seconds * 22050),)


def test_a_file_is_its_clip_whatever_else_is_written(tmp_path):
    recipes = plan(SPEC)[:4]
    write_audio(SPEC, recipes[2:], tmp_path / "a")
    write_audio(SPEC, recipes, tmp_path / "b")
    assert len(list((tmp_path / "b").iterdir())) == 4
    for recipe in recipes[2:]:
        name = f"{recipe.ytid}.flac"
        assert (tmp_path / "a" / name).read_bytes() == (
            tmp_path / "b" / name
        ).read_bytes()
        info = soundfile.info(tmp_path / "a" / name)
        assert (info.samplerate, info.channels, info.subtype) == (22050, 1, "PCM_16")
        sound, _ = soundfile.read(tmp_path / "a" / name)
        np.testing.assert_allclose(sound, render(recipe, SPEC), atol=2 / 2**15)


def test_level_silence_and_spectrum_hardly_identify_music():
    spec = Spec(240, 160, 2.0, 11)
    recipes = [recipe for recipe in plan(spec) if recipe.group != "mixed"]
    features = []
    for recipe in recipes:
        frames = render(recipe, spec)[: 160 * 275].reshape(-1, 550)
        level = 10 * np.log10(np.mean(frames**2, axis=1))
        assert level.min() > -70
        power = np.abs(np.fft.rfft(frames * np.hanning(550))) ** 2
        edges = np.unique(np.geomspace(2, 200, 25).astype(int))
        bands = 10 * np.log10(np.add.reduceat(power, edges, axis=1) + 1e-12)
        features.append([level.mean(), (level < -60).mean(), *bands.mean(axis=0)])
    features = np.array(features)
    features = (features - features.mean(0)) / (features.std(0) + 1e-9)
    is_music = np.array([recipe.group == "music" for recipe in recipes])
    train = np.array([recipe.split == "train" for recipe in recipes])
    model = LogisticRegression(C=0.1, max_iter=1000)
    model.fit(features[train], is_music[train])
    scores_eval = model.decision_function(features[~train])
    assert roc_auc_score(is_music[~train], scores_eval) < 0.8


@settings(max_examples=25)
@given(
    period=st.integers(8, 200),
    damping=st.floats(0.8, 0.999),
    seed=st.integers(0, 100),
)
def test_karplus_strong_solves_its_recursion(period, damping, seed):
    burst = np.random.default_rng(seed).standard_normal(period)
    n = 6 * period
    # The recursion with periodic boundaries: y_k depends on y_{k-1}.
    expected, now = [], burst
    for _ in range(6):
        expected.append(now)
        now = damping * (now + np.roll(now, 1)) / 2
    found = dsp.karplus_strong(burst, n, damping)
    np.testing.assert_allclose(found, np.concatenate(expected), atol=1e-4)


def test_oscillator_is_a_sine_at_its_frequency():
    n = 22050
    found = dsp.oscillate(dsp.SINE, 1000.0, n)
    expected = np.sin(2 * np.pi * 1000 * np.arange(n) / 22050)
    assert np.abs(found - expected).max() < 2e-3
    gliding = dsp.oscillate(dsp.SINE, np.full(n, 1000.0), n)
    assert np.argmax(np.abs(np.fft.rfft(gliding))) == 1000


def test_spectral_filter_with_flat_gains_changes_nothing():
    sound = np.random.default_rng(1).standard_normal(5000)
    gains = np.ones((len(dsp.frame_times(5000)), dsp.FRAME // 2 + 1))
    np.testing.assert_allclose(dsp.spectral_filter(sound, gains), sound, atol=1e-5)


def test_noise_keeps_to_its_band_and_slope():
    sound = dsp.noise(generator(1), 2**17, 1000, 4000, slope=-6)
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequency = np.fft.rfftfreq(2**17, 1 / 22050)

    def level(low, high):
        return 10 * np.log10(power[(frequency > low) & (frequency < high)].mean())

    assert level(1450, 1550) - level(2900, 3100) == pytest.approx(6, abs=0.7)
    assert level(1450, 1550) - level(200, 300) > 30
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(1)


@pytest.mark.parametrize("name", [*music.PLAYERS])
@pytest.mark.parametrize("pitch", [57, 62, 69])
def test_instruments_are_in_tune(name, pitch):
    player = music.PLAYERS[name]
    frequency = scores.hertz(scores.in_range(pitch, player.low, player.high))
    sound = player.factory(generator("tuning", name))(frequency, 1.0, 0.9)[:22050]
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 2**18)) ** 2
    axis = np.fft.rfftfreq(2**18, 1 / 22050)
    near = np.abs(axis / frequency - 1) < 0.06
    found = axis[near][np.argmax(power[near])]
    assert abs(1200 * np.log2(found / frequency)) < 20
    assert power[near].max() > 30 * np.median(power)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**30))
def test_parts_keep_to_key_and_range(seed):
    rng = generator(seed)
    score = scores.compose(rng, 4.0)
    in_key = {(60 + score.tonic + step) % 12 for step in score.scale}
    for part in (scores.melody, scores.chords, scores.bass_line):
        notes = part(rng, score, 50, 66)
        assert notes
        assert all(note.pitch % 12 in in_key for note in notes)
        assert all(50 <= note.pitch <= 66 for note in notes)
        assert all(note.seconds > 0 for note in notes)
        starts = [note.start for note in notes]
        assert starts == sorted(starts)


def test_sounds_and_classes_name_the_same_things():
    assert set(rendering.NATURAL) == set(classes.NATURAL)
    playable = {*music.PLAYERS, *music.SINGERS, "Choir", "Drum kit"}
    assert playable == {*classes.INSTRUMENTS, *classes.SINGERS}
    for genre in classes.GENRES.values():
        assert {*genre.always, *genre.leads} <= playable


def test_spoken_pitch_depends_on_the_speaker():
    # The autocorrelation's highest peak is the period of the voice.
    def pitch(sound):
        spectrum = np.abs(np.fft.rfft(sound, 2**18)) ** 2
        correlation = np.fft.irfft(spectrum)[45:300]
        return 22050 / (45 + np.argmax(correlation))

    for seed in range(4):
        man = pitch(voices.male_speech(generator(seed), 3.0))
        woman = pitch(voices.female_speech(generator(seed), 3.0))
        assert 60 < man < 190 < woman * 1.3
        assert man < woman
