"""Every form in which people hold AudioSet: folders of clips, and Parquet."""

import errno
import gzip
import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import RATE
from music_selectivity import shard_clips, soundscapes, sources
from music_selectivity.audio import AudioSettings, UnusableClip, load_clip, read_mono
from music_selectivity.corpus_tables import generated_tables
from music_selectivity.errors import InputError
from music_selectivity.levels import write_levelled_shard
from music_selectivity.logmel import LogMelSettings, write_shard
from small_studies import checkout_into, run

AUDIO = AudioSettings(RATE, 0.5, 0.1, "zeros", False, -70.0)
FRONT_END = LogMelSettings(551, 275, 64, 0, 8000)
YTID = st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True)
SECONDS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{3})?", fullmatch=True)
SOUND = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def encoded(seed: int, form: str = "FLAC", seconds: float = 0.5) -> bytes:
    """A sound of its own for each seed."""
    rng = np.random.default_rng(seed)
    file = io.BytesIO()
    noise = rng.uniform(-0.5, 0.5, round(seconds * RATE))
    soundfile.write(file, noise, RATE, format=form)
    return file.getvalue()


def put(path: Path, data: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def write_parquet(path: Path, clips, group: int = 100, **form) -> Path:
    """Clips (video_id, bytes) as the public mirror of AudioSet holds them."""
    rows = [
        {
            "video_id": clip_id,
            "audio": None if data is None else {"bytes": data, "path": f"{clip_id}.x"},
            "labels": ["/m/04rlf"],
        }
        for clip_id, data in clips
    ]
    schema = {"video_id": pa.string(), "audio": SOUND, "labels": pa.list_(pa.string())}
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows, pa.schema(list(schema.items())))
    pq.write_table(table, path, row_group_size=group, **form)
    return path


# Folders of clips.


@given(st.sampled_from(["", "Y"]), YTID, st.lists(SECONDS, max_size=2))
def test_a_clips_name_tells_its_id(prefix, ytid, times):
    name = "_".join([prefix + ytid, *times])
    match = sources.AUDIOSET_NAME.fullmatch(name)
    assert match[1] == ytid
    assert not sources.AUDIOSET_NAME.fullmatch(f"._{name}")


def test_shards_are_pinned_and_even():
    # Pinned: another hash would move every clip of every study.
    assert [sources.shard_of(clip_id, 32) for clip_id in ("a", "b")] == [15, 21]
    counts = np.bincount([sources.shard_of(str(i), 8) for i in range(8000)])
    assert counts.min() > 850


