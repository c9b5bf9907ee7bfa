"""Which files the pages are made of."""

import pytest

from conftest import ROOT
from music_selectivity.study.code_digest import templates_followed

TEMPLATES = ROOT / "workflow/music_selectivity/report/templates"


@pytest.mark.parametrize(
    ("page", "more"),
    [
        ("page", {"contents.js", "charts.js", "units.js", "page_answer.html.j2"}),
        ("claims", {"claims.js"}),
        ("audit", set()),
        ("usage", set()),
    ],
)
def test_the_digest_of_a_page_follows_all_that_it_includes(page, more):
    followed = {file.name for file in templates_followed(TEMPLATES, f"{page}.html.j2")}
    shared = {f"{page}.html.j2", "layout.html.j2", "style.css", "look.js"}
    assert shared | more <= followed
    if page in ("audit", "usage"):
        assert followed == shared


def test_every_template_is_used():
    pages = ("page", "claims", "audit", "usage", "comparison")
    used = templates_followed(TEMPLATES, *(f"{page}.html.j2" for page in pages))
    assert used == set(TEMPLATES.iterdir())
