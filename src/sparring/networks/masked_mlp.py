"""Masked linear layers: each number's outputs from the numbers before it, in any order."""

import itertools
from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse


class MaskedMLP(nn.Module):
    """Linear layers with rectifiers between, masked so that no number sees itself or a later one.

    Germain et al. 2015, MADE (arXiv 1502.03509), section 4. A hidden unit has a number m, and sees
    what has its turn up to m; what has its turn after m sees the unit. Differs from the paper:
    units' numbers are spread evenly and not drawn, and are the same in all orders; with a context
    some units see that alone, so that the very first turn knows of it.

    Args:
        size: d, how many places there are.
        outputs: k, numbers that are said of each place.
        hidden: widths of the hidden layers, at least one.
        context: length of a vector that all outputs may see; 0 for none.
        orders: (m, d) int64, each row a permutation: which turn every place has in each of m
            orders; the natural order alone by default.
        channels: numbers at each place.
        colours: turns that a place takes, one after the other; the first share of its channels, and
            of what is said of it, belongs to the first.
        direct: whether outputs see the numbers before them without hidden units too, from 0 on.

    Attributes:
        orders: as given.

    Raises:
        WrongUse: without hidden layers, for rows that are no permutations, or numbers that can't be
            shared out evenly among the colours.

    Shapes:
        x (n, channels, ...) whose numbers follow each other channel by channel, context
        (n, context); returns (n, outputs, size).

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network = MaskedMLP(3, 2, hidden=(16,), orders=torch.tensor([[0, 1, 2], [2, 1, 0]]))
        >>> slopes = torch.autograd.functional.jacobian(network, torch.zeros(1, 3))
        >>> slopes[0].abs().sum((0, 2)).ne(0).int()  # (place said of, place seen)
        tensor([[0, 0, 0],
                [1, 0, 0],
                [1, 1, 0]], dtype=torch.int32)
    """

    orders: Tensor

    def __init__(
        self,
        size: int,
        outputs: int,
        hidden: Sequence[int] = (128, 128),
        context: int = 0,
        orders: Tensor | None = None,
        channels: int = 1,
        colours: int = 1,
        direct: bool = False,
    ) -> None:
        super().__init__()
        if not hidden:
            raise WrongUse("MaskedMLP must have at least 1 hidden layer, got none.")
        if channels % colours or outputs % colours:
            raise WrongUse(
                f"channels and outputs of MaskedMLP must be multiples of the {colours} colours, "
                f"got {channels} and {outputs}."
            )
        orders = torch.arange(size)[None] if orders is None else orders
        if orders.dim() != 2 or not torch.equal(
            orders.sort(1).values, torch.arange(size).expand(len(orders), -1)
        ):
            raise WrongUse(
                f"each row of orders must be a permutation of 0 to {size - 1}, got shape "
                f"{tuple(orders.shape)}."
            )
        self.size, self.outputs, self.channels, self.colours = size, outputs, channels, colours
        widths = (channels * size, *hidden, outputs * size)
        self.layers = nn.ModuleList(
            nn.Linear(before, after) for before, after in itertools.pairwise(widths)
        )
        self.context = nn.Linear(context, hidden[0], bias=False) if context else None
        self.direct = nn.Linear(widths[0], widths[-1], bias=False) if direct else None
        if self.direct is not None:
            nn.init.zeros_(self.direct.weight)
        self.register_buffer("orders", orders)
        for number, width in enumerate(hidden):
            self.register_buffer(f"degrees{number}", self.spread(width), persistent=False)

    def spread(self, width: int) -> Tensor:
        """Hidden units' numbers, from the first that is of use to the last but one turn."""
        last = self.size * self.colours - 2
        first = min(-1 if self.context is not None else 0, last)
        return torch.linspace(first, last, width).round().long()

    def turns(self, order: int) -> tuple[Tensor, Tensor]:
        """When the numbers of x, and what is said of them, have their turn: (c d,) and (k d,)."""
        turns = self.orders[order] * self.colours
        colours = (
            torch.arange(count, device=turns.device)[:, None] * self.colours // count
            for count in (self.channels, self.outputs)
        )
        seen, said = ((turns + colour).flatten() for colour in colours)
        return seen, said

    def masks(self, order: int) -> list[Tensor]:
        """What each layer sees of that before, as its weight's shape."""
        degrees = [getattr(self, f"degrees{number}") for number in range(len(self.layers) - 1)]
        seen, said = self.turns(order)
        return list(itertools.starmap(self.reach, itertools.pairwise([seen, *degrees, said - 1])))

    def reach(self, before: Tensor, after: Tensor) -> Tensor:
        """Which numbers are up to which: (after, before) of 0 and 1."""
        # Of whole numbers a difference clamped is a comparison, and made several times faster.
        dtype = cast(nn.Linear, self.layers[0]).weight.dtype
        return (after.float()[:, None] - before.float()).add_(1).clamp_(0, 1).to(dtype)

    def forward(self, x: Tensor, context: Tensor | None = None, order: int = 0) -> Tensor:
        h = x = x.flatten(1)
        layers = cast(list[nn.Linear], self.layers)
        for number, (layer, mask) in enumerate(zip(layers, self.masks(order), strict=True)):
            if number:
                h = F.relu(h)
            h = F.linear(h, layer.weight * mask, layer.bias)
            if number == 0 and self.context is not None:
                h = h + self.context(self.told(context))
        if self.direct is not None:
            seen, said = self.turns(order)
            h = h + F.linear(x, self.direct.weight * self.reach(seen, said - 1))
        return h.unflatten(1, (self.outputs, self.size))

    def steps(self, n: int, order: int = 0) -> "Steps":
        """What n items of which nothing is known are asked for one place after the other."""
        return Steps(self, n, order)

    def told(self, context: Tensor | None) -> Tensor:
        """The context.

        Raises:
            WrongUse: if there is none.
        """
        if context is None:
            raise WrongUse("a MaskedMLP made with a context needs one, got none.")
        return context


