"""Claims on the time scales that units follow, by sound quilts (Fig. 4, S4, S5, S7)."""

from music_selectivity.analyses.contrasts import (
    GenreQuiltLoss,
    QuiltLoss,
    SegmentSlope,
)
from music_selectivity.claims.claim import Claim, quilted
from music_selectivity.claims.comparisons import Correlation, Paired, Trend
from music_selectivity.claims.quantities import Quantity, along, mean_of, quotient
from music_selectivity.claims.verdicts import NO_DIFFERENCE
from music_selectivity.measures import QUILT_GENRE_RESPONSE, QUILT_RESPONSE
from music_selectivity.paper import (
    QUILT_CORRELATION_P,
    QUILT_CORRELATIONS,
    QUILT_RESPONSES,
    SIGNED_RANK_P,
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


def follows(model: str, group: str, units: str, **fields) -> Claim:
    """A claim on how a response depends on the segment length of quilts."""
    return Claim(
        models=(model,),
        comparison=Correlation(along(model, QUILT_RESPONSE, group=group, units=units)),
        measured=f"r of segment length and response of {UNIT_NAMES[units]} to quilts "
        f"of {GROUP_NAMES[group]}, {model}",
        mixed=SegmentSlope(model=model, group=group, units=units),
        **fields,
    )


def response(segment: int | str) -> Quantity:
    """Response of MS units to quilts of music, trained without music."""
    return quilted(WITHOUT_MUSIC, segment, QUILT_RESPONSE)


def against_original(segment: int, sentence: str, paper: str, **fields) -> Claim:
    """A claim on the response of MS units to quilts of music and to the original."""
    reported, original = QUILT_RESPONSES.get(str(segment)), QUILT_RESPONSES[ORIGINAL]
    numbers = f", {reported} against {original}" if reported else ""
    return Claim(
        id=f"4c-{segment}",
        sentence=sentence,
        where="Fig. 4c",
        paper=paper + numbers,
        paper_value=reported.value / original.value if reported else None,
        models=(WITHOUT_MUSIC,),
        comparison=Paired(response(ORIGINAL), response(segment)),
        measured="response of music-selective units over that to the original",
        shown=quilted(WITHOUT_MUSIC, segment),
        mixed=QuiltLoss(model=WITHOUT_MUSIC, segment=segment),
        **fields,
    )


def over_genres(segment: int | str) -> Quantity:
    """Mean over genres of music of the response of MS units to quilts."""
    return mean_of(WITHOUT_MUSIC, QUILT_GENRE_RESPONSE, over="genre", segment=segment)


TEMPORAL_STRUCTURE = (
    follows(
        WITHOUT_MUSIC,
        MUSIC,
        MS_UNITS,
        id="4b-a",
        sentence="Music-selective units of networks trained without music respond more "
        "to quilts of music, the longer the segments are",
        where="Fig. 4b",
        paper=f"r = {QUILT_CORRELATIONS[MUSIC, MS_UNITS]}, {QUILT_CORRELATION_P}",
        paper_value=QUILT_CORRELATIONS[MUSIC, MS_UNITS].value,
    ),
    follows(
        WITHOUT_MUSIC,
        NONMUSIC,
        MS_UNITS,
        id="4b-b",
        sentence="Music-selective units of networks trained without music respond "
        "somewhat more to quilts of other sounds, the longer the segments are",
        where="Fig. 4b",
        paper=f"r = {QUILT_CORRELATIONS[NONMUSIC, MS_UNITS]}",
        paper_value=QUILT_CORRELATIONS[NONMUSIC, MS_UNITS].value,
    ),
    *(
        follows(
            WITHOUT_MUSIC,
            group,
            OTHER_UNITS,
            id=f"4b-{letter}",
            sentence="In networks trained without music, units that are not "
            "music-selective do not follow the segment length of quilts of "
            f"{GROUP_NAMES[group]}",
            where="Fig. 4b",
            paper="flat",
            kind=NO_DIFFERENCE,
        )
        for letter, group in (("c", MUSIC), ("d", NONMUSIC))
    ),
    *(
        against_original(
            segment,
            f"Quilting music with segments of {segment} ms lowers the response of "
            "music-selective units of networks trained without music",
            SIGNED_RANK_P,
        )
        for segment in (50, 100, 200)
    ),
    *(
        against_original(
            segment,
            f"Quilting music with segments of {segment} ms does not lower the response "
            "of music-selective units of networks trained without music",
            "not significant",
            kind=NO_DIFFERENCE,
        )
        for segment in (400, 800, 1600)
    ),
    Claim(
        id="S7",
        sentence="Quilting single genres of music with segments of 50 ms lowers the "
        "response of music-selective units of networks trained without music, on "
        "average over genres",
        where="Fig. S7",
        paper="as for all music",
        models=(WITHOUT_MUSIC,),
        comparison=Paired(over_genres(ORIGINAL), over_genres(50)),
        measured="mean over genres of the response of music-selective units to quilts "
        "of 50 ms, over that to the original",
        shown=quotient(over_genres(50), over_genres(ORIGINAL)),
        mixed=GenreQuiltLoss(model=WITHOUT_MUSIC, segment=50),
    ),
    Claim(
        id="S4",
        sentence="Gabor filters do not follow the segment length of quilts of music",
        where="Fig. S4b, c",
        paper="no such pattern",
        models=(GABOR,),
        comparison=Trend(along(GABOR, QUILT_RESPONSE, group=MUSIC, units=MS_UNITS)),
        measured="change of the response to quilts of music from the shortest to the "
        "longest segments, along its regression on their length, over its mean",
        kind=NO_DIFFERENCE,
    ),
    follows(
        UNTRAINED,
        MUSIC,
        MS_UNITS,
        id="S5",
        sentence="Music-selective units of untrained networks do not follow the "
        "segment length of quilts of music",
        where="Fig. S5",
        paper="no such pattern",
        kind=NO_DIFFERENCE,
    ),
)
