"""Sums, products and ratios as users write them."""

from dataclasses import replace

import numpy as np

from sparring.core.errors import WrongUse
from sparring.data.rules.arithmetic import Formula, Product, Ratio
from sparring.data.rules.columns import Columns, decimals_of, is_number
from sparring.data.rules.formula_search import slack
from sparring.data.rules.names import Name
from sparring.data.rules.reading import Reader
from sparring.data.rules.rounding import ROUNDINGS, close, rounded
from sparring.data.rules.sum_search import sum_of

Term = tuple[list[Name], list[Name], float]
"""Columns above and below the line, and the number before them."""


def read_formula(
    reader: Reader, columns: Columns, writes: Name, rows: np.ndarray | None = None
) -> Formula:
    """The formula that is all that is left of a rule's text.

    Args:
        reader: behind the equals sign.
        columns: of the table.
        writes: the column that is defined.
        rows: (n,) in which it is to hold; everywhere by default.

    Raises:
        WrongUse: it is no sum, and no product or ratio of two columns.
    """
    return fitted_formula(_formula(reader, columns, writes), columns, rows)


def _formula(reader: Reader, columns: Columns, writes: Name) -> Formula:
    terms: list[Term] = []
    sign = -1.0 if reader.skip("-") else 1.0
    while True:
        terms.append(_term(reader, columns, sign))
        if reader.skip("+"):
            sign = 1.0
        elif reader.skip("-"):
            sign = -1.0
        else:
            break
    if reader.skip(",", "rounded"):
        # How it is rounded is read from the table.
        reader.take()
    reader.end()
    offset = sum(times for above, below, times in terms if not above and not below)
    named = [term for term in terms if term[0] or term[1]]
    if named and all(len(above) == 1 and not below for above, below, _ in named):
        pairs = [(above[0], times) for above, _, times in named]
        if len({name for name, _ in pairs} | {writes}) == len(pairs) + 1:
            return sum_of(columns, writes, pairs, offset)
    if len(named) == 1 and not offset and writes not in (*named[0][0], *named[0][1]):
        above, below, times = named[0]
        of = (*above, *below)
        shape = Product if not below else Ratio
        if len(of) == 2 and above:
            read = tuple(columns.forms[name] for name in of)
            form = columns.forms[writes]
            return shape(writes=writes, form=form, of=of, read=read, factor=times, support=0)
    raise WrongUse(
        f"The rule {reader.text!r} must be a sum of other columns, or a product or ratio of "
        f"two, each times a number."
    )


def _term(reader: Reader, columns: Columns, sign: float) -> Term:
    """Columns above and below the line, and the number before them."""
    above: list[Name] = []
    below: list[Name] = []
    times, divides = sign, False
    while True:
        token = reader.peek()
        if token.kind == "number":
            number = float(reader.take().text)
            times = times / number if divides and number else times * number
        else:
            name = reader.column()
            if name not in columns.forms or not is_number(columns.forms[name]):
                raise WrongUse(
                    f"The rule {reader.text!r} must reckon with columns of numbers, got {name!r}."
                )
            (below if divides else above).append(name)
        if reader.skip("*"):
            divides = False
        elif reader.skip("/"):
            divides = True
        else:
            return above, below, times


def fitted_formula(rule: Formula, columns: Columns, rows: np.ndarray | None) -> Formula:
    """The formula with the way of rounding that most rows have."""
    chosen = np.arange(len(columns)) if rows is None else np.flatnonzero(rows)
    exact = rule.exact([columns.plain(name)[chosen] for name in rule.of])
    actual, decimals = columns.plain(rule.writes)[chosen], decimals_of(rule.form)
    reach = slack(columns, rule.writes)

    def obeying(rounding: str) -> int:
        return int(close(actual, rounded(exact, decimals, rounding), decimals, reach).sum())

    best = max(ROUNDINGS, key=obeying)
    return replace(rule, rounding=best, support=int((~np.isnan(exact)).sum()))
