"""Measures: what they write they read back, and each is written and read somewhere."""

import ast
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_selectivity import measures
from music_selectivity.errors import InputError
from music_selectivity.measures import (
    KEY,
    MEASURES,
    QUILT_GENRE_RESPONSE,
    QUILT_RESPONSE,
    READOUT_AP,
    READOUT_AP_OF_GENRE,
    UNQUILTED_GENRE_RESPONSE,
    UNQUILTED_RESPONSE,
    UNREAD,
    Field,
    Measure,
    check_statistics,
    measure_table,
)
from small_studies import ROOT

# The constant that holds each measure.
NAMES = {name for name, value in vars(measures).items() if isinstance(value, Measure)}

# Names that a user may give a genre: any line, also one with slashes and braces.
free_text = st.text(
    st.characters(codec="utf-8", exclude_characters="\n") | st.sampled_from("/{}015."),
    min_size=1,
)


def values_of(field: Field) -> st.SearchStrategy:
    """What a field may hold, as `Measure.parse` returns it."""
    if field.name == "eighth":
        return st.integers(1, 8)
    if field.kind is int:
        return st.integers(0, 10**6)
    if field.pattern == ".+":
        return free_text
    return st.sampled_from(field.pattern.replace("\\", "").split("|"))


@st.composite
def conditions(draw) -> tuple[Measure, dict]:
    """A measure, and the fields of one of its conditions."""
    measure = draw(st.sampled_from(MEASURES))
    return measure, {
        name: draw(values_of(field)) for name, field in measure.fields.items()
    }


@given(conditions())
def test_a_row_is_parsed_to_the_fields_that_it_was_written_from(case):
    measure, fields = case
    name, condition, value = measure.row(0.5, **fields)
    assert (name, value) == (measure.name, 0.5)
    assert measure.parse(condition) == fields
    assert measure.condition(**fields) == condition


@given(conditions())
def test_a_row_is_one_of_its_measure_alone(case):
    measure, fields = case
    name, condition, _ = measure.row(0.5, **fields)
    assert [each for each in MEASURES if each.matches(name, condition)] == [measure]


@given(st.lists(conditions(), min_size=1, max_size=6), st.data())
def test_rows_are_selected_by_their_fields(cases, data):
    rows = [
        measure.row(float(n), **fields) for n, (measure, fields) in enumerate(cases)
    ]
    table = measure_table(rows).assign(model="network", seed=1)
    check_statistics(table)
    measure, fields = data.draw(st.sampled_from(cases))
    chosen = {name: fields[name] for name in fields if data.draw(st.booleans())}
    found = measure.select(table, **chosen)
    assert list(found) == ["model", "seed", *measure.fields, "value"]
    expected = [
        float(n)
        for n, (other, has) in enumerate(cases)
        if other is measure and all(has[name] == chosen[name] for name in chosen)
    ]
    assert list(found["value"]) == expected


def test_a_genre_may_hold_slashes():
    name, condition, _ = READOUT_AP_OF_GENRE.row(0.5, genre="R&B/Soul/2", eighth=1)
    assert (name, condition) == ("readout_ap", "genre/R&B/Soul/2/1")
    assert READOUT_AP_OF_GENRE.parse(condition) == {"genre": "R&B/Soul/2", "eighth": 1}
    assert QUILT_GENRE_RESPONSE.parse("R&B/Soul/overath/50") == {
        "genre": "R&B/Soul",
        "order": "overath",
        "segment": 50,
    }
    assert UNQUILTED_GENRE_RESPONSE.parse("R&B/Soul/original") == {"genre": "R&B/Soul"}


