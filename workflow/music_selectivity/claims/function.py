"""Claims on what MS units are for, and on other training and other categories.

Fig. 5, S10 to S12.
"""

from music_selectivity.claims.claim import (
    MEMORIZED,
    NO_SPEECH,
    RATIO,
    SI,
    WITHOUT,
    Claim,
    above_untrained,
    detection,
    mean_ap,
    ratio,
    segregation,
)
from music_selectivity.claims.comparisons import EveryNetwork, Paired, Unpaired
from music_selectivity.claims.measured import Quantity, minus, of, one_minus, over
from music_selectivity.claims.temporal import quilted
from music_selectivity.claims.verdicts import NO_DIFFERENCE

FUNCTION = (
    *(
        Claim(
            id=f"5c-{letter}",
            sentence="Silencing the most music-selective units hurts the detection of "
            f"non-music sounds more than silencing {described}",
            where="Fig. 5c",
            paper="p = .031, effect size 1",
            models=(WITHOUT,),
            comparison=Paired(
                mean_ap(WITHOUT, "nonmusic", silenced),
                mean_ap(WITHOUT, "nonmusic", "msi_top"),
            ),
            measured="how far mean average precision over non-music classes is lower",
            shown=minus(
                mean_ap(WITHOUT, "nonmusic", silenced),
                mean_ap(WITHOUT, "nonmusic", "msi_top"),
            ),
        )
        for letter, silenced, described in (
            ("a", "none", "none"),
            ("b", "msi_bottom", "the least music-selective"),
            ("c", "msi_middle", "moderately music-selective ones"),
            ("d", "l1_top", "those of largest L1 norm"),
        )
    ),
    Claim(
        id="5c-e",
        sentence="It hurts more than silencing as many units at random does in 95 of "
        "100 sets",
        where="beside Fig. 5c",
        paper="not in the paper",
        models=(WITHOUT,),
        comparison=EveryNetwork(
            one_minus(of(WITHOUT, "random_ablation_p", "msi_top")), 0.95
        ),
        measured="share of random sets that hurt as much",
        shown=of(WITHOUT, "random_ablation_p", "msi_top"),
    ),
    Claim(
        id="M-a",
        sentence="Networks memorize random labels of their training clips",
        where="Methods",
        paper="average precision above 0.95",
        models=(MEMORIZED,),
        comparison=EveryNetwork(of(MEMORIZED, "train_ap", "best epoch"), 0.95),
        measured="average precision on the training clips",
        shown=of(MEMORIZED, "train_ap", "best epoch"),
    ),
    detection(
        MEMORIZED,
        "all",
        id="M-b",
        sentence="Networks that memorized random labels detect the sounds of other "
        "clips no better than untrained ones",
        where="Methods",
        paper="at chance",
        kind=NO_DIFFERENCE,
    ),
)

WITHOUT_SPEECH = (
    above_untrained(
        NO_SPEECH,
        segregation,
        SI,
        id="S10-a",
        sentence="Trained without music and speech, networks still set music apart",
        where="Fig. S10a",
        paper="clear islands",
    ),
    above_untrained(
        NO_SPEECH,
        ratio,
        RATIO,
        id="S10-b",
        sentence="Trained without music and speech, networks still have "
        "music-selective units",
        where="Fig. S10b",
        paper="1.77",
        paper_value=1.77,
        permuted=NO_SPEECH,
    ),
    Claim(
        id="S10-c",
        sentence="Their response falls less steeply with shorter segments than that of "
        "networks that heard speech",
        where="Fig. S10c",
        paper="weaker slope",
        models=(NO_SPEECH, WITHOUT),
        comparison=Unpaired(
            quilted(NO_SPEECH, 50, "quilt_relative"),
            quilted(WITHOUT, 50, "quilt_relative"),
        ),
        measured="response of MS units to quilts of 50 ms over that to the original, "
        f"{NO_SPEECH} against {WITHOUT}",
        shown=quilted(NO_SPEECH, 50, "quilt_relative"),
    ),
)


def category(name: str) -> Quantity:
    return of(WITHOUT, "category_ratio", name)


def category_quilted(name: str, length: int | str) -> Quantity:
    return of(WITHOUT, "category_quilt_response", f"{name}/{length}")


OTHER_CATEGORIES = (
    *(
        Claim(
            id=f"S11-{letter}",
            sentence=f"Units are more selective for music than for {name}",
            where=where,
            paper=paper,
            models=(WITHOUT,),
            comparison=Paired(ratio(WITHOUT), category(name)),
            measured=f"response ratio of {name}-selective units to {name} and other "
            "sounds",
            shown=category(name),
            paper_value=figure,
        )
        for letter, name, where, paper, figure in (
            ("a", "speech", "Fig. S11", "1.31", 1.31),
            ("b", "vehicle", "Fig. S12", "weaker than music", None),
            ("c", "animal", "Fig. S12", "weaker than music", None),
            ("d", "water", "Fig. S12", "weaker than music", None),
        )
    ),
    *(
        Claim(
            id=f"S11-{letter}",
            sentence=f"Quilting does not lower the response of {name}-selective units "
            f"to {name}",
            where=where,
            paper="no quilt effect",
            models=(WITHOUT,),
            comparison=Paired(
                category_quilted(name, "original"), category_quilted(name, 50)
            ),
            measured=f"response to {name} quilted at 50 ms over that to the original",
            shown=over(category_quilted(name, 50), category_quilted(name, "original")),
            kind=NO_DIFFERENCE,
        )
        for letter, name, where in (
            ("e", "speech", "Fig. S11"),
            ("f", "vehicle", "Fig. S12"),
            ("g", "animal", "Fig. S12"),
            ("h", "water", "Fig. S12"),
        )
    ),
)
