"""What is missing in a file of rows, drawn by a run that has learnt them."""

from pathlib import Path

import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data.form import cast
from sparring.data.tablefiles import is_table, read_table
from sparring.data.tablewriting import write_table
from sparring.tasks.run import Run
from sparring.tasks.synthesizer import Synthesizer


def impute_file(
    run: str | Path, rows: str | Path, output: str | Path, seed: int | None = None
) -> int:
    """Fill the gaps of a table in a file.

    The file is read as the one that was learnt: with its separator and its words for what is
    missing. Columns that the run has and the file lacks are made.

    Args:
        run: the folder of a run.
        rows: a CSV or Parquet file with the table's columns, or some of them.
        output: see `data.tablewriting.write_table`.
        seed: of the draw; None draws anew each time.

    Returns:
        How many cells were filled, those of columns that were not there included.

    Raises:
        WrongUse: no run of a table, a file that can't be read, or columns that it doesn't know.
        Failure: if no rest was found with which a row obeys the table's rules.
    """
    synthesizer = Synthesizer.load(run)
    frame = _read(Path(run), Path(rows))
    filled = synthesizer.impute(frame, seed)
    forms = synthesizer._table().forms
    write_table(filled.apply(lambda column: _typed(column, forms[column.name].dtype)), output)
    gaps = sum(int(frame[name].isna().sum()) for name in frame.columns)
    return gaps + len(frame) * (filled.shape[1] - frame.shape[1])


def _typed(column: pd.Series, dtype: str) -> pd.Series:
    """Whole numbers as such again: a gap among them had made them floats."""
    if str(column.dtype) == dtype or column.isna().any():
        return column
    made = cast(column, dtype)
    return made if (made == column).all() else column


def _read(run: Path, rows: Path) -> pd.DataFrame:
    if not rows.exists():
        raise WrongUse(f"{rows} isn't there; name a file of rows, such as rows.csv.")
    if not is_table(rows):
        raise WrongUse(f"{rows} is of no kind that holds a table; name a .csv or .parquet file.")
    # A model that was saved by itself has no recipe to read its file by.
    recipe = Run.open(run).recipe() if (run / "recipe.toml").is_file() else {}
    options = recipe.get("data_options", {})
    frame, _ = read_table(
        rows, separator=options.get("separator"), missing=tuple(options.get("missing", ()))
    )
    return frame
