"""Rows of a table that are as they are asked to be: drawn so, and checked."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch

from sparring.core import Completes, Game
from sparring.core.errors import Failure, WrongUse
from sparring.data.form import Form
from sparring.data.table import Table
from sparring.data.tokens import UNKNOWN, TokenEncoder
from sparring.tasks.aiming import Aim, by_chance
from sparring.tasks.conditions import Conditions
from sparring.tasks.mending import mended

Where = Callable[[pd.DataFrame], Any]

_ROUNDS = 200
# So many rows are drawn for each that is wanted before it is given up.
_MOST_A_ROW = 20_000
_MOST_IN_VAIN = 300_000
_LEAST = 256
# Where fewer rows than this share do as asked by themselves, totals are aimed at.
_RARE = 0.01


def rows_that(
    table: Table,
    game: Game,
    n: int,
    condition: Mapping[str | int, Any],
    draw: Callable[[int], torch.Tensor],
    where: Where | None = None,
) -> pd.DataFrame:
    """n rows that meet a condition and a function's wishes.

    A game that completes draws what is asked for at once; what rules make of the drawn rows, and
    all that a game can't be told, is drawn until it fits.

    Args:
        table: how rows are encoded.
        game: draws them.
        n: how many.
        condition: see `Conditions`.
        draw: so many rows in model space from a game that can't be told anything.
        where: from a frame to booleans, which rows will do; or to weights of at least 0, in
            proportion to which rows are kept.

    Raises:
        WrongUse: for a condition or function that can't be used, or that a rule forbids.
        Failure: if too few rows do as asked.
    """
    conditions = Conditions(table, condition)
    demands = conditions.demands()
    told = isinstance(game, Completes) and (demands.allowed or bool((demands.x >= 0).any()))
    exact = demands.exact if isinstance(game, Completes) else {}
    aim = Aim.at(table, game, conditions)
    kept: list[pd.DataFrame] = []
    have = drawn = 0
    for _ in range(_ROUNDS):
        chance = max(have, 1) / max(drawn, 1) if drawn else 1.0
        size = min(max(_LEAST, int(1.1 * (n - have) / chance)), 50 * n + 10_000)
        # A weight is relative to those of the rows that are drawn with it.
        first = n if where is None else max(n, _LEAST)
        size = size if drawn else first
        if told and isinstance(game, Completes):
            x = game.complete(demands.x.expand(size, -1).clone(), demands.allowed)
        else:
            x = draw(size)
        frame = table.decode_with(x, exact)
        good = conditions.met(frame)
        if aim is not None and good.mean() < _RARE:
            frame, good = aim.hit(frame)
        if where is not None:
            good &= _chosen(where, frame)
        kept.append(frame[good])
        have, drawn = have + int(good.sum()), drawn + size
        if not have and drawn == size:  # once, after the first rows
            _check_rules(table, conditions, frame)
        if have >= n:
            return pd.concat(kept, ignore_index=True).iloc[:n].reset_index(drop=True)
        if drawn > (_MOST_A_ROW * n + 1_000_000 if have else _MOST_IN_VAIN):
            break
    raise Failure(
        f"only {have:,} of {drawn:,} drawn rows did as asked, {n:,} are wanted; ask for less, or "
        f"for fewer rows."
    )


def _check_rules(table: Table, conditions: Conditions, frame: pd.DataFrame) -> None:
    """Refuse what a rule forbids, whatever the learnt columns are."""
    values = {
        column.name: column.form.series(column.encoder.values_seen())
        for column in table.columns
        if isinstance(column.encoder, TokenEncoder) and column.name in frame
    }
    most = max([len(frame), *map(len, values.values())])
    rows = frame.iloc[np.arange(most) % len(frame)].reset_index(drop=True)
    for name, series in values.items():
        rows[name] = series.iloc[np.arange(most) % len(series)].reset_index(drop=True)
    rule = table.rules.contradicted_by(conditions.wishes, rows)
    if rule is not None:
        raise WrongUse(
            f"condition can't be met: no row can do as asked and obey {str(rule)!r}; ask for "
            f"something else, or fit without that rule, rules=[{'not ' + str(rule)!r}]."
        )


def _chosen(where: Where, frame: pd.DataFrame) -> np.ndarray:
    """(n,) which rows are kept: those that are true, or by chance in proportion to weights."""
    found = np.asarray(where(frame))
    if found.shape != (len(frame),) or found.dtype.kind not in "bfiu":
        raise WrongUse(
            f"where must return one boolean or weight a row, shape ({len(frame)},), got "
            f"{found.dtype} of shape {found.shape}."
        )
    if found.dtype.kind == "b":
        return found
    weights = found.astype(np.float64)
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise WrongUse("where must return finite weights of at least 0.")
    return by_chance(weights)


def rest_of(table: Table, game: Game, frame: pd.DataFrame, keep_missing: bool) -> pd.DataFrame:
    """Whole rows of which some columns or cells are given.

    Args:
        table: how rows are encoded.
        game: completes them.
        frame: some of the table's columns.
        keep_missing: whether a missing cell means that the value is missing; else it is drawn.

    Returns:
        All columns; what was given is as it was.

    Raises:
        WrongUse: for columns that the table doesn't have, or a game that can't complete.
        Failure: for rows with which no rest can obey the table's rules.
    """
    if not isinstance(game, Completes):
        raise WrongUse(
            f"{type(game).__name__} can't complete rows; fit with game='nade', which can."
        )
    unknown = [name for name in frame.columns if name not in table.forms]
    if unknown:
        raise WrongUse(
            f"the table has no column {unknown[0]!r}; it has {', '.join(map(str, table.forms))}."
        )
    frame = frame.reset_index(drop=True)
    for name in frame.columns:
        _check_kind(frame[name], table.forms[name])
    given = pd.DataFrame(
        {
            name: frame[name]
            if name in frame
            else form.series(np.zeros(len(frame))).set_axis(frame.index)
            for name, form in table.forms.items()
        }
    )
    x = _known(table, given, set(frame.columns), keep_missing)
    allowed = {} if keep_missing else _never_missing(table)
    free = pd.DataFrame(True, index=frame.index, columns=list(table.forms))
    free[list(frame.columns)] = False if keep_missing else frame.isna()
    left = np.arange(len(frame))
    done: list[pd.DataFrame] = []
    for _ in range(_ROUNDS):
        if not len(left):
            break
        whole = table.decode(game.complete(x[left], allowed))
        whole = _as_given(whole, frame.iloc[left], keep_missing)
        whole = mended(table, whole, free.iloc[left].set_axis(whole.index))
        whole = _as_given(whole, frame.iloc[left], keep_missing).set_axis(left)
        obeys = table.rules.holds(whole).all(axis=1)
        done.append(whole[np.asarray(obeys)])
        left = left[~obeys]
    if len(left):
        broken = table.rules.holds(whole[~obeys].iloc[:1])[0]
        rule = next(str(rule) for rule, ok in zip(table.rules, broken, strict=True) if not ok)
        raise Failure(
            f"no rest was found with which row {left[0] + 1} obeys {rule!r}; correct what is given "
            f"of it, or fit without that rule, rules=[{'not ' + rule!r}]."
        )
    return pd.concat(done).sort_index() if done else table.decode(x)


def _check_kind(series: pd.Series, form: Form) -> None:
    """Refuse values that are none of the column's kind, such as a text in a column of numbers."""
    wrong = np.isnan(form.plain(series)) & series.notna().to_numpy()
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise WrongUse(
            f"column {series.name!r} must hold values of the kind {form.kind}, got "
            f"{series.iloc[row]!r} in row {row + 1}; correct it or leave it empty."
        )


