"""The columns of a frame as numbers: what the search for rules looks at."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.data.amounts import amounts_of
from sparring.data.datetexts import date_format, time_format
from sparring.data.forms import Amounts, Categories, Constant, Dates, Form, Numbers, Times
from sparring.data.inference import form_of
from sparring.data.rules.names import Name

_MOST_DECIMALS = 9
_LARGEST_EXACT = 2**53
_HEAD = 200


def searchable_form(series: pd.Series) -> Form | None:
    """The form in which rules see a column, or None when they cannot.

    It is that of `inference.form_of`, except that texts of any number of different values are
    categories, and that numbers are taken as rounded where only noise in their last bits says
    otherwise.

    Example:
        >>> searchable_form(pd.Series([0.1 + 0.2, 0.5]))
        Numbers(dtype='float64', decimals=1)
        >>> searchable_form(pd.Series([[1], [2]])) is None
        True
    """
    dtype = series.dtype
    if types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype):
        return None if types.is_complex_dtype(dtype) else _number_form(series)
    if not _is_text(series):
        return _form_of(series)
    # Most texts are neither dates nor amounts, which a few of them show.
    few = series.dropna().iloc[:_HEAD].tolist()
    if not all(isinstance(value, str) for value in few) or _is_read(few):
        form = _form_of(series)
        if isinstance(form, Amounts | Categories | Constant | Dates | Numbers | Times):
            return form
    return _labels(series)


def _is_read(texts: list[str]) -> bool:
    """Whether all of these texts are dates, times or amounts."""
    distinct = list(dict.fromkeys(texts))
    return bool(distinct) and (
        date_format(distinct) is not None
        or time_format(distinct) is not None
        or amounts_of(distinct, "object") is not None
    )


def _form_of(series: pd.Series) -> Form | None:
    try:
        return form_of(series)
    except WrongUse:
        return None


def _is_text(series: pd.Series) -> bool:
    return types.is_object_dtype(series.dtype) or types.is_string_dtype(series.dtype)


def _number_form(series: pd.Series) -> Form | None:
    plain = Numbers(str(series.dtype), None).plain(series)
    seen = plain[~np.isnan(plain)]
    if not len(seen) or np.isinf(seen).any() or np.abs(seen).max() > _LARGEST_EXACT:
        return None
    return Numbers(str(series.dtype), _decimals(seen))


def _decimals(seen: np.ndarray) -> int | None:
    """The fewest decimals that lose no more than noise in the last bits."""
    for decimals in range(_MOST_DECIMALS + 1):
        if all(
            (np.abs(np.round(part, decimals) - part) <= 1e-15 * np.abs(part)).all()
            for part in (seen[:100], seen)
        ):
            return decimals
    return None


def _labels(series: pd.Series) -> Form | None:
    """Texts as categories, however many."""
    known = series.dropna()
    if not len(known) or types.infer_dtype(known, skipna=False) != "string":
        return None
    distinct = known.unique().tolist()
    return Categories(str(series.dtype), tuple(sorted(distinct)))


def is_number(form: Form) -> bool:
    """Whether the plain numbers of a form are quantities to reckon with."""
    return isinstance(form, Numbers | Amounts)


def decimals_of(form: Form) -> int | None:
    """How many decimals the column's numbers have, None when they are not rounded."""
    if isinstance(form, Amounts):
        return form.most
    return form.decimals if isinstance(form, Numbers) else 0


def written(form: Form, plain: np.ndarray, index: pd.Index) -> pd.Series:
    """The column that has these plain numbers and this index."""
    if form.dtype.startswith(("int", "uint", "bool")) and np.isnan(plain).any():
        # As pandas does: whole numbers with holes are floats, booleans with holes objects.
        form = Numbers("float64", 0) if isinstance(form, Numbers) else form
    column = form.series(plain)
    column.index = index
    return column


class Columns:
    """The columns that rules can be found in, as numbers, each made when it is asked for.

    Args:
        frame: the rows.
        forms: of columns whose form is known already.
    """

    def __init__(
        self, frame: pd.DataFrame, forms: Mapping[Name, Form | None] | None = None
    ) -> None:
        self.frame = frame
        if forms is None:
            forms = {name: searchable_form(frame[name]) for name in frame.columns}
        self.forms: dict[Name, Form] = {
            name: form
            for name, form in forms.items()
            if form is not None and not isinstance(form, Constant)
        }
        self.plain = cache(self._plain)
        self.codes = cache(self._codes)
        self.distinct = cache(self._distinct)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> list[Name]:
        """Of all columns that can take part, in their order."""
        return list(self.forms)

    def _plain(self, name: Name) -> np.ndarray:
        """(n,) float64, NaN where missing."""
        return self.forms[name].plain(self.frame[name])

    def _codes(self, name: Name) -> np.ndarray:
        """(n,) int64: which of the sorted distinct values, the first for missing ones if any."""
        plain = self.plain(name)
        missing = np.isnan(plain)
        form = self.forms[name]
        if isinstance(form, Categories) or bool((plain == np.round(plain)).all()):
            least = np.min(plain) if len(plain) else 0.0
            if len(plain) and np.max(plain) - least <= 4 * len(plain) + 100:
                return _dense((plain - least).astype(np.int64))
        codes = np.searchsorted(np.unique(plain[~missing]), plain)
        return np.where(missing, 0, codes + 1) if missing.any() else codes

    def _distinct(self, name: Name) -> int:
        """How many different values there are, a missing one among them."""
        codes = self.codes(name)
        return int(codes.max()) + 1 if len(codes) else 0

    def missing(self, name: Name) -> np.ndarray:
        """(n,) where the column has no value."""
        return np.isnan(self.plain(name))

    def numbers(self) -> list[Name]:
        """The columns of numbers that vary."""
        return [n for n in self.names if is_number(self.forms[n]) and self.distinct(n) > 1]

    def take(self, rows: np.ndarray) -> "Columns":
        """The same columns in fewer rows."""
        return Columns(self.frame.iloc[rows], self.forms)

    def only(self, names: Sequence[Name]) -> "Columns":
        """Fewer columns of the same rows."""
        return Columns(self.frame, {name: self.forms[name] for name in names})


def _dense(numbers: np.ndarray) -> np.ndarray:
    """Non-negative whole numbers as ranks of the distinct ones, without sorting the rows."""
    there = np.zeros(int(numbers.max()) + 1, dtype=np.int64)
    there[numbers] = 1
    out: np.ndarray = (np.cumsum(there) - 1)[numbers]
    return out
