"""Claims on the linear read-out of music (Fig. 2d, S3, S4, S6)."""

from music_selectivity.claims.claim import (
    FITTED_AGAIN,
    FITTED_ONCE,
    Claim,
    above_linear,
)
from music_selectivity.claims.comparisons import AgainstOne, Paired, Unpaired
from music_selectivity.claims.quantities import Quantity, mean_of, of
from music_selectivity.measures import (
    READOUT_AP,
    READOUT_AP_OF_EIGHTH,
    READOUT_AP_OF_GENRE,
    READOUT_AP_WITH_LINEAR,
    READOUT_CHANCE,
)
from music_selectivity.paper import (
    EIGHTH_AP,
    RANK_SUM_P,
    READOUT_APS,
    READOUT_CHANCE_REPORTED,
    READOUT_GENRES,
    SIGNED_RANK_P,
)
from music_selectivity.vocabulary import GABOR, PCA, WITHOUT_MUSIC

READOUT = "average precision of music / non-music read out from all features"
REPORTED = READOUT_APS[WITHOUT_MUSIC, ""]


def read_out(model: str) -> Quantity:
    """Average precision of music read out linearly from all features."""
    return of(model, READOUT_AP)


def with_linear(other: str) -> Quantity:
    """The same of networks and linear features together."""
    return of(WITHOUT_MUSIC, READOUT_AP_WITH_LINEAR, linear=other)


def from_eighth(eighth: int) -> Quantity:
    """The same of an eighth of the units; the first are the music-selective."""
    return of(WITHOUT_MUSIC, READOUT_AP_OF_EIGHTH, eighth=eighth)


def over_genres(eighth: int) -> Quantity:
    """Mean over genres of the average precision read out from an eighth of units."""
    return mean_of(WITHOUT_MUSIC, READOUT_AP_OF_GENRE, over="genre", eighth=eighth)


READ_OUT = (
    Claim(
        id="S3-a",
        sentence="Music can be read out linearly from the features of networks trained "
        "without music",
        where="Fig. S3a",
        paper=f"{REPORTED}, chance {READOUT_CHANCE_REPORTED}",
        reported=REPORTED,
        models=(WITHOUT_MUSIC,),
        comparison=Paired(read_out(WITHOUT_MUSIC), of(WITHOUT_MUSIC, READOUT_CHANCE)),
        measured=f"{READOUT}, against chance",
        shown=read_out(WITHOUT_MUSIC),
        chosen=FITTED_ONCE,
    ),
    *(
        above_linear(
            WITHOUT_MUSIC,
            other,
            read_out,
            READOUT,
            id=f"S3-{letter}",
            sentence="A linear read-out of music is more precise from the features of "
            f"networks trained without music than from {name}",
            where="Fig. S3a, S4a",
            paper=f"{REPORTED.value} against {READOUT_APS[other, '']}, {SIGNED_RANK_P}",
            reported=REPORTED,
            reported_second=READOUT_APS[other, ""],
            chosen=FITTED_ONCE,
        )
        for letter, other, name in (
            ("b", PCA, "principal components"),
            ("c", GABOR, "Gabor filters"),
        )
    ),
    *(
        Claim(
            id=f"S3-{letter}",
            sentence="Adding the features of networks trained without music makes a "
            f"linear read-out of music from {name} more precise",
            where="Fig. S3a, S4a",
            paper=f"{READOUT_APS[WITHOUT_MUSIC, other]}, {SIGNED_RANK_P}",
            reported=READOUT_APS[WITHOUT_MUSIC, other],
            models=(WITHOUT_MUSIC, other),
            comparison=AgainstOne(with_linear(other), read_out(other)),
            measured=f"{READOUT} of {WITHOUT_MUSIC} and {other} together, against "
            f"{other}",
            shown=with_linear(other),
            chosen=FITTED_ONCE,
        )
        for letter, other, name in (
            ("d", PCA, "principal components"),
            ("e", GABOR, "Gabor filters"),
        )
    ),
)

READ_OUT_OF_EIGHTHS = (
    *(
        Claim(
            id=f"2d-{letter}",
            sentence="In networks trained without music, a linear read-out of music is "
            "more precise from the most music-selective eighth of units than from the "
            f"{rank} eighth",
            where="Fig. 2d",
            paper=f"{EIGHTH_AP}, {RANK_SUM_P}",
            reported=EIGHTH_AP,
            models=(WITHOUT_MUSIC,),
            comparison=Unpaired(
                from_eighth(1), from_eighth(number), same_networks=True
            ),
            measured="average precision of music read out from music-selective units",
            shown=from_eighth(1),
            chosen=FITTED_AGAIN,
        )
        for letter, number, rank in (
            ("a", 2, "second"),
            ("b", 3, "third"),
            ("c", 4, "fourth"),
        )
    ),
    Claim(
        id="S6",
        sentence="In networks trained without music, a linear read-out of single "
        "genres of music is more precise, on average over genres, from the most "
        "music-selective eighth of units than from the second eighth",
        where="Fig. S6",
        paper=f"MS units first in each of {READOUT_GENRES} genres",
        models=(WITHOUT_MUSIC,),
        comparison=Paired(over_genres(1), over_genres(2)),
        measured="mean over genres of the average precision read out from "
        "music-selective units, against the second eighth",
        shown=over_genres(1),
        chosen=FITTED_ONCE,
    ),
)
