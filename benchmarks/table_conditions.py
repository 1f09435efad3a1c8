"""Conditions that a synthesizer is asked to keep, and how well it does.

For every column: its most frequent value and the rarest one that stands in at least five rows, or,
for numbers and dates, the middle half, the five largest values, and the rarest value that is
repeated. Beside them some conditions on two or three columns that hold together in a training row.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from table_exchange import date_format
from table_scores import comparable, detection

SUPPORT = 5
ROWS = 200
"""That are asked for under each condition."""

TOGETHER = 10
WITHIN, FEWEST_WITHIN, MOST_WITHIN = 6, 1000, 5000
"""How many conditions are looked into, and the training rows that must and may be compared."""

Condition = dict[str, Any]
Sample = Callable[[int, Condition | None, int], pd.DataFrame]
"""(rows, condition, seed) -> that many rows."""


def conditions(train: pd.DataFrame, seed: int) -> list[Condition]:
    """The conditions; each holds in at least five training rows."""
    random = np.random.default_rng(seed)
    alone = [{name: asked} for name in train.columns for asked in _asked(train[name])]
    together: list[Condition] = []
    for _ in range(20 * TOGETHER):
        if len(together) == TOGETHER:
            break
        found = _about_a_row(train, random)
        if found and obeys(train, found).sum() >= SUPPORT and found not in together:
            together.append(found)
    return [asked for asked in alone if obeys(train, asked).sum() >= SUPPORT] + together


def obeys(rows: pd.DataFrame, condition: Condition) -> np.ndarray:
    """(n,) booleans: which rows satisfy a condition; both ends of a range belong to it.

    Dates as text are compared as text, which is their order in time.
    """
    kept = np.ones(len(rows), dtype=bool)
    for name, asked in condition.items():
        column = rows[name]
        if isinstance(asked, tuple):
            low, high = asked
            kept &= column.notna().to_numpy() & column.between(low, high).to_numpy()
        else:
            kept &= (column.astype(object) == asked).to_numpy(dtype=bool)
    return kept


def _ordered(column: pd.Series) -> bool:
    """Whether a range makes sense: many numbers, or dates."""
    number = pd.api.types.is_numeric_dtype(column.dtype)
    return (
        number and not pd.api.types.is_bool_dtype(column.dtype) and column.nunique() > 2
    ) or date_format(column) is not None


def _asked(column: pd.Series) -> list[Any]:
    """Values and ranges of one column."""
    counts = column.value_counts()
    repeated = counts[counts >= SUPPORT]
    found = [_plain(repeated.index[-1])] if len(repeated) else []
    if _ordered(column):
        known = column.dropna().sort_values().tolist()
        found.append((known[len(known) // 4], known[3 * len(known) // 4]))
        found.append((known[-min(SUPPORT, len(known))], known[-1]))
    elif len(repeated) > 1:
        found.append(_plain(repeated.index[0]))
    return found


def _plain(value: Any) -> Any:
    """A value of Python for one of numpy."""
    return value.item() if isinstance(value, np.generic) else value


def _about_a_row(train: pd.DataFrame, random: np.random.Generator) -> Condition:
    """Two or three columns as they stand in a row: values, or ranges about them."""
    row = train.iloc[random.integers(len(train))]
    count = min(int(random.integers(2, 4)), train.shape[1])
    found: Condition = {}
    for name in random.choice(np.array(train.columns, dtype=object), count, replace=False):
        value = _plain(row[name])
        if pd.isna(value):
            continue
        if _ordered(train[name]):
            known = train[name].dropna().sort_values().reset_index(drop=True)
            place, reach = int(known.searchsorted(value)), len(known) // 10
            low, high = max(place - reach, 0), min(place + reach, len(known) - 1)
            found[str(name)] = (_plain(known[low]), _plain(known[high]))
        else:
            found[str(name)] = value
    return found


def kept(train: pd.DataFrame, sample: Sample, seed: int) -> dict[str, Any]:
    """How many of the rows that were asked for satisfy their condition.

    Returns:
        condition_exact: their share, over all conditions; a condition that is refused counts as
        broken throughout. conditions: how many there were. refused: their errors. broken: those
        that rows break, with their share of rows that obey.
    """
    from sparring.core.errors import Failure, WrongUse

    asked = conditions(train, seed)
    refused: list[Mapping[str, Any]] = []
    broken: list[Mapping[str, Any]] = []
    total = 0.0
    for condition in asked:
        try:
            made = sample(ROWS, condition, seed)
        except (WrongUse, Failure) as error:
            refused.append({"condition": condition, "said": str(error)})
            continue
        share = float(obeys(made, condition).sum()) / ROWS
        total += share
        if share < 1:
            broken.append({"condition": condition, "share": round(share, 4)})
    return {
        "condition_exact": total / len(asked),
        "conditions": len(asked),
        "refused": refused,
        "broken": broken,
    }


def within(train: pd.DataFrame, sample: Sample, seed: int) -> dict[str, float]:
    """Whether the other columns are right where a condition holds.

    Returns:
        condition_detection_gap: what detection within a condition is above detection of as many
        rows without one, the mean over some conditions that hold in at least 1,000 training rows;
        condition_detection_gap_max: the largest; condition_rows_per_s: of processor time. Empty
        where no condition holds so often or all are refused.
    """
    from sparring.core.errors import Failure, WrongUse

    gaps, rows, spent = [], 0, 0.0
    for condition in conditions(train, seed)[::-1]:
        real = train[obeys(train, condition)]
        if len(real) < FEWEST_WITHIN or len(gaps) == WITHIN:
            continue
        count = min(len(real), MOST_WITHIN)
        before = time.process_time()
        try:
            made = sample(count, condition, seed)
        except (WrongUse, Failure):
            continue
        spent, rows = spent + time.process_time() - before, rows + count
        free = sample(count, None, seed)
        inside = detection(*comparable(real, made), seed, count)
        outside = detection(*comparable(train, free), seed, count)
        # Below one half is chance as well.
        gaps.append(max(inside, 0.5) - max(outside, 0.5))
    if not gaps:
        return {}
    return {
        "condition_detection_gap": sum(gaps) / len(gaps),
        "condition_detection_gap_max": max(gaps),
        "condition_rows_per_s": round(rows / spent),
    }
