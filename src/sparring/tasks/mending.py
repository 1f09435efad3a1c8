"""Rows of which a part was given and the rest drawn: what was drawn is made to fit the rules."""

import numpy as np
import pandas as pd
import torch

from sparring.data.rules.arithmetic import Formula
from sparring.data.rules.columns import written
from sparring.data.rules.one_hot import OneHot
from sparring.data.rules.rule import with_column
from sparring.data.table import Column, Table

_PASSES = 2


def mended(table: Table, frame: pd.DataFrame, free: pd.DataFrame) -> pd.DataFrame:
    """The frame with one drawn number of each broken formula reckoned from all others.

    Of total = net + tax with a given total, either net or tax is kept as it was drawn, by chance,
    and the other follows, if it then lies in the range that was seen. Of columns of which one is 1
    those that were drawn give way to those that are given.

    Args:
        table: whose rules are to hold.
        frame: whole rows.
        free: of the same shape, which cells were drawn.
    """
    columns = {column.name: column for column in table.columns}
    formulas = [rule for rule in reversed(table.rules) if isinstance(rule, Formula)]
    start = frame
    for rule in table.rules:
        if isinstance(rule, OneHot):
            frame = _settle(rule, frame, free[list(rule.of)].to_numpy())
    for _ in range(_PASSES):
        for rule in formulas:
            for place in torch.randperm(len(rule.of)).tolist():
                name = rule.of[place]
                broken = free[name].to_numpy() & ~rule.holds(frame)
                if broken.any() and name in columns:
                    frame = _solve(rule, place, frame, broken, columns[name])
    # What else follows from the columns that have changed follows anew.
    return frame if frame is start else table.rules.restore(table.rules.reduce(frame))


def _settle(rule: OneHot, frame: pd.DataFrame, free: np.ndarray) -> pd.DataFrame:
    """The frame in which drawn columns of a group make one of it 1, as far as given ones allow.

    Args:
        rule: the group of k columns.
        frame: n whole rows.
        free: (n, k) which cells were drawn.
    """
    wrong = ~rule.holds(frame)
    if not wrong.any():
        return frame
    columns = [f.plain(frame[name]) == 1 for name, f in zip(rule.of, rule.forms, strict=True)]
    ones = np.stack(columns, axis=1)  # (n, k)
    given = (ones & ~free).any(axis=1)
    chosen = ones & free & ~given[:, None]
    # Where none is left, one that was drawn gets it, as often as in the rows that obey.
    weights = free * (ones[~wrong].mean(axis=0) if not wrong.all() else 1.0) + free * 1e-9
    lacking = wrong & ~given & ~chosen.any(axis=1) & free.any(axis=1) & rule.exact
    if lacking.any():
        picks = torch.multinomial(torch.from_numpy(weights[lacking]), 1).numpy()
        chosen[np.flatnonzero(lacking), picks[:, 0]] = True
    first = np.cumsum(chosen, axis=1) == 1
    made = np.where(free, chosen & first, ones)
    for place, (name, form) in enumerate(zip(rule.of, rule.forms, strict=True)):
        column = written(form, np.where(wrong, made[:, place], ones[:, place]), frame.index)
        frame = with_column(frame, name, column)
    return frame


def _solve(
    rule: Formula, place: int, frame: pd.DataFrame, broken: np.ndarray, column: Column
) -> pd.DataFrame:
    plain = rule.solved(frame, place)
    least, most = _range(column)
    changed = broken & (plain >= least) & (plain <= most)
    if not changed.any():
        return frame
    kept = frame[column.name]
    made = written(rule.read[place], np.where(changed, plain, least), frame.index)
    return with_column(frame, column.name, kept.where(~changed, made))


def _range(column: Column) -> tuple[float, float]:
    """The least and largest plain number that a column of tokens can have."""
    if len(column.encoder.spans) != 1:
        return np.inf, -np.inf
    ((_, tokens),) = column.encoder.spans
    ends = np.arange(tokens)[:, None] + np.array([0.0, 1 - 2**-14])
    plain = column.encoder.decode(ends.reshape(-1, 1).astype(np.float32))
    half = column.form.grain / 2
    return float(np.nanmin(plain)) - half, float(np.nanmax(plain)) + half
