"""Reading, trimming and filling clips; log-mels against torchaudio's definition."""

import contextlib
import errno
import io
import resource
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st

from conftest import RATE
from music_selectivity import audio
from music_selectivity.audio import (
    AudioSettings,
    UnusableClip,
    fit,
    frame_levels,
    load_clip,
    read_mono,
    trim_silence,
)
from music_selectivity.errors import InputError
from music_selectivity.logmel import LogMel, LogMelSettings, open_shards, write_shard

SETTINGS = AudioSettings(
    sample_rate=RATE,
    clip_seconds=1.0,
    min_seconds=0.1,
    fill="repeat",
    trim_silence=False,
    silence_dbfs=-70.0,
)
PAPER = LogMelSettings(n_fft=551, hop_length=275, n_mels=64, f_min=0, f_max=8000)


def tone(seconds: float, rate: int = RATE, hertz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


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
    settings = AudioSettings(**{**vars(SETTINGS), "full_scale": 32768})
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
    monkeypatch.setattr(audio, "BLOCK_SAMPLES", 1_001 * 8)
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
    monkeypatch.setattr(audio, "BLOCK_SAMPLES", 10_007)
    np.testing.assert_array_equal(read_mono(path, 48_000, 10.0), whole)


def test_padding_inside_the_file_is_trimmed_before_its_length_is_judged(write_sound):
    settings = AudioSettings(**{**vars(SETTINGS), "trim_silence": True})
    padded = np.r_[np.zeros(RATE), tone(0.5), np.zeros(3 * RATE)]
    waveform, measures = load_clip(
        write_sound("padded.wav", padded, subtype="FLOAT"), settings
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


def test_log_mel_equals_its_definition():
    """Hann STFT, HTK mel triangles and dB written out: the paper's front end."""
    waveform = np.random.default_rng(1).normal(size=RATE).astype(np.float32)
    window = scipy.signal.get_window("hann", 551, fftbins=True)
    padded = np.pad(waveform, 551 // 2, mode="reflect")
    starts = range(0, len(padded) - 551 + 1, 275)
    frames = np.stack([padded[start : start + 551] * window for start in starts])
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    top = 2595 * np.log10(1 + 8000 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, 66) / 2595) - 1)
    hertz = np.linspace(0, RATE // 2, 551 // 2 + 1)
    rise = (hertz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - hertz) / np.diff(edges)[1:, None]
    bands = np.maximum(0, np.minimum(rise, fall))
    expected = 10 * np.log10(np.maximum(bands @ power.T, 1e-10))
    got = LogMel(PAPER, RATE)(waveform)
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, atol=2e-3)


def test_ten_seconds_give_802_frames():
    assert PAPER.n_frames(220_500) == 802
    assert LogMel(PAPER, RATE)(np.zeros(220_500, np.float32)).shape == (64, 802)


def test_a_shard_sets_bad_clips_aside_and_keeps_the_rest(write_sound, tmp_path):
    files = {
        "good": write_sound("good.wav", tone(1.0)),
        "silent": write_sound("silent.wav", np.zeros(RATE)),
        "empty": write_sound("empty.wav", np.zeros(0)),
        "also": write_sound("also.flac", tone(0.3)),
    }
    audit = write_shard(files.items(), SETTINGS, PAPER, tmp_path / "shard.npy")
    shard = np.load(tmp_path / "shard.npy")
    assert audit["excluded"].tolist() == ["", "silent", "empty", ""]
    assert audit["row"].tolist() == [0, -1, -1, 3]
    waveform, _ = load_clip(files["also"], SETTINGS)
    np.testing.assert_array_equal(shard[3], LogMel(PAPER, RATE)(waveform))
    bands = audit.filter(regex="^mel_").to_numpy()
    np.testing.assert_allclose(bands[0], shard[0].mean(axis=1), rtol=1e-6)
    assert np.isnan(bands[1]).all()


def test_a_file_that_vanishes_stops_the_shard(write_sound, tmp_path):
    """It was there when the run was planned: with a mount, all of them would go."""
    files = {"good": write_sound("good.wav", tone(1.0)), "gone": tmp_path / "gone.wav"}
    with pytest.raises(InputError, match=r"gone\.wav was there .* and is gone; see"):
        write_shard(files.items(), SETTINGS, PAPER, tmp_path / "shard.npy")
    assert [path.name for path in tmp_path.iterdir()] == ["good.wav"]


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

    monkeypatch.setattr(audio, "open_audio", failing)
    with pytest.raises(OSError, match="Input/output error"):
        read_mono(path, RATE, 1.0)


def test_a_sound_too_loud_for_its_power_is_set_aside(write_sound, tmp_path):
    loud = write_sound("loud.wav", 1e25 * tone(1.0), subtype="FLOAT")
    audit = write_shard([("loud", loud)], SETTINGS, PAPER, tmp_path / "shard.npy")
    assert audit["excluded"].tolist() == ["not finite"]


def test_one_sample_at_a_high_rate_is_empty(write_sound):
    path = write_sound("one.wav", np.ones(1), rate=192_000, subtype="FLOAT")
    with pytest.raises(UnusableClip, match="empty"):
        load_clip(path, SETTINGS)


def test_an_empty_shard_has_the_same_columns(write_sound, tmp_path):
    some = write_shard(
        [("a", write_sound("a.wav", tone(1)))], SETTINGS, PAPER, tmp_path / "some.npy"
    )
    none = write_shard([], SETTINGS, PAPER, tmp_path / "none.npy")
    assert list(none.columns) == list(some.columns)
    assert len(np.load(tmp_path / "none.npy")) == 0


ROW = (PAPER.n_mels, PAPER.n_frames(RATE))


@given(st.integers(0, 4), st.lists(st.integers(0, 3)))
def test_a_shard_has_the_bytes_of_a_saved_array(tmp_path_factory, n_clips, rows):
    """Whatever rows are written, in any order; the others are zeros."""
    folder = tmp_path_factory.mktemp("shard")
    whole = np.zeros((n_clips, *ROW), np.float32)
    with open_shards([folder / "a.npy"], n_clips, SETTINGS, PAPER) as (shard,):
        for number, row in enumerate(row for row in rows if row < n_clips):
            whole[row] = np.random.default_rng(number).normal(size=ROW)
            shard[row] = whole[row]
    np.save(folder / "whole.npy", whole)
    assert (folder / "a.npy").read_bytes() == (folder / "whole.npy").read_bytes()


def test_a_shard_takes_no_row_that_is_not_its_own(tmp_path):
    with open_shards([tmp_path / "a.npy"], 2, SETTINGS, PAPER) as (shard,):
        for row, shape in ((2, ROW), (-1, ROW), (0, ROW[1:]), (0, (1, *ROW))):
            with pytest.raises(IndexError, match=f"cannot be row {row} of an array"):
                shard[row] = np.ones(shape)
    assert not np.load(tmp_path / "a.npy").any()


def resident_bytes() -> int:
    """Memory of this process, pages of mapped files among it."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def test_memory_does_not_grow_with_a_shard(tmp_path):
    """Nor with two at once; both together have 97 MB."""
    paths = [tmp_path / "a.npy", tmp_path / "b.npy"]
    spectrogram = np.ones(ROW)
    with open_shards(paths, 2_200, SETTINGS, PAPER) as shards:
        before = resident_bytes()
        for row in range(2_200):
            for shard in shards:
                shard[row] = spectrogram
        assert resident_bytes() - before < 10e6
    assert sum(path.stat().st_size for path in paths) > 90e6


@contextlib.contextmanager
def files_no_larger_than(size: int):
    """Which is how a full disk feels."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_is_told_before_any_work(tmp_path):
    with (
        files_no_larger_than(20_000),
        pytest.raises(OSError, match="File too large"),
        open_shards([tmp_path / "a.npy"], 2, SETTINGS, PAPER),
    ):
        raise AssertionError("went on to work")
    assert list(tmp_path.iterdir()) == []
    # Room is kept, not promised.
    with open_shards([tmp_path / "a.npy"], 2, SETTINGS, PAPER):
        (begun,) = map(Path.stat, tmp_path.iterdir())
        assert begun.st_blocks * 512 >= begun.st_size > 8 * np.prod(ROW)


def test_a_disk_that_fills_up_meanwhile_is_told(tmp_path):
    """As where room cannot be kept."""
    with (
        pytest.raises(OSError, match="File too large"),
        open_shards([tmp_path / "a.npy"], 2, SETTINGS, PAPER) as (shard,),
        files_no_larger_than(20_000),
    ):
        shard[0] = shard[1] = np.ones(ROW)
    assert list(tmp_path.iterdir()) == []


def test_recorded_sounds_are_read_or_say_why_not(sounds_folder):
    """Of every fortieth clip: usable, two seconds exactly, or too short."""
    settings = AudioSettings(
        sample_rate=RATE,
        clip_seconds=2.0,
        min_seconds=2.0,
        fill="zeros",
        trim_silence=True,
        silence_dbfs=-70.0,
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