def test_audioset_files_are_found_nested_under_any_of_their_names(tmp_path):
    for name in (
        "-aaaaaaaaaa.wav",
        "deep/er/_bbbbbbbbbb_30.000.flac",
        "ccccccccccc_30.000_40.000.ogg",
        "notes.txt",
        "too-long-to-be-a-clip.wav",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    files = sources.audioset_files(tmp_path)
    assert list(files) == ["-aaaaaaaaaa", "_bbbbbbbbbb", "ccccccccccc"]
    with pytest.raises(InputError, match="no clip named YTID"):
        (tmp_path / "empty").mkdir()
        sources.audioset_files(tmp_path / "empty")


def test_clips_are_found_under_all_their_names(tmp_path):
    names = {
        "-aaaaaaaaaa": "-aaaaaaaaaa.wav",
        "--bbbbbbbbb": "a b/é/--bbbbbbbbb_30.000.FLAC",
        "ccccccccccc": "a b/ccccccccccc_30.000_40.000.ogg",
        "d_ddddddddd": "deep/er/still/Yd_ddddddddd.mp3",
        "eeeeeeeeeee": "eeeeeeeeeee_30000.opus",
        "fffffffffff": "fffffffffff_0_10.wav.gz",
        "ggggggggggg": "ggggggggggg_30",
        "lllllllllll": "lllllllllll_30.000_40.000",
        "mmmmmmmmmmm": "mmmmmmmmmmm.WAV.GZ",
        "nnnnnnnnnnn": "nnnnnnnnnnn.aiff",
        "ooooooooooo": "ooooooooooo.oga",
        "ppppppppppp": "ppppppppppp.m4a",
    }
    beside = ["notes.txt", "._qqqqqqqqqqq.wav", "too-long-to-be-a-clip.wav"]
    for suffix in (".json", ".info.json", ".JPG", ".en.vtt", ".m4a.part", ".csv.gz"):
        beside.append(f"rrrrrrrrrrr{suffix}")
    for name in [*names.values(), *beside]:
        put(tmp_path / name)
    put(tmp_path / "hhhhhhhhhhh.wav/readme")
    os.mkfifo(tmp_path / "iiiiiiiiiii.wav")
    (tmp_path / "jjjjjjjjjjj.wav").symlink_to("nowhere")
    (tmp_path / "kkkkkkkkkkk.wav").symlink_to("kkkkkkkkkkk.wav")
    files = sources.audioset_files(tmp_path)
    assert files == {ytid: tmp_path / name for ytid, name in sorted(names.items())}


def test_links_are_followed_and_loops_end(tmp_path):
    store, corpus = tmp_path / "store", tmp_path / "corpus"
    put(store / "deep/aaaaaaaaaaa.wav")
    put(store / "blob")
    corpus.mkdir()
    (corpus / "linked").symlink_to(store)
    (corpus / "bbbbbbbbbbb.wav").symlink_to(store / "blob")
    (store / "deep/up").symlink_to(store)
    (corpus / "self").symlink_to(corpus)
    assert sources.audioset_files(corpus) == {
        "aaaaaaaaaaa": corpus / "linked/deep/aaaaaaaaaaa.wav",
        "bbbbbbbbbbb": corpus / "bbbbbbbbbbb.wav",
    }


def test_of_several_files_of_a_clip_the_first_by_name_counts(tmp_path):
    for name in ("z/aaaaaaaaaaa.wav", "b/aaaaaaaaaaa_30.flac", "b/aaaaaaaaaaa_130.wav"):
        put(tmp_path / name)
    found = sources.audioset_files(tmp_path)["aaaaaaaaaaa"]
    assert found == tmp_path / "b/aaaaaaaaaaa_130.wav"
    put(tmp_path / "aaaaaaaaaaa_9.wav")
    found = sources.audioset_files(tmp_path)["aaaaaaaaaaa"]
    assert found == tmp_path / "aaaaaaaaaaa_9.wav"


def test_a_sound_goes_before_other_forms_of_the_same_clip(tmp_path):
    """Such as the download that it was made from, whose name may come first."""
    for name in ("aaaaaaaaaaa.m4a", "aaaaaaaaaaa.wav", "bbbbbbbbbbb.webm"):
        put(tmp_path / name)
    put(tmp_path / "features/bbbbbbbbbbb.emb")
    put(tmp_path / "aaa/ccccccccccc.m4a")
    put(tmp_path / "deep/er/ccccccccccc.opus.gz")
    assert sources.audioset_files(tmp_path) == {
        "aaaaaaaaaaa": tmp_path / "aaaaaaaaaaa.wav",
        "bbbbbbbbbbb": tmp_path / "bbbbbbbbbbb.webm",
        "ccccccccccc": tmp_path / "deep/er/ccccccccccc.opus.gz",
    }


def audioset(folder: Path, **given: object) -> dict:
    """Config section of a corpus in `folder`, whose tables are fetched."""
    fetched = {"train_segments": "results/downloads/audioset/t.csv"}
    fetched |= {"eval_segments": "results/downloads/audioset/e.csv"}
    section = {"folder": str(folder), "parquet": ["**/*.parquet"], **fetched, **given}
    return {"form": "audioset", "audioset": section}


def segments(path: Path, *ytids: str) -> str:
    path.write_text("# YTID\n" + "".join(f'{y}, 0.0, 10.0, "/m/1"\n' for y in ytids))
    return str(path)


def test_clips_that_the_users_tables_do_not_list_are_no_inputs(tmp_path):
    names = ("-aaaaaaaaaa.wav", "x/bbbbbbbbbbb_30.m4a", "ccccccccccc.wav")
    for name in (*names, "info-tables"):
        put(tmp_path / "clips" / name)
    train = segments(tmp_path / "train.csv", "-aaaaaaaaaa", "zzzzzzzzzzz")
    given = {"train_segments": train}

    def ids(**given):
        corpus = audioset(tmp_path / "clips", **given)
        return list(sources.corpus_files(corpus, "results/downloads"))

    # Of one table alone nobody knows what the other lists: it may not be there yet.
    everything = ["-aaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc", "info-tables"]
    assert ids() == ids(**given) == everything
    given["eval_segments"] = segments(tmp_path / "eval.csv", "bbbbbbbbbbb")
    assert ids(**given) == ["-aaaaaaaaaa", "bbbbbbbbbbb"]
    given["eval_segments"] = segments(tmp_path / "eval.csv", "yyyyyyyyyyy")
    given["train_segments"] = segments(tmp_path / "train.csv", "xxxxxxxxxxx")
    with pytest.raises(InputError, match="YTID_start_end that the segment tables list"):
        ids(**given)
    (tmp_path / "train.csv").write_text("# YTID\n")
    with pytest.raises(
        InputError, match=r"train\.csv: the segment table holds no clip"
    ):
        ids(**given)


def test_all_of_audioset_is_taken_by_its_tables_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_UNLISTED", 3)
    for letter in "abc":
        put(tmp_path / f"{11 * letter}.wav")
        put(tmp_path / f"{11 * letter}.m4a")
    assert len(sources.audioset_files(tmp_path)) == 3
    put(tmp_path / "ddddddddddd.wav")
    told = r"more than 3 clips; give .* corpus\.audioset\.train_segments and corpus"
    with pytest.raises(InputError, match=told):
        sources.audioset_files(tmp_path)
    listed = {11 * letter for letter in "abcd"}
    assert set(sources.audioset_files(tmp_path, listed=listed)) == listed


@pytest.mark.parametrize("folder", ["a{1}", os.fsdecode(b"\xff")])
def test_names_that_snakemake_cannot_carry_are_refused(tmp_path, folder):
    put(tmp_path / folder / "aaaaaaaaaaa.wav")
    with pytest.raises(InputError, match="rename it"):
        sources.audioset_files(tmp_path)


def test_what_may_not_be_read_is_told_or_missing(tmp_path):
    put(tmp_path / "aaaaaaaaaaa.wav")
    put(tmp_path / "bbbbbbbbbbb.wav").chmod(0)
    if os.access(tmp_path / "bbbbbbbbbbb.wav", os.R_OK):
        pytest.skip("this user may read every file")
    assert list(sources.audioset_files(tmp_path)) == ["aaaaaaaaaaa"]
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(InputError, match="closed: cannot be listed"):
        sources.audioset_files(tmp_path)


def test_a_parquet_file_that_is_not_there_is_told(tmp_path):
    """Half of a download by links: its clips must not just be missing."""
    put(tmp_path / "00.parquet")
    (tmp_path / "01.parquet").symlink_to("blobs/none")
    with pytest.raises(InputError, match=r"01\.parquet: cannot be read; fetch it anew"):
        sources.audioset_files(tmp_path)


# What a file holds is told by its bytes.


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


# Parquet.


def test_parquet_files_go_by_their_paths(tmp_path):
    """Names of 11 letters, which might be a YTID's, among them."""
    names = {"data/eval/00.parquet", "data/bal_train/00.parquet", "train-00000.parquet"}
    for name in names:
        put(tmp_path / name)
    put(tmp_path / "data/._00.parquet")
    put(tmp_path / "data/eval/01.parquet.incomplete")
    files = sources.audioset_files(tmp_path)
    assert files == {name: tmp_path / name for name in names}


@pytest.mark.parametrize(
    ("globs", "found"),
    [
        (["**/*.parquet"], "0 bal_train/1 eval/2 eval/x/3 unbal_train/4"),
        (["*.parquet"], "0"),
        (["bal_train/*.parquet", "eval/*.parquet"], "bal_train/1 eval/2"),
        (["**/eval/**"], "eval/2 eval/x/3"),
        (["**/[be]*/*.parquet"], "bal_train/1 eval/2"),
        (["*val/**/?.parquet", "**/0.parquet", "nowhere/*"], "0 eval/2 eval/x/3"),
    ],
)
def test_globs_choose_among_parquet_files(tmp_path, globs, found):
    for name in ("0", "bal_train/1", "eval/2", "eval/x/3", "unbal_train/4"):
        put(tmp_path / f"{name}.parquet")
    files = sources.audioset_files(tmp_path, globs)
    assert sorted(files) == [f"{name}.parquet" for name in found.split()]


def test_a_folder_of_both_forms_is_one_or_the_other(tmp_path):
    for name in ("aaaaaaaaaaa.wav", "x/bbbbbbbbbbb.m4a", "a.parquet", "x/b.parquet"):
        put(tmp_path / name)
    told = r"2 Parquet files and 2 clip files, such as .*aaaaaaaaaaa\.wav; move one"
    with pytest.raises(InputError, match=told):
        sources.audioset_files(tmp_path)
    assert set(sources.audioset_files(tmp_path, [])) == {"aaaaaaaaaaa", "bbbbbbbbbbb"}
    # Clips that are asked for by no table do not count.
    corpus = audioset(
        tmp_path,
        train_segments=segments(tmp_path / "train.csv", "zzzzzzzzzzz"),
        eval_segments=segments(tmp_path / "eval.csv", "yyyyyyyyyyy"),
    )
    files = sources.corpus_files(corpus, "results/downloads")
    assert set(files) == {"a.parquet", "x/b.parquet"}
    corpus["audioset"]["parquet"] = ["data/*.parquet"]
    with pytest.raises(InputError, match=r"no Parquet file of .* \(data/\*\.parquet\)"):
        sources.corpus_files(corpus, "results/downloads")


def test_clips_of_parquet_files_come_in_order_and_once(tmp_path, caplog):
    first = write_parquet(
        tmp_path / "0.parquet",
        [("b", b"1"), ("a", b"2"), ("b", b"3"), (None, b"4"), ("c", None)],
        group=2,
    )
    second = write_parquet(tmp_path / "1.parquet", [("a", b"5"), ("d", b"")])
    clips = shard_clips.shard_clips([], [str(first), str(second)])
    found = [(clip_id, sound.data, str(sound)) for clip_id, sound in clips]
    assert found == [
        ("b", b"1", str(first)),
        ("a", b"2", str(first)),
        ("c", b"", str(first)),
        ("d", b"", str(second)),
    ]
    assert len(clips) == 4
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        f"{first}, clip 2: b again; passed over",
        f"{first}, clip 3: no video_id; passed over",
        f"{second}, clip 0: a again; passed over",
    ]


