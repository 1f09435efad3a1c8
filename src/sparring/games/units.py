"""Games of units that are on or off, with chains of their own and a normaliser."""

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn

from sparring.core import Batch, Encodes, Evaluates, Game, Samples, Scores, WrongUse
from sparring.losses.annealing import log_z_of
from sparring.losses.pixels import check_binary


class Units(Game, Samples, Scores, Encodes, Evaluates):
    """A Boltzmann machine: p(v) = exp(-F(v)) / Z of visible units v.

    Attributes:
        coupling: weights and biases; its `couplings()` are those of all units as two layers that
            know each other alone.
        shape: of an item of -1 and 1.
        settling: moves from noise to a sample.
        chains: states that go on from step to step.
    """

    coupling: nn.Module
    shape: tuple[int, ...]
    settling: int
    chains: Tensor

    discrete = True
    _known: Mapping[int, tuple[list[Tensor], float]] = MappingProxyType({})

    def begin(
        self, shape: tuple[int, ...], visible: int, chains: tuple[int, int], settling: int
    ) -> None:
        """Take the shape of items, and make so many chains of so many units.

        Raises:
            WrongUse: for another shape than the visible units'.
        """
        self.shape, self.settling = tuple(shape), settling
        if torch.Size(shape).numel() != visible:
            raise WrongUse(f"items of shape {self.shape} don't fit {visible} visible units.")
        self.register_buffer("chains", torch.bernoulli(torch.full(chains, 0.5)))

    def at_least_one(self, numbers: Mapping[str, int]) -> None:
        """Refuse numbers below 1.

        Raises:
            WrongUse: naming the first.
        """
        for name, value in numbers.items():
            if value < 1:
                raise WrongUse(f"{name} of {type(self).__name__} must be at least 1, got {value}.")

    @abstractmethod
    def free_energy(self, v: Tensor) -> Tensor:
        """F of visible states (n, visible), (n,)."""

    @abstractmethod
    def moved(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Visible states (n, visible), and states of chains after a move."""

    def units(self, x: Tensor) -> Tensor:
        """Items of -1 and 1 as states of the visible units, (n, visible) of 0 and 1.

        Raises:
            WrongUse: for items with levels between.
        """
        check_binary(x)
        return (x.flatten(1) + 1) / 2

    def log_z(self, temperatures: int = 1000) -> float:
        """log Z: exact where a layer is small, else annealed; see `log_z_of`."""
        parts = self.coupling.couplings()  # type: ignore[operator]
        weights = [part.detach().clone() for part in parts]
        known = self._known.get(temperatures)
        if known is None or not all(map(torch.equal, weights, known[0])):
            weight, below, above = weights
            known = weights, log_z_of(weight, below, above, temperatures)
            self._known = {**self._known, temperatures: known}
        return known[1]

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """Log-probability of items, in nats, (n,); as exact as F and log Z are."""
        return -self.free_energy(self.units(x)) - self.log_z()

    def glance(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The same with a tenth of the annealing, which would take longer than the training."""
        return -self.free_energy(self.units(x)) - self.log_z(temperatures=100)

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The log-probability."""
        return self.log_prob(x)

    def latent(self, n: int) -> Tensor:
        """Uniform numbers (n, units): where chains begin, and what draws their moves."""
        return torch.rand(n, self.chains.shape[1], device=self.chains.device)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items of -1 and 1, after `settling` moves from noise."""
        latent = self.latent(n) if latent is None else latent
        state = (latent < 0.5).to(latent.dtype)
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(latent.sum().double() * 1e6))
            for _ in range(self.settling):
                v, state = self.moved(state)
        return (2 * v - 1).view(-1, *self.shape)
