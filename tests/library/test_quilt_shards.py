"""Arrays of quilts: the right sound in each row, and equally much silence in all."""

import numpy as np
import pandas as pd
import pytest
import soundfile

from music_selectivity.audio.log_mel import LogMel, LogMelSettings
from music_selectivity.audio.reading import AudioSettings, frame_levels
from music_selectivity.stimuli import quilt_shards
from music_selectivity.stimuli.arrays import open_stimuli
from music_selectivity.stimuli.filling import padded
from music_selectivity.stimuli.joint_changes import mean_joint_changes
from music_selectivity.stimuli.quilt_clips import QuiltSettings
from music_selectivity.stimuli.quilt_shards import write_quilt_shards
from music_selectivity.stimuli.quilts import order, quilt
from music_selectivity.stimuli.segments import Frames, Segments, joint_change
from music_selectivity.stimuli.sets import UNQUILTED, quilts_of
from music_selectivity.vocabulary import QUILT_ORDERS
from small_sounds import RATE

FRONT_END = LogMelSettings(551, 275, 64, 0, 8000)
LENGTHS = (50, 100, 200, 400, 800, 1600)
BOUNDARY = {"overath": "overlapping", "notebook": "adjacent"}
QUILTS = QuiltSettings(LENGTHS, 8, BOUNDARY)
OTHER_ORDERS = tuple(each for each in QUILT_ORDERS if each != "overath")
SETS = [
    *(quilts_of(length, "overath") for length in LENGTHS),
    *(
        quilts_of(length, each, ("music",))
        for each in OTHER_ORDERS
        for length in LENGTHS
    ),
    UNQUILTED,
]
# Seconds of sound and group of each clip.
CLIPS = {
    "ten": (10, "music"),
    "nine": (9, "nonmusic"),
    "short": (3, "music"),
    "seven": (7, "music"),
    "exact": (8, "music"),
}


def audio(full_scale: int = 1) -> AudioSettings:
    return AudioSettings(RATE, 10.0, 0.1, "zeros", False, -70.0, full_scale)


def table() -> pd.DataFrame:
    """As ``quilt_clips`` lists the clips; one is left out."""
    rows = [(name, group, float(seconds)) for name, (seconds, group) in CLIPS.items()]
    found = pd.DataFrame(rows, columns=["clip_id", "group", "seconds"])
    found["left_out"] = ["", "", "too short", "", ""]
    return found.assign(split="eval", shard=0)


