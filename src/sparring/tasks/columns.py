"""Data looked at as `fit` would, without a training; and descriptions of columns in files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sparring.core.errors import WrongUse
from sparring.data import metadata
from sparring.data.table import Table
from sparring.tasks.looking import Look, look_at
from sparring.tasks.synthesizer import Synthesizer


def look(data: Any, parameters: Mapping[str, Any], output: str | Path | None = None) -> Look:
    """Open data as `fit` would, and say what it is taken for.

    Args:
        data: as for `Synthesizer.fit`.
        parameters: of the synthesizer.
        output: a .json file for the kinds of a table's columns, see `data.metadata.write`.

    Raises:
        WrongUse: if the data or a parameter can't be used, or an output is asked for and the data
            are no table.
    """
    dataset = Synthesizer(**parameters)._open(data)
    if output is not None:
        if not isinstance(dataset.modality, Table):
            raise WrongUse(f"a description of columns is for tables, not {dataset.modality.name}s.")
        metadata.write(dataset.modality, output)
    return look_at(dataset)


def kinds_from(path: str | Path) -> dict[str, str]:
    """The kinds of columns that a JSON description of one table gives.

    Args:
        path: see `data.metadata.read`.

    Raises:
        WrongUse: it can't be read, or describes several tables.
    """
    tables = metadata.read(path).tables
    if len(tables) != 1:
        raise WrongUse(
            f"{path} must describe one table, got {len(tables)} ({', '.join(tables)}); "
            f"write the kinds of one, as in --set 'kinds={{zip=\"category\"}}'."
        )
    (table,) = tables.values()
    return dict(table.kinds)
