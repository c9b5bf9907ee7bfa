"""Figures as images inside a page: smaller SVG, within the page's budget of bytes."""

import base64
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from music_selectivity.report.numbers import number

# Bytes of all images of a page. A page of the paper's 22 figures, with 25 networks and
# 35,000 clips, needs about three quarters.
BUDGET = 4_200_000
# Of coordinates, which are in points.
DECIMALS = 1
# What an address needs not encode, in a template that escapes < > & " and '.
AS_IS = " !$()*+,-./:;=?@[]^_`{|}~"

NEEDLESS = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.S
)
COORDINATES = re.compile(r'\b(d|x|y|points)="([^"]*)"')
FRACTION = re.compile(rf"-?\d+\.\d{{{DECIMALS + 1},}}")
SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
DESCRIPTION = re.compile(r"<dc:description>(.*?)</dc:description>", re.S)


@dataclass(frozen=True)
class Picture:
    """A figure as an image.

    Attributes
    ----------
    source : str
        Its address, which holds all of it; empty if it is left out.
    width, height : int
        In pixels of the style sheet.
    cut : str
        What was done to make it fit; empty for nothing.
    """

    source: str
    width: int
    height: int
    cut: str = ""


def pictures(svgs: Iterable[Path], budget: int = BUDGET) -> dict[Path, Picture]:
    """The figures in SVG files as images that take at most `budget` bytes together.

    The smallest come first. One that does not fit is shown as the PNG next to it, or
    left out.
    """
    drawn = {svg: svg.read_text(encoding="utf-8") for svg in svgs}
    sources = {
        svg: f"data:image/svg+xml,{quote(smaller(text), safe=AS_IS)}"
        for svg, text in drawn.items()
    }
    found = {}
    for svg in sorted(sources, key=lambda svg: len(sources[svg])):
        source, cut = sources[svg], ""
        if len(source) > budget:
            source, cut = _png(svg), f"its SVG takes {number(len(source) / 1e6)} MB"
        if len(source) > budget:
            source = ""
        budget -= len(source)
        width, height = SIZE.search(drawn[svg]).groups()
        found[svg] = Picture(source, _pixels(width), _pixels(height), cut)
    return found


def smaller(svg: str) -> str:
    """An SVG image without metadata, and with coordinates to a tenth of a point.

    >>> smaller('<svg><!-- A --> <path d="M 1.234 5\\n"/></svg>')
    '<svg><path d="M 1.2 5 "/></svg>'
    """
    svg = COORDINATES.sub(_rounded, NEEDLESS.sub("", svg))
    return re.sub(r"\s+", " ", svg).replace("> <", "><").strip()


def reason_for_nothing(svg: Path) -> str:
    """Why a figure shows nothing, as `style.empty_figure` says; empty if it does."""
    found = DESCRIPTION.search(svg.read_text(encoding="utf-8"))
    return html.unescape(found[1]).strip() if found else ""


def _png(svg: Path) -> str:
    data = svg.with_suffix(".png").read_bytes()
    return f"data:image/png;base64,{base64.b64encode(data).decode('ascii')}"


def _pixels(points: str) -> int:
    return round(float(points) * 4 / 3)


def _rounded(attribute: re.Match) -> str:
    numbers = FRACTION.sub(lambda text: f"{float(text[0]):.{DECIMALS}f}", attribute[2])
    return f'{attribute[1]}="{numbers}"'
