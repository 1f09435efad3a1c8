"""Data sets from arrays and frames: the modality is fitted and the held-out part is cut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data.arrayfiles import Arrays
from sparring.data.arrays import to_levels
from sparring.data.conditions.classes import ClassNames
from sparring.data.conditions.reading import Claim, Y, claim, claim_like
from sparring.data.conditions.sources import with_codes
from sparring.data.conditions.text_encoder import MINILM
from sparring.data.dataset import Dataset, Modes
from sparring.data.image import Image
from sparring.data.inference import check_frame
from sparring.data.matrix import Matrix
from sparring.data.points import Points, check_points
from sparring.data.rules import choose, discover
from sparring.data.sources import InMemory, Pictures
from sparring.data.splitting import FEWEST_ITEMS, split
from sparring.data.table import Table
from sparring.data.texts import ANEW


@dataclass(frozen=True)
class Preparation:
    """How a data set is made ready.

    Attributes:
        fraction: of the items that is held out where there is no official part, above 0 and at
            most 0.5.
        seed: of the held-out part.
        encoding: of tables, a key of `encodings.ENCODINGS`.
        rules: of tables: whether they are looked for, or what is said of those that are found
            (see `rules.choose`).
        kinds: overrules what columns of tables and attributes of images are taken for, by name.
        text_encoder: of captions, by name.
        length: of sounds, in samples; None for the usual one.
        rate: of sounds, samples a second; None for that of most.
    """

    fraction: float = 0.1
    seed: int = 0
    encoding: str = "scores"
    rules: bool | tuple[str, ...] = False
    kinds: Mapping[str | int, str] = field(default_factory=dict)
    text_encoder: str = MINILM
    length: int | None = None
    rate: int | None = None

    def claim(
        self,
        said: Any,
        items: int,
        names: Sequence[str] | None = None,
        kind: str | None = None,
        like: Claim | None = None,
    ) -> Claim:
        """What is said of images.

        Args:
            said: see `conditions.reading.claim`.
            items: how many images there are.
            names: of classes.
            kind: "text" where that is known.
            like: what is said of the training part, where this is the official test part.
        """
        if like is None:
            kinds = self.kinds or ({Y: kind} if kind else {})
            return claim(said, items, names=names, kinds=kinds, encoder=self.text_encoder)
        return claim_like(like, said, items, names)

    def fit(self, frame: pd.DataFrame, seed: int, heldout: pd.DataFrame | None = None) -> Table:
        """The table of some rows.

        Args:
            frame: to learn from.
            seed: of whatever is drawn.
            heldout: rows that contradict rules; None where they are to stay unseen.
        """
        rules = None
        if self.rules is not False:
            found = discover(frame, seed=seed, heldout=heldout)
            # What is to be made anew can't follow from other columns.
            found = found.without([n for n, kind in self.kinds.items() if kind in ANEW])
            rules = found if self.rules is True else choose(found, self.rules, frame)
        return Table.fit(frame, seed, encoding=self.encoding, rules=rules, kinds=self.kinds)


def image_dataset(name: str, arrays: Arrays, how: Preparation, size: int | None = None) -> Dataset:
    """Images from arrays (see `arrays.to_levels`), with what is said of them if anything is."""
    if arrays.x.ndim < 3:
        to_levels(arrays.x)  # refuses it by its shape
    items = len(arrays.x)
    if items < FEWEST_ITEMS:
        raise WrongUse(f"There must be at least {FEWEST_ITEMS} images, got {items}: add more.")
    levels = to_levels(arrays.x, size)
    image = Image(levels.shape[1], 1 if levels.ndim == 3 else 3)
    said = None if arrays.y is None else how.claim(arrays.y, items, arrays.names, arrays.kind)
    if arrays.x_test is None:
        kept, out = _cut(items, how, None if said is None else said.groups)
        sources = (Pictures(levels, rows=kept), Pictures(levels, rows=out))
        dataset = Dataset(name, image, *sources)
        return dataset if said is None else told(dataset, said, kept, said, out)
    test = to_levels(arrays.x_test, size)
    if test.shape[1:] != levels.shape[1:]:
        raise WrongUse(
            f"Images to train on are {levels.shape[1:]}, held-out ones {test.shape[1:]}: resize "
            f"them to one shape, for example with `--set size=64`."
        )
    dataset = Dataset(name, image, Pictures(levels), Pictures(test))
    if said is None:
        return dataset
    if arrays.y_test is None:
        raise WrongUse("There are labels to train on but none for the held-out part: add y_test.")
    of_test = how.claim(arrays.y_test, len(test), arrays.names, arrays.kind, like=said)
    return told(dataset, said, np.arange(items), of_test, np.arange(len(test)))


def _cut(items: int, how: Preparation, groups: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on and rows to hold out; what has no label can't judge, and is learnt from."""
    kept, out = split(items, how.fraction, how.seed, groups)
    if groups is None or (groups >= 0).all():
        return kept, out
    known = groups[out] >= 0
    return np.sort(np.concatenate([kept, out[~known]])), out[known]


