"""Pages in a real browser fit each screen, suit each reader and ask no network.

What claims, charts, and units with their sounds answer is tested in files of their own.
"""

import re

import numpy as np
import pytest

import paper_scale
import study_pages
from music_selectivity.report.study_page import report_html
from small_pages import marks_of, shown_rows, top_of

pytest_plugins = ["browser_fixtures"]

EVIL = study_pages.EVIL
WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")
# A page of the paper's size, without audio and with.
MOST_BYTES, MOST_WITH_SOUNDS, MOST_NODES = 5_000_000, 8_000_000, 15_000


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["report", "claims", "audit", "usage"])
def test_pages_fit_every_screen(visit, pages, name, width, scheme):
    page = visit(pages[name], width, scheme)
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => { d.open = true; })"
    )
    wide = page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll("body *")]
        .filter(e => e.getClientRects().length && !e.closest("svg, img, .skip")
            && (e.getBoundingClientRect().right > innerWidth + 1
                || (e.scrollWidth > e.clientWidth + 1
                    && getComputedStyle(e).overflowX !== "visible")))
        .map(e => `${e.tagName}.${e.className}`)"""
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_stands_out_from_its_background(visit, pages, scheme):
    """The least contrast of WCAG, 4.5 for text, for every element with text."""
    page = visit(pages["report"], scheme=scheme)
    low = page.evaluate(
        """() => {
        const canvas = document.createElement("canvas").getContext("2d",
            { willReadFrequently: true });
        const rgb = (colour) => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
        const behind = (element) => {
            for (let up = element; up; up = up.parentElement) {
                const colour = rgb(getComputedStyle(up).backgroundColor);
                if (colour[3] === 255) return colour;
            }
            return null;
        };
        const found = {};
        for (const element of document.querySelectorAll("body *")) {
            if (!element.getClientRects().length || element.closest("svg")) continue;
            const texts = [...element.childNodes].filter(n => n.nodeType === 3);
            if (!texts.some(n => n.data.trim())) continue;
            const [a, b] = [rgb(getComputedStyle(element).color), behind(element)]
                .map(luminance).sort((x, y) => y - x);
            const contrast = (a + .05) / (b + .05);
            if (contrast < 4.5) {
                found[`${element.tagName}.${element.className}`] = contrast;
            }
        }
        return found;
        }"""
    )
    assert low == {}


def background(page):
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


@pytest.mark.parametrize("name", ["report", "claims", "audit", "usage"])
def test_light_and_dark_follow_the_system_and_the_switch(visit, pages, name):
    light, dark = (visit(pages[name], scheme=scheme) for scheme in SCHEMES)
    assert background(light) > 200
    assert background(dark) < 60
    for page in (light, dark):
        page.locator("#theme").press("Enter")
    assert background(light) < 60
    assert background(dark) > 200
    assert light.locator("#theme").text_content() == "Light"
    # The choice lasts, also against the system; a busy browser stores it later.
    for _ in range(40):
        light.reload()
        if background(light) < 60:
            break
        light.wait_for_timeout(250)
    assert background(light) < 60


def test_every_control_is_reached_by_tab_and_shows_it(visit, pages):
    page = visit(pages["report"])
    wanted = page.evaluate(
        """() => {
        const controls = "a[href], button, input, select, summary, [tabindex='0']";
        const found = [...document.querySelectorAll(controls)]
            .filter(e => e.classList.contains("skip") || e.checkVisibility());
        found.forEach((e, i) => { e.dataset.stop = i; });
        return found.length;
        }"""
    )
    reached = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
            const e = document.activeElement;
            if (e === document.body) return null;
            const { outlineStyle, strokeWidth, top } = getComputedStyle(e);
            const marked = outlineStyle !== "none" || parseFloat(strokeWidth) > 2;
            return [e.dataset.stop, marked];
            }"""
        )
        if stop is None:
            break
        assert stop[1], stop
        reached.add(int(stop[0]))
    assert reached == set(range(wanted))


