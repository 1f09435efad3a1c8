"""Autoregressive models: a picture's pixels one after the other, each given those before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import torch
from torch import Tensor, nn

from sparring.core import (
    Adam,
    Batch,
    Evaluates,
    OptimizerSpec,
    Player,
    Samples,
    Scores,
    Terms,
    Truncates,
    WrongUse,
    evaluating,
)
from sparring.games.conditional import Conditional
from sparring.games.drawing import PixelByPixel, draw_pixels
from sparring.losses.pixels import Pixels
from sparring.priors import Prior


class Autoregressive(Conditional, Samples, Scores, Evaluates, Truncates):
    """A game of one: log p(x) = sum over pixels i of log p(x_i | x_<i), raised on the data.

    Van den Oord et al. 2016 (arXiv 1601.06759), eq. 1, and 2 for colours. What is asked of pictures
    goes into every factor (van den Oord et al. 2016, arXiv 1606.05328, eq. 3).

    Args:
        network: from pictures to what is said of every pixel, of which it sees none that follow.
        pixels: the distribution that it says.
        side: length of the pictures.
        channels: of the pictures.
        labels: distribution of the conditions; None where there are none.
        optimizer: Adam(1e-3, (.9, .99)) by default.

    Attributes:
        temperature: with which pixels are drawn; see `truncated`.

    Raises:
        WrongUse: if the network can't draw pixel by pixel.

    Example:
        >>> from sparring.losses.pixels import Bernoulli
        >>> from sparring.networks.pixelcnn import PixelCNN
        >>> game = Autoregressive(PixelCNN(1, 1, width=4, blocks=1), Bernoulli(), 8)
        >>> x = game.sample(2)
        >>> x.shape, game.log_prob(x).shape
        (torch.Size([2, 1, 8, 8]), torch.Size([2]))
    """

    averaged = ("network",)
    truncations = (1.0, 0.9, 0.8, 0.6)

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
        super().__init__()
        if not isinstance(network, PixelByPixel):
            raise WrongUse(
                f"{type(network).__name__} can't draw pixel by pixel; Autoregressive needs a "
                f"network such as PixelCNN."
            )
        self.network, self.pixels, self.labels = network, pixels, labels
        self.shape = (channels, side, side)
        self.temperature = 1.0
        optimizer = optimizer or Adam(1e-3, (0.9, 0.99))
        self.players = {"model": Player([network], self.loss, optimizer)}
        self.turns = ["model"]

    def loss(self, batch: Batch) -> Terms:
        """The surprise of a picture, in nats."""
        x, y = self.need("x", batch), self.condition_of(batch)
        return {"loss": self.pixels.surprise(x, self.network(x, y)).mean()}

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """Log-probability of pictures (n, channels, s, s), in nats, of shape (n,)."""
        y = self.condition_of(condition or {})
        return -self.pixels.surprise(x, self.network(x, y))

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The log-probability of each picture."""
        return self.log_prob(x, condition)

    def latent(self, n: int) -> Tensor:
        """Uniform numbers that draw each pixel, (n, noises, s, s)."""
        weight = next(self.network.parameters())
        return torch.rand(n, self.pixels.noises, *self.shape[1:], device=weight.device)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n pictures (n, channels, s, s).

        `condition` may hold "y", what they are asked to be, and "x" (n, channels, s, s) with
        "known" (n, 1, s, s): pixels that are given. A drawn pixel looks at those before it alone,
        given or drawn.
        """
        condition = condition or {}
        y = self.wanted(n, condition if "y" in condition else None)
        uniform = self.latent(n) if latent is None else latent
        with torch.no_grad(), evaluating(self):
            return self._draw(uniform, y, condition)

    def _draw(self, uniform: Tensor, y: Tensor | None, given: Batch) -> Tensor:
        steps = cast(PixelByPixel, self.network)
        return draw_pixels(steps, self.pixels, uniform, self.shape, y, given, self.temperature)

    @contextmanager
    def truncated(self, truncation: float) -> Iterator[None]:
        """Inside, pixels are drawn with this temperature: below 1 the more probable more often.

        Raises:
            WrongUse: for a temperature that isn't above 0.
        """
        if not truncation > 0:
            raise WrongUse(f"temperature must be a number above 0, got {truncation!r}.")
        kept, self.temperature = self.temperature, truncation
        try:
            yield
        finally:
            self.temperature = kept
