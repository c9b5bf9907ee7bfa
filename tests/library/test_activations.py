"""Activation tables keep responses exactly; other tables are refused."""

import numpy as np
import pytest

from music_selectivity.errors import InputError
from music_selectivity.networks.activations import from_table, to_table


def test_table_round_trip_and_foreign_tables():
    responses = np.random.default_rng(1).random((3, 4), dtype=np.float32)
    table = to_table(["a", "b", "c"], responses)
    ids, back = from_table(table)
    assert list(ids) == ["a", "b", "c"]
    np.testing.assert_array_equal(back, responses)
    with pytest.raises(InputError, match="clip_id, u000"):
        from_table(table.drop(columns="u002"))
