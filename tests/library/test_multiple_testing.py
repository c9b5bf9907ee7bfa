"""Correction for the number of tests, with tests that were not run."""

import numpy as np

from music_selectivity.stats.multiple_testing import benjamini_hochberg


def test_adjusted_p_values_leave_out_the_untested():
    p = np.array([0.01, np.nan, 0.02, 0.5])
    expected = [0.03, np.nan, 0.03, 0.5]
    np.testing.assert_allclose(benjamini_hochberg(p), expected)
    assert np.isnan(benjamini_hochberg([np.nan])).all()
