"""An embedded corpus: synthetic natural sounds and music, made from a seed.

It lets the whole study run without a download. ``plan`` says which clips there are,
``write_tables`` writes them in AudioSet's own forms, and ``render`` and
``write_audio`` make the sound. Only the last two load SciPy.
"""

from music_selectivity.soundscapes.corpus import (
    Recipe,
    Source,
    Spec,
    plan,
    write_tables,
)

__all__ = [
    "Recipe",
    "Source",
    "Spec",
    "plan",
    "render",
    "write_audio",
    "write_tables",
]


def __getattr__(name: str) -> object:
    if name in ("render", "write_audio"):
        from music_selectivity.soundscapes import rendering

        return getattr(rendering, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