def test_the_skip_link_leads_past_the_contents(visit, pages):
    page = visit(pages["report"])
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_contents_follow_the_scroll(visit, pages):
    page = visit(pages["report"])
    current = page.locator(".contents [aria-current]")
    assert current.get_attribute("href") == "#answer"
    for name in ("time", "claims", "detection"):
        page.locator(f".contents a[href='#{name}']").press("Enter")
        page.wait_for_function(
            "name => document.querySelector('.contents [aria-current]').hash === name",
            arg=f"#{name}",
        )
        assert current.count() == 1


def test_contents_fold_where_there_is_no_room(visit, pages):
    page = visit(pages["report"], 360)
    link = page.locator(".contents a[href='#function']")
    assert not link.is_visible()
    page.locator(".contents summary").press("Enter")
    link.press("Enter")
    assert not link.is_visible()
    assert 0 <= top_of(page.locator("#function h2")) < 300


def test_images_are_saved_from_the_page_and_enlarged(visit, pages):
    page = visit(pages["report"], 360)
    figure = page.locator("#figure-2")
    save = figure.locator("a.save")
    assert save.get_attribute("href") == figure.locator("img").get_attribute("src")
    assert save.get_attribute("download") == "embedding.svg"
    with page.expect_download() as download:
        save.click()
    assert download.value.path().read_text() == study_pages.SVG
    figure.locator(".enlarge").press("Enter")
    viewer = page.locator("dialog")
    assert viewer.is_visible()
    assert viewer.locator("img").evaluate("e => e.naturalWidth > 0")
    page.keyboard.press("Escape")
    assert viewer.is_hidden()
    assert figure.locator(".enlarge").evaluate("e => e === document.activeElement")


