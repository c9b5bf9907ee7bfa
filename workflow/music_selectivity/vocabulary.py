"""The names that tables, rules and the config share; each is spelled here alone.

Constants only. The code digest of a rule covers those that its code imports, and no
other, so a name added here reruns nothing.
"""

TRAIN, EVAL = "train", "eval"
SPLITS = (TRAIN, EVAL)
OTHER_SPLIT = {TRAIN: EVAL, EVAL: TRAIN}
# Units are chosen on the split that networks learn from and measured on the other.
# ``analysis.measured_split`` exchanges the two for the responses of selective units.
SELECTION_SPLIT, MEASURED_SPLIT = TRAIN, EVAL

# A clip's group, by its labels: all music-related, none, or some.
MUSIC, NONMUSIC, MIXED = "music", "nonmusic", "mixed"
GROUPS = (MUSIC, NONMUSIC, MIXED)
# The groups that selectivity compares; mixed clips take no part.
COMPARED_GROUPS = (MUSIC, NONMUSIC)
# As readers know them.
GROUP_NAMES = {MUSIC: "music", NONMUSIC: "other sounds"}
# Groups of classes that average precision is averaged over.
ALL_CLASSES = "all"
CLASS_GROUPS = (ALL_CLASSES, MUSIC, NONMUSIC)

# Types of corpus, by which the config describes it; some are generated, in AudioSet's
# format, as the tables with these names.
SOUNDSCAPES, AUDIOSET = "soundscapes", "audioset"
TABLE, COLLECTIONS, NATURAL = "table", "collections", "natural_sounds"
GENERATED_CORPORA = (SOUNDSCAPES, COLLECTIONS)
GENERATED_TABLES = {
    "ontology": "ontology.json",
    "classes": "class_labels_indices.csv",
    "train_segments": "train_segments.csv",
    "eval_segments": "eval_segments.csv",
}

# Which clips of the train split a model learns from.
ALL_CLIPS = "all"
CLIPS_WITHOUT_MUSIC = "without_music"
CLIPS_WITHOUT_MUSIC_AND_SPEECH = "without_music_and_speech"
SHUFFLED_LABELS = "shuffled"

# The models of the paper.
WITHOUT_MUSIC, WITH_MUSIC, UNTRAINED = "without_music", "with_music", "untrained"
MEMORIZATION, WITHOUT_MUSIC_AND_SPEECH = "memorization", "without_music_and_speech"
PAPER_MODELS = (
    WITHOUT_MUSIC,
    WITH_MUSIC,
    WITHOUT_MUSIC_AND_SPEECH,
    MEMORIZATION,
    UNTRAINED,
)
# Linear features run through the same analyses as networks, with placeholder seed 0.
PCA, GABOR = "pca", "gabor"
LINEAR_FEATURES = (GABOR, PCA)
LINEAR_SEED = 0
# A user's network has a placeholder seed, too. Its twins have seeds from 1; they are of
# these kinds.
USERS_SEED = 0
PERMUTED, INITIALISED = "permuted", "initialised"
# In the place of a layer's name, for the layer that predicts the brain best.
BEST_LAYER = "best layer"
# For the largest value over layers, whichever has it, which is compared with that of
# each twin.
LARGEST = "largest of all layers"
# The responses of the brain to the natural sounds, in tables of networks' responses.
FMRI = "fmri"
# What predicts those without a network, in tables of networks: the mean spectrum, and
# the level. With Gabor filters, they are the baselines of networks.
LOG_MEL, LEVEL = "log_mel", "level"

# Why a clip is excluded, as the clip table has it; a clip in use has no reason.
USED = ""
MISSING_FILE = "missing file"
UNREADABLE = "unreadable"
EMPTY = "empty"
NOT_FINITE = "not finite"
SILENT = "silent"
TOO_SHORT = "too short"
DUPLICATE = "duplicate"

# Why a usable clip is not quilted: it is too short, or this.
FILLED_BY_REPETITION = "filled by repetition"

# Sets of units: all, the music-selective (MS) ones, and other units
# (``analysis.other_units``).
ALL_UNITS, MS_UNITS, OTHER_UNITS = "all", "ms", "others"
ALL_OTHERS, LEAST_SELECTIVE = "all", "least_selective"
UNIT_NAMES = {MS_UNITS: "music-selective units", OTHER_UNITS: "other units"}
# Sets of other units, each of as many as there are music-selective ones.
RANDOM_UNITS = "random"
# The units that are selective for another category of sound.
CATEGORY_UNITS = "category:{category}"

