"""The form of a column of which it is known what it holds."""

import re
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.data.dates import DAY, TIMES, clock_ticks, coarsest, date_ticks, moments
from sparring.data.form import Scalar, as_python
from sparring.data.forms import Booleans, Categories, Constant, Dates, Form, Numbers, Times
from sparring.data.grammars.learning import LOOSEST
from sparring.data.refusing import infinite, several_zones, too_many, unsupported

MOST_CATEGORIES = 100_000
LARGEST_EXACT = 2**53
_FEWEST_SERIALS = 50
_MOST_DECIMALS = 6
_NAMES = {"id", "ids", "uuid", "guid", "number", "no", "nr", "key"}
_NAME_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_YEARS = (1500, 2100)


def numbers_of(series: pd.Series) -> Numbers:
    """Numbers with as few decimals as lose nothing.

    Raises:
        WrongUse: infinite numbers.
    """
    dtype = str(series.dtype)
    plain = Numbers(dtype, None).plain(series)
    where = np.flatnonzero(np.isinf(plain))
    if len(where):
        raise infinite(series, where)
    seen = plain[~np.isnan(plain)]
    if (seen == np.round(seen)).all():
        return Numbers(dtype, 0)
    return Numbers(dtype, _decimals(seen, dtype))


def _decimals(seen: np.ndarray, dtype: str) -> int | None:
    """The fewest decimals that lose nothing, or None when there are many."""
    single = np.float32 if dtype.lower() == "float32" else np.float64
    exact = seen.astype(single)
    for decimals in range(1, _MOST_DECIMALS + 1):
        # Most columns of many decimals are given up after a few values.
        for part in (slice(100), slice(None)):
            if (np.round(seen[part], decimals).astype(single) != exact[part]).any():
                break
        else:
            return decimals
    return None


def beyond_exact(values: pd.Series) -> np.ndarray:
    """(n,) which whole numbers are too large for a float to tell them from their neighbours."""
    if types.is_float_dtype(values.dtype):
        return np.zeros(len(values), dtype=bool)
    if types.is_object_dtype(values.dtype):
        return np.array([isinstance(v, int) and abs(v) > LARGEST_EXACT for v in values], bool)
    whole = values.to_numpy()
    return (whole > LARGEST_EXACT) | (whole < -LARGEST_EXACT)


def are_serials(series: pd.Series, seen: np.ndarray) -> bool:
    """Whether whole numbers name rows: at least 50, all different, and by their name or look.

    They look so when they count on (leaving out half at most, and no years), or all have the same
    six digits or more and are spread evenly.

    Args:
        seen: (n,) float64, the numbers that are there.
    """
    n = len(seen)
    if n < _FEWEST_SERIALS or (seen != np.round(seen)).any():
        return False
    ranked = np.sort(seen)
    if not (np.diff(ranked) > 0).all():
        return False
    words = _NAME_WORD.findall(str(series.name))
    least, most = ranked[0], ranked[-1]
    if words and words[-1].lower() in _NAMES:
        return True
    if most - least < LOOSEST * n and not _YEARS[0] <= least <= most <= _YEARS[1]:
        return True
    if least < 100_000 or len(str(int(least))) != len(str(int(most))):
        return False
    # Kolmogorov and Smirnov's distance from evenness at the level of 1 in 100.
    distance = np.abs((ranked - least) / (most - least) - np.linspace(0, 1, n)).max()
    return bool(distance < min(1.63 / np.sqrt(n), 0.1))


def dates_of(series: pd.Series, text: str | None) -> Dates:
    """Dates of this format, or of pandas' own when it is None.

    Raises:
        WrongUse: several time zones, or out of pandas' range.
    """
    try:
        stamps = series if text is not None else pd.to_datetime(series)
        zone = str(stamps.dt.tz) if isinstance(stamps.dtype, pd.DatetimeTZDtype) else None
        stamps = moments(stamps, text)
    except (ValueError, TypeError, OverflowError) as error:
        raise several_zones(series) from error
    ticks, missing = date_ticks(stamps, "us")
    unit = "us"
    if str(stamps.dtype) == "datetime64[ns]":
        fine, _ = date_ticks(stamps, "ns")
        if (fine % 1000).any():
            ticks, unit = fine, "ns"
    seen = ticks[~missing]
    step = coarsest(seen) if unit == "us" else 1
    return Dates(str(series.dtype), unit, step, int(seen.min() // step), text, zone)


def times_of(series: pd.Series, text: str) -> Times:
    """Times of a day of this format ("time": of `datetime.time`).

    Raises:
        WrongUse: times with zones.
    """
    ticks = clock_ticks(series.dropna().unique(), text)
    if np.isnan(ticks).any():
        raise unsupported(series, "times with zones" if text == TIMES else "no times")
    return Times(str(series.dtype), min(coarsest(ticks), DAY // 24), text)


def categories_of(series: pd.Series, distinct: Any) -> Categories:
    """Categories that are these values, sorted.

    Raises:
        WrongUse: more than 100,000.
    """
    if len(distinct) > MOST_CATEGORIES:
        raise too_many(series, len(distinct), MOST_CATEGORIES)
    listed: list[Scalar] = np.asarray(distinct, dtype=object).tolist()
    listed = [as_python(value) for value in listed]
    if len({type(value) for value in listed}) == 1:
        return Categories(str(series.dtype), tuple(sorted(listed)))
    return Categories(str(series.dtype), tuple(sorted(listed, key=str)))


def listed_categories(series: pd.Series) -> Categories:
    """The categories of a column of dtype category."""
    categories = series.cat.categories
    listed = categories.tolist()
    if not all(isinstance(value, str | int | float | bool) for value in listed):
        raise unsupported(series, f"categories of type {type(listed[0]).__name__}")
    held = series.nunique()
    if held > MOST_CATEGORIES:
        raise too_many(series, held, MOST_CATEGORIES)
    form = Booleans if {type(value) for value in listed} == {bool} else Categories
    return form("category", tuple(listed), bool(series.cat.ordered), str(categories.dtype))


def constant_of(series: pd.Series) -> Form | None:
    """The constant that a column holds in every row, or None; all missing is one too."""
    present = series.notna().to_numpy()
    if not present.any():
        return Constant(str(series.dtype), None)
    first = series.iloc[0]
    if not present.all() or not bool((series == first).all()):
        return None
    value = as_python(first)
    return Constant(str(series.dtype), value) if isinstance(value, str | int | float) else None
