"""Tables of numbers, categories, booleans and dates as rows of numbers and one-hot blocks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
import torch
from PIL.Image import Image as Picture
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.data.drawing import Panel, draw_panels
from sparring.data.encoders import Encoder, Span, encoder_from_description, fit_encoder
from sparring.data.forms import Categories, Form, form_from_description
from sparring.data.inference import check_names, form_of
from sparring.data.modality import Modality, wrong_suffix
from sparring.data.writing import aside


@dataclass(frozen=True)
class Column:
    """One column: its name, how it is written, and what a network sees of it."""

    name: str | int
    form: Form
    encoder: Encoder


class Table(Modality):
    """Tables: numbers as normal scores, everything else as one-hot blocks.

    Items are pandas DataFrames. In model space a row is (width,) float32, a run of spans: a span
    ("number", 1) is a normal score within about [-4.5, 4.5]; a span ("category", k) is one-hot,
    and what a network makes of it is read by its largest entry. Missing numbers and dates have a
    mask of their own, ("category", 2); missing categories are one more category. A constant column
    takes no room. Decoding gives the same columns in the same order with the same dtypes, and
    numbers within the range and to the decimals that were seen.

    A plain encoder: it does not look at several columns at once.

    Args:
        columns: made by `Table.fit`.

    Example:
        >>> frame = pd.DataFrame({"age": range(20, 40), "city": ["Bonn", "Ulm"] * 10})
        >>> table = Table.fit(frame)
        >>> table.spans
        (('number', 1), ('category', 2))
        >>> table.decode(table.encode(frame)).equals(frame)
        True
    """

    name: ClassVar[str] = "table"

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        width = sum(column.encoder.width for column in self.columns)
        if width == 0:
            raise WrongUse("Every column of the table is constant: there is nothing to learn.")
        self.shape = (width,)

    @classmethod
    def fit(cls, frame: pd.DataFrame, seed: int = 0) -> Self:
        """Choose form and encoder of every column.

        Args:
            frame: the rows to train on.
            seed: of the 100,000 rows by which the numbers of a longer table are ranked.

        Raises:
            WrongUse: the table cannot be learnt from (see `inference.form_of`).
        """
        check_names(frame)
        generator = np.random.default_rng(seed)
        columns = []
        for name in frame.columns:
            form = form_of(frame[name])
            plain = form.plain(frame[name])
            encoder = fit_encoder(plain, isinstance(form, Categories), generator)
            columns.append(Column(name if isinstance(name, str) else int(name), form, encoder))
        return cls(columns)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What the columns of the encoded matrix are, such as (("number", 1), ("category", 7))."""
        return tuple(span for column in self.columns for span in column.encoder.spans)

    @property
    def kinds(self) -> dict[str | int, str]:
        """Column -> number, integer, category, boolean or date."""
        return {column.name: column.form.kind for column in self.columns}

    def frame(self, items: Any) -> pd.DataFrame:
        """Items as a DataFrame (a Table's are one already)."""
        names = [column.name for column in self.columns]
        if not isinstance(items, pd.DataFrame) or list(items.columns) != names:
            got = list(items.columns) if isinstance(items, pd.DataFrame) else type(items).__name__
            raise WrongUse(f"A table with the columns {names} is needed, got {got}.")
        return items

    def encode(self, items: Any) -> Tensor:
        """DataFrame of n rows -> (n, width) float32.

        A category that was not seen by `fit` becomes a block of zeros, a number beyond the range
        that was seen its end.
        """
        frame = self.frame(items)
        out = np.empty((len(frame), *self.shape), dtype=np.float32)
        start = 0
        for column in self.columns:
            stop = start + column.encoder.width
            out[:, start:stop] = column.encoder.encode(column.form.plain(frame[column.name]))
            start = stop
        return torch.from_numpy(out)

    def decode(self, x: Tensor) -> Any:
        """(n, width) -> DataFrame of n rows."""
        matrix = x.detach().float().cpu().numpy()
        parts, start = {}, 0
        for column in self.columns:
            stop = start + column.encoder.width
            parts[column.name] = column.form.series(column.encoder.decode(matrix[:, start:stop]))
            start = stop
        return pd.DataFrame(parts)

    def show(self, items: Any) -> Picture:
        """How the values of each column are distributed (the first 24 columns)."""
        frame = self.frame(items)
        panels = []
        for column in self.columns[:24]:
            values = frame[column.name]
            if isinstance(column.form, Categories):
                counts = values.astype(object).where(values.notna(), "missing").value_counts()
                bars = {str(name): int(count) for name, count in counts.head(8).items()}
                panels.append(Panel(str(column.name), bars=bars))
            else:
                plain = column.form.plain(values)
                panels.append(Panel(str(column.name), histogram=plain[~np.isnan(plain)]))
        return draw_panels(panels, columns=min(4, math.ceil(math.sqrt(len(panels)))))

    def save(self, items: Any, path: str | Path) -> None:
        """A .csv or .parquet file (.csv.gz is compressed)."""
        path = Path(path)
        with_header = self.frame(items).rename(columns=str)
        name = path.name.lower()
        if not name.endswith((".csv", ".csv.gz", ".parquet")):
            raise wrong_suffix(path, ".csv, .csv.gz or .parquet")
        with aside(path) as part:
            if name.endswith(".parquet"):
                with_header.to_parquet(part, index=False)
            else:
                with_header.to_csv(part, index=False)

    def describe(self) -> dict[str, Any]:
        """Name, form and encoder of every column."""
        columns = [
            {
                "name": column.name,
                "form": column.form.describe(),
                "encoder": column.encoder.describe(),
            }
            for column in self.columns
        ]
        return {"modality": self.name, "columns": columns}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The table that `describe` described."""
        return cls(_columns_from(description["columns"]))


def _columns_from(described: Sequence[Mapping[str, Any]]) -> list[Column]:
    return [
        Column(
            column["name"],
            form_from_description(column["form"]),
            encoder_from_description(column["encoder"]),
        )
        for column in described
    ]