def test_images_and_controls_have_names(visit, pages):
    page = visit(pages["report"])
    nameless = page.evaluate(
        """() => [...document.querySelectorAll(
            "img, button, select, input, a, [role=img], [role=button], [role=group]")]
        .filter(e => !(e.alt || e.ariaLabel || e.textContent.trim()
            || e.labels?.length) && !e.closest("dialog"))
        .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert nameless == []
    alts = page.locator("main img").evaluate_all("all => all.map(e => e.alt.length)")
    assert min(alts) > 30


@pytest.mark.parametrize("name", ["report", "claims", "audit", "usage"])
def test_tables_have_headers_of_columns_and_rows(visit, pages, name):
    page = visit(pages[name])
    lacking = page.evaluate(
        """() => [...document.querySelectorAll("thead th:not([scope=col]), "
            + "tbody tr > :first-child:not(th[scope=row])")]
        .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert lacking == []
    assert page.locator("tbody th").count() > 0


def test_the_page_is_whole_without_scripts(visit, pages, inputs):
    page = visit(pages["report"], java_script_enabled=False)
    images = page.locator("main img")
    assert images.count() == len(inputs["figures"])
    assert all(image.is_visible() for image in images.all())
    assert page.locator("button:visible, form:visible, .live:visible").count() == 0
    assert page.locator("#units noscript").is_visible()
    assert shown_rows(page).count() == len(inputs["claims"])


def test_the_page_prints_in_light_colours_with_all_figures(visit, pages, inputs):
    page = visit(pages["report"], scheme="dark")
    pdf = page.pdf(format="A4")
    assert 10 < len(re.findall(rb"/Type\s*/Page\b", pdf)) < 80
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert background(page) == 255
    images = page.locator("main img:visible")
    assert images.count() == len(inputs["figures"])
    assert (
        page.locator("button:visible, select:visible, .contents:visible").count() == 0
    )
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator("#figure-6 .still").get_attribute("open") is None


def hostile(tables):
    """Tables in which models, classes, genres and places have hostile names."""
    models = {"untrained": EVIL, "with_music": f"with {EVIL}"}
    found = {
        name: table.assign(model=table["model"].replace(models))
        if "model" in table
        else table
        for name, table in tables.items()
    }
    genres = found["quilts_genres"]
    found["quilts_genres"] = genres.assign(
        genre=genres["genre"].replace("Genre 1", EVIL)
    )
    return found


def test_hostile_names_are_shown_and_do_nothing(visit, inputs, tmp_path):
    claims = inputs["claims"].assign(notes=EVIL, models=f"without_music, {EVIL}")
    claims.loc[0, "claim"] = EVIL
    (preferred,) = inputs["preferred_inputs"].values()
    evil = inputs | {
        "notice": EVIL,
        "claims": claims,
        "figures": study_pages.figures(tmp_path, hostile(paper_scale.tables()), False),
        "baseline": inputs["baseline"].assign(features=EVIL),
        "classes": inputs["classes"].replace({"name": {"class 1": EVIL}}),
        "profiles": inputs["profiles"].replace({"place": {"class 1": EVIL}}),
        "examples": inputs["examples"].assign(
            labels=[[EVIL]] * len(inputs["examples"])
        ),
        "preferred_inputs": {(EVIL, 1): preferred},
        "clips": inputs["clips"].assign(excluded=[EVIL] + [""] * 399),
        "config": inputs["config"] | {"study": EVIL, "models": {EVIL: {}}},
    }
    file = tmp_path / "report.html"
    file.write_text(report_html(**evil), encoding="utf-8")
    page = visit(file)
    assert page.title() == EVIL
    assert page.locator("[onerror]").count() == 0
    assert page.locator(".notice").text_content() == EVIL
    assert EVIL in page.locator("#claim-1c-a").text_content()
    assert page.locator("h4", has_text=EVIL).count() >= 1
    assert EVIL in page.locator("#preferred-inputs h4").first.text_content()
    option = page.locator(".live[data-figure=selectivity_ratio] option")
    assert f"{EVIL}, seed 1" in option.all_text_contents()
    assert EVIL in page.locator("#unit .sound").first.text_content()
    page.locator("#choose-class select").select_option(label=EVIL)
    assert page.locator("#class p").text_content().startswith(EVIL)
    page.locator(".filters [name=model]").select_option(EVIL)
    assert shown_rows(page).count() == len(claims)
    names = [
        mark.get_attribute("aria-label") for mark in marks_of(page, "readout").all()
    ]
    assert any(name.startswith(EVIL.replace("_", " ")) for name in names)


def left_out(text, name):
    """How many of how many the page leaves out."""
    ((cut, of_all),) = re.findall(rf"([\d,]+) of ([\d,]+) {name} left out", text)
    return int(cut.replace(",", "")), int(of_all.replace(",", ""))


def test_a_page_of_the_papers_size_is_within_its_budget(visit, tmp_path):
    inputs = study_pages.inputs(tmp_path, drawn=True)
    text = report_html(**inputs)
    assert len(text.encode()) < MOST_BYTES
    # Every figure is shown; of the spectrograms, those of the first clips.
    assert "because its SVG" not in text
    cut, of_all = left_out(text, "spectrograms")
    assert of_all == len(inputs["examples"])
    assert of_all - cut > 80
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    page = visit(tmp_path / "report.html")
    assert page.evaluate("document.querySelectorAll('*').length") < MOST_NODES
    images = page.locator("main img")
    # The paper's study has no networks of users.
    drawn = [each for each in inputs["figures"] if each.name != "users_networks"]
    assert images.count() == len(drawn)
    assert images.evaluate_all("all => all.every(e => e.naturalWidth > 0)")
    # Sounds of 10 s take 50 kB each.
    rng = np.random.default_rng(0)
    preferred = {
        network: table.assign(mp3=[rng.bytes(50_000) for _ in range(len(table))])
        for network, table in study_pages.preferred_inputs().items()
    }
    text = report_html(**inputs | {"preferred_inputs": preferred})
    assert len(text.encode()) < MOST_WITH_SOUNDS
    assert "because its SVG" not in text
    assert 'href="#preferred-inputs"' not in text
