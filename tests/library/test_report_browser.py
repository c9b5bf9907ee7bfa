"""Pages in a real browser: they answer, fit each screen and ask no network."""

import re
import shutil

import pandas as pd
import pytest

import paper_scale
import study_pages
from music_selectivity.claims.verdicts import OPEN, REPLICATED
from music_selectivity.report.audit_page import audit_html
from music_selectivity.report.study_page import claims_html, report_html
from music_selectivity.report.usage_page import usage_html

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])),
    None,
)
WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")
# A page of the paper's size, without audio.
MOST_BYTES, MOST_NODES = 5_000_000, 15_000
EVIL = "<img src=x onerror=alert(1)>\"'&</script><script>alert(2)</script>"


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


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    found = study_pages.inputs(tmp_path_factory.mktemp("study"), sounds=True)
    return found | {"claims": claims_of_all_verdicts(found["claims"])}


def audit_page():
    counts = pd.DataFrame(
        [
            ("total", "train", "all", *range(10_000, 10_012)),
            ("class", "train", EVIL, *range(12)),
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


@pytest.fixture(scope="module")
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


def shown_rows(page):
    return page.locator("table.claims tbody tr:visible")


def ids_of(rows):
    return rows.evaluate_all("rows => rows.map(row => row.id.slice(4))")


def top_of(element):
    """Where on the screen an element begins, in pixels."""
    return element.evaluate("e => e.getBoundingClientRect().top")


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
    # The choice lasts, also against the system.
    light.reload()
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


def marks_of(page, figure):
    return page.locator(f".live[data-figure={figure}] .mark:not(.hollow)")


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
    choice = page.locator(".live[data-figure=ablation] .follow")
    choice.select_option(label="without music, every seed")
    assert page.locator(".live[data-figure=ablation] .mark.followed").count() == 25
    choice.select_option(label="all networks")
    assert page.locator(".followed").count() == 0


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


def profile_of(inputs, model, quantity):
    profiles = inputs["profiles"]
    rows = profiles[(profiles["model"] == model) & (profiles["quantity"] == quantity)]
    return rows.sort_values("value", ascending=False)


def units_shown(inputs, model):
    """Numbers of the units that can be chosen, by falling rank."""
    ranks = profile_of(inputs, model, "rank").set_index("unit")["value"]
    return sorted(profile_of(inputs, model, "mean_response")["unit"], key=ranks.get)


def chosen_unit(page):
    return page.locator("#unit h4").first.text_content()


def test_units_are_chosen_by_network_and_number(visit, pages, inputs):
    page = visit(pages["report"])
    form = page.locator("#choose-unit")
    shown = units_shown(inputs, "without_music")
    assert len(shown) == 40
    assert chosen_unit(page) == f"Unit {shown[0]} of without music, seed 1"
    form.locator("[name=next]").press("Enter")
    assert chosen_unit(page).startswith(f"Unit {shown[1]} of")
    form.locator("[name=previous]").press(" ")
    assert chosen_unit(page).startswith(f"Unit {shown[0]} of")
    form.locator("[name=unit]").press("End")
    assert chosen_unit(page).startswith(f"Unit {shown[-1]} of")
    form.locator("[name=next]").press("Enter")
    assert chosen_unit(page).startswith(f"Unit {shown[0]} of")
    form.locator("[name=previous]").press("Enter")
    assert chosen_unit(page).startswith(f"Unit {shown[-1]} of")
    groups = form.locator("[name=unit] optgroup")
    assert [group.locator("option").count() for group in groups.all()] == [32, 8]
    form.locator("[name=network]").select_option(label="untrained, seed 1")
    shown = units_shown(inputs, "untrained")
    assert chosen_unit(page) == f"Unit {shown[0]} of untrained, seed 1"


def test_a_unit_shows_the_numbers_of_its_profile(visit, pages, inputs):
    page = visit(pages["report"])
    unit = units_shown(inputs, "without_music")[0]
    responses = profile_of(inputs, "without_music", "class_response")
    responses = responses[responses["unit"] == unit]
    table = page.locator("#unit table").first
    names = table.locator("tbody td:first-child").all_text_contents()
    assert names == [f"{name} 20 clips" for name in responses["place"]]
    numbers = [float(text) for text in table.locator("td.n").all_text_contents()]
    assert numbers == pytest.approx(list(responses["value"]), rel=0.01)
    widths = table.locator(".bar").evaluate_all(
        "all => all.map(e => parseFloat(getComputedStyle(e, '::before').width))"
    )
    assert [w / widths[0] for w in widths] == pytest.approx(
        list(responses["value"] / responses["value"].max()), abs=0.02
    )
    losses = page.locator("#unit table").nth(1).locator("td.n").all_text_contents()
    assert losses[0].startswith("\N{MINUS SIGN}")
    assert losses[-1].startswith("+")
    marks = page.locator("#unit .mark")
    assert marks.count() == 2 * 7 + 3
    marks.first.focus()
    page.keyboard.press("ArrowRight")
    assert "music" in page.locator("#unit .tip:visible").text_content()
    cards = page.locator("#unit .sound")
    clips = profile_of(inputs, "without_music", "clip_response")
    clips = clips[clips["unit"] == unit]
    for card, clip_id in zip(cards.all(), clips["place"], strict=True):
        assert clip_id in card.text_content()


def test_a_class_leads_to_the_units_that_it_needs(visit, pages, inputs):
    page = visit(pages["report"])
    shown = units_shown(inputs, "without_music")
    changes = profile_of(inputs, "without_music", "precision_change")
    losses = changes[changes["value"] < 0][::-1].groupby("place").head(5)
    names = losses.loc[losses["unit"].isin(shown[1:]), "place"]
    page.locator("#choose-class select").select_option(label=names.iloc[0])
    needed = losses[losses["place"] == names.iloc[0]]["unit"]
    rows = page.locator("#class tbody td:first-child").all_text_contents()
    assert [int(row.split()[1]) for row in rows] == list(needed)
    link = page.locator("#class a").last
    wanted = link.text_content()
    link.press("Enter")
    assert chosen_unit(page).startswith(f"{wanted} of ")
    assert page.evaluate("document.activeElement.name") == "unit"
    assert 0 <= top_of(page.locator("#choose-unit")) < 900


def is_drawn(canvas):
    return canvas.evaluate(
        """async e => {
        for (let i = 0; i < 100 && e.width === 300; i += 1) {
            await new Promise(done => setTimeout(done, 50));
        }
        const { data } = e.getContext("2d").getImageData(0, 0, e.width, e.height);
        const levels = new Set(data.filter((_, i) => i % 4 === 3));
        return [e.width, e.height, levels.size];
        }"""
    )


def test_quilts_have_pictures_of_every_order_and_length(visit, pages):
    page = visit(pages["report"])
    cards = page.locator("#quilts .sound")
    # Six lengths of Overath's order, and of three more orders for music.
    assert cards.count() == 1 + 4 * 6
    for card in cards.all()[:3]:
        width, height, levels = is_drawn(card.locator("canvas"))
        assert (width, height) == (64, 64)
        assert levels > 10
    page.locator("#choose-quilts select").press("End")
    assert cards.count() == 1 + 6
    texts = [card.locator("figcaption").inner_text() for card in cards.all()]
    assert texts[0] == "unquilted"
    assert texts[1] == "50 ms\nOverath's order"


def test_one_sound_plays_at_a_time_and_stops(visit, pages):
    page = visit(pages["report"])
    player = page.locator("#player")
    buttons = page.locator("#unit .play")
    # Slowly, because the machine may be busy.
    player.evaluate("e => { e.defaultPlaybackRate = 0.07; }")
    buttons.first.press("Enter")
    page.wait_for_function("() => document.getElementById('player').currentTime > 0.02")
    assert player.evaluate("e => e.duration") == pytest.approx(1, abs=0.1)
    assert player.evaluate("e => e.error") is None
    assert buttons.first.text_content() == "Stop"
    assert buttons.first.get_attribute("aria-label").startswith("Stop clip ")
    buttons.nth(1).press(" ")
    assert buttons.first.text_content() == "Play"
    assert page.locator(".play", has_text="Stop").count() == 1
    # A sound that ends gives its button back.
    player.evaluate("e => { e.playbackRate = 4; }")
    page.wait_for_function("() => !document.querySelector('.playing')")
    assert page.locator(".play", has_text="Stop").count() == 0
    page.locator("#quilts .play").first.press("Enter")
    page.locator("#quilts .play").first.press("Enter")
    assert player.evaluate("e => e.paused")
    assert page.locator(".playing").count() == 0


def test_a_page_without_sounds_says_why_and_has_pictures(visit, inputs, tmp_path):
    config = inputs["config"] | {"report": {"audio": False}}
    silent = inputs["examples"].assign(mp3=b"")
    text = report_html(**inputs | {"config": config, "examples": silent})
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    page = visit(tmp_path / "report.html")
    assert "may not be passed on" in page.locator("#units").text_content()
    assert page.locator(".play, audio").count() == 0
    assert is_drawn(page.locator("#unit canvas").first)[2] > 10


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
            "img, button, select, input, a, [role=img], [role=group]")]
        .filter(e => !(e.alt || e.ariaLabel || e.textContent.trim()
            || e.labels?.length) && !e.closest("dialog"))
        .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert nameless == []
    alts = page.locator("main img").evaluate_all("all => all.map(e => e.alt.length)")
    assert min(alts) > 30


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


def test_a_page_of_the_papers_size_is_within_its_budget(visit, tmp_path):
    inputs = study_pages.inputs(tmp_path, drawn=True)
    text = report_html(**inputs)
    assert len(text.encode()) < MOST_BYTES
    # Every figure is shown; of the spectrograms, those of the first clips.
    assert "because its SVG" not in text
    ((cut, of_all),) = re.findall(r"([\d,]+) of ([\d,]+) spectrograms left out", text)
    cut, of_all = (int(count.replace(",", "")) for count in (cut, of_all))
    assert of_all == len(inputs["examples"])
    assert of_all - cut > 150
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    page = visit(tmp_path / "report.html")
    assert page.evaluate("document.querySelectorAll('*').length") < MOST_NODES
    images = page.locator("main img")
    assert images.count() == len(inputs["figures"])
    assert images.evaluate_all("all => all.every(e => e.naturalWidth > 0)")
