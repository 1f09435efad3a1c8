"""The deep Boltzmann machine: mean fields of the data against chains of its own."""

import torch
from torch import Tensor, nn

from sparring.core import SGD, Batch, OptimizerSpec, Player, Terms
from sparring.games.units import Units


class DBM(Units):
    """Visible units and two layers of hidden ones, trained together.

    Salakhutdinov and Hinton 2009 ("Deep Boltzmann machines", section 2 and 3): with the data the
    hidden units take their mean field; without, all units follow chains that go on from step to
    step; the free energy's bound is lowered at the first, the energy raised at the second. Differs
    from the paper: no layer is trained before the others, and slopes go through the mean field as
    well, where they vanish once it has settled.

    Args:
        coupling: weights and biases, such as `networks.DeepCoupling`.
        shape: of an item of -1 and 1; as many numbers as there are visible units.
        chains: how many go on.
        moves: of each chain a step, at least 1.
        rounds: of the mean field.
        settling: moves from noise to a sample.
        optimizer: SGD(.05) by default.

    Raises:
        WrongUse: for numbers out of range, or another shape than the units'.

    Example:
        >>> from sparring.networks.boltzmann import DeepCoupling
        >>> game = DBM(DeepCoupling(16, 8, 4), (1, 4, 4), settling=5)
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
        moves: int = 5,
        rounds: int = 10,
        settling: int = 500,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        self.at_least_one(
            {"chains": chains, "moves": moves, "rounds": rounds, "settling": settling}
        )
        self.coupling, self.moves, self.rounds = coupling, moves, rounds
        visible, hidden = coupling.lower.shape  # type: ignore[union-attr, misc]
        # Given the units between, all others follow.
        self.begin(shape, visible, (chains, hidden), settling)
        self.players = {"model": Player([coupling], self.loss, optimizer or SGD(0.05))}
        self.turns = ["model"]

    def loss(self, batch: Batch) -> Terms:
        """The bound of the data's free energy, less the energy of the chains."""
        v = self.units(self.need("x", batch))
        with torch.no_grad():
            state = self.chains
            for _ in range(self.moves):
                outer, state = self._moved(state)
            self.chains.copy_(state)
        own: Tensor = self.coupling.energy(outer[0], state, outer[1])  # type: ignore[operator]
        return {"loss": self.free_energy(v).mean() - own.mean()}

    def _moved(self, h: Tensor) -> tuple[tuple[Tensor, Tensor], Tensor]:
        """Outer states drawn given those between, and these drawn anew."""
        v, g = (drawn(logits) for logits in self.coupling.outer(h))  # type: ignore[operator]
        return (v, g), drawn(self.coupling.inner(v, g))  # type: ignore[operator]

    def moved(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Visible states, and those of the units between after a move of all."""
        (v, _), state = self._moved(state)
        return v, state

    def free_energy(self, v: Tensor) -> Tensor:
        """An upper bound of -log of the sum over hidden states of exp(-energy), (n,).

        The mean field's energy less its entropy.
        """
        h, g = self.coupling.mean_field(v, self.rounds)  # type: ignore[operator]
        energy: Tensor = self.coupling.energy(v, h, g)  # type: ignore[operator]
        return energy - entropy(h) - entropy(g)

    def encode(self, x: Tensor) -> Tensor:
        """The mean field of the first hidden layer, (n, hidden)."""
        h: Tensor = self.coupling.mean_field(self.units(x), self.rounds)[0]  # type: ignore[operator]
        return h


def drawn(logits: Tensor) -> Tensor:
    """Units on, 1, or off, 0, with these logits; the same in all processes."""
    return (torch.rand_like(logits) < torch.sigmoid(logits)).to(logits.dtype)


def entropy(chances: Tensor) -> Tensor:
    """Of independent units with these chances, in nats, (n,).

    Example:
        >>> entropy(torch.tensor([[0.5, 0.5]]))  # 2 log 2
        tensor([1.3863])
    """
    p = chances.clamp(1e-7, 1 - 1e-7)  # at 0 and 1 there would be no slope
    return -(p * p.log() + (1 - p) * (1 - p).log()).sum(1)
