"""Lists of clips with unlabelled music, in every format, and their effect."""

import zipfile

import pytest

from music_selectivity.corpus import exclusions
from music_selectivity.corpus.exclusions import read_exclusion_list
from music_selectivity.corpus.list_clips import list_corpus
from music_selectivity.errors import InputError
from small_corpora import CATEGORIES, own_table


def test_the_exclusion_list_takes_clips_from_training_without_music(corpus, tmp_path):
    (tmp_path / "listed.txt").write_text("-aaaaaaaaaa_30.000.wav\n\nbbbbbbbbbbb\n")
    corpus["audioset"]["exclusions"] = str(tmp_path / "listed.txt")
    listed, _ = list_corpus(corpus, CATEGORIES, "")
    assert listed["group"].tolist() == ["mixed", "music", "mixed"]
    assert listed["unlabelled_music"].tolist() == [True, True, False]


def test_an_exclusion_list_names_clips_or_files(tmp_path):
    corpus = own_table(
        tmp_path / "own",
        [f"{c},x/{c}_3.ogg,Dog,nonmusic,0,train" for c in "abcd"],
    )
    (tmp_path / "listed").write_text("a\nb_3.ogg\nx/d_3.ogg\n")
    corpus["table"]["exclusions"] = str(tmp_path / "listed")
    listed, _ = list_corpus(corpus, CATEGORIES, "")
    assert listed["unlabelled_music"].tolist() == [True, True, False, True]


def test_an_exclusion_list_that_names_no_clip_is_refused(corpus, tmp_path):
    (tmp_path / "listed").write_text("Yaaaaaaaaaaa.wav\nnope\n")
    corpus["audioset"]["exclusions"] = str(tmp_path / "listed")
    with pytest.raises(InputError, match="none of its lines"):
        list_corpus(corpus, CATEGORIES, "")


def test_an_excel_sheet_of_names_is_an_exclusion_list(tmp_path):
    path = tmp_path / "names.xlsx"
    cells = ["filename", "-A0MTi2NMGI_30.000.wav", "abcdefghijk_1.wav"]
    items = "".join(f"<si><t xml:space='preserve'>{cell}</t></si>" for cell in cells)
    with zipfile.ZipFile(path, "w") as sheet:
        sheet.writestr("xl/sharedStrings.xml", f"<sst>{items}</sst>")
        sheet.writestr("xl/media/picture.png", b"\xff")
    names = [*cells[1:], "-A0MTi2NMGI", "abcdefghijk"]
    assert read_exclusion_list(path) == names
    with zipfile.ZipFile(path, "w") as sheet:
        sheet.writestr("xl/sharedStrings.xml", "<sst><si><t>none</t></si></sst>")
    with pytest.raises(InputError, match="no cell of this Excel sheet"):
        read_exclusion_list(path)


def test_an_excel_sheet_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    """One large part, many parts, and cells without an end."""
    path = tmp_path / "names.xlsx"
    monkeypatch.setattr(exclusions, "MAX_SHEET", 2**20)
    for sizes in ([2**20 + 1], [2**19, 2**19, 1]):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as sheet:
            for number, size in enumerate(sizes):
                sheet.writestr(f"xl/{number}.xml", bytes(size))
        with pytest.raises(InputError, match=r"names\.xlsx: .* more than 1 MiB; give"):
            read_exclusion_list(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as sheet:
        sheet.writestr("xl/0.xml", "<t " * 2**16 + "<t>" + " " * 2**19 + "<t>")
    with pytest.raises(InputError, match="no cell of this Excel sheet"):
        read_exclusion_list(path)
