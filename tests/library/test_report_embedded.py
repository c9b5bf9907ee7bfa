"""What a page holds of pictures and sounds: the first, within its budget."""

import base64

import pandas as pd

from music_selectivity.report.embedded import embedded, picture_facts

TABLE = pd.DataFrame(
    {"picture": [b"abc", b"d" * 30, b"efg"], "mp3": [b"hijklm", b"", b"nop"]},
    index=[7, 3, 5],
)


def decoded(texts):
    return [base64.b64decode(text) for text in texts]


def test_all_is_shown_where_there_is_room():
    texts, cuts = embedded(TABLE, 1000)
    assert decoded(texts["picture"]) == list(TABLE["picture"])
    assert decoded(texts["mp3"]) == list(TABLE["mp3"])
    assert list(texts.index) == list(TABLE.index)
    assert cuts == []


def test_what_does_not_fit_is_left_out_and_counted():
    """Pictures come first; a small one may follow a large one that is left out."""
    texts, cuts = embedded(TABLE, 12)
    assert decoded(texts["picture"]) == [b"abc", b"", b"efg"]
    assert decoded(texts["mp3"]) == [b"", b"", b"nop"]
    assert cuts == ["1 of 3 spectrograms", "1 of 2 sounds"]


def test_a_sound_that_does_not_exist_is_never_left_out():
    _, cuts = embedded(TABLE.assign(mp3=b""), -1)
    assert cuts == ["3 of 3 spectrograms"]


def test_the_range_of_pictures_is_stated_in_khz():
    facts = picture_facts({"n_mels": 40, "f_min": 50, "f_max": 7500})
    assert facts == {"bands": 40, "band": "0.05 to 7.5 kHz", "levels": 16}