def _known(table: Table, given: pd.DataFrame, names: set[Any], keep_missing: bool) -> torch.Tensor:
    """What is known of each row in model space, UNKNOWN elsewhere."""
    needs: dict[str | int, set[str | int]] = {name: {name} for name in given.columns}
    reduced = given
    for rule in reversed(table.rules):
        before, reduced = set(reduced.columns), rule.reduce(reduced)
        needs |= {made: set(rule.columns) for made in set(reduced.columns) - before}
    x = table.encode_learnt(reduced)
    for column, start, stop in table.places():
        hidden = np.zeros(len(x), dtype=bool)
        if not keep_missing:
            hidden = np.isnan(column.form.plain(reduced[column.name]))
        if not needs[column.name] <= names:
            hidden[:] = True
        x[torch.from_numpy(hidden), start:stop] = UNKNOWN
    return x


def _never_missing(table: Table) -> dict[int, torch.Tensor]:
    """For columns that may be missing: every token but that one."""
    allowed: dict[int, torch.Tensor] = {}
    for column, start, stop in table.places():
        encoder = column.encoder
        if isinstance(encoder, TokenEncoder) and stop > start:
            gap = encoder.allowed(np.nan, np.nan)[0]
            open_to = np.stack([np.zeros(len(gap)), 1.0 - (gap[:, 1] > 0)], 1)
            if (gap[:, 1] > 0).any() and open_to.any() and column.name in table.forms:
                allowed[start] = torch.from_numpy(open_to).float()
    return allowed


def _as_given(whole: pd.DataFrame, frame: pd.DataFrame, keep_missing: bool) -> pd.DataFrame:
    """Rows in which the given cells are as they were."""
    for name in frame.columns:
        column = frame[name].set_axis(whole.index)
        if keep_missing or column.notna().all():
            whole[name] = column
        else:
            whole[name] = column.where(column.notna(), whole[name])
    return whole