@given(
    st.lists(st.tuples(st.text("abcd", min_size=1, max_size=1), st.binary(max_size=3))),
    st.integers(1, 5),
    st.integers(1, 4),
)
def test_parquet_clips_equal_a_dict_of_first_rows(tmp_path_factory, rows, group, files):
    folder = tmp_path_factory.mktemp("parquet")
    paths = [
        write_parquet(folder / f"{number}.parquet", rows[number::files], group)
        for number in range(files)
    ]
    expected: dict = {}
    for number in range(files):
        for clip_id, data in rows[number::files]:
            expected.setdefault(clip_id, data)
    clips = shard_clips.ParquetClips(paths)
    assert [(clip_id, sound.data) for clip_id, sound in clips] == list(expected.items())
    assert len(clips) == len(expected)


def test_parquet_without_sound_gives_a_reason(tmp_path):
    path = write_parquet(tmp_path / "0.parquet", [("a", None), ("b", b"no sound")])
    reasons = []
    for _, sound in shard_clips.ParquetClips([path]):
        with pytest.raises(UnusableClip) as told:
            load_clip(sound, AUDIO)
        reasons.append(str(told.value))
    assert reasons == ["empty", "unreadable"]


def test_broken_parquet_is_told_with_its_name(tmp_path):
    path = write_parquet(tmp_path / "0.parquet", [("a", encoded(1))])
    whole = path.read_bytes()
    for broken in (whole[:5000], whole[5000:], b"", b"PAR1"):
        path.write_bytes(broken)
        with pytest.raises(InputError, match=r"0\.parquet: not a whole Parquet file"):
            list(shard_clips.ParquetClips([path]))
    lacking = {
        "audio.bytes": {"video_id": ["a"], "audio": [[1.0]]},
        "video_id": {"video_id": [1], "audio": [{"bytes": b"1"}]},
    }
    for column, table in lacking.items():
        pq.write_table(pa.table(table), path)
        with pytest.raises(InputError, match=rf"0\.parquet: lacks .*{column} of"):
            shard_clips.ParquetClips([path])


