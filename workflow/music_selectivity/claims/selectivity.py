"""Claims on music-selective units (Fig. 2 and 3, S6)."""

from music_selectivity.claims.claim import (
    GABOR,
    MUSIC_SOUNDS,
    NATURAL,
    RATIO,
    WITH,
    WITHOUT,
    Claim,
    above_linear,
    above_untrained,
    ratio,
    read_out,
)
from music_selectivity.claims.comparisons import Paired, Unpaired
from music_selectivity.claims.measured import Quantity, largest_of, mean_of, of
from music_selectivity.claims.verdicts import NO_DIFFERENCE


def power(split: str, k: int):
    return lambda model: of(model, "power_ratio", f"{split}/{k}")


def natural(model: str) -> Quantity:
    return of(model, "natural_ratio", "ms")


SELECTIVITY = (
    Claim(
        id="2a",
        sentence="Trained without music, units answer more to music than to the rest",
        where="Fig. 2a",
        paper="effect size 0.689 over clips",
        paper_value=0.689,
        models=(WITHOUT,),
        comparison=Paired(
            of(WITHOUT, "mean_response", "music"),
            of(WITHOUT, "mean_response", "nonmusic"),
        ),
        measured="effect size over clips of the mean response of all units",
        shown=of(WITHOUT, "effect_size", "all_units"),
    ),
    above_untrained(
        WITHOUT,
        ratio,
        RATIO,
        id="2b",
        sentence="Trained without music, networks have music-selective units, which "
        "answer more to music on clips that did not choose them",
        where="Fig. 2b",
        paper="2.07",
        paper_value=2.07,
        permuted=WITHOUT,
    ),
    *(
        above_untrained(
            WITHOUT,
            power(split, k),
            "response ratio with levels equal and music at "
            f"{'full' if k == 1 else f'1/{k} of the'} power, on {split} clips",
            id=f"2c-{letter}",
            sentence=sentence,
            where="Fig. 2c",
            paper=f"{figure} ({name} split)",
            paper_value=figure,
        )
        for letter, split, name, k, figure, sentence in (
            (
                *("a", "eval", "test", 1, 1.95),
                "Units prefer music at the level of the other sounds",
            ),
            (
                *("b", "eval", "test", 64, 1.68),
                "Units prefer music even at 1/64 of the others' power",
            ),
            (
                *("c", "train", "train", 1, 1.97),
                "So they do at one level on the clips of the other split, for units "
                "chosen on this one",
            ),
            (
                *("d", "train", "train", 64, 1.70),
                "So they do on those clips at 1/64 of the others' power",
            ),
        )
    ),
    *(
        Claim(
            id=f"2d-{letter}",
            sentence=f"Music is read out better from the most selective eighth of "
            f"units than from the {rank} eighth",
            where="Fig. 2d",
            paper="0.832 +/- 0.007, p = .006",
            paper_value=0.832,
            models=(WITHOUT,),
            comparison=Unpaired(
                read_out(WITHOUT, "units/1"), read_out(WITHOUT, f"units/{number}")
            ),
            measured="average precision of music read out from MS units",
            shown=read_out(WITHOUT, "units/1"),
        )
        for letter, number, rank in (
            ("a", 2, "second"),
            ("b", 3, "third"),
            ("c", 4, "fourth"),
        )
    ),
    Claim(
        id="S6",
        sentence="So it is for the single genres of music, on average over them",
        where="Fig. S6",
        paper="MS units first in each of 25 genres",
        models=(WITHOUT,),
        comparison=Paired(
            mean_of(
                WITHOUT,
                "readout_ap",
                lambda name: name.startswith("genre/") and name.endswith("/1"),
            ),
            mean_of(
                WITHOUT,
                "readout_ap",
                lambda name: name.startswith("genre/") and name.endswith("/2"),
            ),
        ),
        measured="mean over genres of the average precision read out from MS units, "
        "against the second eighth",
        shown=mean_of(
            WITHOUT,
            "readout_ap",
            lambda name: name.startswith("genre/") and name.endswith("/1"),
        ),
    ),
)

NATURAL_SOUNDS = (
    *(
        Claim(
            id=f"3b-{letter}",
            sentence=f"MS units answer more to {name} music than to any category of "
            "other natural sounds",
            where="Fig. 3b, d",
            paper="p = .031",
            models=(WITHOUT,),
            comparison=Paired(
                of(WITHOUT, "natural_category", category),
                largest_of(
                    WITHOUT,
                    "natural_category",
                    lambda other: other not in MUSIC_SOUNDS,
                ),
            ),
            measured=f"mean response of MS units to {name} music, against the largest "
            "of the nine other categories",
            shown=of(WITHOUT, "natural_category", category),
        )
        for letter, category, name in (
            ("a", "Music", "instrumental"),
            ("b", "Song", "vocal"),
        )
    ),
    *(
        above_untrained(
            model,
            natural,
            NATURAL,
            id=f"3c-{letter}",
            sentence=f"{title}, MS units prefer music among the 165 natural sounds",
            where="Fig. 3c",
            paper=f"{text}, untrained 1.03 +/- 0.0044",
            paper_value=figure,
            paper_second=1.03,
        )
        for letter, model, title, figure, text in (
            ("a", WITHOUT, "Trained without music", 1.88, "1.88 +/- 0.13"),
            ("b", WITH, "Trained with music", 1.61, "1.61 +/- 0.16"),
        )
    ),
    above_linear(
        WITHOUT,
        GABOR,
        natural,
        NATURAL,
        id="3c-c",
        sentence="MS units prefer music among the natural sounds more than Gabor "
        "filters do",
        where="Fig. 3c",
        paper="1.88 against 0.95",
        paper_value=1.88,
        paper_second=0.95,
    ),
    Claim(
        id="3d",
        sentence="Over the natural sounds, MS units follow the music component of the "
        "brain's responses more than its other five",
        where="Fig. 3b, d",
        paper="shown beside it, not tested",
        models=(WITHOUT,),
        comparison=Paired(
            of(WITHOUT, "natural_correlation", "music"),
            largest_of(
                WITHOUT, "natural_correlation", lambda component: component != "music"
            ),
        ),
        measured="correlation with the music component, against the largest of the "
        "five others",
        shown=of(WITHOUT, "natural_correlation", "music"),
    ),
)

OTHER_MODELS = (
    Claim(
        id="3e-a",
        sentence="Units are as music-selective without music in training as with it",
        where="Fig. 3e",
        paper="p = .417",
        models=(WITH, WITHOUT),
        comparison=Unpaired(ratio(WITH), ratio(WITHOUT), "two-sided"),
        measured=f"{RATIO}, {WITH} against {WITHOUT}",
        shown=ratio(WITH),
        kind=NO_DIFFERENCE,
    ),
    *(
        above_untrained(
            model,
            ratio,
            RATIO,
            id=f"3e-{letter}",
            sentence=f"Units are more music-selective after training {title} music "
            "than before any",
            where="Fig. 3e",
            paper="p = .006",
        )
        for letter, model, title in (("b", WITHOUT, "without"), ("c", WITH, "with"))
    ),
    *(
        above_linear(
            model,
            GABOR,
            ratio,
            RATIO,
            id=f"3e-{letter}",
            sentence=f"Units trained {title} music are more music-selective than Gabor "
            "filters",
            where="Fig. 3e",
            paper="Gabor 1.12, p = .006",
            paper_second=1.12,
        )
        for letter, model, title in (("d", WITHOUT, "without"), ("e", WITH, "with"))
    ),
)
