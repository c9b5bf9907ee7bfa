"""Reading, trimming and filling clips."""

import contextlib
import dataclasses
import errno
import gzip
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.audio.reading import (
    AudioSettings,
    UnusableClip,
    fit,
    frame_levels,
    load_clip,
    read_mono,
    trim_silence,
)
from small_sounds import RATE, encoded, put, tone

SETTINGS = AudioSettings(
    sample_rate=RATE,
    clip_seconds=1.0,
    min_seconds=0.1,
    fill="repeat",
    trim_silence=False,
    silence_dbfs=-70.0,
)
TRIMMED = dataclasses.replace(SETTINGS, trim_silence=True)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_any_rate_and_depth_gives_the_same_tone(write_sound, subtype, rate):
    path = write_sound("tone.wav", tone(1.0, rate), rate, subtype=subtype)
    got = read_mono(path, RATE, 10.0)
    middle = slice(RATE // 10, -RATE // 10)  # the resampler's edges ring
    assert abs(len(got) - RATE) <= 1
    error = got[:RATE][middle] - tone(1.0)[: len(got)][middle]
    assert np.abs(error).max() < (0.01 if subtype == "PCM_U8" else 2e-3)


def test_channels_are_averaged_and_only_the_asked_seconds_are_read(write_sound):
    stereo = np.stack([tone(2.0), np.zeros(2 * RATE)], axis=1)
    got = read_mono(write_sound("stereo.wav", stereo, subtype="FLOAT"), RATE, 0.5)
    np.testing.assert_allclose(got, tone(2.0)[: len(got)] / 2, atol=1e-6)
    assert len(got) == RATE // 2


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: np.zeros(0), "empty"),
        (lambda: np.zeros(RATE), "silent"),
        (lambda: np.full(RATE, np.nan), "not finite"),
        (lambda: np.r_[tone(0.5), np.inf], "not finite"),
        (lambda: tone(0.05), "too short"),
        (lambda: tone(1 / RATE), "silent"),
    ],
)
def test_unusable_sounds_say_why(write_sound, make, reason):
    path = write_sound("bad.wav", make(), subtype="FLOAT")
    with pytest.raises(UnusableClip, match=reason):
        load_clip(path, SETTINGS)


def test_full_scale_scales_the_waveform_and_no_measure(write_sound):
    path = write_sound("t.wav", tone(1), subtype="FLOAT")
    plain, measures = load_clip(path, SETTINGS)
    settings = dataclasses.replace(SETTINGS, full_scale=32768)
    scaled, same_measures = load_clip(path, settings)
    np.testing.assert_array_equal(scaled, plain * 32768)
    assert same_measures == measures


def test_unreadable_and_missing_files_say_so(tmp_path):
    (tmp_path / "zero.wav").touch()
    (tmp_path / "text.flac").write_text("no audio here")
    for name, reason in [
        ("zero.wav", "empty"),
        ("text.flac", "unreadable"),
        ("absent.wav", "missing file"),
    ]:
        with pytest.raises(UnusableClip, match=reason):
            load_clip(tmp_path / name, SETTINGS)


@pytest.mark.parametrize("rate", [RATE, 48_000])
def test_a_constant_offset_is_silent_and_no_sound_is_lost_in_one(write_sound, rate):
    """DC has a level, but is no sound; resampling must not make one of its ends."""
    offset = write_sound("dc.wav", np.full(rate, 0.5), rate, subtype="FLOAT")
    with pytest.raises(UnusableClip, match="silent"):
        load_clip(offset, SETTINGS)
    quiet = 0.3 + 0.01 * tone(1, rate)
    path = write_sound("tone.wav", quiet, rate, subtype="FLOAT")
    waveform, _ = load_clip(path, SETTINGS)
    assert np.std(waveform) == pytest.approx(0.005 / np.sqrt(2), rel=0.01)
    assert np.abs(waveform - 0.3).max() < 0.0055