def told(
    dataset: Dataset, said: Claim, rows: np.ndarray, of_test: Claim, test_rows: np.ndarray
) -> Dataset:
    """A data set of images and what is said of them.

    Args:
        dataset: without conditions.
        said: of which these rows belong to the training part.
        rows: in its order.
        of_test: of which these rows belong to the held-out part.
        test_rows: in its order.
    """
    condition, codes = said.learnt(rows)
    return replace(
        dataset,
        train=with_codes(dataset.train, codes),
        heldout=with_codes(dataset.heldout, of_test.of(condition, test_rows)),
        classes=condition.names if isinstance(condition, ClassNames) else None,
        condition=condition,
    )


def table_dataset(
    name: str,
    frame: pd.DataFrame,
    how: Preparation,
    target: str | int | None = None,
    test: pd.DataFrame | None = None,
) -> Dataset:
    """A table; its encoding is fitted to the training part alone."""
    frame = frame.reset_index(drop=True)
    check_frame(frame, how.kinds)
    check_target(frame, target)
    if test is None:
        kept, out = split(len(frame), how.fraction, how.seed)
        train, test = frame.iloc[kept], frame.iloc[out]
        witnesses: pd.DataFrame | None = test.reset_index(drop=True)
    else:
        # An official test part is looked at by nothing but the report.
        train, witnesses = frame, None
    train, test = train.reset_index(drop=True), test.reset_index(drop=True)
    table = how.fit(train, how.seed, witnesses)
    sources = (InMemory(table.encode(train)), InMemory(table.encode(test)))
    return Dataset(name, table, *sources, target=target, train_items=train, heldout_items=test)


def check_target(frame: pd.DataFrame, target: str | int | None) -> None:
    """Refuse a target that is no column."""
    if target is not None and target not in frame.columns:
        raise WrongUse(
            f"target must be a column of the table, got {target!r}: there are "
            f"{', '.join(map(str, frame.columns))}."
        )


def matrix_dataset(name: str, array: np.ndarray, how: Preparation, target: Any = None) -> Dataset:
    """An array (n, d) as a table whose items are arrays."""
    frame = pd.DataFrame(array)
    check_frame(frame)
    check_target(frame, target)
    kept, out = split(len(array), how.fraction, how.seed)
    train, test = array[kept], array[out]
    matrix = Matrix.of(how.fit(pd.DataFrame(train), how.seed), train.dtype)
    sources = (InMemory(matrix.encode(train)), InMemory(matrix.encode(test)))
    return Dataset(name, matrix, *sources, target=target, train_items=train, heldout_items=test)


def points_dataset(
    name: str,
    items: Any,
    how: Preparation,
    test: np.ndarray | None = None,
    modes: Modes | None = None,
) -> Dataset:
    """Points (n, d); centre and scale are those of the training part."""
    train = check_points(items)
    if test is None:
        kept, out = split(len(train), how.fraction, how.seed)
        train, test = train[kept], train[out]
    points = Points.fit(train)
    sources = (InMemory(points.encode(train)), InMemory(points.encode(test)))
    return Dataset(name, points, *sources, modes=modes, train_items=train, heldout_items=test)
