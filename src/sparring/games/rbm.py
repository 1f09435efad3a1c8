"""The restricted Boltzmann machine, whose rival are its own chains."""

from typing import cast

import torch
from torch import Tensor, nn

from sparring.core import SGD, Batch, OptimizerSpec, Player, Terms, draw
from sparring.games.units import Units


class RBM(Units):
    """Visible units, hidden units and couplings between them; p(v) = sum_h exp(-energy) / Z.

    The gradient of -log p is that of the free energy's mean over the data less that over the
    model's own states (Hinton 2002, "Training products of experts by minimizing contrastive
    divergence"). These come from chains that go on from step to step (Tieleman 2008, "Training
    restricted Boltzmann machines using approximations to the likelihood gradient"), or begin at the
    data each time: contrastive divergence.

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
        self.at_least_one({"chains": chains, "moves": moves, "settling": settling})
        self.coupling, self.moves, self.persistent = coupling, moves, persistent
        visible = len(cast(Tensor, coupling.visible_bias))
        self.begin(shape, visible, (chains, visible), settling)
        self.players = {"model": Player([coupling], self.loss, optimizer or SGD(0.05))}
        self.turns = ["model"]

    def loss(self, batch: Batch) -> Terms:
        """The data's free energy less the chains', whose gradient is that of the surprise."""
        v = self.units(self.need("x", batch))
        with torch.no_grad():
            own = self.chains if self.persistent else v
            for _ in range(self.moves):
                own, _ = self.moved(own)
            if self.persistent:
                self.chains.copy_(own)
        return {"loss": self.free_energy(v).mean() - self.free_energy(own).mean()}

    def moved(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Visible states after a move of hidden and visible units: what is seen, and kept."""
        for layer in (self.coupling.up, self.coupling.down):
            chance = torch.sigmoid(layer(state))  # type: ignore[operator]
            state = (self._uniform(len(state), chance.shape[1]) < chance).to(chance.dtype)
        return state, state

    def _uniform(self, n: int, width: int) -> Tensor:
        def several(m: int) -> Tensor:
            return torch.rand(m, width, device=self.chains.device)

        # Chains that go on are the same in all processes; those from the data are shared out.
        return several(n) if self.persistent else draw(several, n)

    def free_energy(self, v: Tensor) -> Tensor:
        """-log of the sum over hidden states of exp(-energy), (n,)."""
        found: Tensor = self.coupling.free_energy(v)  # type: ignore[operator]
        return found

    def encode(self, x: Tensor) -> Tensor:
        """The chances of the hidden units, (n, hidden)."""
        return torch.sigmoid(self.coupling.up(self.units(x)))  # type: ignore[operator]