class Steps:
    """Items through a `MaskedMLP` in one of its orders, one place after the other.

    Every unit is computed once, as soon as all that it sees is known: drawing an item costs what
    one look at a whole item does.

    Args:
        network: whose outputs are asked for.
        n: how many items.
        order: of the network's.
    """

    def __init__(self, network: MaskedMLP, n: int, order: int) -> None:
        self.network, self.turn = network, 0
        layers = cast(list[nn.Linear], network.layers)
        widths = [layer.in_features for layer in layers]
        self.units = [layers[0].weight.new_zeros(n, width) for width in widths]
        self.places = network.orders[order].argsort().tolist()
        # Units lie by their numbers: those of one number are one slice.
        numbers = torch.arange(-1, network.size * network.colours)
        self.ends = [torch.searchsorted(network.spread(w), numbers).tolist() for w in widths[1:]]

    def next(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """What is said of the place whose turn it is, given the ones before.

        Args:
            x: (n, channels, ...), of which no more is looked at than what comes before.
            context: as the network takes it.

        Returns:
            (n, outputs). Of several colours what is said of the one whose turn it is holds alone.
        """
        network, turn = self.network, self.turn
        if turn:
            place, colour = divmod(turn - 1, network.colours)
            count = network.channels // network.colours
            first = colour * count * network.size + self.places[place]
            new = slice(first, first + count * network.size, network.size)
            self.units[0][:, new] = x.flatten(1)[:, new]
        *layers, last = cast(list[nn.Linear], network.layers)
        for number, (layer, ends) in enumerate(zip(layers, self.ends, strict=True)):
            new = slice(ends[turn], ends[turn + 1])
            found = F.linear(self.units[number], layer.weight[new], layer.bias[new])
            if number == 0 and network.context is not None:
                found = found + F.linear(network.told(context), network.context.weight[new])
            self.units[number + 1][:, new] = F.relu(found)
        said = slice(self.places[turn // network.colours], None, network.size)
        self.turn += 1
        told = F.linear(self.units[-1], last.weight[said], last.bias[said])
        if network.direct is None:
            return told
        return told + F.linear(self.units[0], network.direct.weight[said])
