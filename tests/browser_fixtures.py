"""Fixtures of tests in a real browser: Chromium, and the pages that it visits.

A module of tests has them by ``pytest_plugins = ["browser_fixtures"]``.
"""

import shutil

import pandas as pd
import pytest

import study_pages
from music_selectivity.claims.verdicts import OPEN, REPLICATED
from music_selectivity.report.audit_page import audit_html
from music_selectivity.report.study_page import claims_html, report_html
from music_selectivity.report.usage_page import usage_html

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])),
    None,
)


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed (extra: browser)"
    )
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine (apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def claims_of_all_verdicts(claims):
    """Claims of which some stay open."""
    verdicts = [OPEN if i % 5 == 0 else REPLICATED for i in range(len(claims))]
    return claims.assign(verdict=verdicts)


@pytest.fixture(scope="session")
def inputs(tmp_path_factory):
    """Arguments of `report_html` for a study with all that a page can show."""
    found = study_pages.inputs(tmp_path_factory.mktemp("study"), sounds=True)
    return found | {
        "claims": claims_of_all_verdicts(found["claims"]),
        "preferred_inputs": study_pages.preferred_inputs(),
    }


def audit_page():
    counts = pd.DataFrame(
        [
            ("total", "train", "all", *range(10_000, 10_012)),
            ("class", "train", study_pages.EVIL, *range(12)),
        ]
    )
    columns = ["listed", "missing", "found", "unreadable", "empty", "not_finite"]
    columns += ["silent", "too_short", "duplicate", "used", "on_exclusion_list"]
    counts.columns = ["kind", "split", "name", *columns, "clipped"]
    return audit_html("made up", counts, None)


def usage_page():
    names = ["jobs", "total_s", "median_s", "longest_s", "peak_mb", "asked_mb", "cpus"]
    rows = pd.DataFrame([["training_course", *range(1000, 1007)]] * 3)
    return usage_html("made up", rows.set_axis(["rule", *names], axis=1))


@pytest.fixture(scope="session")
def pages(inputs, tmp_path_factory):
    """Files of all pages by name."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {
        "report": report_html(**inputs),
        "claims": claims_html(inputs["claims"], "Made up."),
        "audit": audit_page(),
        "usage": usage_page(),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture
def visit(chromium):
    """Function that opens a page; every fault and request on the way is an error."""
    faults, contexts = [], []

    def open_page(file, width=1440, scheme="light", **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))

        def asked(request):
            if not request.url.startswith(("data:", file.as_uri())):
                faults.append(request.url)

        page.on("request", asked)
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
