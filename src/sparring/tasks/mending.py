"""Rows of which a part was given and the rest drawn: what was drawn is made to fit the rules."""

import numpy as np
import pandas as pd
import torch

from sparring.data.rules.arithmetic import Formula
from sparring.data.rules.columns import written
from sparring.data.rules.rule import with_column
from sparring.data.table import Column, Table

_PASSES = 2


def mended(table: Table, frame: pd.DataFrame, free: pd.DataFrame) -> pd.DataFrame:
    """The frame with one drawn number of each broken formula reckoned from all others.

    Of total = net + tax with a given total, either net or tax is kept as it was drawn, by chance,
    and the other follows, if it then lies in the range that was seen.

    Args:
        table: whose rules are to hold.
        frame: whole rows.
        free: of the same shape, which cells were drawn.
    """
    columns = {column.name: column for column in table.columns}
    formulas = [rule for rule in reversed(table.rules) if isinstance(rule, Formula)]
    start = frame
    for _ in range(_PASSES):
        for rule in formulas:
            for place in torch.randperm(len(rule.of)).tolist():
                name = rule.of[place]
                broken = free[name].to_numpy() & ~rule.holds(frame)
                if broken.any() and name in columns:
                    frame = _solve(rule, place, frame, broken, columns[name])
    # What else follows from the columns that have changed follows anew.
    return frame if frame is start else table.rules.restore(table.rules.reduce(frame))


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
