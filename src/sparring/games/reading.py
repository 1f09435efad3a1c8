"""Reading codes off a discriminator's features."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.losses import normal_surprise
from sparring.priors import Codes

_HIDDEN = 128


class Reader(nn.Module):
    """Q(c | x): a softmax for each choice and a normal for each number.

    Chen et al. 2016 (arXiv 1606.03657), section 6 and appendix C. One hidden layer of 128 units,
    as there. Differs from the paper: features are normalised item by item, where there it is over
    the batch, so that reading starts at once whatever their size; deviations stay between e^-3 and
    e^3, since the information in an exact number has no bound.

    Args:
        features_width: of the features (n, features_width) that are read.
        codes: what is to be read off them.

    Example:
        >>> reader = Reader(4, Codes(2, categories=(3,), continuous=1))
        >>> reader(torch.zeros(5, 4)).shape
        torch.Size([5, 4])
    """

    def __init__(self, features_width: int, codes: Codes) -> None:
        super().__init__()
        self.categories, self.numbers = codes.categories, codes.continuous
        self.layers = nn.Sequential(
            nn.LayerNorm(features_width),
            nn.Linear(features_width, _HIDDEN),
            nn.LeakyReLU(0.2),
            nn.Linear(_HIDDEN, sum(self.categories) + 2 * self.numbers),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Each choice's probabilities, then each number's mean: (n, codes)."""
        choices, means, _ = self._read(features)
        return torch.cat([*(logits.softmax(1) for logits in choices), means], 1)

    def surprise(self, features: Tensor, codes: Tensor) -> dict[str, Tensor]:
        """-(E log Q + H) in nats, of all choices and of all numbers, where there are such.

        Args:
            features: (n, features_width), of generated items.
            codes: (n, codes), that they were made from.
        """
        choices, means, deviations = self._read(features)
        picked, numbers = codes.split([sum(self.categories), self.numbers], 1)
        found: dict[str, Tensor] = {}
        if self.categories:
            blocks = zip(choices, picked.split(self.categories, 1), strict=True)
            losses = torch.stack([F.cross_entropy(logits, chosen) for logits, chosen in blocks])
            found["categories"] = losses.sum() - sum(map(math.log, self.categories))
        if self.numbers:
            losses = normal_surprise(numbers, means, deviations).sum(1)
            found["numbers"] = losses.mean() - self.numbers * math.log(2)
        return found

    def _read(self, features: Tensor) -> tuple[Sequence[Tensor], Tensor, Tensor]:
        """Logits of each choice (n, values), and means and deviations of the numbers."""
        sizes = [sum(self.categories), self.numbers, self.numbers]
        logits, means, logs = self.layers(features).split(sizes, 1)
        choices = logits.split(self.categories, 1) if self.categories else ()
        return choices, means, logs.clamp(-3, 3).exp()
