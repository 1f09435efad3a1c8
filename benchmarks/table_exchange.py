"""How a table goes to a peer and how what the peer made comes back.

A peer takes numbers and discrete columns, nothing else. So dates become seconds, a column of one
value stays at home, and whole numbers of few values are discrete. On the way back dates, decimals,
data types and the columns that stayed at home are restored, so that a peer is judged by what it
learnt and not by how a CSV file writes it.

A folder holds one data set: train.parquet and test.parquet, the training rows as a peer gets them
(peer.csv), and meta.json with the peer's discrete columns and the target.
"""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

TEST_SHARE = 0.25
WITH_TEST_PART = ("adult",)
"""The named sets whose publisher says which rows are for testing."""

FEW = 10
"""Whole numbers of at most so many values are discrete."""

_MOST_DECIMALS = 6
_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y%m%dT%H%M%S",
)
_STEPS = (86_400, 3_600, 60, 1)


@dataclass(frozen=True)
class Prepared:
    """A data set as both sides get it.

    Attributes:
        name: of the data set.
        folder: that has its files.
        train, test: rows.
        target: the column that is predicted.
        discrete: the columns that a peer is told are discrete.
    """

    name: str
    folder: Path
    train: pd.DataFrame
    test: pd.DataFrame
    target: str
    discrete: list[str]


def prepare(name: str, work: Path) -> Prepared:
    """A named set from its folder under `work`, which is written first if it isn't there."""
    folder = work / name
    if not (folder / "meta.json").exists():
        train, test, target = parts(name)
        write(train, test, target, folder)
    meta = json.loads((folder / "meta.json").read_text())
    rows = (pd.read_parquet(folder / f"{part}.parquet") for part in ("train", "test"))
    return Prepared(name, folder, *rows, meta["target"], meta["discrete"])


def parts(name: str) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Training rows, test rows and target; a quarter is for testing where nobody said which."""
    from sparring.data import open_dataset

    dataset = open_dataset(name)
    train, test = dataset.train_items, dataset.heldout_items
    if train is None or not isinstance(dataset.target, str):
        raise SystemExit(f"{name} must be a table with a target; try adult.")
    if name not in WITH_TEST_PART:
        train, test = cut(pd.concat([train, test], ignore_index=True))
    return train, test, dataset.target


def cut(frame: pd.DataFrame, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test rows, drawn, each in the order that they had."""
    order = np.random.default_rng(seed).permutation(len(frame))
    count = round(len(frame) * TEST_SHARE)
    kept, out = np.sort(order[count:]), np.sort(order[:count])
    return frame.iloc[kept].reset_index(drop=True), frame.iloc[out].reset_index(drop=True)


def write(train: pd.DataFrame, test: pd.DataFrame, target: str, folder: Path) -> None:
    """The four files of a data set; meta.json last, which says that all are there."""
    folder.mkdir(parents=True, exist_ok=True)
    train.to_parquet(folder / "train.parquet")
    test.to_parquet(folder / "test.parquet")
    table, discrete = outward(train)
    table.to_csv(folder / "peer.csv", index=False)
    meta = {"discrete": discrete, "target": target}
    (folder / "meta.json").write_text(json.dumps(meta))


