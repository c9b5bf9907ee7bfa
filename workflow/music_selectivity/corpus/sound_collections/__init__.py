"""A corpus from two public collections: ESC-50 for sounds, GTZAN's layout for music.

It serves users who cannot obtain AudioSet, and has AudioSet's format and classes. All
properties that could identify the collection of a clip, except for the sound itself,
are equalised: sample rate, band, level, length and silence. ``esc50`` and ``gtzan``
list what the collections contain, ``planning`` chooses the clips, ``tables`` writes
AudioSet's tables of them, and ``levelling`` makes the sound.
"""
