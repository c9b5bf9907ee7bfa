"""A corpus from two public collections: ESC-50 for sounds, GTZAN's layout for music.

For those who cannot have AudioSet. It is written in AudioSet's form, with AudioSet's
classes, so that it enters by the same door. Whatever would tell the two collections
apart but the sounds themselves is made alike: rate, band, level, length and silence.
``esc50`` and ``gtzan`` say what there is, ``planning`` which clips are made of it,
``tables`` writes them in AudioSet's form, and ``levelling`` makes the sound.
"""
