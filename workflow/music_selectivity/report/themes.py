"""The themes of a study: each question with its figures and claims."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from music_selectivity.figures.chart import Chart
from music_selectivity.figures.style import Style
from music_selectivity.report.cards import verdict_counts
from music_selectivity.report.charts import chart_data, described
from music_selectivity.report.pictures import Picture, pictures, reason_for_nothing

# A sentence ends before a capital letter; what "Fig." abbreviates has a number.
SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z])")


@dataclass(frozen=True)
class StudyFigure:
    """A figure of a study.

    Attributes
    ----------
    name, title, panel : str
        `panel` is the figure of the paper.
    caption, sample : str
        What is shown, and how many networks and clips.
    claims : sequence of str
        Claims that it shows, as in ``catalogue.Entry``.
    charts : sequence of Chart
    svg : Path
        The drawn figure, with PNG and CSV files of the same name next to it.
    table : DataFrame
        What it was drawn from.
    """

    name: str
    title: str
    panel: str
    caption: str
    sample: str
    svg: Path
    table: pd.DataFrame = field(repr=False)
    claims: Sequence[str] = ()
    charts: Sequence[Chart] = ()


def study_figure(
    said: Mapping, sample: str, svg: Path, table: pd.DataFrame
) -> StudyFigure:
    """A figure by what the rules say of it: the fields of ``catalogue.Entry``, as data.

    `said` also has its name and caption; the other parameters are as in `StudyFigure`.
    """
    names = ("name", "title", "panel", "caption", "claims")
    charts = [Chart(**chart) for chart in said["charts"]]
    fields = {name: said[name] for name in names}
    return StudyFigure(**fields, sample=sample, svg=svg, table=table, charts=charts)


@dataclass(frozen=True)
class Shown:
    """A figure as the page shows it.

    Attributes
    ----------
    number : int
    figure : StudyFigure
    lead, rest : str
        The first sentence of the caption, and the others.
    reason : str
        Why it shows nothing; empty if it shows something.
    picture : Picture, optional
        None if it shows nothing.
    charts : list of dict
        `charts.chart_data`, without those that show nothing.
    words : str
        What the charts show, in words.
    cards : list of dict
        Of its claims.
    """

    number: int
    figure: StudyFigure
    lead: str
    rest: str
    reason: str
    picture: Picture | None
    charts: list[dict]
    words: str
    cards: list[dict]


@dataclass(frozen=True)
class ShownTheme:
    """A theme as the page shows it: its figures, and claims that no figure shows."""

    name: str
    title: str
    question: str
    figures: list[Shown]
    cards: list[dict]

    @property
    def verdicts(self) -> list[dict]:
        """`cards.verdict_counts` of all its claims."""
        of_figures = [card for shown in self.figures for card in shown.cards]
        return verdict_counts(of_figures + self.cards)


def placed(
    cards: Iterable[dict], themes: Iterable[Mapping], figures: Sequence[StudyFigure]
) -> list[dict]:
    """`cards.claim_card` of claims, each also with where the page shows it.

    Parameters
    ----------
    cards
        One a claim.
    themes
        ``catalogue.Theme`` as dicts.
    figures
        In the order of their numbers.

    Returns
    -------
    list of dict
        The cards, with theme, the name of a theme, and figure, the number of a figure;
        empty and None for claims that neither has.
    """
    places = [
        (claim, theme["name"], number)
        for theme in themes
        for number, figure in enumerate(figures, start=1)
        if figure.name in theme["figures"]
        for claim in figure.claims
    ]
    places += [
        (claim, theme["name"], None) for theme in themes for claim in theme["claims"]
    ]
    return [card | _place(card["id"], places) for card in cards]


def _place(claim: str, places: Iterable[tuple]) -> dict:
    for name, theme, number in places:
        if claim == name or claim.startswith(f"{name}-"):
            return {"theme": theme, "figure": number}
    return {"theme": "", "figure": None}


def shown_themes(
    themes: Iterable[Mapping],
    figures: Sequence[StudyFigure],
    cards: Sequence[dict],
    style: Style,
) -> list[ShownTheme]:
    """All themes, with the figures and the `placed` cards of claims where they belong.

    `style` has the colours of models and groups.
    """
    reasons = {figure.svg: reason_for_nothing(figure.svg) for figure in figures}
    images = pictures(svg for svg, reason in reasons.items() if not reason)
    return [
        ShownTheme(
            theme["name"],
            theme["title"],
            theme["question"],
            [
                _shown(
                    number,
                    figure,
                    reasons[figure.svg],
                    images.get(figure.svg),
                    cards,
                    style,
                )
                for number, figure in enumerate(figures, start=1)
                if figure.name in theme["figures"]
            ],
            [
                card
                for card in cards
                if card["theme"] == theme["name"] and card["figure"] is None
            ],
        )
        for theme in themes
    ]


def _shown(
    number: int,
    figure: StudyFigure,
    reason: str,
    image: Picture | None,
    cards: Iterable[dict],
    style: Style,
) -> Shown:
    drawn = [chart_data(figure.table, chart, style) for chart in figure.charts]
    charts = [] if reason else [chart for chart in drawn if chart]
    lead, rest = first_sentence(figure.caption)
    return Shown(
        number,
        figure,
        lead,
        rest,
        reason,
        image,
        charts,
        words=" ".join(map(described, charts)),
        cards=[card for card in cards if card["figure"] == number],
    )


def first_sentence(caption: str) -> tuple[str, str]:
    """The first sentence of a caption, and all others, each in one line.

    >>> first_sentence("Ratios (Fig. 2b) of units.\\nDots are networks.")
    ('Ratios (Fig. 2b) of units.', 'Dots are networks.')
    """
    first, _, others = SENTENCE_END.sub("\n", " ".join(caption.split()), 1).partition(
        "\n"
    )
    return first, others


def first_with_charts(
    themes: Iterable[ShownTheme], names: Sequence[str], count: int = 4
) -> list[Shown]:
    """The first `count` figures among `names` that have a chart, in their order."""
    figures = {
        shown.figure.name: shown
        for theme in themes
        for shown in theme.figures
        if shown.charts
    }
    return [figures[name] for name in names if name in figures][:count]
