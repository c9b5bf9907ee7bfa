"""Tables that benchmarks write into pages of the docs."""

import sys

import numpy as np
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
    found = [(each.COMMAND, each.DOCS) for each in (brain, simulate)]
    for comparison in soundscapes.COMPARISONS.values():
        found.append((soundscapes.COMMAND, comparison.page))
    for command, page in found:
        assert pages.begin(command) in page.read_text()


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
    tables = {
        study: pd.DataFrame({"verdict": found, "measured": [1.25, np.nan, 0.1, np.nan]})
        for study, found in verdicts().items()
    }
    rows = soundscapes.verdict_table(tables).splitlines()
    assert rows[2:] == [
        "| a | replicated (1.25) | replicated in direction (1.25) |",
        "| b | not replicated | replicated |",
        "| c | open (0.1) | replicated (0.1) |",
    ]
