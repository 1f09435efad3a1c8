"""Data of which some items alone have a label; the others' class number is -1."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.core.shares import processes
from sparring.data.batches import Batches
from sparring.data.dataset import Dataset
from sparring.data.sources import Prefetches, Source, Subset


class Relabelled:
    """Items of another source with other labels.

    Args:
        source: where they are.
        y: (n,) int64, their classes here, -1 where unknown.

    Raises:
        WrongUse: unless there is one label an item.

    Example:
        >>> from sparring.data.sources import InMemory
        >>> source = Relabelled(InMemory(torch.zeros(2, 1)), torch.tensor([1, -1]))
        >>> source[torch.tensor([1])]["y"]
        tensor([-1])
    """

    def __init__(self, source: Source, y: Tensor) -> None:
        if len(y) != len(source):
            raise WrongUse(f"y must have {len(source)} labels, one an item, got {len(y)}.")
        self.source, self.y = source, y

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        return {**self.source[indices], "y": self.y.index_select(0, indices)}

    def prefetch(self, indices: Tensor) -> None:
        """Begin with a batch before it is asked for, where the source can."""
        if isinstance(self.source, Prefetches):
            self.source.prefetch(indices)


def hide(y: Tensor, share: float, seed: int = 0) -> Tensor:
    """Labels of which so large a share is kept in each class, at least one; the others are -1.

    Args:
        y: (n,) int64 classes.
        share: to be kept, above 0 and at most 1.
        seed: of the draw.

    Raises:
        WrongUse: for another share.

    Example:
        >>> y = torch.arange(2).repeat(50)
        >>> (hide(y, 0.1) >= 0).sum(), hide(y, 0.1).unique().tolist()
        (tensor(10), [-1, 0, 1])
    """
    if not 0 < share <= 1:
        raise WrongUse(f"the share of labels must be above 0 and at most 1, got {share!r}.")
    generator = torch.Generator().manual_seed(seed)
    kept = torch.full_like(y, -1)
    for label in y.unique().tolist():
        rows = (y == label).nonzero().flatten()
        count = max(1, round(share * len(rows)))
        chosen = rows[torch.randperm(len(rows), generator=generator)[:count]]
        kept[chosen] = label
    return kept


class FewLabels(Batches):
    """Batches of all items, and beside each some labelled ones.

    A batch is {"x", "y"}, with y -1 where unknown, and {"x_labelled", "y_labelled"}, drawn epoch by
    epoch from the items with a label alone.

    Args:
        source: of items with classes, some of them -1; it must show them as `y`.
        batch_size: items of all processes together, at least 1.
        seed: of the order.
        labelled: how many labelled ones there are in addition; a quarter of the batch by default.

    Raises:
        WrongUse: for a source without any label.

    Example:
        >>> from sparring.data.sources import InMemory
        >>> y = torch.tensor([0, -1, -1, 1])
        >>> batch = next(FewLabels(InMemory(torch.zeros(4, 2), y), batch_size=4, labelled=3))
        >>> batch["x"].shape, len(batch["x_labelled"]), bool((batch["y_labelled"] >= 0).all())
        (torch.Size([4, 2]), 3, True)
    """

    def __init__(
        self, source: Source, batch_size: int, seed: int = 0, labelled: int | None = None
    ) -> None:
        super().__init__(source, batch_size, seed)
        y = getattr(source, "y", None)
        if y is None or not bool((y >= 0).any()):
            raise WrongUse("at least one item must have a label, got none; give y, or labelled=1.")
        rows = (y >= 0).nonzero().flatten()
        # Every process takes an equal part of them.
        parts = max(1, batch_size // (4 * processes())) * processes()
        self.labelled = Batches(Subset(source, rows), labelled or parts, seed)

    def __next__(self) -> dict[str, Tensor]:
        known = next(self.labelled)
        return {**super().__next__(), "x_labelled": known["x"], "y_labelled": known["y"]}

    def state_dict(self) -> dict[str, Any]:
        """The positions in both streams."""
        return {**super().state_dict(), "labelled": self.labelled.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from kept positions.

        Raises:
            WrongUse: as for `Batches`.
        """
        super().load_state_dict(state)
        self.labelled.load_state_dict(state["labelled"])


def has_unlabelled(dataset: Dataset) -> bool:
    """Whether the class of some training items isn't known.

    Example:
        >>> from sparring.data import open_dataset
        >>> digits = open_dataset("digits", labelled=0.5)
        >>> has_unlabelled(digits), has_unlabelled(open_dataset("digits"))
        (True, False)
    """
    y = getattr(dataset.train, "y", None)
    return bool(dataset.classes) and isinstance(y, Tensor) and bool((y < 0).any())
