"""An embedded corpus: natural sounds and music, synthesised from a seed.

With it, the whole study runs without a download. ``corpus.plan`` chooses the clips,
``corpus.write_tables`` writes tables of them in AudioSet's format, and ``rendering``
makes the sound.
"""
