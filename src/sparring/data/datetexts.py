"""Dates and times as text: which format a column has, and writing in it.

Formats are strftime's, with `%-m` and its like for numbers without a leading zero (on every
machine) and `%3f` for milliseconds.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

_DAYS = (
    (r"\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
    (r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", ("%Y.%m.%d",)),
    (r"\d{8}(?=T)", ("%Y%m%d",)),
    (r"\d{1,2}/\d{1,2}/\d{4}", ("%m/%d/%Y", "%d/%m/%Y")),
    (r"\d{1,2}-\d{1,2}-\d{4}", ("%m-%d-%Y", "%d-%m-%Y")),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y", "%m.%d.%Y")),
    (r"\d{1,2}/\d{1,2}/\d{2}", ("%m/%d/%y", "%d/%m/%y")),
    (r"\d{1,2}-[A-Z][a-z]{2}-\d{4}", ("%d-%b-%Y",)),
    (r"\d{1,2}-[A-Z][a-z]{2}-\d{2}", ("%d-%b-%y",)),
    (r"\d{1,2} [A-Z][a-z]{2} \d{4}", ("%d %b %Y",)),
    (r"\d{1,2} [A-Z][a-z]{2,8} \d{4}", ("%d %B %Y",)),
    (r"[A-Z][a-z]{2} \d{1,2}, \d{4}", ("%b %d, %Y",)),
    (r"[A-Z][a-z]{2,8} \d{1,2}, \d{4}", ("%B %d, %Y",)),
)
_CLOCKS = (
    (r"\d{1,2}:\d{2}", "%H:%M"),
    (r"\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    (r"\d{2}:\d{2}:\d{2}\.\d{3}", "%H:%M:%S.%3f"),
    (r"\d{2}:\d{2}:\d{2}\.\d{6}", "%H:%M:%S.%f"),
    (r"\d{1,2}\.\d{2}\.\d{2}", "%H.%M.%S"),
    (r"\d{1,2}:\d{2} [AP]M", "%I:%M %p"),
    (r"\d{1,2}:\d{2}:\d{2} [AP]M", "%I:%M:%S %p"),
    (r"\d{1,2}:\d{2}[AP]M", "%I:%M%p"),
)
_COMPACT = (r"\d{6}", "%H%M%S")
_ZONE = re.compile(r"(.*\d)(Z|UTC| UTC|[+-]\d{2}:?\d{2})")
_HEAD = 50

_TWO = np.array([f"{number:02d}" for number in range(100)])
_ONE = np.array([str(number) for number in range(100)])
_HOUR = np.array([12, *range(1, 12)])
_LONG = "January February March April May June July August September October November December"
_MONTHS = np.array(_LONG.split())
_SHORT = np.array([month[:3] for month in _LONG.split()])
_DIRECTIVE = re.compile(r"(%-?\d?[A-Za-z])")


def date_format(texts: Sequence[str]) -> str | None:
    """The one format in which all of these dates are written, or None.

    Every text must come back as it was when it is read and written again. Where day and month
    can't be told apart, the month comes first between slashes and the day between dots.

    Args:
        texts: distinct ones, at least one.

    Example:
        >>> date_format(["1/5/2019", "12/31/2019"])
        '%-m/%-d/%Y'
        >>> date_format(["2024-02-30"]) is None
        True
    """
    body, zone = _without_zone(texts[0])
    for pattern, days in _DAYS:
        found = re.match(pattern, body)
        if found is None:
            continue
        clock = _clock(body[found.end() :])
        for day in days if clock is not None else ():
            chosen = _that_fits(texts, _paddings(f"{day}{clock}{zone}"))
            if chosen is not None:
                return chosen
    return None


def time_format(texts: Sequence[str]) -> str | None:
    """The one format in which all of these times of a day are written, or None.

    Args:
        texts: distinct ones, at least one.

    Example:
        >>> time_format(["13:08", "00:00"])
        '%H:%M'
    """
    for pattern, clock in _CLOCKS:
        if re.fullmatch(pattern, texts[0]):
            return _that_fits(texts, _paddings(clock))
    return None


def read(texts: pd.Series, text: str) -> pd.Series:
    """Texts of this format as datetimes without a zone, missing where they are of another."""
    # A literal offset is kept as text: all rows have the same.
    plain = text.replace("%-", "%").replace("%3f", "%f")
    return pd.to_datetime(texts, format=plain, errors="coerce")


def write(stamps: np.ndarray, text: str) -> np.ndarray:
    """(n,) datetime64, none missing -> (n,) texts of this format."""
    days = stamps.astype("datetime64[D]")
    months = stamps.astype("datetime64[M]")
    years = stamps.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    clock = (stamps - days).astype("timedelta64[us]").astype(np.int64)
    hour, minute = clock // 3_600_000_000, clock // 60_000_000 % 60
    second, part = clock // 1_000_000 % 60, clock % 1_000_000
    pieces = {
        "%Y": lambda: _digits(years, 4),
        "%y": lambda: _TWO[years % 100],
        "%m": lambda: _TWO[month + 1],
        "%-m": lambda: _ONE[month + 1],
        "%b": lambda: _SHORT[month],
        "%B": lambda: _MONTHS[month],
        "%d": lambda: _TWO[day],
        "%-d": lambda: _ONE[day],
        "%H": lambda: _TWO[hour],
        "%-H": lambda: _ONE[hour],
        "%I": lambda: _TWO[_HOUR[hour % 12]],
        "%-I": lambda: _ONE[_HOUR[hour % 12]],
        "%p": lambda: np.array(["AM", "PM"])[hour // 12],
        "%M": lambda: _TWO[minute],
        "%S": lambda: _TWO[second],
        "%f": lambda: _digits(part, 6),
        "%3f": lambda: _digits(part // 1000, 3),
    }
    out = np.full(len(stamps), "")
    for piece in _DIRECTIVE.split(text):
        if piece:
            out = np.char.add(out, pieces[piece]() if piece in pieces else piece)
    return out


def _digits(numbers: np.ndarray, width: int) -> np.ndarray:
    values, places = np.unique(numbers, return_inverse=True)
    return np.array([f"{number:0{width}d}" for number in values], dtype=str)[places]


def _without_zone(text: str) -> tuple[str, str]:
    """A text without the offset at its end, and that offset."""
    found = _ZONE.fullmatch(text) if ":" in text else None
    return (found[1], found[2]) if found else (text, "")


def _clock(rest: str) -> str | None:
    """The format of what follows a date: nothing, or T or a space and a time; else None."""
    if rest == "":
        return ""
    for pattern, clock in (*_CLOCKS, _COMPACT):
        if rest[0] in "T " and re.fullmatch(pattern, rest[1:]):
            return rest[0] + clock
    return None


def _paddings(text: str) -> list[str]:
    """A format with and without leading zeros of the date and of the hour."""
    days = [text, re.sub("%([md])", r"%-\1", text)]
    both = [form for day in days for form in (day, re.sub("%([HI])", r"%-\1", day))]
    return list(dict.fromkeys(both))


def _that_fits(texts: Sequence[str], formats: Sequence[str]) -> str | None:
    for text in formats:
        if _fits(texts[:_HEAD], text) and (len(texts) <= _HEAD or _fits(texts, text)):
            return text
    return None


def _fits(texts: Sequence[str], text: str) -> bool:
    stamps = read(pd.Series(texts, dtype="str"), text)
    if stamps.isna().any():
        return False
    return bool((write(stamps.to_numpy(), text) == np.asarray(texts, dtype=np.str_)).all())
