"""Charts in a real browser answer to pointer and keyboard."""

import pytest

from small_pages import marks_of

pytest_plugins = ["browser_fixtures"]


def test_a_chart_says_each_network_to_pointer_and_keyboard(visit, pages, inputs):
    page = visit(pages["report"])
    (table,) = [f.table for f in inputs["figures"] if f.name == "selectivity_ratio"]
    marks = marks_of(page, "selectivity_ratio")
    assert marks.count() == len(table)
    tip = page.locator(".live[data-figure=selectivity_ratio] .tip")
    assert tip.is_hidden()
    said = set()
    marks.first.focus()
    for _ in range(len(table)):
        said.add(tip.text_content())
        page.keyboard.press("ArrowRight")
    assert len(said) == len(table)
    for row in table.itertuples():
        name = f"{row.model.replace('_', ' ')}, seed {row.seed}"
        (words,) = [text for text in said if text.startswith(f"{name}\n")]
        assert float(words.split("\n")[1].split()[0]) == pytest.approx(
            row.ratio, rel=0.01
        )
    page.keyboard.press("Home")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("without music, seed 1")
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    box = marks.nth(7).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert tip.is_visible()
    page.mouse.move(5, 5)
    assert tip.is_hidden()


def test_a_network_is_followed_through_all_figures(visit, pages):
    page = visit(pages["report"])
    marks_of(page, "selectivity_ratio").nth(2).focus()
    page.keyboard.press("Enter")
    for figure, places in (("selectivity_ratio", 1), ("ablation", 5), ("quilts", 28)):
        box = page.locator(f".live[data-figure={figure}]")
        followed = box.locator(".mark.followed:not(.hollow)")
        assert followed.count() == places
        assert box.locator(".follow option:checked").text_content() == (
            "without music, seed 3"
        )
        labels = followed.evaluate_all("m => m.map(e => e.ariaLabel)")
        assert all(label.startswith("without music, seed 3;") for label in labels)
        pressed = box.get_by_role("button", pressed=True).and_(box.locator(".mark"))
        assert pressed.count() == places
    choice = page.locator(".live[data-figure=ablation] .follow")
    choice.select_option(label="without music, every seed")
    assert page.locator(".live[data-figure=ablation] .mark.followed").count() == 25
    choice.select_option(label="all networks")
    assert page.locator(".followed").count() == 0
    assert page.locator(".mark[aria-pressed=true]").count() == 0
    # Of a single unit there is no network to follow.
    assert page.locator("#unit .mark:not([role=img])").count() == 0


def test_series_of_a_chart_can_be_hidden(visit, pages):
    page = visit(pages["report"])
    box = page.locator(".live[data-figure=quilts]")
    before = box.locator(".mark:visible").count()
    button = box.locator(".legend button", has_text="other sounds")
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "false"
    assert box.locator(".mark:visible").count() == before / 2
    button.press("Enter")
    assert box.locator(".mark:visible").count() == before


def test_tab_reaches_one_visible_mark_whatever_is_hidden(visit, pages):
    page = visit(pages["report"])
    box = page.locator(".live[data-figure=quilts]")
    reached = box.locator(".mark[tabindex='0']")
    buttons = box.locator(".legend button")
    assert buttons.count() == 2
    for button in [*buttons.all(), *buttons.all()]:
        button.press("Enter")
        if box.locator(".mark:visible").count():
            assert reached.count() == 1
            assert reached.is_visible()
    reached.focus()
    page.keyboard.press("End")
    assert reached.count() == 1
    assert reached.evaluate("e => e === document.activeElement")
