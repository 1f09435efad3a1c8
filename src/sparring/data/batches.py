"""An endless stream of shuffled batches whose position can be kept and restored."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.core.shares import share
from sparring.data.sources import Places, Prefetches, Source, TakesTurns


class Batches:
    """Batches of a source without end, each item once an epoch.

    The stream is one shuffled epoch after another, cut into pieces of `batch_size`: a batch may
    begin in one epoch and end in the next, so no item is ever dropped, and 50 images fill batches
    of 64. The order of an epoch depends on `seed` and the epoch's number alone; hence the position
    is two numbers, and every process finds the same order without a word and reads only its own
    share of each batch.

    Args:
        source: at least one item.
        batch_size: items of all processes together, at least 1.
        seed: of the order.

    Raises:
        WrongUse: an empty source or a batch size below 1.

    Example:
        >>> from sparring.data.sources import InMemory
        >>> batches = Batches(InMemory(torch.arange(5.0)), batch_size=2)
        >>> sorted(torch.cat([next(batches)["x"] for _ in range(5)]).tolist())
        [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]
        >>> batches.state_dict()
        {'epoch': 2, 'position': 0, 'items': 5, 'seed': 0}
    """

    def __init__(self, source: Source, batch_size: int, seed: int = 0) -> None:
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise WrongUse(f"batch_size must be a whole number of at least 1, got {batch_size!r}.")
        if len(source) == 0:
            raise WrongUse("The data of Batches must hold at least one item, got none.")
        self.source, self.batch_size, self.seed = source, batch_size, seed
        self.epoch = self.position = 0
        self._orders: dict[int, Tensor] = {}
        self._prefetches = isinstance(source, Prefetches)
        self._takes_turns = isinstance(source, TakesTurns)

    def __iter__(self) -> "Batches":
        return self

    def __next__(self) -> dict[str, Tensor]:
        epoch, position = self.epoch, self.position
        indices, self.epoch, self.position = self._take(epoch, position)
        if self._takes_turns:
            places = position + torch.arange(len(indices))
            epochs = epoch + places // len(self.source)
            batch = self.source.at(share(indices), share(epochs))  # type: ignore[attr-defined]
        else:
            batch = self.source[share(indices)]
        if self._prefetches:
            following, _, _ = self._take(self.epoch, self.position)
            self.source.prefetch(share(following))  # type: ignore[attr-defined]
        return batch

    def _order(self, epoch: int) -> Tensor:
        """The permutation of one epoch; those of older epochs are forgotten."""
        if epoch not in self._orders:
            self._orders = {known: o for known, o in self._orders.items() if known == epoch - 1}
            # Two numbers are hashed into one: seed 0's epoch 1 is not seed 1's epoch 0.
            mixed = np.random.SeedSequence([self.seed, epoch]).generate_state(1, np.uint64)[0]
            generator = torch.Generator().manual_seed(int(mixed >> 1))
            self._orders[epoch] = torch.randperm(len(self.source), generator=generator)
        return self._orders[epoch]

    def _take(self, epoch: int, position: int) -> tuple[Tensor, int, int]:
        """The indices of the batch at this place of the stream, and the place after it."""
        items = len(self.source)
        pieces, missing = [], self.batch_size
        while missing:
            piece = self._order(epoch)[position : position + missing]
            pieces.append(piece)
            missing -= len(piece)
            position += len(piece)
            if position == items:
                epoch, position = epoch + 1, 0
        return (pieces[0] if len(pieces) == 1 else torch.cat(pieces)), epoch, position

    def move(self, device: torch.device, room: int) -> None:
        """Take items from a copy on a device from now on, if all of them fit in `room` bytes.

        The order stays what it is, and the source is left as it was for others who look at it.
        """
        if isinstance(self.source, Places):
            self.source = self.source.on(device, room)

    def state_dict(self) -> dict[str, Any]:
        """The position in the stream, and what it belongs to."""
        return {
            "epoch": self.epoch,
            "position": self.position,
            "items": len(self.source),
            "seed": self.seed,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a kept position.

        Raises:
            WrongUse: the position was kept with other data or another seed.
        """
        if state["items"] != len(self.source):
            raise WrongUse(
                f"The data has changed: {len(self.source)} items are to be trained on, and it was "
                f"{state['items']} before; give the same data, or begin another run."
            )
        if state["seed"] != self.seed:
            raise WrongUse(
                f"A position in the data belongs to its seed: it was kept with {state['seed']}, "
                f"here it is {self.seed}; give the same seed."
            )
        self.epoch, self.position = int(state["epoch"]), int(state["position"])