def test_a_damaged_page_costs_the_clips_of_its_row_group(tmp_path, caplog):
    """From where it stands: 32 clips before it are whole, and so is the next group."""
    sounds = {f"{number:011d}": encoded(number) for number in range(120)}
    pages = {"use_dictionary": False, "write_batch_size": 8, "data_page_size": 1}
    path = write_parquet(tmp_path / "0.parquet", sounds.items(), group=60, **pages)
    data = bytearray(path.read_bytes())
    place = data.index(sounds["00000000040"])
    data[place - 4 : place] = b"\xff\xff\xff\x7f"  # The length that stands before it.
    put(path, bytes(data))
    expected = dict(sounds)
    expected |= {f"{n:011d}": shard_clips.DAMAGED for n in range(32, 60)}
    clips = shard_clips.ParquetClips([path])
    assert {clip_id: sound.data for clip_id, sound in clips} == expected
    (told,) = [record.getMessage() for record in caplog.records]
    assert f"{path}, row group 0: the sounds of its last 28 clips cannot be re" in told
    audit = write_shard(clips, AUDIO, FRONT_END, tmp_path / "shard.npy")
    assert (audit["excluded"] == "unreadable").tolist() == [
        32 <= number < 60 for number in range(120)
    ]


def test_a_damaged_page_of_ids_stops_the_file(tmp_path):
    path = write_parquet(tmp_path / "0.parquet", [("an id", b"sound")])
    data = bytearray(path.read_bytes())
    place = data.index(b"an id")
    data[place - 4 : place] = b"\xff\xff\xff\x7f"
    put(path, bytes(data))
    with pytest.raises(InputError, match=r"0\.parquet: not a whole Parquet file"):
        shard_clips.ParquetClips([path])


