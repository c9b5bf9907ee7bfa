"""Tables of claims for tests of pages and comparisons."""

import numpy as np
import pandas as pd


def claims(**of_ids: str) -> pd.DataFrame:
    """claims.csv with verdicts by id, and measured values from 1."""
    measured = np.arange(1.0, len(of_ids) + 1)
    return pd.DataFrame(
        {
            "id": list(of_ids),
            "claim": [f"Claim {id}" for id in of_ids],
            "measured": measured,
            "low": measured - 0.5,
            "high": measured + 0.5,
            "verdict": list(of_ids.values()),
            "notes": "",
        }
    )
