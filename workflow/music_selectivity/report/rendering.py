"""Filling in the templates next to this file."""

from pathlib import Path

import jinja2

from music_selectivity.report import numbers


def render(template: str, **values: object) -> str:
    """A template as HTML, with `values` escaped; a name that it lacks is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
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
    }
    return environment.get_template(template).render(**values)
