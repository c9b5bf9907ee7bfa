"""Several studies compared, claim by claim, as a page."""

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from music_selectivity.claims.across_studies import AGREEMENTS, SHOWN
from music_selectivity.report.cards import MARKS, WIDTH, scale
from music_selectivity.report.comparison_figure import in_words, main_claims
from music_selectivity.report.pictures import Picture
from music_selectivity.report.rendering import render
from music_selectivity.vocabulary import NATURAL


def comparison_html(
    table: pd.DataFrame,
    configs: Mapping[str, Mapping],
    reports: Mapping[str, str],
    picture: Picture | None = None,
) -> str:
    """The claims of several studies, by how far the studies agree, as an HTML page.

    Parameters
    ----------
    table
        ``across_studies.side_by_side``.
    configs
        The resolved config of each study, in the order of the page.
    reports
        Address of each study's report.
    picture
        The figure of ``comparison_figure``; None if no study measured its claims.
    """
    rows = [
        {
            "id": row["id"],
            "claim": row["claim"],
            "agreement": row["agreement"],
            "studies": _shown(row, configs),
        }
        for row in table.to_dict("records")
    ]
    groups = {
        name: [row for row in rows if row["agreement"] == name] for name in AGREEMENTS
    }
    return render(
        "comparison.html.j2",
        studies=reports,
        picture=picture,
        alternative=in_words(main_claims(table, configs)),
        notices=dict.fromkeys(filter(None, (of["notice"] for of in configs.values()))),
        groups={name: rows for name, rows in groups.items() if rows},
        n_claims=len(rows),
        differences=differences(configs),
        same_sounds=_all_equal([_sounds(config) for config in configs.values()]),
    )


def differences(configs: Mapping[str, Mapping]) -> list[tuple[list[str], dict]]:
    """Keys of the config in which studies differ, and their value by study.

    Keys that differ in the same way, such as the architecture of every model, share a
    row. The name and the notice of a study are no difference.

    Parameters
    ----------
    configs
        Resolved config by study.
    """
    values = [dict(_leaves(config)) for config in configs.values()]
    alike: dict[str, tuple[list[str], dict]] = {}
    for key in dict.fromkeys(key for each in values for key in each):
        of_studies = [each.get(key) for each in values]
        if key not in ("study", "notice") and not _all_equal(of_studies):
            by_study = dict(zip(configs, of_studies, strict=True))
            alike.setdefault(repr(of_studies), ([], by_study))[0].append(key)
    return list(alike.values())


def _leaves(config: Mapping, prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _sounds(config: Mapping) -> tuple:
    """What decides which sounds a study has."""
    corpus = config["corpus"]
    of_natural = corpus["type"] == NATURAL
    described = config["natural_sounds"] if of_natural else corpus[corpus["type"]]
    return corpus["type"], described, config["audio"]


def _all_equal(values: list) -> bool:
    return all(value == values[0] for value in values)


def _shown(row: Mapping, studies: Iterable[str]) -> list[dict]:
    """What is shown of a claim, by study, with intervals on a common scale."""
    shown = [
        {"study": study, **{column: row[f"{study}_{column}"] for column in SHOWN}}
        for study in studies
    ]
    place = scale(each[name] for each in shown for name in ("measured", "low", "high"))
    for each in shown:
        each["mark"] = MARKS[each["verdict"]]
        each["interval"] = {
            "width": WIDTH,
            "value": place(each["measured"]),
            "low": place(each["low"]),
            "high": place(each["high"]),
            "zero": None,
            "band": None,
        }
    return shown