def test_forms_of_a_measure_are_kept_apart():
    assert READOUT_AP.parse("all") == {}
    assert READOUT_AP.parse("genre/all/1") is None
    assert READOUT_AP_OF_GENRE.parse("units/1") is None
    assert QUILT_RESPONSE.parse("music/ms/original") is None
    assert UNQUILTED_RESPONSE.parse("music/ms/overath/50") is None
    assert UNQUILTED_RESPONSE.parse("music/ms/original") == {
        "group": "music",
        "units": "ms",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"segment": None},
        {"order": None},
        {"split": "eval"},
        {"group": "mixed"},
        {"order": "reversed"},
        {"segment": "50 ms"},
        {"segment": "original"},
    ],
)
def test_a_condition_without_its_fields_is_refused(fields):
    right = {"group": "music", "units": "ms", "order": "overath", "segment": 50}
    QUILT_RESPONSE.condition(**right)
    changed = {name: x for name, x in (right | fields).items() if x is not None}
    with pytest.raises(ValueError, match="quilt_response"):
        QUILT_RESPONSE.condition(**changed)


@pytest.mark.parametrize("fields", [{"split": "eval"}, {"group": "mixed"}])
def test_selecting_by_what_no_condition_has_is_refused(fields):
    table = pd.DataFrame(columns=[*KEY, "value"])
    with pytest.raises(ValueError, match="quilt_response"):
        QUILT_RESPONSE.select(table, **fields)


@pytest.mark.parametrize(
    ("measure", "condition"),
    [
        ("response_ratios", "eval"),
        ("response_ratio", "test"),
        ("readout_ap", "units/9"),
    ],
)
def test_statistics_with_an_unknown_row_are_refused(measure, condition):
    rows = [("network", 1, measure, condition, 0.5)]
    with pytest.raises(InputError, match=f"{measure}.*{condition}.*delete"):
        check_statistics(pd.DataFrame(rows, columns=[*KEY, "value"]))


def modules(*folders: str) -> list[Path]:
    """Python files of some folders below workflow/."""
    workflow = ROOT / "workflow"
    return sorted(path for name in folders for path in (workflow / name).rglob("*.py"))


def written_and_read(path: Path) -> tuple[set[str], set[str]]:
    """The measures that a module writes as rows, and those that it uses otherwise.

    A measure that a function only lists is written if the function writes rows of
    measures by another name, as in ``[measure.row(x) for measure in (A, B)]``.
    """
    written, read = set(), set()

    def visit(node: ast.AST, lists_for_rows: bool) -> None:
        if isinstance(node, ast.FunctionDef):
            lists_for_rows = any(
                isinstance(inner, ast.Attribute)
                and inner.attr == "row"
                and isinstance(inner.value, ast.Name)
                and inner.value.id not in NAMES
                for inner in ast.walk(node)
            )
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in NAMES:
                (written if node.attr == "row" else read).add(node.value.id)
        elif isinstance(node, ast.Name) and node.id in NAMES:
            (written if lists_for_rows else read).add(node.id)
        else:
            for child in ast.iter_child_nodes(node):
                visit(child, lists_for_rows)

    visit(ast.parse(path.read_text(encoding="utf-8")), False)
    return written, read


def all_written_and_read() -> tuple[set[str], set[str]]:
    """The measures that analyses and scripts write, and those that anything reads."""
    library = "music_selectivity"
    writers = modules(f"{library}/analyses", "scripts")
    readers = modules(
        *(f"{library}/{name}" for name in ("claims", "figures", "report"))
    )
    pairs = [written_and_read(path) for path in [*writers, *readers]]
    written = set().union(*(names for names, _ in pairs[: len(writers)]))
    read = set().union(*(names for _, names in pairs))
    assert not set().union(*(names for names, _ in pairs[len(writers) :]))
    return written, read


def test_every_measure_is_written():
    """What a claim, a figure or the report reads exists, and nothing else is listed."""
    written, _ = all_written_and_read()
    assert written == NAMES


def test_every_measure_is_read_or_says_why_not():
    _, read = all_written_and_read()
    unread = {name for name in NAMES if getattr(measures, name) in UNREAD}
    assert {"read": NAMES - unread - read, "unread": unread & read} == {
        "read": set(),
        "unread": set(),
    }
