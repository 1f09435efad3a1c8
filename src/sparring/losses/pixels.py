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

_LEAST = -7.0
"""Of the logarithm of a scale: much narrower than one of 256 levels."""


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

    Van den Oord et al. 2016 (arXiv 1601.06759), section 3.2; channels are independent here.

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


class DiscretisedLogistic(Pixels):
    """Each pixel is a level whose chance is a logistic's mass around it, the rest at both ends.

    Kingma et al. 2016 (arXiv 1606.04934), appendix C: sigmoid((x + 1/2 - mean) / scale) -
    sigmoid((x - 1/2 - mean) / scale) in units of levels. Outputs are the means, then the logarithms
    of the scales, of all channels.

    Args:
        channels: of the pictures.
        levels: at least 2.

    Example:
        >>> pixels, outputs = DiscretisedLogistic(levels=3), torch.zeros(1, 2, 1, 1)
        >>> x = torch.tensor([-1.0, 0.0, 1.0])[:, None, None, None]
        >>> (-pixels.surprise(x, outputs.expand(3, -1, -1, -1))).exp().sum().round(decimals=5)
        tensor(1.)
    """

    def __init__(self, channels: int = 1, levels: int = 256) -> None:
        super().__init__()
        self.channels, self.levels = channels, levels
        self.outputs, self.noises = 2 * channels, channels

    def surprise(self, x: Tensor, outputs: Tensor) -> Tensor:
        mean, log_scale = outputs.chunk(2, 1)
        return -log_mass(x, mean, log_scale.clamp_min(_LEAST), self.levels).flatten(1).sum(1)

    def _drawn(self, outputs: Tensor, temperature: float, uniform: Tensor) -> Tensor:
        mean, log_scale = outputs.chunk(2, 1)
        scale = log_scale.clamp_min(_LEAST).exp() * temperature
        return to_levels(mean + scale * torch.logit(uniform), self.levels)

    def mean(self, outputs: Tensor) -> Tensor:
        return outputs.chunk(2, 1)[0].clamp(-1, 1)

    def nearest(self, x: Tensor) -> Tensor:
        return to_levels(x, self.levels)


class LogisticMixture(Pixels):
    """Each pixel's colour is drawn from a mixture of discretised logistics, channel after channel.

    Salimans et al. 2017 (arXiv 1701.05517), section 2.1 and 2.2: of the chosen component green is
    shifted by a times red, and blue by b times red and c times green, with a, b and c in (-1, 1).
    Outputs are of each component a logit, then channels' means, logarithms of scales, and (of three
    channels) a, b and c before their tanh.

    Args:
        channels: 1 or 3.
        components: at least 1; the paper has 10.
        levels: at least 2.

    Raises:
        WrongUse: for other numbers.

    Example:
        >>> LogisticMixture(3, components=5).outputs, LogisticMixture(1, components=5).outputs
        (50, 15)
    """

    def __init__(self, channels: int = 3, components: int = 10, levels: int = 256) -> None:
        super().__init__()
        if channels not in (1, 3) or components < 1:
            raise WrongUse(
                f"LogisticMixture is of 1 or 3 channels and at least 1 component, got {channels} "
                f"and {components}."
            )
        self.channels, self.components, self.levels = channels, components, levels
        self.shifts = channels * (channels - 1) // 2
        self.outputs = components * (1 + 2 * channels + self.shifts)
        self.noises = 1 + channels

    def _parts(self, outputs: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits (n, components, h, w); means, log scales and shifts (n, components, ., h, w)."""
        logits, rest = outputs.tensor_split([self.components], 1)
        rest = rest.unflatten(1, (self.components, -1))
        mean, log_scale, shift = rest.tensor_split([self.channels, 2 * self.channels], 2)
        return logits, mean, log_scale.clamp_min(_LEAST), torch.tanh(shift)

    def _shifted(self, mean: Tensor, shift: Tensor, x: Tensor) -> Tensor:
        """Means, given the channels before each: (n, components, channels, h, w)."""
        if self.channels == 1:
            return mean
        red, green = x[:, None, 0], x[:, None, 1]
        moved = torch.stack(
            [
                torch.zeros_like(mean[:, :, 0]),
                shift[:, :, 0] * red,
                shift[:, :, 1] * red + shift[:, :, 2] * green,
            ],
            2,
        )
        return mean + moved

    def surprise(self, x: Tensor, outputs: Tensor) -> Tensor:
        logits, mean, log_scale, shift = self._parts(outputs)
        each = log_mass(x[:, None], self._shifted(mean, shift, x), log_scale, self.levels).sum(2)
        return -torch.logsumexp(each + torch.log_softmax(logits, 1), 1).flatten(1).sum(1)

    def _drawn(self, outputs: Tensor, temperature: float, uniform: Tensor) -> Tensor:
        logits, mean, log_scale, shift = self._parts(outputs)
        chosen = choose(logits / temperature, uniform[:, 0], 1)[:, None, None]  # (n, 1, 1, h, w)
        mean, log_scale, shift = (
            part.take_along_dim(chosen, 1)[:, 0] for part in (mean, log_scale, shift)
        )
        noise = temperature * log_scale.exp() * torch.logit(uniform[:, 1:])
        x = to_levels(mean[:, :1] + noise[:, :1], self.levels)
        if self.channels == 1:
            return x
        green = to_levels(mean[:, 1:2] + shift[:, :1] * x + noise[:, 1:2], self.levels)
        moved = shift[:, 1:2] * x + shift[:, 2:] * green
        blue = to_levels(mean[:, 2:] + moved + noise[:, 2:], self.levels)
        return torch.cat([x, green, blue], 1)

    def mean(self, outputs: Tensor) -> Tensor:
        logits, mean, _, shift = self._parts(outputs)
        if self.channels == 3:  # of each component by itself, whose channels go together
            red, green, blue = mean.unbind(2)
            green = green + shift[:, :, 0] * red
            mean = torch.stack(
                [red, green, blue + shift[:, :, 1] * red + shift[:, :, 2] * green], 2
            )
        return (logits.softmax(1)[:, :, None] * mean).sum(1).clamp(-1, 1)

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


def log_mass(x: Tensor, mean: Tensor, log_scale: Tensor, levels: int) -> Tensor:
    """Log of a logistic's mass around levels that lie evenly in [-1, 1], element by element.

    The outermost levels have all that lies beyond them as well.

    Example:
        >>> zero = torch.zeros(())
        >>> float(log_mass(zero, zero, zero, levels=2).exp())  # sigmoid(1) - sigmoid(-1)
        0.4621...
    """
    half, narrow = 1 / (levels - 1), (-log_scale).exp()
    above, below = (x - mean + half) * narrow, (x - mean - half) * narrow
    # log(sigmoid(a) - sigmoid(b)) = log(1 - exp(b - a)) + log sigmoid(a) + log sigmoid(-b)
    inside = (
        torch.log(-torch.expm1((below - above).clamp_max(-1e-7)))
        + F.logsigmoid(above)
        + F.logsigmoid(-below)
    )
    at_bottom, at_top = x < half - 1, x > 1 - half
    return torch.where(
        at_bottom, F.logsigmoid(above), torch.where(at_top, F.logsigmoid(-below), inside)
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
