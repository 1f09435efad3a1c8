"""Rules as users write them."""

import re

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data.forms import Categories, Dates
from sparring.data.refusing import rows_text
from sparring.data.rules.columns import Columns, is_number
from sparring.data.rules.conditions import Above, Among, Below, Condition, Missing
from sparring.data.rules.date_search import date_part
from sparring.data.rules.elapsed import UNITS, YEARS, Elapsed
from sparring.data.rules.formula_reading import fitted_formula, read_formula
from sparring.data.rules.implication import Always, IfThen, MissingWhen
from sparring.data.rules.key_search import key_of
from sparring.data.rules.lookup import fit_lookup
from sparring.data.rules.names import Name, value_of
from sparring.data.rules.one_hot import one_hot
from sparring.data.rules.one_hot_search import is_flag
from sparring.data.rules.order import comparable, order
from sparring.data.rules.pair_lookup import fit_pair_lookup
from sparring.data.rules.reading import Reader
from sparring.data.rules.rule import Definition, Rule
from sparring.data.rules.step_reading import read_steps

PIN = "always "


def parse(text: str, frame: pd.DataFrame) -> Rule:
    """The rule that a text says, fitted to a table: the inverse of `str`.

    Args:
        text: such as "total = net + tax", "start <= end", "city -> country", "month = month(day)",
            "if payment = cash then tip = 0", "fax is missing exactly when phone is missing",
            "{order, line} is a key", "{product, year} -> price", "size by price: small < 10 <=
            large", "nights = days(leaves - comes)" or "exactly one of {red, blue} is 1". Names that
            could be misread stand in backticks. "always" before it pins the rule: it is taken
            though some rows of the table break it.
        frame: the rows to learn from.

    Raises:
        WrongUse: no rule, a column that isn't there, or rows of the table that break the rule.

    Example:
        >>> frame = pd.DataFrame({"a": [1, 2, 3], "b": [2, 2, 4]})
        >>> str(parse("a<=b", frame))
        'a <= b'
        >>> parse("a < b", frame)
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: The rule 'a < b' must hold in every row, got 1 of 3 that
        break it, row 2: correct them, leave the rule out, or pin it as 'always a < b'.
    """
    stripped = text.strip()
    pinned = stripped.lower().startswith(PIN)
    rule = _Parser(stripped[len(PIN) :] if pinned else stripped, Columns(frame)).rule()
    obeyed, concerned = rule.holds(frame), _concerned(rule, frame)
    if not (obeyed & concerned).any():
        raise WrongUse(
            f"The rule {text!r} must hold in some row of the table, got none: correct it or leave "
            f"it out."
        )
    if not pinned and not obeyed.all():
        broken = np.flatnonzero(~obeyed)
        raise WrongUse(
            f"The rule {text!r} must hold in every row, got {len(broken):,} of {len(frame):,} that "
            f"break it, {rows_text(broken)}: correct them, leave the rule out, or pin it as "
            f"{'always ' + stripped!r}."
        )
    return rule


def _concerned(rule: Rule, frame: pd.DataFrame) -> np.ndarray:
    """(n,) rows about which a rule says something."""
    if isinstance(rule, IfThen):
        return rule.condition.true(frame)
    if isinstance(rule, MissingWhen):
        return np.ones(len(frame), dtype=bool)
    return frame[list(rule.columns)].notna().all(axis=1).to_numpy()


