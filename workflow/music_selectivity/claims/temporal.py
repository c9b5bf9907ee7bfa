"""Claims on the time scales that units follow, by sound quilts (Fig. 4, S4, S5, S7)."""

from music_selectivity.analyses.contrasts import (
    GenreQuiltLoss,
    QuiltLoss,
    SegmentSlope,
)
from music_selectivity.claims.claim import CHOSEN_ONCE, Claim, quilted
from music_selectivity.claims.comparisons import Equivalence, Paired, Rises
from music_selectivity.claims.conventions import Conventions
from music_selectivity.claims.quantities import (
    Points,
    Quantity,
    along,
    less_one,
    mean_of,
    of,
    quotient,
    slope,
)
from music_selectivity.measures import (
    QUILT_GENRE_RESPONSE,
    QUILT_RESPONSE,
    UNQUILTED_GENRE_RESPONSE,
    UNQUILTED_RESPONSE,
)
from music_selectivity.paper import (
    QUILT_CORRELATION_P,
    QUILT_CORRELATIONS,
    QUILT_RESPONSES,
    SIGNED_RANK_P,
    Reported,
)
from music_selectivity.vocabulary import (
    GABOR,
    GROUP_NAMES,
    MS_UNITS,
    MUSIC,
    NONMUSIC,
    ORIGINAL,
    OTHER_UNITS,
    UNIT_NAMES,
    UNTRAINED,
    WITHOUT_MUSIC,
)

SHORTEST = 50
"""Length of the segments with which most claims quilt, ms."""


def along_segments(
    model: str, group: str, units: str, conventions: Conventions
) -> Points:
    """Response to quilts over the length of their segments."""
    return along(
        model,
        QUILT_RESPONSE,
        conventions.lengths,
        group=group,
        units=units,
        order=conventions.order,
    )


def follows(
    model: str, group: str, units: str, conventions: Conventions, **fields
) -> Claim:
    """A claim that a response rises with the segment length of quilts."""
    return _on_segments(Rises, model, group, units, conventions, **fields)


def follows_not(
    model: str, group: str, units: str, conventions: Conventions, **fields
) -> Claim:
    """A claim that a response does not depend on the segment length of quilts."""
    return _on_segments(Equivalence, model, group, units, conventions, **fields)


def _on_segments(
    test: type[Rises] | type[Equivalence],
    model: str,
    group: str,
    units: str,
    conventions: Conventions,
    **fields,
) -> Claim:
    points = along_segments(model, group, units, conventions)
    return Claim(
        models=(model,),
        comparison=test(slope(points)),
        measured=f"relative change of the response of {UNIT_NAMES[units]} to quilts of "
        f"{GROUP_NAMES[group]}, from the shortest to the longest segments along its "
        f"regression on their length, {model}",
        shown=slope(points),
        pooled=points,
        chosen=CHOSEN_ONCE,
        mixed=SegmentSlope(
            model=model, group=group, units=units, order=conventions.order
        ),
        of_quilts=True,
        **fields,
    )


def against_unquilted(segment: int, conventions: Conventions) -> Paired:
    """The paper's test of the response of MS units to unquilted and quilted music."""
    fields = {"group": MUSIC, "units": MS_UNITS}
    return Paired(
        of(WITHOUT_MUSIC, UNQUILTED_RESPONSE, **fields),
        of(
            WITHOUT_MUSIC,
            QUILT_RESPONSE,
            order=conventions.order,
            segment=segment,
            **fields,
        ),
    )


def quilting(
    segment: int,
    effect: str,
    comparison: Paired | Equivalence,
    paper: str,
    conventions: Conventions,
) -> Claim:
    """A claim on the response of MS units to quilts of music and to the music."""
    reported, original = QUILT_RESPONSES.get(str(segment)), QUILT_RESPONSES[ORIGINAL]
    numbers = f", {reported} against {original}" if reported else ""
    return Claim(
        id=f"4c-{segment}",
        sentence=f"Quilting music with segments of {segment} ms {effect} the response "
        "of music-selective units of networks trained without music",
        where="Fig. 4c",
        paper=paper + numbers,
        reported=Reported(reported.value / original.value) if reported else None,
        models=(WITHOUT_MUSIC,),
        comparison=comparison,
        measured="response of music-selective units over that to the original",
        shown=quilted(WITHOUT_MUSIC, segment, conventions),
        chosen=CHOSEN_ONCE,
        mixed=QuiltLoss(model=WITHOUT_MUSIC, segment=segment, order=conventions.order),
        of_quilts=True,
    )


