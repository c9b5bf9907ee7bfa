"""Claims on what networks detect, set apart and let read out (Fig. 1, S2 to S9)."""

from music_selectivity.claims.claim import (
    GABOR,
    PCA,
    READOUT,
    SI,
    WITH,
    WITHOUT,
    Claim,
    above_linear,
    above_untrained,
    chance,
    detection,
    mean_ap,
    own_segregation,
    read_out,
    segregation,
)
from music_selectivity.claims.comparisons import (
    AgainstOne,
    Correlation,
    Paired,
    together,
)
from music_selectivity.claims.measured import of, over

DETECTION = (
    detection(
        WITHOUT,
        "nonmusic",
        id="1c-a",
        sentence="Trained without music, networks detect non-music sounds",
        where="Fig. 1c",
        paper="0.109, chance 0.0045 (public notebook, one network)",
    ),
    Claim(
        id="1c-b",
        sentence="Trained without music, networks detect music-related classes worse, "
        "relative to chance, than the others",
        where="Fig. 1c",
        paper="0.0073, chance 0.0056 (public notebook, one network)",
        models=(WITHOUT,),
        comparison=Paired(
            over(mean_ap(WITHOUT, "nonmusic"), chance(WITHOUT, "nonmusic")),
            over(mean_ap(WITHOUT, "music"), chance(WITHOUT, "music")),
        ),
        measured="mean average precision over music-related classes, times chance",
        shown=over(mean_ap(WITHOUT, "music"), chance(WITHOUT, "music")),
    ),
    detection(
        WITH,
        "all",
        id="1c-c",
        sentence="Trained with music, networks detect sounds of all classes",
        where="Fig. 1c",
        paper="0.152 (public notebook, one network)",
    ),
)

SEPARATION = (
    above_untrained(
        WITHOUT,
        segregation,
        SI,
        id="1d",
        sentence="Trained without music, networks set music apart from other sounds, "
        "more than before any training",
        where="Fig. 1d, S5",
        paper="clear islands",
    ),
    above_untrained(
        WITHOUT,
        own_segregation,
        "segregation index of music and non-music in t-SNE, each group's own bins",
        id="1d-own",
        sentence="So it is with the public notebook's index, which may take clouds "
        "apart for clouds that lie alike",
        where="Fig. 1d",
        paper="0.67 (public notebook, one network)",
        paper_value=0.67,
    ),
    above_linear(
        WITHOUT,
        PCA,
        segregation,
        SI,
        id="S2-a",
        sentence="Principal components set music apart less than the networks",
        where="Fig. S2, S3",
        paper="no islands",
    ),
    above_linear(
        WITHOUT,
        GABOR,
        segregation,
        SI,
        id="S2-b",
        sentence="Gabor filters set music apart less than the networks",
        where="Fig. S3",
        paper="no islands",
    ),
    above_untrained(
        WITH,
        segregation,
        SI,
        id="S9",
        sentence="Trained with music, networks set music apart, more than before any "
        "training",
        where="Fig. S9",
        paper="clear islands",
    ),
    Claim(
        id="S8-a",
        sentence="Music is set apart as networks learn to detect other sounds",
        where="Fig. S8",
        paper="separation grows with performance",
        models=(WITHOUT,),
        comparison=Correlation(
            together(WITHOUT, "course_mean_ap", "course_segregation_index")
        ),
        measured="r of mean average precision over non-music classes and segregation "
        "index over the course of training",
    ),
    Claim(
        id="S8-b",
        sentence="Units grow music-selective as networks learn to detect other sounds",
        where="Fig. S8",
        paper="selectivity grows with performance",
        models=(WITHOUT,),
        comparison=Correlation(
            together(WITHOUT, "course_mean_ap", "course_response_ratio")
        ),
        measured="r of mean average precision over non-music classes and response "
        "ratio over the course of training",
    ),
)

READ_OUT = (
    Claim(
        id="S3-a",
        sentence="Music is read out linearly from the networks' features",
        where="Fig. S3a",
        paper="0.887 +/- 0.005, chance 0.266",
        paper_value=0.887,
        models=(WITHOUT,),
        comparison=Paired(
            read_out(WITHOUT, "all"), of(WITHOUT, "readout_chance", "all")
        ),
        measured=f"{READOUT}, against chance",
        shown=read_out(WITHOUT, "all"),
    ),
    *(
        above_linear(
            WITHOUT,
            other,
            lambda model: read_out(model, "all"),
            READOUT,
            id=f"S3-{letter}",
            sentence=f"Music is read out better from the networks than from {name}",
            where="Fig. S3a, S4a",
            paper=f"0.887 against {figure}, p = .031",
            paper_value=0.887,
            paper_second=figure,
        )
        for letter, other, name, figure in (
            ("b", PCA, "principal components", 0.437),
            ("c", GABOR, "Gabor filters", 0.828),
        )
    ),
    *(
        Claim(
            id=f"S3-{letter}",
            sentence=f"Networks add what {name} alone lack for the read-out",
            where="Fig. S3a, S4a",
            paper=f"{figure} +/- 0.004, p = .031",
            paper_value=figure,
            models=(WITHOUT, other),
            comparison=AgainstOne(
                read_out(WITHOUT, f"with_{other}"), read_out(other, "all")
            ),
            measured=f"{READOUT} of {WITHOUT} and {other} together, against {other}",
            shown=read_out(WITHOUT, f"with_{other}"),
        )
        for letter, other, name, figure in (
            ("d", PCA, "principal components", 0.887),
            ("e", GABOR, "Gabor filters", 0.894),
        )
    ),
)
