"""Distributions of pixels whose levels are a logistic's mass around them, or a mixture's."""

import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.core import WrongUse
from sparring.losses.pixels import Pixels, choose, to_levels

_LEAST = -7.0
"""Of the logarithm of a scale: much narrower than one of 256 levels."""


class DiscretisedLogistic(Pixels):
    """Each pixel is a level whose chance is a logistic's mass around it, the rest at both ends.

    Kingma et al. 2016 (arXiv 1606.04934), appendix C.5: sigmoid((x + 1/2 - mean) / scale) -
    sigmoid((x - 1/2 - mean) / scale) in units of levels, where the paper goes from x to x + 1.
    Outputs are the means, then the logarithms of the scales, of all channels.

    Args:
        channels: of the pictures.
        levels: at least 2; pictures of others are taken for the nearest.

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
        x, (mean, log_scale) = to_levels(x, self.levels), outputs.chunk(2, 1)
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
        levels: at least 2; pictures of others are taken for the nearest.

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
        x, (logits, mean, log_scale, shift) = to_levels(x, self.levels), self._parts(outputs)
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