def lowers(segment: int, conventions: Conventions) -> Claim:
    """A claim that quilting lowers the response of MS units to music."""
    comparison = against_unquilted(segment, conventions)
    return quilting(segment, "lowers", comparison, SIGNED_RANK_P, conventions)


def does_not_change(segment: int, conventions: Conventions) -> Claim:
    """A claim that quilting does not change the response of MS units to music."""
    comparison = Equivalence(
        less_one(quilted(WITHOUT_MUSIC, segment, conventions)),
        against_unquilted(segment, conventions),
    )
    return quilting(
        segment, "does not change", comparison, "not significant", conventions
    )


def over_genres(conventions: Conventions) -> tuple[Quantity, Quantity]:
    """Mean over genres of the response of MS units to the music, and to its quilts."""
    return (
        mean_of(WITHOUT_MUSIC, UNQUILTED_GENRE_RESPONSE, over="genre"),
        mean_of(
            WITHOUT_MUSIC,
            QUILT_GENRE_RESPONSE,
            over="genre",
            order=conventions.order,
            segment=SHORTEST,
        ),
    )


def temporal_structure(conventions: Conventions) -> tuple[Claim, ...]:
    """The claims of Fig. 4, S4, S5 and S7."""
    unquilted_genres, quilted_genres = over_genres(conventions)
    gabor = slope(along_segments(GABOR, MUSIC, MS_UNITS, conventions))
    return (
        follows(
            WITHOUT_MUSIC,
            MUSIC,
            MS_UNITS,
            conventions,
            id="4b-a",
            sentence="Music-selective units of networks trained without music respond "
            "more to quilts of music, the longer the segments are",
            where="Fig. 4b",
            paper=f"r = {QUILT_CORRELATIONS[MUSIC, MS_UNITS]}, {QUILT_CORRELATION_P}",
        ),
        follows(
            WITHOUT_MUSIC,
            NONMUSIC,
            MS_UNITS,
            conventions,
            id="4b-b",
            sentence="Music-selective units of networks trained without music respond "
            "somewhat more to quilts of other sounds, the longer the segments are",
            where="Fig. 4b",
            paper=f"r = {QUILT_CORRELATIONS[NONMUSIC, MS_UNITS]}",
        ),
        *(
            follows_not(
                WITHOUT_MUSIC,
                group,
                OTHER_UNITS,
                conventions,
                id=f"4b-{letter}",
                sentence="In networks trained without music, units that are not "
                "music-selective do not follow the segment length of quilts of "
                f"{GROUP_NAMES[group]}",
                where="Fig. 4b",
                paper="flat",
            )
            for letter, group in (("c", MUSIC), ("d", NONMUSIC))
        ),
        *(lowers(segment, conventions) for segment in (50, 100, 200)),
        *(does_not_change(segment, conventions) for segment in (400, 800, 1600)),
        Claim(
            id="S7",
            sentence=f"Quilting single genres of music with segments of {SHORTEST} ms "
            "lowers the response of music-selective units of networks trained without "
            "music, on average over genres",
            where="Fig. S7",
            paper="as for all music",
            models=(WITHOUT_MUSIC,),
            comparison=Paired(unquilted_genres, quilted_genres),
            measured="mean over genres of the response of music-selective units to "
            f"quilts of {SHORTEST} ms, over that to the original",
            shown=quotient(quilted_genres, unquilted_genres),
            chosen=CHOSEN_ONCE,
            mixed=GenreQuiltLoss(
                model=WITHOUT_MUSIC, segment=SHORTEST, order=conventions.order
            ),
            of_quilts=True,
        ),
        Claim(
            id="S4",
            sentence="Gabor filters do not follow the segment length of quilts of "
            "music",
            where="Fig. S4b, c",
            paper="no such pattern",
            models=(GABOR,),
            comparison=Equivalence(gabor, linear=True),
            measured="relative change of the response of the most music-selective "
            "filters to quilts of music, from the shortest to the longest segments "
            "along its regression on their length",
            shown=gabor,
            chosen=CHOSEN_ONCE,
            of_quilts=True,
        ),
        follows_not(
            UNTRAINED,
            MUSIC,
            MS_UNITS,
            conventions,
            id="S5",
            sentence="Music-selective units of untrained networks do not follow the "
            "segment length of quilts of music",
            where="Fig. S5",
            paper="no such pattern",
        ),
    )
