"""What a network's outputs say of pictures: distributions of their pixels, given the outputs.

Outputs are (n, k, h, w), k numbers a pixel, for pictures (n, channels, h, w) in [-1, 1]. Given the
outputs, pixels are independent of each other; so are their channels, but for `LogisticMixture`.
"""

import math
from abc import ABC, abstractmethod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse


class Pixels(nn.Module, ABC):
    """A distribution of pictures, given what a network says of each pixel.

    Attributes:
        outputs: k, how many numbers it takes for a pixel.
        noises: how many uniform numbers draw a pixel.
        discrete: whether `surprise` is of probabilities; else it is of densities in [-1, 1] space.
    """

    outputs: int
    noises: int
    discrete = True

    @abstractmethod
    def surprise(self, x: Tensor, outputs: Tensor) -> Tensor:
        """-log p of pictures (n, channels, h, w), in nats, summed over pixels: (n,)."""

    def surprises(self, x: Tensor, outputs: Tensor) -> Tensor:
        """-log p of pictures under m outputs each, which follow each other: (n m, ...) to (n, m).

        Example:
            >>> Bernoulli().surprises(torch.ones(2, 1, 1, 1), torch.zeros(6, 1, 1, 1)).shape
            torch.Size([2, 3])
        """
        several = len(outputs) // len(x)
        return self.surprise(x.repeat_interleave(several, 0), outputs).view(-1, several)

    def sample(
        self, outputs: Tensor, temperature: float = 1.0, uniform: Tensor | None = None
    ) -> Tensor:
        """Pictures (n, channels, h, w) from the outputs.

        Args:
            outputs: (n, k, h, w).
            temperature: above 0; below 1 the more probable is drawn more often.
            uniform: numbers in (0, 1), (n, noises, h, w), that say what is drawn; None draws them.

        Raises:
            WrongUse: for a temperature that isn't above 0.
        """
        if not 0 < temperature < math.inf:
            raise WrongUse(f"temperature must be a number above 0, got {temperature!r}.")
        if uniform is None:
            shape = len(outputs), self.noises, *outputs.shape[2:]
            uniform = torch.rand(shape, dtype=outputs.dtype, device=outputs.device)
        return self._drawn(outputs, temperature, uniform.clamp(1e-6, 1 - 1e-6))

    @abstractmethod
    def _drawn(self, outputs: Tensor, temperature: float, uniform: Tensor) -> Tensor:
        """As `sample`, all given."""

    @abstractmethod
    def mean(self, outputs: Tensor) -> Tensor:
        """The mean picture (n, channels, h, w)."""

    def nearest(self, x: Tensor) -> Tensor:
        """The nearest pictures that could be drawn."""
        return x

    def seen(self, x: Tensor) -> Tensor:
        """What a network is shown of pictures whose pixels it is to follow."""
        return x


class Bernoulli(Pixels):
    """Each pixel is on, 1, or off, -1; outputs are the logits of on.

    Args:
        channels: of the pictures.

    Raises:
        WrongUse: for pictures that aren't of two levels.

    Example:
        >>> pixels, x = Bernoulli(), torch.tensor([[[[1.0, -1.0]]]])
        >>> pixels.surprise(x, torch.zeros(1, 1, 1, 2))  # 2 log 2
        tensor([1.3863])
    """

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.outputs = self.noises = channels

    def surprise(self, x: Tensor, outputs: Tensor) -> Tensor:
        return self.surprises(x, outputs).flatten()

    def surprises(self, x: Tensor, outputs: Tensor) -> Tensor:
        check_binary(x)
        # log sigmoid of a logit with the pixel's sign.
        logits = outputs.reshape(len(x), -1, x[0].numel()) * x.reshape(len(x), 1, -1)
        return -F.logsigmoid(logits).sum(2)

    def _drawn(self, outputs: Tensor, temperature: float, uniform: Tensor) -> Tensor:
        return 2 * (uniform < torch.sigmoid(outputs / temperature)).to(outputs.dtype) - 1

    def mean(self, outputs: Tensor) -> Tensor:
        return torch.tanh(outputs / 2)  # 2 sigmoid - 1

    def nearest(self, x: Tensor) -> Tensor:
        return to_levels(x, 2)


