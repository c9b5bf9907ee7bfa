"""Images in a page: the same drawing in fewer bytes, within a budget."""

import base64
import xml.etree.ElementTree
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest

from music_selectivity.figures.style import empty_figure, new_figure, save
from music_selectivity.report.pictures import pictures, reason_for_nothing, smaller

REASON = 'No "<such>" & measure'


@pytest.fixture
def drawn(tmp_path):
    """A figure with a line and a raster, and one that shows nothing."""
    figure = new_figure(3, 2)
    axes = figure.subplots()
    axes.plot(np.linspace(0, 1, 50), np.linspace(0, 1, 50) ** 2, label="<a> & 'b'")
    axes.plot([0.5], [0.5], "o", rasterized=True)
    axes.legend()
    save(figure, pd.DataFrame({"x": [1]}), tmp_path / "figure")
    save(empty_figure(REASON), pd.DataFrame({"x": []}), tmp_path / "nothing")
    return tmp_path


def svg_of(source):
    assert source.startswith("data:image/svg+xml,")
    return unquote(source.removeprefix("data:image/svg+xml,"))


def test_smaller_svg_draws_the_same_within_a_tenth_of_a_point(drawn):
    before = (drawn / "figure.svg").read_text()
    after = smaller(before)
    assert len(after) < 0.9 * len(before)
    old, new = map(xml.etree.ElementTree.fromstring, (before, after))
    kept = [node for node in old.iter() if "path" in node.tag or "use" in node.tag]
    found = [node for node in new.iter() if "path" in node.tag or "use" in node.tag]
    assert len(found) == len(kept) > 10
    for was, now in zip(kept, found, strict=True):
        numbers = [
            np.array([float(x) for x in text.split() if x[0] in "-.0123456789"])
            for text in (was.get("d", ""), now.get("d", ""))
        ]
        np.testing.assert_allclose(*numbers, atol=0.051)
        assert was.get("transform") == now.get("transform")


def test_images_are_whole_and_have_their_size(drawn):
    svg = drawn / "figure.svg"
    (found,) = pictures([svg]).values()
    assert svg_of(found.source) == smaller(svg.read_text())
    assert (found.width, found.height, found.cut) == (288, 192, "")
    # Nothing that a template would escape, at five bytes instead of three.
    assert not set("<>&\"'") & set(found.source)


def test_the_largest_is_left_out_where_nothing_fits(drawn):
    figure, nothing = drawn / "figure.svg", drawn / "nothing.svg"
    whole = pictures([figure, nothing])
    found = pictures([figure, nothing], budget=len(whole[nothing].source))
    assert found[nothing] == whole[nothing]
    assert found[figure].source == ""
    assert found[figure].cut.startswith("its SVG takes 0.0")


def test_a_png_takes_the_place_of_a_larger_svg(drawn):
    svg = drawn / "figure.svg"
    svg.write_text(
        svg.read_text().replace("<defs>", f"<desc>{'x' * 300_000}</desc><defs>", 1)
    )
    (found,) = pictures([svg], budget=200_000).values()
    png = (drawn / "figure.png").read_bytes()
    assert found.source == f"data:image/png;base64,{base64.b64encode(png).decode()}"
    assert found.cut.startswith("its SVG takes 0.3")


def test_a_figure_without_data_says_why(drawn):
    assert reason_for_nothing(drawn / "nothing.svg") == REASON
    assert reason_for_nothing(drawn / "figure.svg") == ""
