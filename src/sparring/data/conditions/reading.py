"""What users say of images: which kind of condition that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch

from sparring.core.errors import WrongUse
from sparring.data.arrays import to_classes, to_numpy
from sparring.data.conditions.attributes import Attributes
from sparring.data.conditions.base import Codes, Condition, pick
from sparring.data.conditions.classes import UNLABELLED, ClassNames
from sparring.data.conditions.text_encoder import MINILM
from sparring.data.conditions.texts import Texts, grouped
from sparring.data.frames import is_frame, to_pandas

Y = "y"
"""The name of what is said, where it has none of its own."""
_KINDS = ("category", "text")
# Items an attribute's combination has, on average, below which they aren't cut one by one.
_LARGE = 10


@dataclass(frozen=True)
class Claim:
    """What is said of n items.

    Attributes:
        condition: the kind of it; it has not seen the training data yet.
        values: as its `encode` takes them.
        groups: (n,) what is cut into training and held-out part alike, or None.
    """

    condition: Condition
    values: Any
    groups: np.ndarray | None = None

    def learnt(self, rows: np.ndarray) -> tuple[Condition, Codes]:
        """The condition that has seen these items, and what it says of them."""
        values = pick(self.values, rows)
        condition = self.condition.seen(values)
        return condition, condition.encode(values)

    def of(self, condition: Condition, rows: np.ndarray) -> Codes:
        """What a condition says of these items."""
        return condition.encode(pick(self.values, rows))


def claim(
    said: Any,
    items: int,
    *,
    names: Sequence[str] | None = None,
    kinds: Mapping[Any, str] | None = None,
    encoder: str = MINILM,
) -> Claim:
    """What is said of images, looked at.

    Several columns are attributes. One column of texts, most of which differ and have several
    words, is captions, as lists of texts are; any other column is classes.

    Args:
        said: (n,) or (n, 1) classes or captions, lists of captions, an array or frame of
            attributes, a dict of columns, or a list of dicts.
        items: how many images there are.
        names: of the classes 0..k-1, where that is what is said.
        kinds: overrules what it looks like: {"y": "text"} or {"y": "category"}, and of attributes
            "category", "number" or "boolean" by name.
        encoder: of texts, by name.

    Raises:
        WrongUse: another length, or what can't be learnt.

    Example:
        >>> claim(["cat", "dog"] * 5, 10).condition.name
        'classes'
        >>> claim([f"a dog that is {age} years old" for age in range(10)], 10).condition.name
        'texts'
        >>> claim({"hat": [True, False] * 5, "age": range(10)}, 10).condition.name
        'attributes'
    """
    column = _column(said)
    # One column of fractions has no classes; it is cut into groups.
    if column is None or (column.dtype.kind == "f" and column.name not in (None, Y)):
        return _attributes(_framed(said), items, kinds)
    for name in kinds or {}:
        if name not in (Y, column.name):
            raise WrongUse(f"kinds can say what 'y' is here, got a kind of {name!r}: leave it out.")
    kind = (kinds or {}).get(Y, (kinds or {}).get(column.name))
    if kind not in (None, *_KINDS):
        raise WrongUse(f"kinds must say {' or '.join(map(repr, _KINDS))} of 'y', got {kind!r}.")
    if kind is None:
        kind = "text" if _reads_like_text(column) else "category"
    if kind == "text":
        _check_length(len(column), items, "caption or list of captions")
        return Claim(Texts(encoder), grouped(column.tolist()))
    return _classes(column, items, names)


def _classes(column: pd.Series, items: int, names: Sequence[str] | None) -> Claim:
    """Classes, of which some may be missing: None or NaN."""
    there = column.notna().to_numpy()
    if there.all() or not there.any() or len(column) != items:
        y, classes = to_classes(column.to_numpy(), items, names)
        return Claim(ClassNames(classes), np.array(classes)[y], y)
    known = column[there].infer_objects()
    if known.dtype.kind == "f" and (known == known.round()).all():
        known = known.astype(np.int64)  # whole numbers, which NaN beside them made into fractions
    y, classes = to_classes(known.to_numpy(), int(there.sum()), names)
    values = np.full(items, UNLABELLED, dtype=object)
    values[there] = np.array(classes)[y]
    groups = np.full(items, UNLABELLED)
    groups[there] = y
    return Claim(ClassNames(classes), values, groups)


def claim_like(trained: Claim, said: Any, items: int, names: Sequence[str] | None = None) -> Claim:
    """What is said of an official test part, of the kind that is said of the training part.

    Args:
        trained: what is said of the training part.
        said: of the test part, see `claim`.
        items: how many images it has.
        names: of the classes 0..k-1, where that is what is said.

    Raises:
        WrongUse: another length, or a class that is not in the training part.
    """
    condition = trained.condition
    if isinstance(condition, ClassNames):
        y, listed = to_classes(said, items, names)
        unknown = sorted(set(listed) - set(condition.names))
        if unknown:
            raise WrongUse(
                f"Class {unknown[0]!r} is in the held-out part but not in the training one."
            )
        return Claim(condition, np.array(listed)[y])
    if isinstance(condition, Texts):
        column = _column(said)
        values = grouped([] if column is None else column.tolist())
        _check_length(len(values), items, "caption or list of captions")
        return Claim(condition, values)
    frame = _framed(said)
    _check_length(len(frame), items, "row of attributes")
    return Claim(condition, frame)


def _column(said: Any) -> pd.Series | None:
    """The one column that is said, or None where there are several."""
    if isinstance(said, pd.Series):
        return said
    if isinstance(said, Mapping) or is_frame(said):
        frame = _framed(said)
        return frame.iloc[:, 0] if frame.shape[1] == 1 else None
    if isinstance(said, np.ndarray | torch.Tensor):
        array = to_numpy(said)
        if array.ndim == 2 and array.shape[1] != 1:
            texts = array.dtype.kind == "U" and _reads_like_text(pd.Series(array.flatten()))
            return pd.Series([[t for t in row if t] for row in array.tolist()]) if texts else None
        if array.ndim > 2:
            raise WrongUse(f"Labels must have shape (n,) or (n, k), got {array.shape}.")
        return pd.Series(array.reshape(-1), name=Y)
    if isinstance(said, Sequence) and not isinstance(said, str):
        if said and all(isinstance(one, Mapping) for one in said):
            return None
        # Several captions an image, perhaps not of one length, are lists of texts.
        listed = [_plain(one) for one in said]
        if any(isinstance(one, list) and not _texts(one) for one in listed):
            return _column(np.asarray(said))
        return pd.Series(listed, name=Y, dtype=None if listed else object)
    raise WrongUse(
        f"What is said of images must be classes, captions or attributes, one an image, got "
        f"{type(said).__name__}."
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _texts(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _framed(said: Any) -> pd.DataFrame:
    if is_frame(said):
        return to_pandas(said).reset_index(drop=True)
    if isinstance(said, torch.Tensor):
        said = to_numpy(said)
    try:
        return pd.DataFrame(said)
    except ValueError as error:
        raise WrongUse(f"Attributes must be columns of one length: {error}.") from error


def _attributes(frame: pd.DataFrame, items: int, kinds: Mapping[Any, str] | None) -> Claim:
    _check_length(len(frame), items, "row of attributes")
    if frame.shape[1] == 0:
        raise WrongUse("There must be at least one attribute, got none.")
    attributes = Attributes.fit(frame, kinds)
    _, together = np.unique(attributes.numbers(frame), axis=0, return_inverse=True)
    together = together.reshape(-1)
    large = items >= _LARGE * (int(together.max()) + 1)
    return Claim(attributes, frame, together if large else None)


def _check_length(found: int, items: int, what: str) -> None:
    if found != items:
        raise WrongUse(
            f"There must be one {what} an image ({items}), got {found}: leave out what is too much."
        )


def _reads_like_text(column: pd.Series) -> bool:
    """Whether these are captions: lists of texts, or texts that mostly differ, of several words."""
    if any(isinstance(value, list) for value in column):
        return True
    if not _texts(list(column)) or not len(column):
        return False
    several = sum(len(value.split()) > 1 for value in column)
    return several > len(column) / 2 and column.nunique() > len(column) / 2
