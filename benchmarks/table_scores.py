"""How good a synthetic table is, by sparring's own metrics.

The same for every side: the training rows, what a side made from them (as many rows), and real
test rows. Dates that are written as text are compared as dates.

* tstr_auc, tstr_f1, or tstr_r2 where the target is a number: boosted trees that were trained on
  the made rows are tested on the test rows (`sparring.metrics.utility`).
* detection_auc: boosted trees tell made rows from training rows, three folds, at most 10,000 of
  each; 0.5 is not at all.
* shapes, pairs: likeness of columns and of related pairs of columns to the training rows
  (`column_shapes` and `pair_trends`: sparring's, defined as SDMetrics defines them).
* copied: share of the made rows that stand in the training rows as they are. Detection is blind to
  copying, so it must not be much above the held-out rows' own share.
"""

import math

import numpy as np
import pandas as pd

from table_exchange import date_format

MOST_DETECTED = 10_000


def scores(
    train: pd.DataFrame, made: pd.DataFrame, test: pd.DataFrame, target: str, seed: int
) -> dict[str, float]:
    """All scores of made rows."""
    train, made, test = comparable(train, made, test)
    return {**utility_of(train, made, test, target, seed), **likeness(train, made, seed)}


def held_out(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int) -> dict[str, float]:
    """The ceiling: what real rows score.

    Utility is that of the training rows themselves; all else is how like them the test rows are.
    """
    train, test = comparable(train, test)
    return {**utility_of(train, train, test, target, seed), **likeness(train, test, seed)}


def utility_of(
    train: pd.DataFrame, made: pd.DataFrame, test: pd.DataFrame, target: str, seed: int
) -> dict[str, float]:
    """Train on made rows, test on real ones."""
    from sparring.metrics.utility import utility

    found = utility(train, made, test, target, seed=seed)
    named = {"tstr_auc": found.auc, "tstr_f1": found.f1, "tstr_r2": found.r2}
    return {name: value for name, value in named.items() if value is not None}


def likeness(train: pd.DataFrame, made: pd.DataFrame, seed: int) -> dict[str, float]:
    """How like the training rows are the others?"""
    from sparring.metrics.pairs import pair_trends
    from sparring.metrics.shapes import column_shapes

    found = {
        "detection_auc": detection(train, made, seed),
        "shapes": column_shapes(train, made).mean,
        "pairs": pair_trends(train, made).mean,
        "copied": copied(train, made),
    }
    # A table without related pairs has no score for them.
    return {name: value for name, value in found.items() if not math.isnan(value)}


def detection(
    train: pd.DataFrame, made: pd.DataFrame, seed: int, most: int = MOST_DETECTED
) -> float:
    """Boosted trees that tell made rows from training rows, at most so many of each."""
    from sparring.metrics.two_sample import two_sample_auc

    real, fake = (rows.sample(min(most, len(rows)), random_state=seed) for rows in (train, made))
    return two_sample_auc(real, fake, seed=seed)


def copied(train: pd.DataFrame, made: pd.DataFrame) -> float:
    """Share of the made rows that stand in the training rows."""
    known = set(pd.util.hash_pandas_object(_written(train), index=False))
    return float(pd.util.hash_pandas_object(_written(made), index=False).isin(known).mean())


def _written(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as text, in which 1 and 1.0 are the same."""
    from sparring.metrics.columns import is_number, numbers

    columns = {
        name: numbers(rows[name]) if is_number(rows[name]) else rows[name].astype(object)
        for name in rows.columns
    }
    return pd.DataFrame(columns).astype(str)


def comparable(train: pd.DataFrame, *others: pd.DataFrame) -> list[pd.DataFrame]:
    """The tables with dates where the training rows have text that writes dates.

    Columns without a value in the training rows are left out: there is nothing to compare.
    """
    train = train.dropna(axis="columns", how="all")
    formats = {name: date_format(train[name]) for name in train.columns}
    read = {name: text for name, text in formats.items() if text is not None}
    return [
        rows[list(train.columns)].assign(
            **{
                name: pd.to_datetime(rows[name], format=text, errors="coerce")
                for name, text in read.items()
            }
        )
        for rows in (train, *others)
    ]


def shuffled(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The floor: every column in an order of its own, so that no relation is left."""
    random = np.random.default_rng(seed)
    columns = {
        name: train[name].iloc[random.permutation(len(train))].reset_index(drop=True)
        for name in train.columns
    }
    return pd.DataFrame(columns)
