"""Tables that other libraries hold in memory: Polars, Arrow, and all that speak Arrow."""

from typing import Any

import pandas as pd
import pyarrow as pa

from sparring.core.errors import WrongUse


def is_frame(thing: Any) -> bool:
    """Whether this is a table in memory: a DataFrame, or one that Arrow's interface hands over.

    Polars' DataFrame and LazyFrame, and pyarrow's Table, RecordBatch, RecordBatchReader and
    Dataset are; so is whatever has `__arrow_c_stream__`, as DuckDB's results.

    Example:
        >>> is_frame(pa.table({"n": [1, 2]})), is_frame([1, 2])
        (True, False)
    """
    return isinstance(thing, pd.DataFrame) or _speaks_arrow(thing) or _step(thing) is not None


def _speaks_arrow(thing: Any) -> bool:
    return hasattr(thing, "__arrow_c_stream__") or isinstance(thing, pa.RecordBatch)


def _step(thing: Any) -> Any:
    """What makes a table of a promise of one, or None where there is no such thing."""
    kind = type(thing)
    if kind.__module__.partition(".")[0] not in ("polars", "pyarrow"):
        return None
    return getattr(thing, "collect", None) or getattr(thing, "to_table", None)


def to_pandas(thing: Any) -> pd.DataFrame:
    """A table in memory as a DataFrame whose rows are numbered from 0.

    Args:
        thing: what `is_frame` allows; a DataFrame is returned as it is, and a LazyFrame, a reader
            or a data set is read whole.

    Raises:
        WrongUse: the table cannot be read, or its columns have doubled names.

    Example:
        >>> to_pandas(pa.table({"n": [1, None]}))["n"].tolist()
        [1.0, nan]
    """
    if isinstance(thing, pd.DataFrame):
        return thing
    if hasattr(thing, "to_frame"):
        raise WrongUse("A Series is one column of a table: make it one with `.to_frame()`.")
    try:
        if not _speaks_arrow(thing):
            thing = _step(thing)()
        table = thing if isinstance(thing, pa.Table) else _table(thing)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise WrongUse(
            f"The {type(thing).__name__} cannot be read ({reason}): convert or drop what is named, "
            f"or give a DataFrame of pandas."
        ) from error
    names = table.column_names
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise WrongUse(f"Two columns are named {twice!r}: rename one of them.")
    frame: pd.DataFrame = table.to_pandas().reset_index(drop=True)
    return frame


def _table(thing: Any) -> pa.Table:
    return pa.Table.from_batches([thing]) if isinstance(thing, pa.RecordBatch) else pa.table(thing)