# Sets of units that ablation silences.
NO_UNITS = "none"
MSI_TOP, MSI_MIDDLE, MSI_BOTTOM = "msi_top", "msi_middle", "msi_bottom"
L1_TOP = "l1_top"
SILENCED_SETS = (NO_UNITS, MSI_TOP, MSI_MIDDLE, MSI_BOTTOM, L1_TOP)

# What the profiles of single units state (``unit_profiles``).
UNIT_RANK, UNIT_INDEX, UNIT_RESPONSE = "rank", "msi", "mean_response"
CLASS_RESPONSE, STIMULUS_RESPONSE = "class_response", "stimulus_response"
CLIP_RESPONSE = "clip_response"
CLASS_PRECISION, PRECISION_CHANGE = "average_precision", "precision_change"
# How many units have one besides the music-selective ones; how many eval clips a listed
# class has at least; and how many classes of each kind, clips and units are listed.
OTHERS_SHOWN, LEAST_POSITIVES, LISTED = 8, 5, 5

# The unaltered sounds: as a stimulus set, and as a length among segment lengths.
ORIGINAL = "original"

# Orders of the segments in sound quilts: Overath's rule, the chain of the public
# notebook, a random permutation, and the order of the original.
OVERATH, NOTEBOOK, RANDOM, IDENTITY = "overath", "notebook", "random", "identity"
QUILT_ORDERS = (OVERATH, NOTEBOOK, RANDOM, IDENTITY)
ORDER_NAMES = {
    OVERATH: "Overath's order",
    NOTEBOOK: "the notebook's order",
    RANDOM: "random order",
    IDENTITY: "original order, cut and joined",
}
# Number of the longest segments that every quilt consists of at least.
LEAST_SEGMENTS = 3
# Which two frames are compared on each side of a boundary between segments: frames one
# hop of the front end apart, or side by side.
OVERLAPPING, ADJACENT = "overlapping", "adjacent"

# What belongs together in categories.csv.
CATEGORY, GENRE = "category", "genre"

# Categories of sound that the paper compares with music, as the config names them.
SPEECH, VEHICLE, ANIMAL, WATER = "speech", "vehicle", "animal", "water"

# How the segregation index lays its bins: over both groups, or over each by itself.
COMMON_BINS, OWN_BINS = "common", "own"

# Response components inferred from the brain (Norman-Haignere et al. 2015).
MUSIC_COMPONENT = "music"
COMPONENTS = (
    "lowfreq",
    "highfreq",
    "envsounds",
    "pitch",
    "speech",
    MUSIC_COMPONENT,
)

# Length of the 165 natural sounds.
NATURAL_SECONDS = 2.0

# Measures of similarity of two representations: representational similarity analysis,
# and centred kernel alignment.
RSA, CKA = "rsa", "cka"

# The table of the natural sounds, the file of each, and the components of the brain's
# responses to them, below their folder.
NATURAL_LABELS, NATURAL_FILE = "sounds/category_labels.csv", "sounds/wav/{name}.wav"
NATURAL_COMPONENTS = "data/components.mat"
# Categories of the natural sounds, by the name that their tables use.
INSTRUMENTAL_MUSIC, VOCAL_MUSIC = "Music", "Song"
MUSIC_CATEGORIES = (INSTRUMENTAL_MUSIC, VOCAL_MUSIC)
ENGLISH_SPEECH, FOREIGN_SPEECH = "EngSpeech", "ForSpeech"
SPEECH_CATEGORIES = (ENGLISH_SPEECH, FOREIGN_SPEECH)
NATURAL_CATEGORIES = {
    INSTRUMENTAL_MUSIC: "Instrumental music",
    VOCAL_MUSIC: "Vocal music",
    ENGLISH_SPEECH: "English speech",
    FOREIGN_SPEECH: "Foreign speech",
    "HumVoc": "Human vocal",
    "HumNonVoc": "Human non-vocal",
    "AniVoc": "Animal vocal",
    "AniNonVoc": "Animal non-vocal",
    "Nature": "Nature",
    "Mechanical": "Mechanical",
    "EnvSound": "Environmental",
}
