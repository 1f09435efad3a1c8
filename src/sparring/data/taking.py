"""A part of a data set's training items, or of their labels."""

from dataclasses import replace
from typing import Any

import numpy as np

from sparring.core.errors import WrongUse
from sparring.data.conditions.captions import Captions
from sparring.data.conditions.sources import some_of, with_codes
from sparring.data.dataset import Dataset
from sparring.data.few_labels import Relabelled, hide
from sparring.data.splitting import FEWEST_ITEMS


def take(dataset: Dataset, items: int, seed: int = 0) -> Dataset:
    """The same data set with so many training items, drawn; each class keeps its share.

    Args:
        dataset: of images, points or sounds.
        items: how many, at least 10, and at least one a class; the held-out part stays as it is.
        seed: of the draw.

    Raises:
        WrongUse: for a table, or for more items than there are.

    Example:
        >>> from sparring.data import open_dataset
        >>> few = take(open_dataset("digits"), items=100)
        >>> len(few.train), few.train.y.bincount().min().item()
        (100, 10)
    """
    if dataset.modality.name not in ("image", "points", "audio"):
        raise WrongUse(
            f"items is for images, points and sounds, {dataset.name} is {dataset.modality.name} "
            f"data: give fewer rows."
        )
    classes = len(dataset.classes or ())
    least, most = max(FEWEST_ITEMS, classes), len(dataset.train)
    if isinstance(items, bool) or not isinstance(items, int) or not least <= items <= most:
        raise WrongUse(
            f"items must be a whole number from {least} to {most}, the training items of "
            f"{dataset.name}, got {items!r}."
        )
    y = getattr(dataset.train, "y", None)
    labels = y.numpy() if classes and y is not None else np.zeros(most, dtype=np.int64)
    rows = _evenly(labels, items, np.random.default_rng(seed))
    kept = None if dataset.train_items is None else dataset.train_items[rows]
    return _retold(replace(dataset, train=some_of(dataset.train, rows), train_items=kept))


def label(dataset: Dataset, labelled: float, seed: int = 0) -> Dataset:
    """The same data set with some training labels alone; the others are -1 in "y".

    Args:
        dataset: of items with classes.
        labelled: the share of the labels to keep, above 0 and at most 1, or how many, which is a
            whole number of at least one a class; the same share of each class, at least one.
        seed: of the draw.

    Raises:
        WrongUse: for data without classes, or another number.

    Example:
        >>> from sparring.data import open_dataset
        >>> few = label(open_dataset("digits"), labelled=0.1)
        >>> int((few.train.y >= 0).sum()), len(few.train)
        (160, 1616)
    """
    if not dataset.classes:
        raise WrongUse(f"labelled needs classes, and {dataset.name} has none: leave it out.")
    items, classes = len(dataset.train), len(dataset.classes)
    share = isinstance(labelled, int | float) and 0 < labelled <= 1
    count = isinstance(labelled, int) and classes <= labelled <= items
    if isinstance(labelled, bool) or not (share or count):
        raise WrongUse(
            f"labelled must be a share above 0 and at most 1, or a whole number from {classes} "
            f"(one a class) to {items}, got {labelled!r}."
        )
    y = hide(dataset.train.y, labelled if share else labelled / items, seed)  # type: ignore[attr-defined]
    return _retold(replace(dataset, train=Relabelled(dataset.train, y)))


def _evenly(labels: np.ndarray, items: int, generator: np.random.Generator) -> np.ndarray:
    """So many places, ascending, of each label its share, at least one; rounded by chance."""
    found, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    exact = counts * (items / len(labels))
    wanted = np.maximum(1, np.floor(exact)).astype(np.int64)
    # The largest remainders are served first; equal ones by chance.
    order = np.lexsort((generator.random(len(found)), wanted - exact))
    missing = items - int(wanted.sum())
    wanted[order[: max(0, missing)]] += 1
    while wanted.sum() > items:  # labels of less than one item took one
        wanted[wanted.argmax()] -= 1
    kept = [
        generator.choice(np.flatnonzero(places == number), wanted[number], replace=False)
        for number in range(len(found))
    ]
    return np.sort(np.concatenate(kept))


def _retold(dataset: Dataset) -> Dataset:
    """The condition has seen what is left, and nothing else."""
    condition = dataset.condition
    y: Any = getattr(dataset.train, "y", None)
    if condition is None or y is None:
        return dataset
    if not isinstance(y, Captions):
        told = [value for value in condition.tell(y) if value is not None]
        return replace(dataset, condition=condition.seen(told))
    # The scale of texts is that of the training texts.
    condition = condition.seen(y.groups)
    parts: Any = (dataset.train, dataset.heldout)
    train, heldout = (with_codes(p.source, condition.encode(p.y.groups)) for p in parts)
    return replace(dataset, train=train, heldout=heldout, condition=condition)
