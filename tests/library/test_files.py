"""Files of a corpus, in every form in which people hold AudioSet."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity.corpus.audioset_files import AUDIOSET_NAME, audioset_files
from music_selectivity.corpus.files import corpus_files
from music_selectivity.errors import InputError

YTID = st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True)
SECONDS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{3})?", fullmatch=True)


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


# Folders of clips.


@given(st.sampled_from(["", "Y"]), YTID, st.lists(SECONDS, max_size=2))
def test_a_clips_name_contains_its_id(prefix, ytid, times):
    name = "_".join([prefix + ytid, *times])
    match = AUDIOSET_NAME.fullmatch(name)
    assert match[1] == ytid
    assert not AUDIOSET_NAME.fullmatch(f"._{name}")


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
    files = audioset_files(tmp_path)
    assert list(files) == ["-aaaaaaaaaa", "_bbbbbbbbbb", "ccccccccccc"]
    with pytest.raises(InputError, match="no clip named YTID"):
        (tmp_path / "empty").mkdir()
        audioset_files(tmp_path / "empty")


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
    others = ["notes.txt", "._qqqqqqqqqqq.wav", "too-long-to-be-a-clip.wav"]
    for suffix in (".json", ".info.json", ".JPG", ".en.vtt", ".m4a.part", ".csv.gz"):
        others.append(f"rrrrrrrrrrr{suffix}")
    for name in [*names.values(), *others]:
        put(tmp_path / name)
    put(tmp_path / "hhhhhhhhhhh.wav/readme")
    os.mkfifo(tmp_path / "iiiiiiiiiii.wav")
    (tmp_path / "jjjjjjjjjjj.wav").symlink_to("nowhere")
    (tmp_path / "kkkkkkkkkkk.wav").symlink_to("kkkkkkkkkkk.wav")
    files = audioset_files(tmp_path)
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
    assert audioset_files(corpus) == {
        "aaaaaaaaaaa": corpus / "linked/deep/aaaaaaaaaaa.wav",
        "bbbbbbbbbbb": corpus / "bbbbbbbbbbb.wav",
    }


def test_the_first_of_several_files_of_a_clip_is_used(tmp_path):
    for name in ("z/aaaaaaaaaaa.wav", "b/aaaaaaaaaaa_30.flac", "b/aaaaaaaaaaa_130.wav"):
        put(tmp_path / name)
    found = audioset_files(tmp_path)["aaaaaaaaaaa"]
    assert found == tmp_path / "b/aaaaaaaaaaa_130.wav"
    put(tmp_path / "aaaaaaaaaaa_9.wav")
    found = audioset_files(tmp_path)["aaaaaaaaaaa"]
    assert found == tmp_path / "aaaaaaaaaaa_9.wav"


def test_audio_suffixes_come_before_others_of_the_same_clip(tmp_path):
    """For example before the original download, whose name may come first."""
    for name in ("aaaaaaaaaaa.m4a", "aaaaaaaaaaa.wav", "bbbbbbbbbbb.webm"):
        put(tmp_path / name)
    put(tmp_path / "features/bbbbbbbbbbb.emb")
    put(tmp_path / "aaa/ccccccccccc.m4a")
    put(tmp_path / "deep/er/ccccccccccc.opus.gz")
    assert audioset_files(tmp_path) == {
        "aaaaaaaaaaa": tmp_path / "aaaaaaaaaaa.wav",
        "bbbbbbbbbbb": tmp_path / "bbbbbbbbbbb.webm",
        "ccccccccccc": tmp_path / "deep/er/ccccccccccc.opus.gz",
    }


def audioset(folder: Path, **given: object) -> dict:
    """Config section of a corpus in `folder`, whose tables are downloaded."""
    fetched = {"train_segments": "results/downloads/audioset/t.csv"}
    fetched |= {"eval_segments": "results/downloads/audioset/e.csv"}
    section = {"folder": str(folder), "parquet": ["**/*.parquet"], **fetched, **given}
    return {"type": "audioset", "audioset": section}


def segments(path: Path, *ytids: str) -> str:
    path.write_text("# YTID\n" + "".join(f'{y}, 0.0, 10.0, "/m/1"\n' for y in ytids))
    return str(path)


def test_clips_that_the_users_tables_do_not_list_are_not_inputs(tmp_path):
    names = ("-aaaaaaaaaa.wav", "x/bbbbbbbbbbb_30.m4a", "ccccccccccc.wav")
    for name in (*names, "info-tables"):
        put(tmp_path / "clips" / name)
    train = segments(tmp_path / "train.csv", "-aaaaaaaaaa", "zzzzzzzzzzz")
    given = {"train_segments": train}

    def ids(**given):
        corpus = audioset(tmp_path / "clips", **given)
        return list(corpus_files(corpus, "results/downloads"))

    # With one table alone, the clips of the other are unknown: it may not exist yet.
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
        InputError, match=r"train\.csv: the segment table lists no clip"
    ):
        ids(**given)


def test_very_many_clips_need_tables(tmp_path, monkeypatch):
    monkeypatch.setattr("music_selectivity.corpus.audioset_files.MOST_UNLISTED", 3)
    for letter in "abc":
        put(tmp_path / f"{11 * letter}.wav")
        put(tmp_path / f"{11 * letter}.m4a")
    assert len(audioset_files(tmp_path)) == 3
    put(tmp_path / "ddddddddddd.wav")
    message = r"more than 3 clips; give .* corpus\.audioset\.train_segments and corpus"
    with pytest.raises(InputError, match=message):
        audioset_files(tmp_path)
    listed = {11 * letter for letter in "abcd"}
    assert set(audioset_files(tmp_path, listed=listed)) == listed


@pytest.mark.parametrize("folder", ["a{1}", os.fsdecode(b"\xff")])
def test_names_that_snakemake_cannot_handle_are_refused(tmp_path, folder):
    put(tmp_path / folder / "aaaaaaaaaaa.wav")
    with pytest.raises(InputError, match="rename it"):
        audioset_files(tmp_path)


def test_unreadable_folders_are_refused_and_unreadable_files_are_missing(tmp_path):
    put(tmp_path / "aaaaaaaaaaa.wav")
    put(tmp_path / "bbbbbbbbbbb.wav").chmod(0)
    if os.access(tmp_path / "bbbbbbbbbbb.wav", os.R_OK):
        pytest.skip("this user may read every file")
    assert list(audioset_files(tmp_path)) == ["aaaaaaaaaaa"]
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(InputError, match="closed: cannot be listed"):
        audioset_files(tmp_path)


def test_a_dangling_link_to_parquet_is_refused(tmp_path):
    """As in half a download by links; its clips must not silently be missing."""
    put(tmp_path / "00.parquet")
    (tmp_path / "01.parquet").symlink_to("blobs/none")
    with pytest.raises(
        InputError, match=r"01\.parquet: cannot be read; fetch it again"
    ):
        audioset_files(tmp_path)


# Parquet.


def test_parquet_files_go_by_their_paths(tmp_path):
    """Also those whose names have 11 letters, as a YTID has."""
    names = {"data/eval/00.parquet", "data/bal_train/00.parquet", "train-00000.parquet"}
    for name in names:
        put(tmp_path / name)
    put(tmp_path / "data/._00.parquet")
    put(tmp_path / "data/eval/01.parquet.incomplete")
    files = audioset_files(tmp_path)
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
    files = audioset_files(tmp_path, globs)
    assert sorted(files) == [f"{name}.parquet" for name in found.split()]


def test_a_folder_with_both_kinds_of_files_is_refused(tmp_path):
    for name in ("aaaaaaaaaaa.wav", "x/bbbbbbbbbbb.m4a", "a.parquet", "x/b.parquet"):
        put(tmp_path / name)
    message = r"2 Parquet files and 2 clip files, such as .*aaaaaaaaaaa\.wav; move one"
    with pytest.raises(InputError, match=message):
        audioset_files(tmp_path)
    assert set(audioset_files(tmp_path, [])) == {"aaaaaaaaaaa", "bbbbbbbbbbb"}
    # Clips that no table lists do not count.
    corpus = audioset(
        tmp_path,
        train_segments=segments(tmp_path / "train.csv", "zzzzzzzzzzz"),
        eval_segments=segments(tmp_path / "eval.csv", "yyyyyyyyyyy"),
    )
    files = corpus_files(corpus, "results/downloads")
    assert set(files) == {"a.parquet", "x/b.parquet"}
    corpus["audioset"]["parquet"] = ["data/*.parquet"]
    with pytest.raises(InputError, match=r"no Parquet file of .* \(data/\*\.parquet\)"):
        corpus_files(corpus, "results/downloads")
