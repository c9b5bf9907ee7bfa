"""An embedded corpus: synthetic natural sounds and music, made from a seed.

It lets the whole study run without a download. ``corpus.plan`` says which clips there
are, ``corpus.write_tables`` writes them in AudioSet's own formats, and ``rendering``
makes the sound.
"""
