"""Claims on the time scales that MS units follow (Fig. 4 and 5b, S4, S5, S7)."""

from music_selectivity.claims.claim import GABOR, MEMORIZED, UNTRAINED, WITHOUT, Claim
from music_selectivity.claims.comparisons import (
    Correlation,
    Paired,
    Trend,
    Unpaired,
    along,
)
from music_selectivity.claims.measured import Quantity, mean_of, of, over
from music_selectivity.claims.verdicts import NO_DIFFERENCE


def follows(model: str, group: str, units: str, **texts) -> Claim:
    names = {"ms": "MS units", "others": "the other units"}
    sounds = {"music": "music", "nonmusic": "other sounds"}
    return Claim(
        models=(model,),
        comparison=Correlation(along(model, "quilt_response", f"{group}/{units}/")),
        measured=f"r of segment length and response of {names[units]} to quilts of "
        f"{sounds[group]}, {model}",
        **texts,
    )


def quilted(model: str, length: int | str, measure: str = "quilt_response") -> Quantity:
    """Response of MS units to quilts of music, or to the original."""
    return of(model, measure, f"music/ms/{length}")


def memorization(length: int, alternative: str, **texts) -> Claim:
    first, second = (
        quilted(model, length, "quilt_relative") for model in (MEMORIZED, WITHOUT)
    )
    return Claim(
        id=f"5b-{length}",
        where="Fig. 5b",
        models=(MEMORIZED, WITHOUT),
        comparison=Unpaired(first, second, alternative),
        measured=f"response of MS units to quilts of {length} ms over that to the "
        f"original, {MEMORIZED} against {WITHOUT}",
        shown=first,
        **texts,
    )


TEMPORAL_STRUCTURE = (
    follows(
        WITHOUT,
        "music",
        "ms",
        id="4b-a",
        sentence="MS units answer the more to music the longer its quilted segments",
        where="Fig. 4b",
        paper="r = 0.601, p = 4.4e-4",
        paper_value=0.601,
    ),
    follows(
        WITHOUT,
        "nonmusic",
        "ms",
        id="4b-b",
        sentence="MS units answer somewhat more to other sounds with longer segments",
        where="Fig. 4b",
        paper="r = 0.38",
        paper_value=0.38,
    ),
    *(
        follows(
            WITHOUT,
            group,
            "others",
            id=f"4b-{letter}",
            sentence=f"The other units do not follow segment length in {name}",
            where="Fig. 4b",
            paper="flat",
            kind=NO_DIFFERENCE,
        )
        for letter, group, name in (
            ("c", "music", "music"),
            ("d", "nonmusic", "other sounds"),
        )
    ),
    *(
        Claim(
            id=f"4c-{length}",
            sentence=f"Music quilted at {length} ms drives MS units less than the "
            "original",
            where="Fig. 4c",
            paper="p = .031"
            + (", 0.599 +/- 0.047 against 0.768 +/- 0.030" if length == 50 else ""),
            paper_value=0.599 / 0.768 if length == 50 else None,
            models=(WITHOUT,),
            comparison=Paired(quilted(WITHOUT, "original"), quilted(WITHOUT, length)),
            measured="response of MS units over that to the original",
            shown=quilted(WITHOUT, length, "quilt_relative"),
        )
        for length in (50, 100, 200)
    ),
    *(
        Claim(
            id=f"4c-{length}",
            sentence=f"Music quilted at {length} ms drives MS units no less than the "
            "original",
            where="Fig. 4c",
            paper="not significant"
            + (", 0.775 +/- 0.033 against 0.768 +/- 0.030" if length == 800 else ""),
            paper_value=0.775 / 0.768 if length == 800 else None,
            models=(WITHOUT,),
            comparison=Paired(quilted(WITHOUT, "original"), quilted(WITHOUT, length)),
            measured="response of MS units over that to the original",
            shown=quilted(WITHOUT, length, "quilt_relative"),
            kind=NO_DIFFERENCE,
        )
        for length in (400, 800, 1600)
    ),
    Claim(
        id="S7",
        sentence="Quilting at 50 ms lowers the response of MS units in the single "
        "genres of music, on average over them",
        where="Fig. S7",
        paper="as for all music",
        models=(WITHOUT,),
        comparison=Paired(
            mean_of(
                WITHOUT,
                "quilt_genre_response",
                lambda name: name.endswith("/original"),
            ),
            mean_of(WITHOUT, "quilt_genre_response", lambda name: name.endswith("/50")),
        ),
        measured="mean over genres of the response of MS units to quilts of 50 ms, "
        "over that to the original",
        shown=over(
            mean_of(WITHOUT, "quilt_genre_response", lambda name: name.endswith("/50")),
            mean_of(
                WITHOUT,
                "quilt_genre_response",
                lambda name: name.endswith("/original"),
            ),
        ),
    ),
    Claim(
        id="S4",
        sentence="Gabor filters do not follow segment length in music",
        where="Fig. S4b, c",
        paper="no such pattern",
        models=(GABOR,),
        comparison=Trend(along(GABOR, "quilt_response", "music/ms/")),
        measured="change of the response to quilts of music from the shortest to the "
        "longest segments, along its regression on their length, over its mean",
        kind=NO_DIFFERENCE,
    ),
    follows(
        UNTRAINED,
        "music",
        "ms",
        id="S5",
        sentence="Untrained networks do not follow segment length in music",
        where="Fig. S5",
        paper="no such pattern",
        kind=NO_DIFFERENCE,
    ),
)

MEMORIZATION = (
    *(
        memorization(
            length,
            "greater",
            sentence=f"Networks that memorized random labels lose less of their "
            f"response at {length} ms",
            paper="p = .006",
        )
        for length in (50, 100)
    ),
    *(
        memorization(
            length,
            "two-sided",
            sentence=f"Networks that memorized random labels lose as much of their "
            f"response at {length} ms",
            paper="not significant",
            kind=NO_DIFFERENCE,
        )
        for length in (200, 400, 800, 1600)
    ),
)
