"""Every number that the paper, or its public notebook, reports and a study compares.

Kim, Kim & Jeong, Nature Communications 15, 148 (2024). Constants only, each with its
panel. As with ``vocabulary``, the code digest of a rule covers those that its code
imports, and no other.
"""

import math
from dataclasses import dataclass

from music_selectivity.vocabulary import (
    ALL_CLASSES,
    EVAL,
    GABOR,
    MS_UNITS,
    MUSIC,
    NONMUSIC,
    ORIGINAL,
    PCA,
    SPEECH,
    TRAIN,
    UNTRAINED,
    WITH_MUSIC,
    WITHOUT_MUSIC,
    WITHOUT_MUSIC_AND_SPEECH,
)


@dataclass(frozen=True)
class Reported:
    """A reported number: a mean over networks, with their SD where that is given.

    `networks` is 1 for the public notebook's runs, and for linear features.
    """

    value: float
    sd: float = math.nan
    networks: int = 5

    def __str__(self) -> str:
        """The number as the paper writes it, such as ``0.768 +/- 0.030``."""
        if math.isnan(self.sd):
            return f"{self.value:g}"
        decimals = max(_decimals(self.value), _decimals(self.sd))
        return f"{self.value:g} +/- {self.sd:.{decimals}f}"


def _decimals(value: float) -> int:
    return len(f"{value:g}".partition(".")[2])


# Music / non-music response of music-selective units, by model: Fig. 2b, S10b, 3e.
RESPONSE_RATIOS = {
    WITHOUT_MUSIC: Reported(2.07),
    WITHOUT_MUSIC_AND_SPEECH: Reported(1.77),
    GABOR: Reported(1.12, networks=1),
}

# Effect size over clips of the mean response of all units: Fig. 2a.
EFFECT_SIZES = {WITHOUT_MUSIC: Reported(0.689)}

# The response ratio at equal levels, by split and 1 / power of music: Fig. 2c.
EQUAL_RMS_RATIOS = {
    (TRAIN, 1): Reported(1.97),
    (TRAIN, 64): Reported(1.70),
    (EVAL, 1): Reported(1.95),
    (EVAL, 64): Reported(1.68),
}

# Average precision of music read out from music-selective units: Fig. 2d.
EIGHTH_AP = Reported(0.832, 0.007)

# Average precision of music read out from all features, by source and by the linear
# features that were added: Fig. S3a, S4a. Chance is 0.266.
READOUT_CHANCE_REPORTED = 0.266
READOUT_APS = {
    (WITHOUT_MUSIC, ""): Reported(0.887, 0.005),
    (WITHOUT_MUSIC, PCA): Reported(0.887, 0.004),
    (WITHOUT_MUSIC, GABOR): Reported(0.894, 0.004),
    (PCA, ""): Reported(0.437, networks=1),
    (GABOR, ""): Reported(0.828, networks=1),
}

# Mean average precision by model and group of classes, and what the notebook calls
# chance there: the public notebook, one network (Fig. 1c).
MEAN_APS = {
    (WITHOUT_MUSIC, NONMUSIC): Reported(0.109, networks=1),
    (WITHOUT_MUSIC, MUSIC): Reported(0.0073, networks=1),
    (WITH_MUSIC, ALL_CLASSES): Reported(0.152, networks=1),
}
CHANCE_APS = {NONMUSIC: 0.0045, MUSIC: 0.0056}

# Segregation index with each group's own bins: the public notebook, one network.
OWN_SEGREGATION_INDICES = {WITHOUT_MUSIC: Reported(0.67, networks=1)}

# Response ratio over the 165 natural sounds, by model: Fig. 3c.
NATURAL_RATIOS = {
    WITHOUT_MUSIC: Reported(1.88, 0.13),
    WITH_MUSIC: Reported(1.61, 0.16),
    UNTRAINED: Reported(1.03, 0.0044),
    GABOR: Reported(0.95, networks=1),
}

# Response of music-selective units to music, by segment length in ms: Fig. 4b, c.
QUILT_RESPONSES = {
    "50": Reported(0.599, 0.047),
    "800": Reported(0.775, 0.033),
    ORIGINAL: Reported(0.768, 0.030),
}

# Pearson's r of that response and segment length, over networks and lengths: Fig. 4b.
QUILT_CORRELATIONS = {
    (MUSIC, MS_UNITS): Reported(0.601),
    (NONMUSIC, MS_UNITS): Reported(0.38),
}

# p-values of the paper's one-tailed tests, as it writes them: the signed-rank test of
# five networks (Fig. 3d, 4c, 5c, S3, S4) and the rank-sum test of five against five
# (Fig. 2d, 3e, 5b). Each is the smallest that its test can give.
SIGNED_RANK_P = "p = .031"
RANK_SUM_P = "p = .006"
# Of the ratios of networks trained with and without music: Fig. 3e. The paper calls it
# two-tailed, but it is the one-tailed p of its U (two-tailed .834).
WITH_AND_WITHOUT_MUSIC_P = "p = .417"
# Of the r of music-selective units and music in QUILT_CORRELATIONS: Fig. 4b.
QUILT_CORRELATION_P = "p = 4.4e-4"

# Effect size over networks of the cost of silencing music-selective units: Fig. 5c.
SILENCING_EFFECT_SIZE = Reported(1)

# Genres of music that the paper reads out: Fig. S6.
READOUT_GENRES = 25

# Response ratio of the units selective for another category: Fig. S11.
CATEGORY_RATIOS = {SPEECH: Reported(1.31)}

# Average precision on training clips that counts as memorization (Methods).
MEMORIZED_AP = 0.95

# Clips of AudioSet that the study obtained, by split and group (Methods, data set). The
# text and the figure legends assign the two numbers of non-music to opposite splits; of
# music they give this range alone.
CLIP_COUNTS = {
    (TRAIN, "all"): "17,902",
    (TRAIN, MUSIC): "4,000 to 4,500",
    (TRAIN, NONMUSIC): "11,010",
    (EVAL, "all"): "17,585",
    (EVAL, MUSIC): "4,000 to 4,500",
    (EVAL, NONMUSIC): "10,483",
}
