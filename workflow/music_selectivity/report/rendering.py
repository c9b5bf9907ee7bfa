"""Filling in the templates, with their style sheet and scripts.

The policy of each page lets it load nothing, and run and show only what is in it.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import jinja2
from jinja2.filters import do_mark_safe

from music_selectivity.report import numbers

FOLDER = Path(__file__).with_name("templates")
# In JSON inside a page: what could end the element or attribute that holds it.
IN_PAGE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"}


def render(template: str, **values: object) -> str:
    """A template as HTML, with `values` escaped; a name that it lacks is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": numbers.number,
        "p_value": numbers.p_value,
        "plus_minus": numbers.plus_minus,
        "mean_sd": numbers.mean_sd,
        "span": numbers.span,
        "text": numbers.text,
        "json": as_json,
    }
    environment.globals |= {"part": part, "policy": policy}
    return environment.get_template(template).render(**values)


def part(name: str) -> str:
    """A style sheet or script of this folder, as it is."""
    return do_mark_safe((FOLDER / name).read_text(encoding="utf-8"))


def policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """The content security policy of a page with these style sheets and scripts."""
    return "; ".join(
        [
            "default-src 'none'",
            "img-src data: blob:",
            "media-src data:",
            f"style-src {_hashes(styles)}",
            f"script-src {_hashes(scripts)}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def as_json(value: object) -> str:
    """`value` as JSON for an element of a page, or an attribute in single quotes."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return do_mark_safe(text.translate(str.maketrans(IN_PAGE)))


def _hashes(names: Iterable[str]) -> str:
    digests = [hashlib.sha256(part(name).encode()).digest() for name in names]
    sources = [f"'sha256-{base64.b64encode(x).decode()}'" for x in digests]
    return " ".join(sources) or "'none'"
