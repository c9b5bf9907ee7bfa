"""Hostile files: each gives a correct waveform or a reason, and nothing else."""

import contextlib
import gzip
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import example, given
from hypothesis import strategies as st

from music_selectivity.audio.reading import (
    AudioSettings,
    EncodedSound,
    UnusableClip,
    load_clip,
    read_mono,
)
from music_selectivity.corpus import tables as corpus_tables
from music_selectivity.corpus.exclusions import read_exclusion_list
from music_selectivity.corpus.files import table_files
from music_selectivity.corpus.ontology import Ontology
from music_selectivity.corpus.text_tables import table_rows
from music_selectivity.errors import InputError
from music_selectivity.vocabulary import (
    EMPTY,
    MISSING_FILE,
    NOT_FINITE,
    SILENT,
    TOO_SHORT,
    UNREADABLE,
    USED,
)
from small_sounds import RATE

# A callback of libsndfile can only print its traceback.
pytestmark = pytest.mark.filterwarnings(
    "error::pytest.PytestUnraisableExceptionWarning"
)

AUDIO = AudioSettings(RATE, 1.0, 0.1, "zeros", True, -70.0)
REASONS = {UNREADABLE, EMPTY, NOT_FINITE, SILENT, TOO_SHORT}
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 2 * RATE)

# Container, codec and rate of the sounds that are mutilated.
FORMS = [
    ("WAV", "PCM_U8", RATE),
    ("WAV", "PCM_16", RATE),
    ("WAV", "PCM_24", RATE),
    ("WAV", "FLOAT", RATE),
    ("WAV", "DOUBLE", RATE),
    ("WAV", "IMA_ADPCM", RATE),
    ("WAV", "MS_ADPCM", RATE),
    ("WAV", "ULAW", RATE),
    ("FLAC", "PCM_16", RATE),
    ("FLAC", "PCM_24", 48_000),
    ("MP3", None, 44_100),
    ("OGG", "VORBIS", RATE),
    ("OGG", "OPUS", 48_000),
    ("AIFF", "PCM_16", RATE),
]


def encoded(waveform, rate=RATE, form="WAV", codec=None) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, waveform, rate, format=form, subtype=codec)
    return file.getvalue()


def outcome(data: bytes) -> str:
    """The reason why a clip is excluded, or "" if its waveform is as it should be."""
    try:
        waveform, _ = load_clip(EncodedSound(data, "made"), AUDIO)
    except UnusableClip as reason:
        assert str(reason) in REASONS
        return str(reason)
    assert waveform.shape == (RATE,)
    assert waveform.dtype == np.float32
    return USED


def wav_header(rate=RATE, channels=1, claimed=2**31 - 100, bits=16, codec=1) -> bytes:
    """Header of a WAV file that may claim anything of what follows."""
    block = channels * bits // 8
    numbers = (codec, channels, rate % 2**32, rate * block % 2**32, block % 2**16, bits)
    riff = b"RIFF" + struct.pack("<I", claimed + 36)
    form = b"WAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", *numbers)
    return riff + form + b"data" + struct.pack("<I", claimed)


SAMPLES = (NOISE * 2**15).astype("<i2").tobytes()


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({}, USED),  # Claims half a day, and has two seconds.
        ({"rate": 0}, UNREADABLE),
        ({"rate": 1}, UNREADABLE),
        ({"rate": 4_000_000_000}, UNREADABLE),
        ({"rate": 2_000_000_000}, UNREADABLE),
        ({"channels": 0}, UNREADABLE),
        ({"channels": 1024}, TOO_SHORT),
        ({"channels": 65_535}, UNREADABLE),
        ({"claimed": 0}, EMPTY),
        ({"codec": 0x7777}, UNREADABLE),
    ],
)
def test_absurd_claims_of_a_header_cost_nothing(header, reason):
    assert outcome(wav_header(**header) + SAMPLES) == reason