class _Parser:
    """Reads one rule."""

    def __init__(self, text: str, columns: Columns) -> None:
        self.columns = columns
        self.reader = Reader(text, list(columns.frame.columns))

    def rule(self) -> Rule:
        reader = self.reader
        if reader.skip("if"):
            return self._implication()
        for start, exact in (("exactly", True), ("at most", False)):
            if reader.skip(*start.split(), "one", "of", "{"):
                return self._one_hot(exact)
        if reader.skip("{"):
            return self._several()
        if reader.peek().kind == "part":
            return self._lookup()
        name = self._column()
        if reader.skip("is", "a", "key"):
            reader.end()
            return key_of(self.columns, (name,))
        if reader.skip("is", "missing", "exactly", "when"):
            return self._holes(name)
        if reader.skip("by"):
            return read_steps(reader, self.columns, name, self._column())
        reader.place = 0
        return self._relation()

    def _column(self) -> Name:
        name = self.reader.column()
        if name not in self.columns.forms:
            raise WrongUse(
                f"The rule {self.reader.text!r} must speak of columns that vary and can be read, "
                f"got {name!r}."
            )
        return name

    def _relation(self) -> Rule:
        """What has a sign in its middle: =, ->, <= or their like."""
        reader = self.reader
        first = [self._column()]
        while reader.skip("+"):
            first.append(self._column())
        sign = reader.need("sign", "one of =, ->, <->, <=, <, >=, >")
        if len(first) == 1 and sign.text == "=":
            return self._definition(first[0])
        if len(first) == 1 and sign.text in ("->", "<->"):
            reader.place = 0
            return self._lookup()
        if sign.text in ("<=", "<", ">=", ">"):
            return self._order(first, sign.text)
        raise reader.wrong("one of =, ->, <->, <=, <, >=, >", sign)

    def _order(self, first: list[Name], sign: str) -> Rule:
        reader = self.reader
        second = [self._column()]
        while reader.skip("+"):
            second.append(self._column())
        reader.end()
        low, high = (first, second) if sign[0] == "<" else (second, first)
        forms = self.columns.forms
        numbers = all(is_number(forms[name]) for name in low)
        fine = all(comparable(forms[name], forms[high[0]]) for name in low)
        if len(high) != 1 or not fine or (len(low) > 1 and not numbers) or high[0] in low:
            raise WrongUse(
                f"The rule {reader.text!r} must compare numbers, dates or times with one another, "
                f"and one column on its larger side."
            )
        return order(self.columns, tuple(low), high[0], strict="=" not in sign, moves=high[0])

    def _lookup(self) -> Rule:
        reader = self.reader
        part: str | None = None
        if reader.peek().kind == "part":
            key, _, part = self._dated()
        else:
            key = self._column()
        both = reader.skip("<->")
        if not both and not reader.skip("->"):
            raise reader.wrong("-> or <->", reader.peek())
        writes = self._column()
        reader.end()
        rule = fit_lookup(self.columns, key, writes, part)
        if both and not rule.both:
            raise WrongUse(
                f"The rule {reader.text!r} must hold both ways, got rows of one {writes!r} and "
                f"several {key!r}: write -> if only the left side determines the right."
            )
        return rule

    def _dated(self) -> tuple[Name, Dates, str]:
        """A part of a date: month(day)."""
        part = self.reader.take().text
        self.reader.skip("(")
        name = self._column()
        form = self.columns.forms[name]
        if not isinstance(form, Dates):
            raise WrongUse(
                f"The rule {self.reader.text!r} must take the {part} of dates, got {name!r}, which "
                f"holds none."
            )
        if not self.reader.skip(")"):
            raise self.reader.wrong("a closing parenthesis", self.reader.peek())
        return name, form, part

    def _definition(self, name: Name, rows: np.ndarray | None = None) -> Definition:
        """What follows "name =": a part of a date or a formula."""
        if not is_number(self.columns.forms[name]):
            raise WrongUse(
                f"The rule {self.reader.text!r} must define a column of numbers, got {name!r}: "
                f"write `other -> {name}` if another column determines it."
            )
        for unit in (YEARS, *UNITS):
            if self.reader.skip(unit, "("):
                return self._elapsed(name, unit, rows)
        if self.reader.peek().kind == "part":
            date, read, part = self._dated()
            offset = self._offset()
            self.reader.end()
            return date_part(self.columns, name, (date, read, part), offset)
        return read_formula(self.reader, self.columns, name, rows)

    def _elapsed(self, name: Name, unit: str, rows: np.ndarray | None) -> Definition:
        """What follows "name = days(": two dates and what is added to the time between them."""
        reader, forms = self.reader, self.columns.forms
        end = self._column()
        if not reader.skip("-"):
            raise reader.wrong("-", reader.peek())
        start = self._column()
        if not reader.skip(")"):
            raise reader.wrong("a closing parenthesis", reader.peek())
        offset = self._offset()
        # How it is rounded is read from the table.
        if reader.skip(",", "rounded"):
            reader.take()
        reader.end()
        read = (forms[end], forms[start])
        if not all(isinstance(form, Dates) for form in read) or not comparable(*read):
            raise WrongUse(
                f"The rule {reader.text!r} must take the {unit} between two columns of dates."
            )
        shape = Elapsed(
            writes=name,
            form=forms[name],
            of=(end, start),
            read=read,
            unit=unit,
            offset=offset,
            support=0,
        )
        return fitted_formula(shape, self.columns, rows)

    def _offset(self) -> float:
        for sign, times in (("+", 1.0), ("-", -1.0)):
            if self.reader.skip(sign):
                return times * float(self.reader.need("number", "a number").text)
        return 0.0

    def _listed(self) -> tuple[Name, ...]:
        """The columns that stand before a closing brace."""
        names = [self._column()]
        while self.reader.skip(","):
            names.append(self._column())
        if not self.reader.skip("}"):
            raise self.reader.wrong("a comma or a closing brace", self.reader.peek())
        if len(set(names)) < len(names):
            raise WrongUse(f"The rule {self.reader.text!r} must name each column once.")
        return tuple(names)

    def _several(self) -> Rule:
        """What several columns in braces are: a key, or together what determines another."""
        reader, names = self.reader, self._listed()
        if len(names) == 2 and reader.skip("->"):
            writes = self._column()
            reader.end()
            if writes in names:
                raise WrongUse(f"The rule {reader.text!r} must determine another column.")
            return fit_pair_lookup(self.columns, (names[0], names[1]), writes)
        if not reader.skip("is", "a", "key"):
            due = "'is a key' or ->" if len(names) == 2 else "'is a key'"
            raise reader.wrong(due, reader.peek())
        reader.end()
        return key_of(self.columns, names)

    def _one_hot(self, exact: bool) -> Rule:
        reader, names = self.reader, self._listed()
        one = "true" if reader.skip("is", "true") else "1"
        if one == "1" and not (reader.skip("is") and reader.take().text == "1"):
            raise reader.wrong("'is 1' or 'is true'", reader.peek())
        reader.end()
        if len(names) < 2 or not all(is_flag(self.columns, name) for name in names):
            raise WrongUse(
                f"The rule {reader.text!r} must name at least two columns that hold nothing but 0 "
                f"and 1, or true and false, and no gaps."
            )
        return one_hot(self.columns, names, exact=exact)

    def _holes(self, name: Name) -> Rule:
        condition = self._condition(self.reader.rest())
        plain = self.columns.plain(name)
        values, counts = np.unique(plain[~np.isnan(plain)], return_counts=True)
        return MissingWhen(
            condition=condition,
            writes=name,
            form=self.columns.forms[name],
            fill=float(values[counts.argmax()]),
            support=len(plain),
        )

    def _implication(self) -> Rule:
        text = self.reader.rest()
        cut = re.search(r" then (?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text)
        if cut is None:
            raise WrongUse(f"The rule {self.reader.text!r} must have a 'then' after its condition.")
        condition = self._condition(text[: cut.start()])
        rows = condition.true(self.columns.frame)
        self.reader.place = self.reader.text.index(text) + cut.end()
        name = self._column()
        form = self.columns.forms[name]
        then: Definition
        if self.reader.skip("is", "missing"):
            self.reader.end()
            then = Always(writes=name, form=form, value=None, support=int(rows.sum()))
        elif self.reader.skip("="):
            start = self.reader.place
            value = self._plain(name, self.reader.rest())
            if value is not None:
                then = Always(writes=name, form=form, value=value, support=int(rows.sum()))
            else:
                self.reader.place = start
                then = self._definition(name, rows)
        else:
            raise self.reader.wrong("= or 'is missing'", self.reader.peek())
        return IfThen(condition=condition, then=then, support=int(rows.sum()))

    def _plain(self, name: Name, text: str) -> float | None:
        """The plain number of a value of a column, or None where the text is no value."""
        form, value = self.columns.forms[name], value_of(text)
        if is_number(form):
            return float(value) if isinstance(value, int | float) else None
        series = pd.Series([value], dtype=object)
        if isinstance(form, Categories):
            spelled = [v for v in form.values if v == value or str(v) == str(value)]
            series = pd.Series(spelled[:1], dtype=object)
        plain = form.plain(series) if len(series) else np.array([np.nan])
        if np.isnan(plain[0]) or plain[0] < 0:
            raise WrongUse(
                f"The rule {self.reader.text!r} must give {name!r} a value that it has, got "
                f"{text!r}."
            )
        return float(plain[0])

    def _condition(self, text: str) -> Condition:
        inner = Reader(text.strip(), self.reader.names)
        name = inner.column()
        form = self.columns.forms.get(name)
        if inner.skip("is", "missing"):
            inner.end()
            return Missing(column=name)
        if form is not None and inner.skip("in", "{"):
            listed = inner.rest().removesuffix("}")
            items = re.findall(r'\s*("(?:[^"\\]|\\.)*"|[^,]+)', listed)
            return Among(column=name, values=tuple(self._value(name, item) for item in items))
        if form is not None and inner.skip("="):
            return Among(column=name, values=(self._value(name, inner.rest()),))
        for sign, kind in (("<", Below), (">", Above)):
            if form is not None and is_number(form) and inner.skip(sign):
                start = -1.0 if inner.skip("-") else 1.0
                limit = start * float(inner.need("number", "a number").text)
                inner.end()
                return kind(column=name, form=form, limit=limit)
        raise inner.wrong("=, <, >, 'in' or 'is missing'", inner.peek())

    def _value(self, name: Name, text: str) -> str | int | float | bool:
        """A value as the column holds it."""
        value = value_of(text)
        form = self.columns.forms[name]
        if isinstance(form, Categories):
            same = [v for v in form.values if v == value] or [
                v for v in form.values if str(v) == text.strip()
            ]
            return same[0] if same else value
        return value
