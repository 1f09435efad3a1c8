"""The restricted Boltzmann machine, whose rival are its own chains."""

from typing import cast

import torch
from torch import Tensor, nn

from sparring.core import (
    SGD,
    Batch,
    Encodes,
    Evaluates,
    Game,
    OptimizerSpec,
    Player,
    Samples,
    Scores,
    Terms,
    WrongUse,
    draw,
)
from sparring.losses.annealing import log_z_of
from sparring.losses.pixels import check_binary


class RBM(Game, Samples, Scores, Encodes, Evaluates):
    """Visible units, hidden units and couplings between them; p(v) = sum_h exp(-energy) / Z.

    The gradient of -log p is that of the free energy's mean over the data less that over the
    model's own states (Hinton 2002, "Training products of experts by minimizing contrastive
    divergence", eq. 4). These come from chains that go on from step to step (Tieleman 2008,
    "Training restricted Boltzmann machines using approximations to the likelihood gradient"), or
    begin at the data each time: contrastive divergence.

    Args:
        coupling: W and the biases, such as `networks.Coupling`.
        shape: of an item of -1 and 1; as many numbers as there are visible units.
        chains: how many go on.
        moves: of each chain a step, at least 1: all hidden units, then all visible ones.
        persistent: whether chains go on; else they begin at the data.
        settling: moves from noise to a sample.
        optimizer: SGD(.05) by default.

    Raises:
        WrongUse: for numbers out of range, or another shape than the units'.

    Example:
        >>> from sparring.networks.boltzmann import Coupling
        >>> game = RBM(Coupling(16, 8), (1, 4, 4), settling=5)
        >>> x = game.sample(3)
        >>> x.shape, game.encode(x).shape, game.log_prob(x).shape
        (torch.Size([3, 1, 4, 4]), torch.Size([3, 8]), torch.Size([3]))
    """

    chains: Tensor

    def __init__(
        self,
        coupling: nn.Module,
        shape: tuple[int, ...],
        *,
        chains: int = 100,
        moves: int = 1,
        persistent: bool = True,
        settling: int = 500,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        for name, value in (("chains", chains), ("moves", moves), ("settling", settling)):
            if value < 1:
                raise WrongUse(f"{name} of RBM must be at least 1, got {value}.")
        self.coupling, self.shape = coupling, tuple(shape)
        self.moves, self.persistent, self.settling = moves, persistent, settling
        visible = len(cast(Tensor, coupling.visible_bias))
        if torch.Size(shape).numel() != visible:
            raise WrongUse(f"items of shape {self.shape} don't fit {visible} visible units.")
        self.register_buffer("chains", torch.bernoulli(torch.full((chains, visible), 0.5)))
        self.players = {"model": Player([coupling], self.loss, optimizer or SGD(0.05))}
        self.turns = ["model"]
        self._known: tuple[dict[str, Tensor], float] | None = None

    def loss(self, batch: Batch) -> Terms:
        """The data's free energy less the chains', whose gradient is that of the surprise."""
        v = self.units(self.need("x", batch))
        with torch.no_grad():
            own = self.chains if self.persistent else v
            for _ in range(self.moves):
                own = self._moved(own)
            if self.persistent:
                self.chains.copy_(own)
        return {"loss": self.free_energy(v).mean() - self.free_energy(own).mean()}

    def _moved(self, v: Tensor) -> Tensor:
        """Visible states after a move of hidden and visible units."""
        for layer in (self.coupling.up, self.coupling.down):
            chance = torch.sigmoid(layer(v))  # type: ignore[operator]
            uniform = self._uniform(len(v), chance.shape[1])
            v = (uniform < chance).to(chance.dtype)
        return v

    def _uniform(self, n: int, width: int) -> Tensor:
        def several(m: int) -> Tensor:
            return torch.rand(m, width, device=self.chains.device)

        # Chains that go on are the same in all processes; those from the data are shared out.
        return several(n) if self.persistent else draw(several, n)

    def units(self, x: Tensor) -> Tensor:
        """Items of -1 and 1 as states of the visible units, (n, visible) of 0 and 1."""
        check_binary(x)
        return (x.flatten(1) + 1) / 2

    def free_energy(self, v: Tensor) -> Tensor:
        """-log of the sum over hidden states of exp(-energy), (n,)."""
        found: Tensor = self.coupling.free_energy(v)  # type: ignore[operator]
        return found

    def log_z(self) -> float:
        """The logarithm of Z: exact where a layer is small, else annealed; see `log_z_of`."""
        weights = {name: p.detach() for name, p in self.coupling.named_parameters()}
        known = self._known
        if known is None or not all(torch.equal(p, known[0][n]) for n, p in weights.items()):
            couplings = weights["weight"], weights["visible_bias"], weights["hidden_bias"]
            found = log_z_of(*couplings)
            known = self._known = {n: p.clone() for n, p in weights.items()}, found
        return known[1]

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """Log-probability of items, in nats, (n,); as exact as `log_z` is."""
        return -self.free_energy(self.units(x)) - self.log_z()

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The log-probability."""
        return self.log_prob(x)

    def encode(self, x: Tensor) -> Tensor:
        """The chances of the hidden units, (n, hidden)."""
        return torch.sigmoid(self.coupling.up(self.units(x)))  # type: ignore[operator]

    def latent(self, n: int) -> Tensor:
        """Uniform numbers (n, visible): where chains begin, and what draws their moves."""
        return torch.rand(n, self.chains.shape[1], device=self.chains.device)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items of -1 and 1, after `settling` moves from noise."""
        latent = self.latent(n) if latent is None else latent
        v = (latent < 0.5).to(latent.dtype)
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(latent.sum().double() * 1e6))
            for _ in range(self.settling):
                v = self._moved(v)
        return (2 * v - 1).view(-1, *self.shape)