@pytest.mark.parametrize(
    "failure",
    [OSError(errno.EIO, "Input/output error"), pa.ArrowMemoryError("malloc failed")],
)
def test_a_machine_that_fails_is_no_fault_of_a_row_group(
    tmp_path, monkeypatch, failure
):
    path = write_parquet(tmp_path / "0.parquet", [("a", b"sound")])
    clips = shard_clips.ParquetClips([path])

    def failing(file, group, name):
        if name == "audio.bytes":
            raise failure
        return iter(["a"])

    monkeypatch.setattr(shard_clips, "_column", failing)
    with pytest.raises(type(failure)):
        list(clips)


def test_mutilated_parquet_gives_clips_or_an_input_error(tmp_path):
    """The same 300 each time, with bytes set anywhere, the footer above all, or cut."""
    rng = np.random.default_rng(20240131)
    clips = [(f"{number:011d}", rng.bytes(200)) for number in range(30)]
    whole = write_parquet(tmp_path / "0.parquet", clips, group=10).read_bytes()
    told = 0
    for number in range(300):
        data = bytearray(whole)
        for place in rng.integers(len(data) // 2 if number % 2 else 0, len(data), 3):
            data[place] = rng.integers(256)
        if number % 5 == 0:
            del data[rng.integers(len(data)) :]
        path = put(tmp_path / "0.parquet", bytes(data))
        try:
            assert len(list(shard_clips.ParquetClips([path]))) <= 30
        except InputError:
            told += 1
    assert 0 < told < 300


def test_a_set_takes_its_clips_from_the_shard_whatever_their_order(tmp_path):
    """Rows follow the clip table; clips come in the order that the files have."""
    sounds = {clip_id: encoded(seed) for seed, clip_id in enumerate("dbca")}
    path = write_parquet(tmp_path / "0.parquet", sounds.items())
    files = {clip_id: put(tmp_path / clip_id, data) for clip_id, data in sounds.items()}
    chosen = pd.DataFrame({"clip_id": ["a", "b", "d"], "row": [0, 1, 2]})
    shards = []
    for clips in (files.items(), shard_clips.shard_clips([], [path])):
        array = tmp_path / "set.npy"
        write_levelled_shard(chosen, clips, AUDIO, FRONT_END, 0.1, array)
        shards.append(np.load(array))
    np.testing.assert_array_equal(*shards)
    assert len(np.unique(shards[0].mean(axis=(1, 2)))) == 3
    gone = pd.DataFrame({"clip_id": ["a", "e"], "row": [0, 1]})
    with pytest.raises(InputError, match="clip 'e' is gone since the clip table"):
        list(shard_clips.chosen_waveforms(gone, files.items(), AUDIO))
    put(tmp_path / "a", b"overwritten")
    with pytest.raises(InputError, match=r"clip 'a' is no longer usable \(unreadable"):
        list(shard_clips.chosen_waveforms(chosen, files.items(), AUDIO))


# The real workflow, from each form to the clip table.


def write_corpora(folder: Path) -> None:
    """The same clips as files in every form and as Parquet, with their tables."""
    spec = soundscapes.Spec(train=7, eval=6, seconds=2.0, seed=4)
    recipes = soundscapes.plan(spec)
    soundscapes.write_tables(spec, folder / "tables")
    soundscapes.write_audio(spec, recipes, folder / "flac")
    for table in (folder / "tables").glob("*.csv"):
        # As Windows writes text.
        table.write_text(table.read_text(), encoding="utf-8-sig", newline="\r\n")
    names = ["{}.flac", "a b/{}_30.wav", "é/Y{}.mp3", "deep/er/{}_0_1.wav.gz"]
    clips = []
    for number, path in enumerate(sorted((folder / "flac").iterdir())):
        ytid, data = path.stem, path.read_bytes()
        name = names[number % len(names)].format(ytid)
        data = gzip.compress(data) if name.endswith(".gz") else data
        data = {0: b"", 5: data[:99]}.get(number, data)
        put(folder / "files" / name, data)
        clips.append((ytid, data))
    write_parquet(folder / "parquet/data/train/00.parquet", clips[:7], group=3)
    write_parquet(folder / "parquet/data/eval/00.parquet", clips[7:] + clips[:1])
    # Of no split.
    put(folder / "files/zzzzzzzzzzz.wav", clips[1][1])
    write_parquet(folder / "parquet/data/unbal/00.parquet", [("zzzzzzzzzzz", b"")])


def read_ids(checkout: Path) -> set[str]:
    """Clips whose sound was read, listed or not."""
    audits = (checkout / "results/audioset/logmel").glob("*.parquet")
    return set(pd.concat(map(pd.read_parquet, audits))["clip_id"])


def log_mels(checkout: Path) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Clip table of a run, by clip, and the log-mel of each usable one."""
    results = checkout / "results/audioset"
    table = pd.read_parquet(results / "clips.parquet").set_index("clip_id")
    arrays = [np.load(path) for path in sorted((results / "logmel").glob("*.npy"))]
    usable = table[table["excluded"] == ""]
    return table, {clip: arrays[c.shard][c.row] for clip, c in usable.iterrows()}


def test_files_and_parquet_give_the_same_log_mels(tmp_path):
    write_corpora(tmp_path)
    tables = generated_tables(tmp_path / "tables")
    found = []
    for form in ("files", "parquet"):
        checkout = checkout_into(tmp_path / f"run {form}")
        config = {
            "corpus": {
                "shards": 2,
                "max_failed_share": 1,
                "audioset": {
                    "folder": str(tmp_path / form),
                    "parquet": ["**/train/*.parquet", "**/eval/*.parquet"],
                    "exclusions": "none",
                    **tables,
                },
            },
            "audio": {"clip_seconds": 2.0},
            "quilts": {"segment_ms": [50], "sound_seconds": 0.4},
        }
        (checkout / "own.yaml").write_text(yaml.safe_dump(config))
        run(
            checkout,
            *("--configfile", "studies/audioset.yaml", "own.yaml"),
            *("--until", "clips"),
        )
        found.append(log_mels(checkout))
        assert read_ids(checkout) == set(found[-1][0].index)
    (table, of_files), (other, of_parquet) = found
    assert sorted(table["excluded"])[-3:] == ["", "empty", "unreadable"]
    assert table.index.str.startswith("-").any()
    assert (table["excluded"] == other["excluded"]).all()
    assert (table["level_dbfs"].dropna() == other["level_dbfs"].dropna()).all()
    assert set(of_files) == set(of_parquet)
    for clip_id, log_mel in of_files.items():
        np.testing.assert_array_equal(log_mel, of_parquet[clip_id])
    # Parquet files go to a shard whole.
    shards = other.groupby("found_in")["shard"].unique()
    for path, held in shards.items():
        name = Path(path).relative_to(tmp_path / "parquet").as_posix()
        assert list(held) == [sources.shard_of(name, 2)]
