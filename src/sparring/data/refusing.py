"""What is said of a column that can't be learnt from, or not as it is asked."""

import shlex
from collections.abc import Iterable

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data.form import as_python


def rows_text(rows: Iterable[int], most: int = 3) -> str:
    """ "row 3", "rows 3 and 7", "rows 3, 7, 9, ..."; the first row is 1."""
    numbers = [int(row) + 1 for row in rows]
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    listed = ", ".join(str(number) for number in numbers[:most])
    return f"rows {listed}{', ...' if len(numbers) > most else ''} (the first is 1)"


def drop_text(series: pd.Series) -> str:
    """How to leave a column out."""
    if not isinstance(series.name, str):
        return "leave it out of the array"
    return f"drop it with `--set {shlex.quote(f'drop={series.name}')}`"


def unsupported(series: pd.Series, what: str) -> WrongUse:
    """A column of something that no form holds."""
    return WrongUse(
        f"Column {series.name!r} holds {what}, which is not supported: make it numbers, text, "
        f"booleans or dates, or {drop_text(series)}."
    )


def several_zones(series: pd.Series) -> WrongUse:
    """A column of dates that no one dtype of pandas holds."""
    return WrongUse(
        f"Column {series.name!r} holds dates of several time zones, with and without one, or out "
        f"of range: bring them into one zone, for example with pandas.to_datetime(..., utc=True)."
    )


def no_unicode(series: pd.Series, bad: np.ndarray) -> WrongUse:
    """A column of texts that are broken in these rows (a mask)."""
    rows = rows_text(np.flatnonzero(bad))
    return WrongUse(
        f"Column {series.name!r} holds text that is not Unicode in {rows}: "
        f"read it again in the encoding in which it was written."
    )


def mixed(series: pd.Series, what: str) -> WrongUse:
    """A column of several types."""
    return WrongUse(
        f"Column {series.name!r} mixes types, {what}: correct these values, leave them empty "
        f"or name them with `--set missing=...` if they are missing, or take the column as text "
        f"with `--set {shlex.quote(f'categories={series.name}')}`."
    )


def infinite(series: pd.Series, where: np.ndarray) -> WrongUse:
    """A column with infinite numbers in these rows."""
    return WrongUse(
        f"Column {series.name!r} holds infinite numbers in {rows_text(where)}: "
        f"replace them or leave them empty."
    )


def too_many(series: pd.Series, distinct: int, most: int) -> WrongUse:
    """A column of more categories than can be learnt."""
    return WrongUse(
        f"Column {series.name!r} has {distinct:,} categories, at most {most:,} can be learnt: "
        f"{drop_text(series)}, or merge its rare values."
    )


def no_such_kind(series: pd.Series, kind: str, bad: np.ndarray) -> WrongUse:
    """A column that can't be of a kind because of its values in these rows (a mask)."""
    row = int(np.flatnonzero(bad)[0])
    value = as_python(series.iloc[row])
    return WrongUse(
        f"Column {series.name!r} can't be taken as {kind} because of {value!r} in row "
        f"{row + 1}: correct such values, leave them empty, or choose another kind."
    )
