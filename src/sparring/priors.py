"""Distributions of latents and of labels: `sample(n)` and `log_prob(z)`.

Priors are modules, so that they follow a game to its device and into its checkpoint.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sparring.core import WrongUse, draw


class Prior(nn.Module, ABC):
    """A distribution that can be drawn from and whose log density is known."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("_origin", torch.zeros(()), persistent=False)

    @property
    def device(self) -> torch.device:
        """Where draws are made."""
        return self._origin.device  # type: ignore[return-value]

    def sample(self, n: int) -> Tensor:
        """n draws; several processes together draw what one would."""
        return draw(self._draw, n)

    @abstractmethod
    def _draw(self, n: int) -> Tensor: ...

    @abstractmethod
    def log_prob(self, z: Tensor) -> Tensor:
        """Log density (or mass) in nats, one an item."""


class _Flat(Prior):
    def __init__(self, dimensions: int) -> None:
        super().__init__()
        if dimensions < 1:
            raise WrongUse(
                f"dimensions of {type(self).__name__} must be at least 1, got {dimensions}."
            )
        self.dimensions = dimensions

    def extra_repr(self) -> str:
        return str(self.dimensions)


class Normal(_Flat):
    """Independent standard normal numbers, of shape (n, dimensions).

    Example:
        >>> Normal(3).sample(5).shape
        torch.Size([5, 3])
        >>> float(Normal(1).log_prob(torch.zeros(1, 1)))
        -0.9189...
    """

    def _draw(self, n: int) -> Tensor:
        return torch.randn(n, self.dimensions, device=self.device)

    def log_prob(self, z: Tensor) -> Tensor:
        return -(z.square().sum(1) + self.dimensions * math.log(2 * math.pi)) / 2

    def truncated(self, threshold: float) -> "TruncatedNormal":
        """The same numbers, those beyond +-threshold drawn again."""
        return TruncatedNormal(self.dimensions, threshold)


class TruncatedNormal(Normal):
    """Independent standard normal numbers, drawn again while beyond +-threshold.

    Brock et al. 2019 (arXiv 1809.11096), section 3.1. The numbers come from the inverse of the
    distribution that drawing again has, in one draw however low the threshold is.

    Args:
        dimensions: length of z.
        threshold: above 0.

    Raises:
        WrongUse: for another threshold.

    Example:
        >>> float(TruncatedNormal(2, 0.5).sample(1000).abs().max()) <= 0.5
        True
    """

    def __init__(self, dimensions: int, threshold: float) -> None:
        super().__init__(dimensions)
        if not threshold > 0:
            raise WrongUse(f"threshold of a truncated normal must be above 0, got {threshold}.")
        self.threshold = float(threshold)

    def extra_repr(self) -> str:
        return f"{self.dimensions}, threshold={self.threshold:g}"

    def _draw(self, n: int) -> Tensor:
        inside = math.erf(self.threshold / math.sqrt(2))
        uniform = torch.rand(n, self.dimensions, device=self.device) * 2 - 1
        z = torch.erfinv(uniform * inside) * math.sqrt(2)
        return z.clamp(-self.threshold, self.threshold)  # rounding may leave it

    def log_prob(self, z: Tensor) -> Tensor:
        volume = self.dimensions * math.log(math.erf(self.threshold / math.sqrt(2)))
        inside = (z.abs() <= self.threshold).all(1)
        return torch.where(inside, super().log_prob(z) - volume, -torch.inf)


class Uniform(_Flat):
    """Independent uniform numbers in [-1, 1), of shape (n, dimensions).

    Example:
        >>> float(Uniform(2).log_prob(torch.zeros(1, 2)))  # -2 log 2
        -1.3862...
    """

    def _draw(self, n: int) -> Tensor:
        return torch.rand(n, self.dimensions, device=self.device) * 2 - 1

    def log_prob(self, z: Tensor) -> Tensor:
        inside = (z.abs() <= 1).all(1)
        value = -self.dimensions * math.log(2)
        return torch.where(inside, torch.full_like(z[:, 0], value), -torch.inf)


