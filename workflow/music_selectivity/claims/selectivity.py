"""Claims on music-selective units, and on those of other models (Fig. 2a to c, 3e)."""

from collections.abc import Callable

from music_selectivity.analyses.contrasts import MusicResponse, Selectivity
from music_selectivity.claims.claim import (
    CHOSEN_AGAIN,
    CHOSEN_ONCE,
    Claim,
    above_linear,
    above_untrained,
    ratio,
    ratio_text,
)
from music_selectivity.claims.comparisons import Equivalence, Paired, Unpaired
from music_selectivity.claims.conventions import Conventions
from music_selectivity.claims.quantities import Quantity, change_by_seed, less_one, of
from music_selectivity.measures import EFFECT_SIZE, EQUAL_RMS_RATIO, MEAN_RESPONSE
from music_selectivity.paper import (
    EFFECT_SIZES,
    EQUAL_RMS_RATIOS,
    RANK_SUM_P,
    RESPONSE_RATIOS,
    WITH_AND_WITHOUT_MUSIC_P,
)
from music_selectivity.stimuli.sets import at_power
from music_selectivity.vocabulary import (
    ALL_UNITS,
    EVAL,
    GABOR,
    MUSIC,
    NONMUSIC,
    TRAIN,
    UNTRAINED,
    WITH_MUSIC,
    WITHOUT_MUSIC,
)


def equal_rms_ratio(split: str, divisor: int) -> Callable[[str], Quantity]:
    """Response ratio of a model, levels equal and music at 1 / `divisor` power."""
    return lambda model: of(model, EQUAL_RMS_RATIO, split=split, divisor=divisor)


def at_equal_levels(id: str, split: str, divisor: int) -> Claim:
    """A claim on clips at one RMS level, music at 1 / `divisor` of the power."""
    if divisor == 1:
        prefer, power = "to other sounds of the same level", "full"
    else:
        prefer = f"to other sounds, even at 1/{divisor} of their power"
        power = f"1/{divisor} of the"
    reported = EQUAL_RMS_RATIOS[split, divisor]
    return above_untrained(
        WITHOUT_MUSIC,
        equal_rms_ratio(split, divisor),
        f"response ratio with levels equal and music at {power} power, on {split} "
        "clips",
        id=id,
        sentence="Music-selective units of networks trained without music prefer music "
        f"{prefer}, on clips of the {split} split",
        where="Fig. 2c",
        paper=f"{reported} ({split} split)",
        reported=reported,
        chosen=CHOSEN_ONCE,
        mixed=Selectivity(
            model=WITHOUT_MUSIC,
            than=UNTRAINED,
            split=split,
            music=at_power(divisor).name,
            nonmusic=at_power(1).name,
        ),
    )


def selectivity(conventions: Conventions) -> tuple[Claim, ...]:
    """The claims of Fig. 2a to c."""
    split = conventions.split
    return (
        Claim(
            id="2a",
            sentence="Networks trained without music respond more to music than to "
            "other sounds, on average over all units",
            where="Fig. 2a",
            paper=f"effect size {EFFECT_SIZES[WITHOUT_MUSIC]} over clips",
            reported=EFFECT_SIZES[WITHOUT_MUSIC],
            models=(WITHOUT_MUSIC,),
            comparison=Paired(
                of(WITHOUT_MUSIC, MEAN_RESPONSE, group=MUSIC),
                of(WITHOUT_MUSIC, MEAN_RESPONSE, group=NONMUSIC),
            ),
            measured="effect size over clips of the mean response of all units",
            shown=of(WITHOUT_MUSIC, EFFECT_SIZE),
            mixed=MusicResponse(model=WITHOUT_MUSIC, units=ALL_UNITS, split=split),
        ),
        above_untrained(
            WITHOUT_MUSIC,
            ratio(conventions),
            ratio_text(conventions),
            id="2b",
            sentence="Networks trained without music have music-selective units, which "
            "also prefer music on clips that were not used to select them",
            where="Fig. 2b",
            paper=f"{RESPONSE_RATIOS[WITHOUT_MUSIC]}",
            reported=RESPONSE_RATIOS[WITHOUT_MUSIC],
            chosen=CHOSEN_AGAIN,
            permuted=WITHOUT_MUSIC,
            mixed=Selectivity(model=WITHOUT_MUSIC, than=UNTRAINED, split=split),
        ),
        at_equal_levels("2c-a", EVAL, 1),
        at_equal_levels("2c-b", EVAL, 64),
        at_equal_levels("2c-c", TRAIN, 1),
        at_equal_levels("2c-d", TRAIN, 64),
    )


def selectivity_of_other_models(conventions: Conventions) -> tuple[Claim, ...]:
    """The claims of Fig. 3e."""
    split = conventions.split
    ratio_of, text = ratio(conventions), ratio_text(conventions)
    # A ratio of 1 is no preference, so the preference is what exceeds 1.
    with_music, without_music = (
        less_one(ratio_of(model)) for model in (WITH_MUSIC, WITHOUT_MUSIC)
    )
    return (
        Claim(
            id="3e-a",
            sentence="Units are as music-selective after training without music as "
            "after training with music",
            where="Fig. 3e",
            paper=WITH_AND_WITHOUT_MUSIC_P,
            models=(WITH_MUSIC, WITHOUT_MUSIC),
            comparison=Equivalence(
                change_by_seed(with_music, without_music),
                Unpaired(ratio_of(WITH_MUSIC), ratio_of(WITHOUT_MUSIC), "two-sided"),
            ),
            measured=f"{text}, {WITH_MUSIC} against {WITHOUT_MUSIC}",
            shown=ratio_of(WITH_MUSIC),
            chosen=CHOSEN_AGAIN,
            mixed=Selectivity(model=WITH_MUSIC, than=WITHOUT_MUSIC, split=split),
        ),
        *(
            above_untrained(
                model,
                ratio_of,
                text,
                id=f"3e-{letter}",
                sentence=f"Units of networks trained {title} music are more "
                "music-selective than units of untrained networks",
                where="Fig. 3e",
                paper=RANK_SUM_P,
                chosen=CHOSEN_AGAIN,
                mixed=Selectivity(model=model, than=UNTRAINED, split=split),
                same_test_as=same_test_as,
            )
            for letter, model, title, same_test_as in (
                ("b", WITHOUT_MUSIC, "without", "2b"),
                ("c", WITH_MUSIC, "with", None),
            )
        ),
        *(
            above_linear(
                model,
                GABOR,
                ratio_of,
                text,
                id=f"3e-{letter}",
                sentence=f"Units of networks trained {title} music are more "
                "music-selective than Gabor filters",
                where="Fig. 3e",
                paper=f"Gabor {RESPONSE_RATIOS[GABOR]}, {RANK_SUM_P}",
                reported_second=RESPONSE_RATIOS[GABOR],
                chosen=CHOSEN_AGAIN,
            )
            for letter, model, title in (
                ("d", WITHOUT_MUSIC, "without"),
                ("e", WITH_MUSIC, "with"),
            )
        ),
    )
