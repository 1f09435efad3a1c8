"""What the rows of a table are compared by: numbers and words, whatever they were written as."""

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sparring.core.errors import WrongUse
from sparring.data import Dataset, Table
from sparring.data.forms import Form
from sparring.data.inference import form_of
from sparring.metrics.closest import Mixed
from sparring.metrics.columns import is_number, numbers
from sparring.report.measures import Sample
from sparring.report.vectors import refuse

CATEGORIES = ("category", "boolean")
NAMES = ("identifier", "text")
"""Kinds of columns whose values are made up or told apart, not compared."""

MOST_PAIRED = 100
"""Columns between which relations are looked for."""

# One-hot coordinates of all columns together, and of one.
_WIDEST, _MOST_LEVELS = 256, 100
_MOST_CLASSES_OF_INTEGERS = 10
_MOST_NAMED = 16


class Rows:
    """The features of a table: its columns as numbers and words, and rows as vectors.

    Numbers, dates and times are float64, categories and booleans are words, whatever dtype holds
    them, so that nothing is told by how a value is written. As vectors, numbers are normal scores
    (ranks among the real rows, as quantiles of a standard normal) with one coordinate for whether
    they are missing, and two different categories are 1 apart. Identifiers, texts and constants
    are left out.

    Args:
        table: that the rows belong to.
        real: training rows, by which numbers are ranked and categories counted.

    Raises:
        WrongUse: if no column is left to compare.

    Example:
        >>> frame = pd.DataFrame({"age": range(20, 40), "city": ["Bonn", "Ulm"] * 10})
        >>> rows = Rows(Table.fit(frame), frame)
        >>> rows(frame).shape
        (20, 6)
        >>> rows.plain(frame).dtypes.astype(str).to_dict()
        {'age': 'float64', 'city': 'object'}
    """

    name = "rows"

    def __init__(self, table: Table, real: Any) -> None:
        self.table = table
        self.rules = tuple(table.rules)
        frame = table.frame(real)
        self.kinds = table.kinds
        self.names = [name for name, kind in self.kinds.items() if kind in NAMES]
        self.compared = [
            name
            for name, kind in self.kinds.items()
            if kind not in (*NAMES, "constant") and frame[name].nunique(dropna=False) > 1
        ]
        if not self.compared:
            raise WrongUse(
                "a table must have a column that can be compared, got identifiers, texts and "
                "constants alone: judge it by its rules, or keep a column of numbers or categories."
            )
        self._forms = {
            name: _form(table, frame[name], self.kinds[name])
            for name in self.compared
            if not self._is_category(name)
        }
        self._plains: WeakKeyDictionary[Sample, pd.DataFrame] = WeakKeyDictionary()
        self._mixed: WeakKeyDictionary[Sample, Mixed] = WeakKeyDictionary()
        known = self.plain(frame)
        self._scales = {name: _scale(known[name]) for name in self._forms}
        self._levels = {
            name: known[name].value_counts().index
            for name in self.compared
            if self._is_category(name)
        }

    def _is_category(self, name: str | int) -> bool:
        return self.kinds[name] in CATEGORIES

    def frame(self, sample: Sample) -> pd.DataFrame:
        """A sample's rows as users have them, all columns."""
        return self.table.frame(sample.items)

    def of(self, sample: Sample) -> pd.DataFrame:
        """A sample's columns that are compared, see `plain`; made once for each sample."""
        if sample not in self._plains:
            self._plains[sample] = self.plain(self.frame(sample))
        return self._plains[sample]

    def asked(self, sample: Sample, target: str | int) -> pd.DataFrame:
        """The same, with a target of a few whole numbers as words: they are classes."""
        plain = self.of(sample)
        few = target in self._scales and len(self._scales[target][0]) <= _MOST_CLASSES_OF_INTEGERS
        if self.kinds[target] == "integer" and few:
            plain = plain.copy(deep=False)
            plain[target] = _words(plain[target])
        return plain

    def plain(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The columns that are compared: numbers in float64, NaN where missing, and words."""
        return pd.DataFrame(
            {
                name: _words(frame[name])
                if self._is_category(name)
                else _numbers(frame[name], self._forms[name])
                for name in self.compared
            }
        )

    def mixed_of(self, sample: Sample) -> Mixed:
        """A sample's scores and codes, see `mixed`; made once for each sample."""
        if sample not in self._mixed:
            self._mixed[sample] = self.mixed(self.of(sample))
        return self._mixed[sample]

    def mixed(self, plain: pd.DataFrame) -> Mixed:
        """Scores and codes of compared columns; a category that is new has a code of its own."""
        blocks = [np.zeros((len(plain), 0))]
        for name, (values, scores) in self._scales.items():
            column = plain[name].to_numpy()
            missing = np.isnan(column)
            blocks.append(np.where(missing, 0.0, np.interp(column, values, scores))[:, None])
            blocks.append(missing[:, None].astype(np.float64))
        codes = np.zeros((len(plain), len(self._levels)), dtype=np.intp)
        for index, (column_name, levels) in enumerate(self._levels.items()):
            words = plain[column_name]
            found = levels.get_indexer(pd.Index(words))
            found[(found < 0) & words.notna().to_numpy()] = len(levels) + 1
            codes[:, index] = np.where(found < 0, len(levels), found)
        return Mixed(np.concatenate(blocks, axis=1), codes)

    def __call__(self, items: Any) -> np.ndarray:
        """Rows as vectors (n, d), float64; the rarest categories of a column are one."""
        mixed = self.mixed(self.plain(self.table.frame(items)))
        room = (_WIDEST - mixed.numbers.shape[1]) // max(mixed.codes.shape[1], 1)
        most = min(max(room - 1, 2), _MOST_LEVELS)
        blocks = [mixed.numbers]
        for index, levels in enumerate(self._levels.values()):
            rest = min(len(levels) + 1, most)
            # Codes go by frequency, so that those beyond are the rarest.
            one_hot = np.eye(rest + 1) * np.sqrt(0.5)
            blocks.append(one_hot[mixed.codes[:, index].clip(0, rest)])
        return np.concatenate(blocks, axis=1)

    def describe(self) -> str:
        """One sentence for the report, with the columns that are left out."""
        about = (
            "rows as numbers and words: normal scores of numbers and dates, and 1 between two "
            "categories"
        )
        out = [
            f"{name} ({self.kinds[name] if name in self.names else 'constant'})"
            for name in self.kinds
            if name not in self.compared
        ]
        listed = ", ".join(out[:_MOST_NAMED]) + (
            f" and {len(out) - _MOST_NAMED} more" * (len(out) > _MOST_NAMED)
        )
        return f"{about}; left out: {listed}" if out else about


def rows_of(dataset: Dataset, real: Any, labels: np.ndarray | None, named: Any, cache: Any) -> Rows:
    """The features of a data set of rows; anything that is named is refused."""
    refuse(named, dataset)
    if not isinstance(dataset.modality, Table):
        raise TypeError(f"rows belong to a table, got {dataset.modality.name} data")
    return Rows(dataset.modality, real)


def _form(table: Table, column: pd.Series, kind: str) -> Form:
    """The form that reads a column as it is in users' rows, not as rules reduce it."""
    made = {rule.target for rule in table.rules}
    for known in table.columns:
        if known.name == column.name and known.name not in made:
            return known.form
    return form_of(column, kind)


def _numbers(column: pd.Series, form: Form) -> np.ndarray:
    if is_number(column):
        return numbers(column)
    plain = form.plain(column)
    return np.where(np.isfinite(plain), plain, np.nan)


def _words(column: pd.Series) -> pd.Series:
    """Categories as text, missing ones None; 1 and 1.0, True and "True" are one."""
    places, values = pd.factorize(column)
    texts = np.array([*map(_word, values), None], dtype=object)
    return pd.Series(texts[places], dtype=object)


def _word(value: Any) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _scale(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The values of a number and their normal scores, by the middle of their ranks."""
    values, counts = np.unique(column.dropna(), return_counts=True)
    ranks = (counts.cumsum() - counts / 2) / max(counts.sum(), 1)
    return (values, ndtri(ranks)) if len(values) else (np.zeros(1), np.zeros(1))