def noise(name: str) -> np.ndarray:
    rng = np.random.default_rng(len(name) + ord(name[0]))
    return (0.1 * rng.normal(size=CLIPS[name][0] * RATE)).astype(np.float32)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Paths of the arrays by set, and the changes at joints."""
    folder = tmp_path_factory.mktemp("quilts")
    files = {name: folder / f"{name}.wav" for name in CLIPS}
    for name, path in files.items():
        soundfile.write(path, noise(name), RATE, "FLOAT")
    paths = {stimuli: folder / f"{stimuli.name}.npy" for stimuli in SETS}
    changes = write_quilt_shards(
        SETS, table(), files.items(), audio(), FRONT_END, QUILTS, list(paths.values())
    )
    return paths, changes


def log_mels_of(written, stimuli) -> dict[str, np.ndarray]:
    names, log_mels = open_stimuli(table(), stimuli, [written[0][stimuli]])
    return dict(zip(names, log_mels.take(np.arange(len(names))), strict=True))


def test_sets_hold_the_clips_of_their_groups(written):
    for stimuli in SETS:
        found = log_mels_of(written, stimuli)
        music = ["ten", "seven", "exact"]
        expected = ["ten", "nine", "seven", "exact"]
        assert list(found) == (music if stimuli.groups == ("music",) else expected)
        assert np.load(written[0][stimuli]).shape == (len(found), 64, 802)


def silent_share(log_mel: np.ndarray) -> float:
    """Share of frames without any power."""
    return float((log_mel.max(axis=0) <= -100).mean())


def test_quilts_and_originals_have_equally_much_silence(written):
    """Whatever the length of the sound, and for every order and length of segments."""
    original = log_mels_of(written, UNQUILTED)
    kept = {"ten": 8, "nine": 8, "seven": 6.4, "exact": 8}
    for name, log_mel in original.items():
        assert silent_share(log_mel) == pytest.approx(1 - kept[name] / 10, abs=0.005)
    for stimuli in SETS:
        for name, log_mel in log_mels_of(written, stimuli).items():
            expected = silent_share(original[name])
            assert silent_share(log_mel) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("name", "of_quilt", "of_original"), [("nine", 0.1, 0), ("seven", 0.35, 0.125)]
)
def test_quilts_of_filled_clips_would_differ_in_silence(name, of_quilt, of_original):
    """Why the sound alone is quilted: clips filled to 10 s, quilted, cut to 8 s."""
    log_mel = LogMel(FRONT_END, RATE, center=False)
    clip = padded(noise(name), 10 * RATE)
    segments = Segments(Frames(clip, log_mel), 2205, 100)
    silent = []
    for number in range(5):
        sequence = order(segments, "overath", BOUNDARY, str(number), 100)
        levels = frame_levels(quilt(segments, sequence, RATE)[: 8 * RATE], RATE)
        silent.append(np.mean(levels < -70))
    assert np.mean(silent) == pytest.approx(of_quilt, abs=0.04)
    original = frame_levels(clip[: 8 * RATE], RATE)
    assert np.mean(original < -70) == pytest.approx(of_original, abs=0.005)


@pytest.mark.parametrize("name", ["ten", "seven"])
def test_rows_are_quilts_of_the_sound_followed_by_zeros(written, name):
    log_mel = LogMel(FRONT_END, RATE)
    of_segments = LogMel(FRONT_END, RATE, center=False)
    used = {"ten": 8000, "seven": 6400}[name]
    for stimuli in (SETS[0], SETS[-2], SETS[7], UNQUILTED):
        version = noise(name)[: used * RATE // 1000]
        if stimuli.is_quilt:
            length = int(stimuli.segment)
            frames = Frames(noise(name), of_segments)
            segments = Segments(frames, length * RATE // 1000, used // length)
            sequence = order(segments, stimuli.order, BOUNDARY, name, length)
            version = quilt(segments, sequence, RATE)
        expected = log_mel(padded(version, 10 * RATE))
        found = log_mels_of(written, stimuli)[name]
        np.testing.assert_array_equal(found, expected)


def test_changes_at_joints_are_those_of_the_quilts(written):
    """Of white noise, every order makes about the changes of the original."""
    _, changes = written
    key = ["clip_id", "order", "segment"]
    assert not changes.duplicated(key).any()
    assert len(changes) == 6 * 4 + 18 * 3
    found = changes.set_index(key)
    of_segments = LogMel(FRONT_END, RATE, center=False)
    segments = Segments(Frames(noise("seven"), of_segments), 2205, 64)
    for rule in ("overath", "random"):
        row = found.loc["seven", rule, 100]
        version = quilt(segments, order(segments, rule, BOUNDARY, "seven", 100), RATE)
        assert row["change"] == pytest.approx(joint_change(version, 2205, of_segments))
        assert row["original"] == pytest.approx(segments.original_change())
    means = mean_joint_changes(changes)
    assert means["ratio"].between(0.8, 1.25).all()
    assert list(means["clips"]) == [3] * 24 + [1] * 6


def test_frames_of_a_clip_are_computed_once_for_all_its_quilts(tmp_path, monkeypatch):
    computed = []

    class Recording(LogMel):
        def __call__(self, waveforms):
            if waveforms.shape[-1] == FRONT_END.n_fft:
                computed.append(len(waveforms))
            return super().__call__(waveforms)

    monkeypatch.setattr(quilt_shards, "LogMel", Recording)
    path = tmp_path / "ten.wav"
    soundfile.write(path, noise("ten"), RATE, "FLOAT")
    quilts = [(100, "overath"), (100, "random"), (200, "overath")]
    write_quilt_shards(
        [quilts_of(length, each) for length, each in quilts],
        table().iloc[:1],
        {"ten": path}.items(),
        audio(),
        FRONT_END,
        QUILTS,
        [tmp_path / f"{number}.npy" for number in range(3)],
    )
    # Two frames before each end of a segment of 100 ms, and two after each start, of
    # which the sound that goes on is one. Segments of 200 ms have none of their own.
    of_clip = 2 * 80 + 2 * 81
    of_joints = 4 * (79 + 79 + 39)
    assert sum(computed) == of_clip + of_joints


def test_mean_changes_are_of_all_clips_and_in_the_order_of_the_sets():
    rows = [
        ("a", "nonmusic", "overath", 50, 1.0, 4.0),
        ("b", "music", "random", 800, 6.0, 2.0),
        ("c", "music", "random", 50, 9.0, 2.0),
        ("d", "music", "random", 50, 3.0, 4.0),
        ("d", "music", "overath", 50, 1.0, 1.0),
    ]
    columns = ["clip_id", "group", "order", "segment", "change", "original"]
    means = mean_joint_changes(pd.DataFrame(rows, columns=columns))
    columns = ["group", "order", "segment", "clips", "change", "original", "ratio"]
    assert list(means.columns) == columns
    assert means.to_numpy().tolist() == [
        ["music", "overath", 50, 1, 1.0, 1.0, 1.0],
        ["music", "random", 50, 2, 6.0, 3.0, 2.0],
        ["music", "random", 800, 1, 6.0, 2.0, 3.0],
        ["nonmusic", "overath", 50, 1, 1.0, 4.0, 0.25],
    ]


def test_a_shard_without_a_clip_is_written(written, tmp_path):
    paths = [tmp_path / f"{stimuli.name}.npy" for stimuli in SETS]
    changes = write_quilt_shards(
        SETS, table().iloc[:0], {}.items(), audio(), FRONT_END, QUILTS, paths
    )
    assert [len(np.load(path)) for path in paths] == [0] * len(SETS)
    assert list(changes.columns) == list(written[1].columns)
    # Joined with the changes of another shard, these keep their types.
    both = pd.concat([changes, written[1]], ignore_index=True)
    pd.testing.assert_frame_equal(
        mean_joint_changes(both), mean_joint_changes(written[1])
    )


def test_the_scale_of_samples_moves_no_joint(written, tmp_path):
    path = tmp_path / "ten.wav"
    soundfile.write(path, noise("ten"), RATE, "FLOAT")
    stimuli = quilts_of(50, "overath")
    changes = write_quilt_shards(
        [stimuli],
        table().iloc[:1],
        {"ten": path}.items(),
        audio(full_scale=32768),
        FRONT_END,
        QUILTS,
        [tmp_path / "000.npy"],
    )
    found = np.load(tmp_path / "000.npy")[0]
    expected = log_mels_of(written, stimuli)["ten"]
    louder = np.where(expected > -100, expected + 20 * np.log10(32768), expected)
    np.testing.assert_allclose(found[:, :641], louder[:, :641], atol=0.01)
    assert len(changes) == 1
