"""Units and sounds in a real browser: chosen, drawn and played."""

import pytest

from music_selectivity.report.study_page import report_html
from music_selectivity.stimuli.sets import CLIPS
from small_pages import is_drawn, top_of

pytest_plugins = ["browser_fixtures"]


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
    names = table.locator("tbody th").all_text_contents()
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
    rows = page.locator("#class tbody th").all_text_contents()
    assert [int(row.split()[1]) for row in rows] == list(needed)
    link = page.locator("#class a").last
    wanted = link.text_content()
    link.press("Enter")
    assert chosen_unit(page).startswith(f"{wanted} of ")
    assert page.evaluate("document.activeElement.name") == "unit"
    assert 0 <= top_of(page.locator("#choose-unit")) < 900


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


def test_a_study_without_classes_and_quilts_to_show_says_so(visit, inputs, tmp_path):
    """A corpus in which each class has few eval clips, and no clip is quilted."""
    profiles, examples = inputs["profiles"], inputs["examples"]
    of_classes = ["class_response", "precision_change", "average_precision"]
    few = {
        "profiles": profiles[~profiles["quantity"].isin(of_classes)],
        "examples": examples[examples["stimulus"] == CLIPS.name],
    }
    (tmp_path / "report.html").write_text(report_html(**inputs | few), encoding="utf-8")
    page = visit(tmp_path / "report.html")
    assert page.locator("#class").text_content() == "No class has enough eval clips."
    assert page.locator("#quilts").text_content() == "No clip was quilted."
    page.locator("#choose-unit [name=next]").press("Enter")
    assert page.locator("#unit .sound").count() > 0


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
    changed = {"config": config, "examples": silent, "preferred_inputs": None}
    text = report_html(**inputs | changed)
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    page = visit(tmp_path / "report.html")
    assert "may not be passed on" in page.locator("#units").text_content()
    assert page.locator(".play, audio").count() == 0
    assert is_drawn(page.locator("#unit canvas").first)[2] > 10


KINDS = {"ms": "Music-selective unit", "random": "Random unit", "untrained": "Unit"}


def preferred_inputs(inputs):
    """The network and row of each, in the order of the page."""
    found = []
    for (model, seed), table in inputs["preferred_inputs"].items():
        network = f"{model.replace('_', ' ')}, seed {seed}"
        for row in table.itertuples():
            untrained = ": untrained network" * (row.kind == "untrained")
            found.append((network + untrained, row))
    return found


def test_every_preferred_input_is_shown_below_its_figure(visit, pages, inputs):
    page = visit(pages["report"])
    cards = page.locator("#preferred-inputs .sound")
    shown = preferred_inputs(inputs)
    assert {row.kept for _, row in shown} == {True, False}
    for card, (_, row) in zip(cards.all(), shown, strict=True):
        verdict = "✓ kept" if row.kept else "✗ failed"
        assert card.locator("figcaption").inner_text() == (
            f"{KINDS[row.kind]} {row.unit}\n{verdict}\n"
            f"{row.heard:.2f} (clips: {row.percentile_99:.2f})"
        )
        assert "10 s, 0 to 8 kHz" in card.inner_text()
    width, height, levels = is_drawn(cards.first.locator("canvas"))
    assert (width, height) == (64, 64)
    assert levels > 10
    titles = page.locator("#preferred-inputs h4").all_text_contents()
    assert titles == list(dict.fromkeys(network for network, _ in shown))
    figure = page.locator(".figure:has(#preferred-inputs)")
    assert "What single units prefer" in figure.locator("h3").text_content()


def test_preferred_inputs_are_reached_by_tab_and_played(visit, pages, inputs):
    page = visit(pages["report"])
    # Slowly, because the machine may be busy.
    player = page.locator("#player")
    player.evaluate("e => { e.defaultPlaybackRate = 0.07; }")
    buttons = page.locator("#preferred-inputs .play")
    page.locator(".figure:has(#preferred-inputs) summary").focus()
    for network, row in preferred_inputs(inputs):
        page.keyboard.press("Tab")
        unit = f"{KINDS[row.kind]} {row.unit}".lower()
        label = page.evaluate("document.activeElement.ariaLabel")
        assert label == f"Play preferred input of {unit}, {network}"
    buttons.first.press("Enter")
    page.wait_for_function("() => document.getElementById('player').currentTime > 0.02")
    assert player.evaluate("e => e.duration") == pytest.approx(1, abs=0.1)
    assert player.evaluate("e => e.error") is None
    assert page.locator(".playing").count() == 1
    # Of all sounds of the page, one plays at a time.
    page.locator("#unit .play").first.press("Enter")
    assert buttons.first.text_content() == "Play"
    buttons.last.press(" ")
    assert page.locator(".play", has_text="Stop").count() == 1
    buttons.last.press(" ")
    assert player.evaluate("e => e.paused")


def test_preferred_inputs_play_on_a_page_without_clips_to_play(visit, inputs, tmp_path):
    config = inputs["config"] | {"report": {"audio": False}}
    silent = inputs["examples"].assign(mp3=b"")
    text = report_html(**inputs | {"config": config, "examples": silent})
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    page = visit(tmp_path / "report.html")
    assert "Clips and quilts have no sounds" in page.locator("#units").text_content()
    buttons = page.locator(".play")
    assert buttons.count() == len(preferred_inputs(inputs))
    page.locator("#player").evaluate("e => { e.defaultPlaybackRate = 0.07; }")
    buttons.nth(1).press("Enter")
    page.wait_for_function("() => document.getElementById('player').currentTime > 0.02")
    assert buttons.nth(1).text_content() == "Stop"
