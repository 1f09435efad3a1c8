"""What can be told about the rows of a table, by their own columns and by what they hang on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.data.dates import Dates
from sparring.data.forms import Categories, Constant, Form
from sparring.data.inference import form_of
from sparring.data.keys import rows_named
from sparring.data.rules import Rules
from sparring.data.texts import IDENTIFIER, Texts
from sparring.tasks.relations.following import Copy, Counter
from sparring.tasks.relations.gaps import Gap, microseconds
from sparring.tasks.relations.naming import Numbering
from sparring.tasks.relations.structure import Link, Place

Tables = Mapping[str, pd.DataFrame]

_DAY = 86_400e6
_OWN = 0.75


@dataclass(frozen=True)
class First:
    """The date at which a row's children begin, learnt as a column of the row.

    Attributes:
        child, column: whose date.
        form: how it is written.
    """

    child: str
    column: str
    form: Form

    @property
    def name(self) -> str:
        """How it is called among what is learnt of the row."""
        return f"first {self.column} of {self.child}"


@dataclass(frozen=True)
class Learnt:
    """What the rows of one table are made from.

    Attributes:
        place: of the table among the others.
        rows: how many there were.
        dtypes: of all columns.
        key: how new keys are made, or None where nothing but links tells rows apart.
        copies, counters: columns that follow from others.
        forms: of the own columns: those that follow from nothing else.
        rules: between own columns, but for the orders of dates.
        orders: (earlier, later) own dates.
        numbers: link and child, as `count_name` has it -> how often a row had so many children.
        gaps: own dates that are counted from others.
        firsts: dates of children that are columns here.
        seen: of the columns that can be told about a row of the main link's parent, those that
            are looked at.
        before: of the own columns, as `rules` leave them, those of the row before that are.
        matched: link -> those that a row says of the other parent's row.
        queued: links whose rows are named in line (see `queues`); what `matched` has is known.
    """

    place: Place
    rows: int
    dtypes: Mapping[str, str]
    key: Form | Numbering | None
    copies: tuple[Copy, ...]
    counters: tuple[Counter, ...]
    forms: Mapping[str, Form]
    rules: Rules
    orders: tuple[tuple[str, str], ...] = ()
    numbers: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    firsts: tuple[First, ...] = ()
    seen: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    matched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    queued: tuple[Link, ...] = ()


def told_of(column: str) -> str:
    """How a column of the parent is called among what is learnt of a child."""
    return f"of its parent: {column}"


def before(column: str) -> str:
    """How a column of the row before is called among what is learnt of a row."""
    return f"in the row before: {column}"


def said_by(link: str, column: str) -> str:
    """How what a row says of another parent is called among what is learnt of it."""
    return f"of {link}: {column}"


def absent(link: str) -> str:
    """How it is called that a link names no row."""
    return f"{link} is missing"


def share_of(link: str) -> str:
    """How the place of another row of the same table is called, as a share of those before."""
    return f"place of {link}"


def room_name(link: str) -> str:
    """How it is called how many siblings may name the same parent's rows by another link."""
    return f"places of {link}"


SIBLINGS, POSITION = "siblings", "place among siblings"


def form_in(table: str, series: pd.Series) -> Form:
    """The form of a column, of which no text comes back that only tells one row from another.

    Few different texts are categories to `form_of`, even where each row has its own. A small table
    beside others is no sample of words, but a list of persons or things: where three texts in four
    or more stand in one row, all are drawn anew by their look.

    Raises:
        WrongUse: what `form_of` refuses, with the table's name.

    Example:
        >>> names = pd.Series(["Ann Ost", "Bob West", "Cid Nord", "Dora Sand"])
        >>> form_of(names).kind, form_in("staff", names).kind
        ('category', 'identifier')
    """
    try:
        form = form_of(series)
    except WrongUse as error:
        raise WrongUse(f"table {table!r}: {error}") from error
    values = series.dropna()
    if isinstance(form, Categories | Constant) and _names_rows(values):
        anew = Texts.learn(series, IDENTIFIER)
        if anew.roomy:
            return anew
    return form


def _names_rows(values: pd.Series) -> bool:
    """Whether texts tell rows apart; the user's own categories don't."""
    if isinstance(values.dtype, pd.CategoricalDtype) or not len(values):
        return False
    return bool(
        values.nunique() >= _OWN * len(values) and values.map(lambda v: isinstance(v, str)).all()
    )


def readable(frame: pd.DataFrame, forms: Mapping[str, Form]) -> pd.DataFrame:
    """The columns that say something: no texts and constants; dates as days since 1970."""
    columns = {}
    for name, form in forms.items():
        if isinstance(form, Dates):
            columns[name] = pd.Series(microseconds(form, frame[name]) / _DAY, frame.index)
        elif not isinstance(form, Texts | Constant):
            columns[name] = frame[name]
    return pd.DataFrame(columns, index=frame.index)


def at(series: pd.Series, rows: np.ndarray) -> pd.Series:
    """A column's values in these rows, missing where the row is -1.

    Example:
        >>> at(pd.Series([7, 8]), np.array([1, -1])).tolist()
        [8.0, nan]
    """
    if types.is_bool_dtype(series.dtype):
        series = series.astype("boolean")
    elif types.is_integer_dtype(series.dtype) and isinstance(series.dtype, np.dtype):
        series = series.astype(np.float64)
    return pd.Series(series.array.take(rows, allow_fill=True))


def seen(name: str, tables: Tables, learnt: Mapping[str, Learnt]) -> pd.DataFrame:
    """(n rows) What can be told about the rows of a table, and of those that they hang on."""
    mine = learnt[name]
    frame = readable(tables[name], mine.forms).reset_index(drop=True)
    main = mine.place.main
    if main is None:
        return frame
    rows = rows_named(tables[main.parent][main.key], tables[name][main.column])
    above = seen(main.parent, tables, learnt).iloc[rows].reset_index(drop=True)
    return pd.concat([frame, above.add_prefix(f"{main.parent}.")], axis=1)


def moments(name: str, tables: Tables, learnt: Mapping[str, Learnt]) -> dict[str, np.ndarray]:
    """Name -> (n,) microseconds since 1970 of the dates of a table's rows and those above."""
    mine = learnt[name]
    found = {
        column: microseconds(form, tables[name][column])
        for column, form in mine.forms.items()
        if isinstance(form, Dates)
    }
    main = mine.place.main
    if main is None:
        return found
    rows = rows_named(tables[main.parent][main.key], tables[name][main.column])
    above = moments(main.parent, tables, learnt)
    return found | {f"{main.parent}.{column}": dates[rows] for column, dates in above.items()}
