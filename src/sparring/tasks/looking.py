"""What a data set is taken for, before anything is learnt: kinds of columns, and rules."""

from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from sparring.data import Dataset
from sparring.data.amounts import Amounts
from sparring.data.dates import Dates, Times
from sparring.data.forms import Booleans, Categories, Constant, Form, Numbers
from sparring.data.table import Table


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: of the column.
        kind: what it is taken for, one of `data.kinds.KINDS`.
        holds: a few words on its values.
        missing: share of the training rows without a value, or None where they weren't counted.
        follows: whether a rule makes it, so that it isn't learnt.
    """

    name: str
    kind: str
    holds: str
    missing: float | None
    follows: bool


@dataclass(frozen=True)
class Look:
    """What a data set is taken for.

    Attributes:
        name: of the data set.
        modality: "image", "table", "matrix", "points" or "audio".
        items, heldout: how many are trained on, and how many are kept to judge.
        about: what was assumed of a file, or where a named set comes from.
        columns: of a table; () for all else.
        rules: that hold in every row, with the number of rows on which each was checked.
        unsearched: what rules were not looked for, and why.
    """

    name: str
    modality: str
    items: int
    heldout: int
    about: str
    columns: tuple[Column, ...]
    rules: tuple[tuple[str, int], ...]
    unsearched: tuple[str, ...]

    def describe(self) -> dict[str, Any]:
        """The same in JSON's types."""
        described = asdict(self)
        described["rules"] = [{"rule": rule, "rows": rows} for rule, rows in self.rules]
        return described


_SHORT = 30


@runtime_checkable
class Looks(Protocol):
    """A callback that is shown what the data are taken for, before the training begins."""

    def on_data(self, dataset: Dataset) -> None:
        """Called once in a fit, when everything was chosen and nothing is trained yet."""


def look_at(dataset: Dataset) -> Look:
    """What an opened data set is taken for.

    Example:
        >>> from sparring.data import open_dataset
        >>> frame = pd.DataFrame(
        ...     {"net": [n % 7 for n in range(40)], "gross": [n % 7 * 2 for n in range(40)]}
        ... )
        >>> look = look_at(open_dataset(frame, rules=["gross = 2 * net"]))
        >>> [(column.name, column.kind, column.follows) for column in look.columns]
        [('net', 'integer', False), ('gross', 'integer', True)]
        >>> look.rules
        (('gross = 2 * net', 36),)
    """
    table = dataset.modality
    columns: tuple[Column, ...] = ()
    rules: tuple[tuple[str, int], ...] = ()
    unsearched: tuple[str, ...] = ()
    if isinstance(table, Table):
        derived = set(table.rules.derived)
        columns = tuple(
            _column(name, form, dataset.train_items, name in derived)
            for name, form in table.forms.items()
        )
        rules = tuple((str(rule), rule.support) for rule in table.rules)
        unsearched = table.rules.unsearched
    sizes = (len(dataset.train), len(dataset.heldout))
    return Look(dataset.name, table.name, *sizes, dataset.about, columns, rules, unsearched)


def _column(name: str | int, form: Form, items: Any, follows: bool) -> Column:
    if not isinstance(items, pd.DataFrame):
        return Column(str(name), form.kind, _of_form(form), None, follows)
    series = items[name]
    missing = float(series.isna().mean())
    return Column(str(name), form.kind, _of_values(form, series), missing, follows)


def _of_form(form: Form) -> str:
    """What is known of a column's values without looking at them."""
    if isinstance(form, Booleans):
        return " or ".join(map(str, form.values))
    if isinstance(form, Categories):
        listed = ", ".join(map(str, form.values))
        if len(listed) <= _SHORT:
            return listed
        return f"{len(form.values):,} values"
    if isinstance(form, Constant):
        return "nothing" if form.value is None else f"always {form.value}"
    if isinstance(form, Dates | Times) and form.text is not None and "%" in form.text:
        return f"as {form.text}"
    return ""


def _of_values(form: Form, series: pd.Series) -> str:
    values = series.dropna()
    if isinstance(form, Numbers | Amounts | Dates | Times) and len(values):
        plain = form.plain(values)
        ends = form.series(plain[[plain.argmin(), plain.argmax()]])
        return f"{ends.iloc[0]} to {ends.iloc[1]}"
    known = _of_form(form)
    if known or not len(values):
        return known
    return f"such as {str(form.series(form.plain(values.iloc[:1])).iloc[0])[:40]!r}"