def test_many_channels_are_averaged_block_by_block(write_sound, monkeypatch):
    waveform = np.random.default_rng(0).uniform(-0.5, 0.5, (5_000, 8))
    path = write_sound("eight.wav", waveform, 96_000, subtype="PCM_24")
    monkeypatch.setattr("music_selectivity.audio.reading.BLOCK_SAMPLES", 1_001 * 8)
    got = read_mono(path, 96_000, 1.0)
    np.testing.assert_allclose(got, waveform.mean(axis=1), atol=1e-6)
    assert len(read_mono(path, 96_000, 2_000 / 96_000)) == 2_000


@pytest.mark.parametrize("kind", [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", None)])
def test_blocks_of_a_lossy_file_join_without_a_seam(write_sound, monkeypatch, kind):
    container, codec = kind
    path = write_sound(
        "tone", tone(2.0, 48_000), 48_000, format=container, subtype=codec
    )
    whole = read_mono(path, 48_000, 10.0)
    monkeypatch.setattr("music_selectivity.audio.reading.BLOCK_SAMPLES", 10_007)
    np.testing.assert_array_equal(read_mono(path, 48_000, 10.0), whole)


def test_padding_inside_the_file_is_trimmed_before_its_length_is_judged(write_sound):
    padded = np.r_[np.zeros(RATE), tone(0.5), np.zeros(3 * RATE)]
    waveform, measures = load_clip(
        write_sound("padded.wav", padded, subtype="FLOAT"), TRIMMED
    )
    assert measures["seconds"] == pytest.approx(0.5, abs=0.06)
    assert measures["silent_share"] == 0
    assert measures["filled_share"] == pytest.approx(0.5, abs=0.06)
    assert len(waveform) == RATE


def test_measures_of_a_tone(write_sound):
    _, measures = load_clip(write_sound("t.wav", tone(2), subtype="FLOAT"), SETTINGS)
    # A sine of amplitude 1/2 has power 1/8.
    assert measures["level_dbfs"] == pytest.approx(10 * np.log10(1 / 8), abs=0.01)
    assert measures["filled_share"] == 0
    assert measures["seconds"] == 1


@given(st.integers(1, 200), st.integers(1, 400))
def test_fit_repeats_or_pads_exactly(length, wanted):
    waveform = np.arange(1, length + 1, dtype=np.float32)
    repeated = fit(waveform, wanted, "repeat")
    padded = fit(waveform, wanted, "zeros")
    assert [repeated[i] for i in range(wanted)] == [
        waveform[i % length] for i in range(wanted)
    ]
    assert len(padded) == wanted
    assert padded[length:].sum() == 0
    np.testing.assert_array_equal(padded[:length], waveform[:wanted])


@given(st.integers(0, 3000), st.integers(1, 2000), st.integers(0, 3000))
def test_trimming_keeps_all_loud_samples(before, loud, after):
    waveform = np.r_[np.zeros(before), np.ones(loud), np.zeros(after)]
    trimmed = trim_silence(waveform, RATE, -70)
    assert trimmed.sum() == loud
    assert len(trimmed) <= loud + 2 * 551


@given(st.integers(1, 3000))
def test_frame_levels_equal_a_plain_loop(length):
    waveform = np.random.default_rng(length).normal(size=length)
    frames = [waveform[i : i + 551] for i in range(0, length, 551)]
    expected = [10 * np.log10(np.mean(frame**2)) for frame in frames]
    np.testing.assert_allclose(frame_levels(waveform, RATE), expected)


@pytest.mark.parametrize("readable", [0, 1, 1000])
def test_a_disk_that_fails_is_no_fault_of_the_clip(write_sound, monkeypatch, readable):
    """At once, at the header, or within the sound."""
    path = write_sound("clip.wav", tone(1.0))

    class Failing(io.BytesIO):
        def read(self, size=-1):
            return self._checked(super().read(size))

        def readinto(self, buffer):
            return self._checked(super().readinto(buffer))

        def _checked(self, result):
            if self.tell() > readable:
                raise OSError(errno.EIO, "Input/output error")
            return result

    @contextlib.contextmanager
    def failing(source):
        yield Failing(path.read_bytes())

    monkeypatch.setattr("music_selectivity.audio.reading.open_audio", failing)
    with pytest.raises(OSError, match="Input/output error"):
        read_mono(path, RATE, 1.0)


def test_one_sample_at_a_high_rate_is_empty(write_sound):
    path = write_sound("one.wav", np.ones(1), rate=192_000, subtype="FLOAT")
    with pytest.raises(UnusableClip, match="empty"):
        load_clip(path, SETTINGS)


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac.gz", "a.ogg", "a"])
@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3"])
def test_no_suffix_misleads(tmp_path, name, form):
    data = encoded(1, form)
    expected = read_mono(put(tmp_path / f"right.{form.lower()}", data), RATE, 10)
    for stored in (data, gzip.compress(data)):
        path = put(tmp_path / name, stored)
        np.testing.assert_array_equal(read_mono(path, RATE, 10), expected)


def test_resource_forks_beside_a_clip_are_nothing_to_it(tmp_path):
    """Which a Mac leaves on foreign disks: libsndfile would read `._a.mp3` instead."""
    path = put(tmp_path / "a.mp3", encoded(1, "MP3"))
    expected = read_mono(path, RATE, 10)
    put(tmp_path / "._a.mp3", b"\0\5\x16\7" + bytes(4092))
    np.testing.assert_array_equal(read_mono(path, RATE, 10), expected)


def test_the_same_sound_has_the_same_content(write_sound):
    rng = np.random.default_rng(0)
    # Of 16 bits, as libsndfile rounds sound differently for its formats.
    sound = (rng.normal(size=RATE) * 3000).astype(np.int16)
    paths = {
        "plain": write_sound("plain.wav", sound),
        "flac": write_sound("same.flac", sound),
        "padded": write_sound("padded.wav", np.r_[sound, np.zeros(RATE, np.int16)]),
        "longer": write_sound("longer.wav", np.r_[sound, sound]),
        "quieter": write_sound("quieter.wav", sound // 2),
        "cut": write_sound("cut.wav", sound[: RATE // 2]),
    }
    content = {name: load_clip(p, TRIMMED)[1]["content"] for name, p in paths.items()}
    same = {name for name in paths if content[name] == content["plain"]}
    assert same == {"plain", "flac", "padded", "longer"}
    assert len(content["plain"]) == 16
    # Nor does it follow the length that clips are filled to, or the scale.
    other = dataclasses.replace(TRIMMED, fill="zeros", full_scale=32768)
    assert load_clip(paths["cut"], other)[1]["content"] == content["cut"]


def test_the_share_of_samples_at_full_scale(write_sound):
    sound = np.tile([0.5, 1.0, -1.0, 0.0], RATE // 4)
    path = write_sound("clipped.wav", sound, subtype="FLOAT")
    assert load_clip(path, TRIMMED)[1]["clipped_share"] == 0.5
    path = write_sound("whole.wav", 0.99 * sound, subtype="FLOAT")
    assert load_clip(path, TRIMMED)[1]["clipped_share"] == 0


def test_recorded_sounds_are_read_or_say_why_not(sounds_folder):
    """Of every fortieth clip: usable, two seconds exactly, or too short."""
    settings = dataclasses.replace(
        TRIMMED, clip_seconds=2.0, min_seconds=2.0, fill="zeros"
    )
    reasons = []
    for path in sorted((sounds_folder / "realsounds/clips").glob("*.ogg"))[::40]:
        try:
            waveform, measures = load_clip(path, settings)
        except UnusableClip as reason:
            reasons.append(str(reason))
            continue
        reasons.append("")
        assert waveform.shape == (44_100,)
        assert np.isfinite(waveform).all()
        assert measures["filled_share"] <= 1 / 44_100
        assert -70 < measures["level_dbfs"] < 0
    assert set(reasons) == {"", "too short"}
    assert reasons.count("") > len(reasons) / 2