class Codes(Prior):
    """Noise, and after it codes: one-hot choices and uniform numbers, of shape (n, dimensions).

    Chen et al. 2016 (arXiv 1606.03657), section 4 and appendix C: what a generator may give a
    meaning to, beside the noise that has none.

    Args:
        noise: how many standard normal numbers, at least 0.
        categories: of each categorical code, among how many values it chooses, at least 2; each
            comes as often as the others.
        continuous: how many codes are uniform in [-1, 1).

    Attributes:
        dimensions: numbers in a latent, altogether.

    Raises:
        WrongUse: for fewer, or no code at all.

    Example:
        >>> codes = Codes(2, categories=(3,), continuous=1)
        >>> z = codes.sample(5)
        >>> z.shape, codes.coded(z)[:, :3].sum(1).tolist()
        (torch.Size([5, 6]), [1.0, 1.0, 1.0, 1.0, 1.0])
    """

    def __init__(self, noise: int, categories: Sequence[int] = (10,), continuous: int = 2) -> None:
        super().__init__()
        self.noise, self.categories, self.continuous = noise, tuple(categories), continuous
        if noise < 0 or continuous < 0 or not (self.categories or continuous):
            raise WrongUse(
                f"Codes must have at least 0 numbers of noise and one code, got noise={noise}, "
                f"categories={self.categories} and continuous={continuous}."
            )
        if any(values < 2 for values in self.categories):
            raise WrongUse(
                f"categories of Codes must choose among at least 2 values each, got "
                f"{self.categories}."
            )
        self.dimensions = noise + sum(self.categories) + continuous

    def coded(self, z: Tensor) -> Tensor:
        """The codes in latents (n, dimensions): one-hot choices, then numbers."""
        return z[:, self.noise :]

    def _draw(self, n: int) -> Tensor:
        parts = [torch.randn(n, self.noise, device=self.device)]
        for values in self.categories:
            chosen = torch.randint(values, (n,), device=self.device)
            parts.append(nn.functional.one_hot(chosen, values).to(parts[0].dtype))
        parts.append(torch.rand(n, self.continuous, device=self.device) * 2 - 1)
        return torch.cat(parts, 1)

    def log_prob(self, z: Tensor) -> Tensor:
        """Log density of the noise and the numbers, and log mass of the choices, in nats."""
        noise, codes = z[:, : self.noise], self.coded(z)
        chosen, numbers = codes.split([sum(self.categories), self.continuous], 1)
        flat = -self.continuous * math.log(2) - sum(map(math.log, self.categories))
        bell = -(noise.square().sum(1) + self.noise * math.log(2 * math.pi)) / 2
        possible = (numbers.abs() <= 1).all(1)
        for block in chosen.split(self.categories, 1) if self.categories else ():
            possible &= (block.max(1).values == 1) & (block.abs().sum(1) == 1)
        return torch.where(possible, bell + flat, -torch.inf)

    def extra_repr(self) -> str:
        return f"{self.noise}, categories={self.categories}, continuous={self.continuous}"


class Field(Prior):
    """Windows of a field of independent standard normal cells, (n, dimensions, side, side).

    Args:
        dimensions: numbers in a cell, at least 1.
        side: cells along a window, at least 1.

    Example:
        >>> Field(2, 3).sample(5).shape
        torch.Size([5, 2, 3, 3])
    """

    def __init__(self, dimensions: int, side: int) -> None:
        super().__init__()
        for name, value in (("dimensions", dimensions), ("side", side)):
            if value < 1:
                raise WrongUse(f"{name} of Field must be at least 1, got {value}.")
        self.dimensions, self.side = dimensions, side

    def _draw(self, n: int) -> Tensor:
        return torch.randn(n, self.dimensions, self.side, self.side, device=self.device)

    def log_prob(self, z: Tensor) -> Tensor:
        squares, numbers = z.flatten(1).square().sum(1), z[0].numel()
        return -(squares + numbers * math.log(2 * math.pi)) / 2


class Mixture(Prior):
    """Equally likely normal clusters, of shape (n, dimensions).

    Args:
        centres: of shape (clusters, dimensions).
        deviation: of every cluster in every direction, above 0.

    Example:
        >>> mixture = Mixture(torch.tensor([[-4.0], [4.0]]), 0.1)
        >>> mixture.sample(6).abs().round().flatten().tolist()
        [4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    """

    centres: Tensor

    def __init__(self, centres: Tensor, deviation: float) -> None:
        super().__init__()
        if deviation <= 0:
            raise WrongUse(f"deviation of Mixture must be above 0, got {deviation}.")
        self.register_buffer("centres", centres.float())
        self.deviation = deviation

    def _draw(self, n: int) -> Tensor:
        cluster = torch.randint(len(self.centres), (n,), device=self.device)
        noise = torch.randn(n, self.centres.shape[1], device=self.device)
        return self.centres[cluster] + self.deviation * noise

    def log_prob(self, z: Tensor) -> Tensor:
        squares = (z[:, None] - self.centres).square().sum(2) / self.deviation**2  # (n, clusters)
        volume = self.centres.shape[1] * math.log(2 * math.pi * self.deviation**2)
        return torch.logsumexp(-(squares + volume) / 2, 1) - math.log(len(self.centres))


class Categorical(Prior):
    """Labels 0, 1, ... with given frequencies, of shape (n,).

    Args:
        weights: how often each label comes, at least 0, with a sum above 0; scaled to sum to 1.

    Raises:
        WrongUse: for negative weights, or none above 0.

    Example:
        >>> Categorical([1, 3]).log_prob(torch.tensor([1])).exp()
        tensor([0.7500])
    """

    weights: Tensor

    def __init__(self, weights: Sequence[float]) -> None:
        super().__init__()
        values = torch.as_tensor(weights, dtype=torch.float32)
        if values.numel() == 0 or bool((values < 0).any()) or float(values.sum()) <= 0:
            raise WrongUse(
                f"weights of Categorical must be at least 0 with a sum above 0, got {weights}."
            )
        self.register_buffer("weights", values / values.sum())

    @property
    def classes(self) -> int:
        """How many labels there are."""
        return len(self.weights)

    def _draw(self, n: int) -> Tensor:
        return torch.multinomial(self.weights, n, replacement=True)

    def log_prob(self, z: Tensor) -> Tensor:
        return self.weights.log()[z]
