"""The claims of several studies side by side, and where their verdicts agree."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from music_selectivity.claims.verdicts import (
    HELD,
    NOT_REPLICATED,
    NOT_RUN,
    UNTESTED,
    VERDICTS,
)
from music_selectivity.errors import InputError

# What the verdicts of several studies say of a claim, in the order of the page.
CONTRADICTORY = "replicated in some studies and not in others"
IN_ALL = "replicated in every study"
IN_NONE = "not replicated in any study"
UNDECIDED = "not decided in every study"
NOT_TESTED = "not tested in any study"
AGREEMENTS = (CONTRADICTORY, IN_ALL, IN_NONE, UNDECIDED, NOT_TESTED)

# What is shown of each study.
SHOWN = ["measured", "low", "high", "verdict"]


def agreement(verdicts: Collection[str]) -> str:
    """Which of `AGREEMENTS` the verdicts of a claim are, one verdict per study.

    Studies contradict each other if the claim is replicated in one and not replicated
    in another, even if a third leaves it open.
    """
    held = [verdict in HELD for verdict in verdicts]
    failed = [verdict == NOT_REPLICATED for verdict in verdicts]
    if any(held) and any(failed):
        return CONTRADICTORY
    if all(held):
        return IN_ALL
    if all(failed):
        return IN_NONE
    return NOT_TESTED if set(verdicts) <= set(UNTESTED) else UNDECIDED


def side_by_side(claims: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The claims of several studies, one row per claim (comparison.csv).

    Parameters
    ----------
    claims
        claims.csv by study; at least one.

    Returns
    -------
    DataFrame
        id, claim and agreement; then for each study its columns `SHOWN` of claims.csv,
        named by the study, such as ``tiny_verdict``. Claims are in the order of the
        studies. A claim that a study does not list was not run there.

    Raises
    ------
    InputError
        A table is not claims.csv of this version.
    """
    for study, table in claims.items():
        _check(study, table)
    every = pd.concat(claims.values()).drop_duplicates("id")
    found = every[["id", "claim"]].reset_index(drop=True)
    verdicts = []
    for study, table in claims.items():
        shown = table.set_index("id").reindex(found["id"])[SHOWN]
        shown["verdict"] = shown["verdict"].fillna(NOT_RUN)
        verdicts.append(shown["verdict"])
        for column in SHOWN:
            found[f"{study}_{column}"] = shown[column].to_numpy()
    of_claims = [agreement(each) for each in zip(*verdicts, strict=True)]
    found.insert(2, "agreement", np.array(of_claims, dtype=object))
    return found


def _check(study: str, table: pd.DataFrame) -> None:
    missing = {"id", "claim", *SHOWN}.difference(table)
    if missing:
        raise InputError(
            f"claims.csv of {study} has no column {min(missing)}; run the study again"
        )
    unknown = table.loc[~table["verdict"].isin(VERDICTS)]
    if len(unknown):
        first = unknown.iloc[0]
        raise InputError(
            f"claims.csv of {study}, claim {first['id']}: {first['verdict']} is no "
            "verdict of this version; run the study again"
        )
    twice = table.loc[table["id"].duplicated(), "id"]
    if len(twice):
        raise InputError(
            f"claims.csv of {study} has claim {twice.iloc[0]} twice; run the study "
            "again"
        )