def test_a_flac_that_claims_years_is_read_to_its_end():
    data = bytearray(encoded(NOISE, form="FLAC"))
    # Total samples: the last 36 of the 64 bits that start with the rate.
    data[21] |= 0x0F
    data[22:26] = b"\xff\xff\xff\xff"
    assert outcome(bytes(data)) == USED


@pytest.mark.parametrize(
    "name", ["a clip.wav", "ein Käfer.flac", "-rf.wav", "日本.ogg"]
)
def test_any_name_is_read(tmp_path, name):
    path = tmp_path / name
    soundfile.write(path, NOISE, RATE)
    assert len(read_mono(path, RATE, 10)) == 2 * RATE


def test_what_is_no_regular_file_is_unreadable_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    (tmp_path / "dangling.wav").symlink_to("nowhere")
    (tmp_path / "device.wav").symlink_to("/dev/zero")
    found = {}
    for name in (
        "pipe",
        "folder",
        "loop",
        "dangling",
        "device",
        "absent",
        "\0",
        99 * "long",
    ):
        with pytest.raises(UnusableClip) as reason:
            load_clip(tmp_path / f"{name}.wav", AUDIO)
        found[name] = str(reason.value)
    assert found.pop("dangling") == found.pop("absent") == MISSING_FILE
    assert set(found.values()) == {UNREADABLE}


