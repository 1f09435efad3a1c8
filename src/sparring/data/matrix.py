"""Arrays of numbers, (n, d), as tables that come back as arrays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.data.modality import wrong_suffix
from sparring.data.table import Table
from sparring.data.writing import aside


class Matrix(Table):
    """Arrays of shape (n, d): a Table of columns named 0 to d - 1 whose items are arrays.

    Args:
        columns, rules, forms: as of a Table; `Matrix.fit_array` makes them.

    Attributes:
        dtype: of the arrays.

    Example:
        >>> array = np.random.default_rng(0).normal(size=(50, 3))
        >>> matrix = Matrix.fit_array(array)
        >>> bool(np.abs(matrix.decode(matrix.encode(array)) - array).max() < 1e-4)
        True
    """

    name: ClassVar[str] = "matrix"

    dtype: str = "float64"

    @classmethod
    def of(cls, table: Table, dtype: Any) -> "Matrix":
        """A table of columns named 0 to d - 1, for arrays of this dtype."""
        matrix = cls(table.columns, table.rules, table.forms)
        matrix.dtype = str(dtype)
        return matrix

    @classmethod
    def fit_array(cls, array: np.ndarray, seed: int = 0) -> "Matrix":
        """Choose form and encoder of every column of an array (n, d)."""
        return cls.of(Table.fit(pd.DataFrame(array), seed), array.dtype)

    def frame(self, items: Any) -> pd.DataFrame:
        """The array as a DataFrame with columns 0 to d - 1."""
        array = np.asarray(items)
        if array.ndim != 2 or array.shape[1] != len(self.forms):
            raise WrongUse(
                f"An array of shape (n, {len(self.forms)}) is needed, got {array.shape}."
            )
        return pd.DataFrame(array.astype(self.dtype, copy=False))

    def decode(self, x: Tensor) -> np.ndarray:
        """(n, width) -> array (n, d)."""
        array: np.ndarray = super().decode(x).to_numpy(dtype=self.dtype)
        return array

    def save(self, items: Any, path: str | Path) -> None:
        """A .npy file, or what a Table can be saved as."""
        path = Path(path)
        if path.suffix == ".npy":
            with aside(path) as part:
                np.save(part, np.asarray(items))
        elif path.suffix in (".csv", ".gz", ".tsv", ".parquet"):
            super().save(items, path)
        else:
            raise wrong_suffix(path, ".npy, .csv, .csv.gz, .tsv or .parquet")

    def describe(self) -> dict[str, Any]:
        """The columns, and the dtype of the array."""
        return {**super().describe(), "dtype": self.dtype}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> "Matrix":  # type: ignore[override]
        """The matrix that `describe` described."""
        return cls.of(Table.from_description(description), description["dtype"])
