"""What generator and discriminator want, as functions of the discriminator's scores.

A score is a logit: any real number, higher for "real". `d` is the score of a real item, `f` that of
a generated one; softplus(t) = log(1 + exp(t)). Every loss is a mean over the batch.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch.nn.functional as F
from torch import Tensor


class AdversarialLoss(ABC):
    """The pair of losses of a game of two. A new one needs these two methods.

    Attributes:
        relative: whether the generator's loss needs the scores of real items.
    """

    relative: ClassVar[bool] = False

    @abstractmethod
    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The discriminator's loss, from scores of shape (n, ...); real i is paired with fake i."""

    @abstractmethod
    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        """The generator's loss; `real` is None unless the loss is relative."""


@dataclass(frozen=True)
class Minimax(AdversarialLoss):
    """The zero-sum game: D maximises E log s(d) + E log(1 - s(f)), G minimises it; s the sigmoid.

    Goodfellow et al. 2014 (arXiv 1406.2661), eq. 1. At the best discriminator its value is
    -log 4 + 2 JSD(data, generated).

    Example:
        >>> import torch
        >>> zero = torch.zeros(4)
        >>> float(Minimax().discriminator(zero, zero))  # log 4
        1.3862...
    """

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.softplus(-real).mean() + F.softplus(fake).mean()

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        return -F.softplus(fake).mean()


@dataclass(frozen=True)
class NonSaturating(AdversarialLoss):
    """As minimax, but G maximises E log s(f), whose gradient doesn't fade while D wins.

    Goodfellow et al. 2014 (arXiv 1406.2661), section 3.

    Example:
        >>> import torch
        >>> float(NonSaturating().generator(None, torch.zeros(4)))  # log 2
        0.6931...
    """

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.softplus(-real).mean() + F.softplus(fake).mean()

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        return F.softplus(-fake).mean()


@dataclass(frozen=True)
class LeastSquares(AdversarialLoss):
    """Squared distances of the scores from targets: D: (d-b)^2/2 + (f-a)^2/2, G: (f-c)^2/2.

    Mao et al. 2017 (arXiv 1611.04076), eq. 2. With b - c = 1 and b - a = 2 the generator minimises
    the Pearson chi-squared divergence of (data + generated) from twice generated (eq. 7).

    Args:
        a: the score D wants for generated items.
        b: the score D wants for real ones.
        c: the score G wants D to give to generated items.

    Example:
        >>> import torch
        >>> float(LeastSquares().discriminator(torch.ones(2), torch.ones(2)))
        0.5
    """

    a: float = 0.0
    b: float = 1.0
    c: float = 1.0

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return ((real - self.b).square().mean() + (fake - self.a).square().mean()) / 2

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        return (fake - self.c).square().mean() / 2


@dataclass(frozen=True)
class Wasserstein(AdversarialLoss):
    """The difference of mean scores: D: E f - E d, G: -E f.

    Arjovsky et al. 2017 (arXiv 1701.07875), eq. 2 and 3; an estimate of the earth mover's distance
    only while the discriminator is kept Lipschitz by clipping, a penalty or spectral norm.

    Example:
        >>> import torch
        >>> float(Wasserstein().discriminator(torch.full((2,), 3.0), torch.ones(2)))
        -2.0
    """

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake.mean() - real.mean()

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        return -fake.mean()


@dataclass(frozen=True)
class Hinge(AdversarialLoss):
    """D: max(0, 1 - d) + max(0, 1 + f), G: -E f.

    Lim and Ye 2017 (arXiv 1705.02894); Miyato et al. 2018 (arXiv 1802.05957), eq. 16 and 17.

    Example:
        >>> import torch
        >>> float(Hinge().discriminator(torch.full((2,), 2.0), torch.full((2,), -2.0)))
        0.0
    """

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        return -fake.mean()


@dataclass(frozen=True)
class RelativisticPaired(AdversarialLoss):
    """Each fake is judged against a real one: D: softplus(-(d - f)), G: softplus(-(f - d)).

    Jolicoeur-Martineau 2018 (arXiv 1807.00734), section 4.1; Huang et al. 2024 (arXiv 2501.05441),
    eq. 2. Real i is paired with fake i; comparing with the mean of the others is another loss.

    Example:
        >>> import torch
        >>> one = torch.ones(3)
        >>> float(RelativisticPaired().generator(one, one))  # log 2, wherever both scores lie
        0.6931...
    """

    relative: ClassVar[bool] = True

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.softplus(fake - real).mean()

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        if real is None:
            raise ValueError(
                "RelativisticPaired.generator needs the scores of real items, got None."
            )
        return F.softplus(real - fake).mean()