def test_a_file_that_may_not_be_read_is_unreadable(tmp_path):
    path = tmp_path / "secret.wav"
    soundfile.write(path, NOISE, RATE)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    with pytest.raises(UnusableClip, match=UNREADABLE):
        load_clip(path, AUDIO)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_cut_file_gives_what_is_left_or_a_reason(form):
    container, codec, rate = form
    waveform = NOISE if rate == RATE else np.tile(NOISE, 3)
    data = encoded(waveform, rate, container, codec)
    assert outcome(data) == USED
    for size in (0, 1, 3, 12, 44, 100, 1000, len(data) // 2, len(data) - 1):
        reason = outcome(data[:size])
        assert size or reason == EMPTY
        assert reason != NOT_FINITE


@pytest.mark.parametrize(
    ("waveform", "reason"),
    [
        (np.zeros(RATE), SILENT),
        (np.full(RATE, 0.25), SILENT),
        (np.full(RATE, 1e-20), SILENT),
        (np.r_[np.tile(NOISE, 16), np.nan], USED),  # After the part that is used.
        (np.r_[np.nan, NOISE], NOT_FINITE),
        (np.r_[-np.inf, NOISE], NOT_FINITE),
        (np.stack([np.full(RATE, np.inf), np.full(RATE, -np.inf)], 1), NOT_FINITE),
        (np.full((RATE, 8), 3e38), NOT_FINITE),
        (np.ones(1), SILENT),
        (np.empty(0), EMPTY),
        (np.repeat(NOISE[:, None], 300, axis=1), USED),
    ],
    ids=range(11),
)
def test_samples_of_every_kind(waveform, reason):
    assert outcome(encoded(waveform, codec="FLOAT")) == reason


LIMITED = """
import resource, sys
import test_hostile_inputs
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
for limit, most in (("AS", held + 2**29), ("CPU", int(used) + 1 + {seconds})):
    resource.setrlimit(getattr(resource, f"RLIMIT_{{limit}}"), (most, most))
test_hostile_inputs.{call}
"""


def within_limits(call: str, seconds: int = 3600) -> list[str]:
    """Lines that a call of this module prints in half a gigabyte of memory.

    It has a process of its own, which is killed after `seconds` of CPU time. An hour
    only ends a call that hangs.
    """
    here = Path(__file__)
    folders = map(str, [here.parents[2] / "workflow", here.parents[1], here.parent])
    done = subprocess.run(
        [sys.executable, "-c", LIMITED.format(call=call, seconds=seconds)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        capture_output=True,
        text=True,
    )
    printed = done.stdout.splitlines()
    # An error in a callback of libsndfile is only printed; so are the messages of its
    # decoder of MP3.
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 0, f"{done.returncode} after {len(printed)} lines"
    return printed


def print_length_of_a_bomb() -> None:
    """Read a gigabyte that is packed in a megabyte."""
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb", compresslevel=1) as file:
        file.write(wav_header() + SAMPLES)
        for _ in range(1024):
            file.write(bytes(2**20))
    print(len(read_mono(EncodedSound(bomb.getvalue(), "bomb"), RATE, 2.0)))


def test_a_bomb_is_unpacked_no_further_than_a_clip_can_need():
    assert within_limits("print_length_of_a_bomb()") == ["44100"]


def take_a_gigabyte() -> None:
    bytearray(2**30)


def hang() -> None:
    while True:
        pass


def test_the_limits_hold():
    with pytest.raises(AssertionError, match="MemoryError"):
        within_limits("take_a_gigabyte()")
    with pytest.raises(AssertionError, match="-9 after 0"):
        within_limits("hang()", seconds=0)


def test_broken_gzip_is_unreadable():
    data = gzip.compress(encoded(NOISE))
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 0xFF
    for broken in (data[:5], data[: len(data) // 2], data[:-6], bytes(damaged)):
        assert outcome(broken) == UNREADABLE
    assert outcome(gzip.compress(b"")) == EMPTY
    assert outcome(gzip.compress(data)) == UNREADABLE  # Packed twice.


def mutilated(rng: np.random.Generator, sounds: list[bytes]) -> bytes:
    """One of the sounds with bytes changed, removed, inserted or set to extremes."""
    data = bytearray(sounds[rng.integers(len(sounds))])
    for _ in range(rng.integers(1, 4)):
        size = max(1, len(data))
        start, end = sorted(rng.integers(0, size, 2))
        other = sounds[rng.integers(len(sounds))]
        match rng.integers(6):
            case 0:
                for place in rng.integers(0, size, 9):
                    data[place : place + 1] = rng.bytes(1)
            case 1:
                for place in rng.integers(0, min(size, 128), 4):
                    data[place : place + 1] = rng.bytes(1)
            case 2:
                extreme = rng.choice(["00000000", "ffffffff", "ffffff7f", "00000080"])
                place = rng.integers(0, min(size, 200))
                data[place : place + 4] = bytes.fromhex(extreme)
            case 3:
                del data[start:end]
            case 4:
                del data[start:]
            case 5:
                data[start:start] = other[start:end]
    return bytes(data)


def print_outcomes(number: int, folder: str | None = None) -> None:
    """Print the outcome of so many mutilated sounds, made or from a folder.

    They are the same in every run.
    """
    if folder:
        # Every 200th of the collection.
        paths = sorted(Path(folder).glob("*.ogg"))[::200]
        sounds = [path.read_bytes() for path in paths]
    else:
        sounds = [
            encoded(np.resize(NOISE, rate), rate, container, codec)
            for container, codec, rate in FORMS
        ]
    rng = np.random.default_rng(20240131)
    for _ in range(number):
        print(outcome(mutilated(rng, sounds)), flush=True)


def test_mutilated_files_give_a_waveform_or_a_reason():
    outcomes = within_limits("print_outcomes(1_500)")
    assert len(outcomes) == 1_500
    assert {USED, UNREADABLE, NOT_FINITE, TOO_SHORT} <= set(outcomes)


def test_mutilated_recordings_give_a_waveform_or_a_reason(sounds_folder):
    folder = str(sounds_folder / "realsounds/clips")
    outcomes = within_limits(f"print_outcomes(1_500, {folder!r})")
    assert len(outcomes) == 1_500
    assert {USED, UNREADABLE, TOO_SHORT} <= set(outcomes)


# Tables.

WORDS = """
clip_id file labels split group is_speech train eval music nonmusic Dog|Piano a.wav
../x /etc/passwd index mid display_name /m/1 /m/2 "/m/1,/m/2" { 0 aaaaaaaaaaa
-bbbbbbbbbb # | " "" é
"""
CONTROL = ["\n", "\n", "\r\n", "\r", "\0", "\ufeff", " ", "\u2028", "\x0c"]
PIECE = st.one_of(
    st.sampled_from([*WORDS.split(), *4 * [","], *CONTROL, "x" * 140_000]),
    st.text(max_size=4),
)
TEXT = st.lists(PIECE, max_size=40).map("".join).map(str.encode)
TABLE = st.one_of(TEXT, st.binary(max_size=60))
HEADER = b"clip_id,file,labels,split,group,is_speech\n"
CLASSES = b"index,mid,display_name\n0,/m/1,Dog\n"
ONTOLOGY = Ontology({"Dog": [], "Piano": []}, {"/m/1": "Dog", "/m/2": "Piano"})


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def only_input_errors(read, *arguments):
    """What `read` returns; None for an InputError, which must be one line."""
    try:
        return read(*arguments)
    except InputError as error:
        assert "\n" not in str(error).strip()


@given(TABLE)
@example(b"a,a.wav,Dog,train,music,0\r\nb,b.wav,Dog,eval,nonmusic,1,,\r\n")
@example(b"a,a.wav,Dog, domestic,train,music,0\n")
def test_clip_tables_of_every_kind(folder, text):
    for head in (HEADER, b"\xef\xbb\xbf" + HEADER, b""):
        (folder / "clips.csv").write_bytes(head + text)
        for known in (None, {"Dog", "Piano"}):
            only_input_errors(corpus_tables.list_table, folder, "clips.csv", known)
        files = only_input_errors(table_files, folder, "clips.csv")
        for path in (files or {}).values():
            assert path.resolve().is_relative_to(folder.resolve())


@given(TABLE)
def test_segment_and_class_tables_of_every_kind(folder, text):
    (folder / "segments.csv").write_bytes(text)
    names = {"/m/1": "Dog", "/m/2": "Piano"}
    segments = {"train": folder / "segments.csv"}
    only_input_errors(corpus_tables.list_audioset, segments, names)
    for head in (CLASSES, b""):
        (folder / "classes.csv").write_bytes(head + text)
        found = only_input_errors(
            corpus_tables.read_class_names, folder / "classes.csv", ONTOLOGY
        )
        assert len(set((found or {}).values())) == len(found or {})
    only_input_errors(read_exclusion_list, folder / "segments.csv")


NODE = st.dictionaries(
    st.sampled_from(["id", "name", "child_ids"]),
    st.one_of(st.none(), st.integers(), st.sampled_from("ab"), st.lists(st.just("a"))),
)
JSON = st.one_of(
    st.binary(max_size=30),
    st.lists(NODE, max_size=4).map(json.dumps).map(str.encode),
    st.integers(0, 3).map(lambda n: b"[" * 10**5 + b"]" * n),
)


@given(JSON)
@example(json.dumps([{"id": "a", "name": "Music", "child_ids": ["a"]}]).encode())
def test_ontologies_of_every_kind(folder, text):
    (folder / "ontology.json").write_bytes(text)
    ontology = only_input_errors(Ontology.read, folder / "ontology.json")
    if ontology:
        with contextlib.suppress(InputError):
            assert "Music" in ontology.subtree("Music")


def test_a_cell_too_many_is_not_dropped(tmp_path):
    row = b"a,a.wav,Dog, domestic,train,music,0\n"
    (tmp_path / "clips.csv").write_bytes(HEADER + row)
    with pytest.raises(InputError, match="row 2: more cells than the header"):
        table_rows(tmp_path, "clips.csv")


def test_class_tables_give_each_class_a_name_of_its_own(tmp_path):
    path = tmp_path / "classes.csv"
    for row in (b"1,/m/1,Cat\n", b"1,/m/2,Dog\n", b"1,/m/2\n", b"1,,Cat\n"):
        path.write_bytes(CLASSES + row)
        with pytest.raises(InputError, match=r"row 3: .*every class a mid and a name"):
            corpus_tables.read_class_names(path, ONTOLOGY)
