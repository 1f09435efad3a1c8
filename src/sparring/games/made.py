"""MADE: one network for several orders of the pixels, and the mean of what they say."""

import math
from contextlib import AbstractContextManager
from typing import Protocol, cast, runtime_checkable

import torch
from torch import Tensor, nn

from sparring.core import Batch, OptimizerSpec, Terms, WrongUse
from sparring.games.autoregressive import Autoregressive
from sparring.losses.pixels import Pixels
from sparring.priors import Prior


@runtime_checkable
class InOrders(Protocol):
    """A network whose pixels follow from one another in any of several orders.

    Attributes:
        orders: how many there are.
    """

    orders: int

    def along(self, order: int) -> AbstractContextManager[None]:
        """Inside, they do so in this order."""


class MADE(Autoregressive):
    """A masked autoencoder, trained in an order drawn for each batch.

    Germain et al. 2015 (arXiv 1502.03509), order-agnostic training: p(x) is the mean over the
    orders o of prod_i p(x_o(i) | x_o(<i)). A picture is drawn in an order that is drawn for it, so
    that it comes as often as p(x) says.

    Args:
        network: from pictures to what is said of every pixel, in any of its orders.
        pixels: the distribution that it says.
        side: length of the pictures.
        channels: of the pictures.
        labels: distribution of the conditions; None where there are none.
        optimizer: Adam(1e-3, (.9, .99)) by default.

    Raises:
        WrongUse: if the network has no orders.

    Example:
        >>> from sparring.losses.pixels import Bernoulli
        >>> from sparring.networks.made import MaskedAutoencoder
        >>> game = MADE(MaskedAutoencoder(1, 1, 8, width=16, orders=4), Bernoulli(), 8)
        >>> x = game.sample(2)
        >>> x.shape, game.log_prob(x).shape
        (torch.Size([2, 1, 8, 8]), torch.Size([2]))
    """

    def __init__(
        self,
        network: nn.Module,
        pixels: Pixels,
        side: int,
        channels: int = 1,
        labels: Prior | None = None,
        *,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__(network, pixels, side, channels, labels, optimizer=optimizer)
        if not isinstance(network, InOrders):
            raise WrongUse(
                f"{type(network).__name__} has no orders of its pixels; MADE needs a network such "
                f"as MaskedAutoencoder."
            )

    @property
    def orders(self) -> int:
        """How many orders there are."""
        return cast(InOrders, self.network).orders

    def _along(self, order: int) -> AbstractContextManager[None]:
        return cast(InOrders, self.network).along(order)

    def loss(self, batch: Batch) -> Terms:
        """The surprise of a picture in an order drawn for the whole batch, in nats."""
        # The same in all processes, whose random states are.
        with self._along(int(torch.randint(self.orders, ()))):
            return super().loss(batch)

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """Log of the mean probability over all orders, in nats, of shape (n,)."""
        found = []
        for order in range(self.orders):
            with self._along(order):
                found.append(super().log_prob(x, condition))
        return torch.stack(found).logsumexp(0) - math.log(self.orders)

    def latent(self, n: int) -> Tensor:
        """Uniform numbers that draw each pixel, and one more: its first says which order."""
        weight = next(self.network.parameters())
        return torch.rand(n, self.pixels.noises + 1, *self.shape[1:], device=weight.device)

    def drawn(self, uniform: Tensor, y: Tensor | None, given: Batch) -> Tensor:
        """Pictures, each in the order that is drawn for it."""
        asked = (uniform[:, -1, 0, 0] * self.orders).long().clamp_max(self.orders - 1)
        x = uniform.new_empty(len(uniform), *self.shape)
        for order in asked.unique().tolist():
            mine = asked == order
            some = {name: value[mine] for name, value in given.items()}
            with self._along(order):
                told = None if y is None else y[mine]
                x[mine] = super().drawn(uniform[mine, :-1], told, some)
        return x