class Levels(Pixels):
    """Each pixel is one of so many levels, by their softmax; levels lie evenly in [-1, 1].

    Van den Oord et al. 2016 (arXiv 1601.06759), section 2.2; channels are independent here.

    Args:
        channels: of the pictures.
        levels: at least 2.

    Raises:
        WrongUse: for fewer.

    Example:
        >>> Levels(levels=4).surprise(torch.ones(1, 1, 1, 1), torch.zeros(1, 4, 1, 1))  # log 4
        tensor([1.3863])
    """

    def __init__(self, channels: int = 1, levels: int = 256) -> None:
        super().__init__()
        if levels < 2:
            raise WrongUse(f"levels must be at least 2, got {levels}.")
        self.channels, self.levels = channels, levels
        self.outputs, self.noises = channels * levels, channels

    def _logits(self, outputs: Tensor) -> Tensor:
        logits: Tensor = outputs.unflatten(1, (self.channels, self.levels))
        return logits  # (n, channels, levels, h, w)

    def surprise(self, x: Tensor, outputs: Tensor) -> Tensor:
        chosen = ((x + 1) * ((self.levels - 1) / 2)).round().long().clamp(0, self.levels - 1)
        logs = torch.log_softmax(self._logits(outputs), 2)
        return -logs.gather(2, chosen[:, :, None]).flatten(1).sum(1)

    def _drawn(self, outputs: Tensor, temperature: float, uniform: Tensor) -> Tensor:
        chosen = choose(self._logits(outputs) / temperature, uniform, 2)
        return chosen.to(outputs.dtype) * (2 / (self.levels - 1)) - 1

    def mean(self, outputs: Tensor) -> Tensor:
        places = torch.linspace(-1, 1, self.levels, device=outputs.device, dtype=outputs.dtype)
        found: Tensor = (self._logits(outputs).softmax(2) * places[:, None, None]).sum(2)
        return found

    def nearest(self, x: Tensor) -> Tensor:
        return to_levels(x, self.levels)


class Gaussian(Pixels):
    """Each pixel is normal; outputs are the means, then the logarithms of the deviations.

    Kingma and Welling 2014 (arXiv 1312.6114), appendix C.2. `surprise` is of densities: it depends
    on the units, in which pictures span [-1, 1], and falls below 0 where deviations are small.

    Args:
        channels: of the pictures.
        least: of the deviations, above 0, lest one falls to nothing where a pixel never changes.

    Raises:
        WrongUse: for a least deviation that isn't above 0.

    Example:
        >>> Gaussian().surprise(torch.zeros(1, 1, 1, 1), torch.zeros(1, 2, 1, 1))  # log(2 pi) / 2
        tensor([0.9189])
    """

    discrete = False

    def __init__(self, channels: int = 1, least: float = 0.01) -> None:
        super().__init__()
        if least <= 0:
            raise WrongUse(f"least of Gaussian must be above 0, got {least}.")
        self.outputs, self.noises = 2 * channels, channels
        self.least = math.log(least)

    def _parts(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_deviation = outputs.chunk(2, 1)
        return mean, log_deviation.clamp_min(self.least)

    def surprise(self, x: Tensor, outputs: Tensor) -> Tensor:
        mean, log_deviation = self._parts(outputs)
        z = (x - mean) * (-log_deviation).exp()
        return (z.square() / 2 + log_deviation + math.log(2 * math.pi) / 2).flatten(1).sum(1)

    def _drawn(self, outputs: Tensor, temperature: float, uniform: Tensor) -> Tensor:
        mean, log_deviation = self._parts(outputs)
        x: Tensor = mean + temperature * log_deviation.exp() * torch.special.ndtri(uniform)
        return x

    def mean(self, outputs: Tensor) -> Tensor:
        return self._parts(outputs)[0].clamp(-1, 1)


def check_binary(x: Tensor) -> None:
    """Refuse pictures that aren't of two levels, -1 and 1.

    Raises:
        WrongUse: for others.
    """
    least, most = torch.aminmax(x.abs())  # the cheapest way to look at all: it is done each step
    if not bool((least == 1) & (most == 1)):
        raise WrongUse(
            "pixels here are on or off, and these pictures have levels between; open them with "
            "binarise='dynamic', 'static' or 'half', or take pixels that have levels."
        )


def to_levels(x: Tensor, levels: int) -> Tensor:
    """The nearest of so many levels that lie evenly in [-1, 1].

    Example:
        >>> to_levels(torch.tensor([-1.3, 0.2, 0.6]), 3)
        tensor([-1.,  0.,  1.])
    """
    steps = (levels - 1) / 2
    return ((x.clamp(-1, 1) + 1) * steps).round() / steps - 1


def choose(logits: Tensor, uniform: Tensor, dim: int) -> Tensor:
    """Which of several is drawn by their softmax, as uniform numbers say.

    Args:
        logits: with the choices along `dim`.
        uniform: in (0, 1), of that shape without `dim`.

    Returns:
        int64 of uniform's shape.

    Example:
        >>> choose(torch.zeros(1, 4), torch.tensor([0.6]), 1)
        tensor([2])
    """
    below = logits.softmax(dim).cumsum(dim) < uniform.unsqueeze(dim)
    chosen: Tensor = below.sum(dim).clamp_max(logits.shape[dim] - 1)
    return chosen
