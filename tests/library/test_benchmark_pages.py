"""Tables that benchmarks write into pages of the docs."""

import sys

import pandas as pd

from conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import brain
import pages
import simulate
import soundscapes


def test_the_tables_of_a_page_are_replaced(tmp_path):
    page = tmp_path / "page.md"
    begin = pages.begin("run me")
    page.write_text(f"before\n\n{begin}\nold\n{pages.END}\nafter\n{pages.END}\n")
    pages.update(page, "run me", "new")
    pages.update(page, "run me", "newer")
    new = f"before\n\n{begin}\n\nnewer\n\n{pages.END}\nafter\n{pages.END}\n"
    assert page.read_text() == new


def test_pages_have_a_place_for_their_tables():
    for benchmark in (brain, simulate, soundscapes):
        assert pages.begin(benchmark.COMMAND) in benchmark.DOCS.read_text()


VERDICTS = {
    "reference": {
        "a": "replicated",
        "b": "not replicated",
        "c": "open",
        "d": "not run",
    },
    "other": {
        "a": "replicated in direction",
        "b": "replicated",
        "c": "replicated",
        "d": "not run: did not memorize",
    },
}


def verdicts() -> dict[str, pd.Series]:
    return {study: pd.Series(found) for study, found in VERDICTS.items()}


def test_studies_are_compared_by_what_both_decide():
    rows = soundscapes.summary(verdicts(), ["a", "b"]).splitlines()
    assert rows[2] == "| reference | 2 | 2 | 2 | 2 |  |"
    # Of a, b and c, a and b are claims of a difference; the reference leaves c open.
    assert rows[3] == "| other | 3 | 2 | 2 | 1 | b |"


def test_claims_that_no_study_ran_are_left_out():
    rows = soundscapes.verdict_table(verdicts()).splitlines()
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| a", "| b", "| c"]
    assert rows[4] == "| c | open | replicated |"
