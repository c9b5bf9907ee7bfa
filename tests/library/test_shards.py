"""The shard of a clip, and which files hold many clips."""

import numpy as np

from music_selectivity.corpus.shards import is_parquet, shard_of


def test_shards_are_pinned_and_even():
    # Pinned: another hash would move every clip of every study.
    assert [shard_of(clip_id, 32) for clip_id in ("a", "b")] == [15, 21]
    counts = np.bincount([shard_of(str(i), 8) for i in range(8000)])
    assert counts.min() > 850


def test_parquet_is_recognised_by_name_except_for_hidden_files():
    assert is_parquet("data/bal_train/00.parquet")
    for name in ("data/.00.parquet", "a.parquet.incomplete", "parquet", "a.csv"):
        assert not is_parquet(name)
