"""Tables of numbers, categories, booleans and dates as rows of numbers and one-hot blocks."""

import math
from collections.abc import Iterator, Mapping, Sequence
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
from sparring.data.encoders import Encoder, Span
from sparring.data.encodings import encoder_from_description, find_encoding
from sparring.data.forms import Categories, Constant, Form, form_from_description
from sparring.data.inference import check_names, form_of
from sparring.data.modality import Modality
from sparring.data.rules import Rules
from sparring.data.tablewriting import write_table
from sparring.data.texts import Texts


@dataclass(frozen=True)
class Column:
    """One column: its name, how it is written, and what a network sees of it."""

    name: str | int
    form: Form
    encoder: Encoder


class Table(Modality):
    """Tables: every column becomes numbers in a way that suits the model.

    Items are pandas DataFrames. In model space a row is (width,) float32, a run of spans, such as
    ("number", 1) for a normal score or ("category", k) for a one-hot block: the encoding says
    which (`encodings.ENCODINGS`). Columns that follow from others by a rule are left out and made
    again. A constant column takes no room, nor do identifiers and free text, which are drawn anew.
    Decoding gives the same columns in the same order with the same dtypes, and numbers within the
    range and to the decimals that were seen; the same tensor gives the same items.

    Args:
        columns: made by `Table.fit`: those that are learnt.
        rules: of all columns.
        forms: of all columns, in their order.

    Example:
        >>> frame = pd.DataFrame({"age": range(20, 40), "city": ["Bonn", "Ulm"] * 10})
        >>> table = Table.fit(frame)
        >>> table.spans
        (('number', 1), ('category', 2))
        >>> table.decode(table.encode(frame)).equals(frame)
        True
    """

    name: ClassVar[str] = "table"

    def __init__(
        self, columns: Sequence[Column], rules: Rules, forms: Mapping[str | int, Form]
    ) -> None:
        self.columns, self.rules, self.forms = tuple(columns), rules, dict(forms)
        width = sum(column.encoder.width for column in self.columns)
        if width == 0:
            raise WrongUse(
                "Every column of the table is constant, an identifier or free text: there is "
                "nothing to learn."
            )
        self.shape = (width,)

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        seed: int = 0,
        *,
        encoding: str = "scores",
        rules: Rules | None = None,
        kinds: Mapping[str | int, str] | None = None,
    ) -> Self:
        """Choose form and encoder of every column.

        Args:
            frame: the rows to train on.
            seed: of whatever an encoding draws.
            encoding: a key of `encodings.ENCODINGS`.
            rules: that every row obeys; none by default.
            kinds: overrule what columns are taken for, by name (see `inference.form_of`).

        Raises:
            WrongUse: the table cannot be learnt from (see `inference.form_of`).
        """
        check_names(frame)
        asked = kinds or {}
        forms = {_name(name): form_of(frame[name], asked.get(name)) for name in frame.columns}
        rules = rules or Rules((), tuple(forms))
        reduced = rules.reduce(frame)
        touched = {rule.target for rule in rules}
        fit_encoder = find_encoding(encoding)
        generator = np.random.default_rng(seed)
        columns = []
        for name in map(_name, reduced.columns):
            series = reduced[name]
            kept = name in forms and (name not in touched or name in asked)
            form = forms[name] if kept else form_of(series)
            categorical = isinstance(form, Categories | Texts | Constant)
            columns.append(
                Column(name, form, fit_encoder(form.plain(series), categorical, generator))
            )
        return cls(columns, rules, forms)

    @property
    def kinds(self) -> dict[str | int, str]:
        """Column -> what it is taken for (`kinds.KINDS`)."""
        return {name: form.kind for name, form in self.forms.items()}

    def places(self) -> Iterator[tuple[Column, int, int]]:
        """Every learnt column, and from where to where it stands in model space."""
        start = 0
        for column in self.columns:
            stop = start + column.encoder.width
            yield column, start, stop
            start = stop

    @property
    def spans(self) -> tuple[Span, ...]:
        """What the columns of the encoded matrix are, such as (("number", 1), ("category", 7))."""
        return tuple(span for column in self.columns for span in column.encoder.spans)

    def frame(self, items: Any) -> pd.DataFrame:
        """Items as a DataFrame (a Table's are one already)."""
        names = list(self.forms)
        if not isinstance(items, pd.DataFrame) or list(items.columns) != names:
            got = list(items.columns) if isinstance(items, pd.DataFrame) else type(items).__name__
            raise WrongUse(f"A table with the columns {names} is needed, got {got}.")
        return items

    def encode(self, items: Any) -> Tensor:
        """DataFrame of n rows -> (n, width) float32.

        A category that was not seen by `fit` is encoded as what isn't known, a number beyond the
        range that was seen as its end.
        """
        return self.encode_learnt(self.rules.reduce(self.frame(items)))

    def encode_learnt(self, frame: pd.DataFrame) -> Tensor:
        """The same, of a frame that has the learnt columns alone."""
        out = np.empty((len(frame), *self.shape), dtype=np.float32)
        for column, start, stop in self.places():
            if stop > start:
                plain = column.form.plain(frame[column.name])
                out[:, start:stop] = column.encoder.encode(plain)
        return torch.from_numpy(out)

    def decode(self, x: Tensor) -> Any:
        """(n, width) -> DataFrame of n rows."""
        return self.decode_with(x, {})

    def decode_with(self, x: Tensor, exact: Mapping[str | int, float]) -> pd.DataFrame:
        """The same, where some learnt columns are given plain numbers that are kept to the last
        digit."""
        matrix = x.detach().float().cpu().numpy()
        parts = {}
        for column, start, stop in self.places():
            plain = column.encoder.decode(matrix[:, start:stop])
            if column.name in exact:
                plain = np.full(len(plain), exact[column.name])
            if isinstance(column.form, Texts):
                plain = plain + _fractions(matrix)
            parts[column.name] = column.form.series(plain)
        return self.rules.restore(pd.DataFrame(parts)[list(self._learnt)])

    @property
    def _learnt(self) -> tuple[str | int, ...]:
        return tuple(column.name for column in self.columns)

    def show(self, items: Any) -> Picture:
        """How the values of each column are distributed (the first 24 columns)."""
        frame = self.rules.reduce(self.frame(items))
        panels = []
        for column in self.columns[:24]:
            values = frame[column.name]
            if isinstance(column.form, Categories | Texts | Constant):
                counts = values.astype(object).where(values.notna(), "missing").value_counts()
                bars = {str(name): int(count) for name, count in counts.head(8).items()}
                panels.append(Panel(str(column.name), bars=bars))
            else:
                plain = column.form.plain(values)
                panels.append(Panel(str(column.name), histogram=plain[~np.isnan(plain)]))
        return draw_panels(panels, columns=min(4, math.ceil(math.sqrt(len(panels)))))

    def save(self, items: Any, path: str | Path) -> None:
        """A .csv, .csv.gz, .tsv or .parquet file, a folder of Parquet shards, or a database."""
        write_table(self.frame(items), path)

    def describe(self) -> dict[str, Any]:
        """All columns, rules and forms; a column whose form isn't said is written as in `forms`."""
        columns = []
        for column in self.columns:
            described = {"name": column.name, "encoder": column.encoder.describe()}
            if self.forms.get(column.name) != column.form:
                described["form"] = column.form.describe()
            columns.append(described)
        return {
            "modality": self.name,
            "columns": columns,
            "rules": self.rules.describe(),
            "forms": [[name, form.describe()] for name, form in self.forms.items()],
        }

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The table that `describe` described."""
        return cls(*_parts_from(description))


def _parts_from(
    description: Mapping[str, Any],
) -> tuple[list[Column], Rules, dict[str | int, Form]]:
    forms = {name: form_from_description(form) for name, form in description["forms"]}
    columns = [
        Column(
            column["name"],
            form_from_description(column["form"]) if "form" in column else forms[column["name"]],
            encoder_from_description(column["encoder"]),
        )
        for column in description["columns"]
    ]
    return columns, Rules.from_description(description["rules"]), forms


def _name(name: Any) -> str | int:
    return name if isinstance(name, str) else int(name)


def _fractions(matrix: np.ndarray) -> np.ndarray:
    """(n, width) -> (n,) numbers in [0, 1) that follow from each row, to draw new texts by."""
    bits = np.ascontiguousarray(matrix).view(np.uint32).astype(np.uint64)  # (n, width)
    state = np.full(len(matrix), 0x9E3779B97F4A7C15, dtype=np.uint64)
    for column in bits.T:
        # The finaliser of splitmix64 (Steele, Lea and Flood 2014) after each number.
        state = (state ^ column) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return (state >> np.uint64(11)).astype(np.float64) / 2**53