def outward(train: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The table that a peer gets, and which of its columns are discrete."""
    ways = {name: way_of(train[name]) for name in train.columns}
    given = {name: way.out(train[name]) for name, way in ways.items() if not way.at_home}
    return pd.DataFrame(given), [name for name in given if ways[name].discrete]


def homeward(path: Path, train: pd.DataFrame) -> pd.DataFrame:
    """The rows that a peer wrote, with the columns, order, data types and decimals of `train`."""
    ways = {name: way_of(train[name]) for name in train.columns}
    words = {name: str for name, way in ways.items() if way.discrete}
    made = pd.read_csv(path, dtype=words, keep_default_na=False, na_values=[""])
    rows = pd.RangeIndex(len(made))
    return pd.DataFrame(
        {name: way.back(made.get(name, pd.Series(index=rows))) for name, way in ways.items()}
    )


class Way(ABC):
    """How one column goes out and comes back."""

    at_home: ClassVar[bool] = False
    discrete: ClassVar[bool] = False

    @abstractmethod
    def out(self, column: pd.Series) -> pd.Series:
        """The column as a peer gets it."""

    @abstractmethod
    def back(self, made: pd.Series) -> pd.Series:
        """A peer's column as it would stand in the real table."""


@dataclass(frozen=True)
class Constant(Way):
    """One value throughout, or nothing: there is nothing to learn."""

    at_home: ClassVar[bool] = True
    value: Any
    dtype: Any

    def out(self, column: pd.Series) -> pd.Series:
        return column

    def back(self, made: pd.Series) -> pd.Series:
        return pd.Series([self.value] * len(made), index=made.index, dtype=self.dtype)


@dataclass(frozen=True)
class Number(Way):
    """Numbers of so many decimals; None is any number of them."""

    dtype: Any
    decimals: int | None

    def out(self, column: pd.Series) -> pd.Series:
        return column

    def back(self, made: pd.Series) -> pd.Series:
        values = pd.to_numeric(made).to_numpy(dtype=np.float64, na_value=np.nan)
        values = np.where(np.isfinite(values), values, np.nan)
        if self.decimals is not None:
            values = np.round(values, self.decimals)
        column = pd.Series(values, index=made.index)
        # A number that a peer failed to make can't be a whole one; the scores see that it fails.
        return column if column.isna().any() else column.astype(self.dtype)


class FewNumbers(Number):
    """Whole numbers that are classes rather than quantities."""

    discrete: ClassVar[bool] = True


@dataclass(frozen=True)
class Words(Way):
    """Categories of any type, and booleans."""

    discrete: ClassVar[bool] = True
    values: dict[str, Any]
    dtype: Any

    def out(self, column: pd.Series) -> pd.Series:
        return column

    def back(self, made: pd.Series) -> pd.Series:
        unknown = set(made.dropna()) - set(self.values)
        if unknown:
            raise ValueError(f"the peer made {min(unknown)!r}, which is no value of {made.name!r}")
        return made.astype(object).map(self.values).astype(self.dtype)


@dataclass(frozen=True)
class Date(Way):
    """Dates and times; a peer gets seconds since 1970.

    What comes back stays within what was seen and falls on whole days, hours, minutes or seconds
    if those that were seen do.
    """

    dtype: Any
    text: str | None
    step: int | None
    first: float
    last: float

    def out(self, column: pd.Series) -> pd.Series:
        return seconds(column, self.text)

    def back(self, made: pd.Series) -> pd.Series:
        values = pd.to_numeric(made).clip(self.first, self.last)
        if self.step is not None:
            values = (values / self.step).round() * self.step
        stamps = pd.to_datetime(values, unit="s")
        if self.text is not None:
            stamps = stamps.dt.strftime(self.text)
        return stamps.astype(self.dtype)


def way_of(column: pd.Series) -> Way:
    """The way of a column of the training rows."""
    known = column.dropna()
    if column.nunique(dropna=False) < 2:
        return Constant(known.iloc[0] if len(known) else None, column.dtype)
    kind = column.dtype
    if pd.api.types.is_datetime64_any_dtype(kind):
        return _date(column, None)
    if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
        decimals = _decimals(known.to_numpy(dtype=np.float64))
        few = decimals == 0 and known.nunique() <= FEW
        return (FewNumbers if few else Number)(kind, decimals)
    text = date_format(column)
    if text is not None:
        return _date(column, text)
    return Words({str(value): value for value in known.unique()}, kind)


def date_format(column: pd.Series) -> str | None:
    """The format in which a column of text writes dates, or None."""
    words = pd.Series(column.dropna().unique(), dtype=object)
    if not len(words) or not words.map(lambda word: isinstance(word, str)).all():
        return None
    for text in _FORMATS:
        stamps = pd.to_datetime(words, format=text, errors="coerce")
        if stamps.notna().all() and (stamps.dt.strftime(text) == words).all():
            return text
    return None


def seconds(column: pd.Series, text: str | None) -> pd.Series:
    """Dates as seconds since 1970, NaN where missing."""
    return (pd.to_datetime(column, format=text) - pd.Timestamp(0)).dt.total_seconds()


def _date(column: pd.Series, text: str | None) -> Date:
    known = seconds(column, text).dropna()
    step = next((step for step in _STEPS if not (known % step).any()), None)
    return Date(column.dtype, text, step, known.min(), known.max())


def _decimals(known: np.ndarray) -> int | None:
    """The fewest decimals that lose nothing, or None when there are many."""
    exact = (n for n in range(_MOST_DECIMALS + 1) if (np.round(known, n) == known).all())
    return next(exact, None)
