"""Claims in a real browser are filtered and sorted, and lead to their figures."""

import pytest

from music_selectivity.claims.verdicts import OPEN, REPLICATED
from small_pages import shown_rows, top_of

pytest_plugins = ["browser_fixtures"]


def ids_of(rows):
    return rows.evaluate_all("rows => rows.map(row => row.id.slice(4))")


def test_claims_are_filtered_by_verdict_theme_model_and_text(visit, pages, inputs):
    page = visit(pages["report"])
    claims = inputs["claims"]
    status = page.locator(".filters [role=status]")
    assert shown_rows(page).count() == len(claims)
    button = page.locator(f".filters [data-verdict='{OPEN}']")
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    still_open = list(claims.loc[claims["verdict"] == OPEN, "id"])
    assert ids_of(shown_rows(page)) == still_open
    assert status.text_content() == f"{len(still_open)} of {len(claims)} claims"
    page.locator(f".filters [data-verdict='{REPLICATED}']").press(" ")
    assert shown_rows(page).count() == len(claims)
    page.locator(".filters [name=all]").press("Enter")
    page.locator(".filters [name=theme]").select_option("function")
    assert ids_of(shown_rows(page)) == ["5c-a", "5c-b", "5c-c", "5c-d", "5c-e"]
    page.locator(".filters [name=all]").press("Enter")
    page.locator(".filters [name=model]").select_option("PCA")
    with_pca = claims["models"].str.contains("pca")
    assert ids_of(shown_rows(page)) == list(claims.loc[with_pca, "id"])
    page.locator(".filters [name=text]").fill("no such words")
    assert shown_rows(page).count() == 0
    page.locator(".filters [name=all]").press("Enter")
    assert shown_rows(page).count() == len(claims)
    assert status.text_content() == f"{len(claims)} of {len(claims)} claims"


def test_a_count_of_verdicts_leads_to_its_claims(visit, pages, inputs):
    page = visit(pages["report"])
    page.locator(f"#function .tally [data-verdict='{OPEN}']").click()
    claims = inputs["claims"]
    still_open = list(claims.loc[claims["verdict"] == OPEN, "id"])
    page.wait_for_function(
        "n => document.querySelectorAll('.claims tbody tr:not([hidden])').length === n",
        arg=len(still_open),
    )
    assert page.url.endswith("#claims")
    assert ids_of(shown_rows(page)) == still_open


@pytest.mark.parametrize(
    ("key", "column"), [("p", "p"), ("effect_size", "effect_size"), ("n", "n")]
)
def test_claims_are_sorted_with_missing_numbers_last(visit, pages, inputs, key, column):
    page = visit(pages["claims"])
    button = page.locator(f".claims th button[data-key={key}]")
    head = page.locator(f".claims th:has(button[data-key={key}])")
    for direction, ascending in (("ascending", True), ("descending", False)):
        button.press("Enter")
        assert head.get_attribute("aria-sort") == direction
        assert page.locator(".claims [aria-sort]").count() == 1
        wanted = inputs["claims"].sort_values(
            column, ascending=ascending, kind="stable", na_position="last"
        )
        assert ids_of(shown_rows(page)) == list(wanted["id"])
    page.locator(".claims th button[data-key=rank]").press("Enter")
    assert ids_of(shown_rows(page)) == list(inputs["claims"]["id"])


def test_claims_and_their_figures_lead_to_each_other(visit, pages):
    page = visit(pages["report"])
    page.locator(".filters [name=text]").fill("no such words")
    page.locator("#claim-5c-a .top a").press("Enter")
    # A filter that hides the claim is taken back.
    page.wait_for_selector("#row-5c-a", state="visible")
    page.locator("#row-5c-a a.id").press("Enter")
    assert 0 <= top_of(page.locator("#claim-5c-a")) < 900
    figure = page.locator("#row-5c-a a", has_text="Figure")
    figure.press("Enter")
    target = page.url.split("#")[1]
    assert page.locator(f"#{target} #claim-5c-a").count() == 1
