"""Which shard a clip belongs to, and which files contain many clips.

These are separate from the search for files, so that an edit there recomputes no
log-mel spectrogram.
"""

import hashlib
import os


def shard_of(name: str, n_shards: int) -> int:
    """The fixed shard of a clip or Parquet file.

    It is a hash of the id, so that no clip moves when others are added.
    """
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % n_shards


def is_parquet(path: str | os.PathLike) -> bool:
    """Whether a file is named as Parquet; hidden files belong to other programs."""
    name = os.path.basename(path)
    return name.endswith(".parquet") and not name.startswith(".")
