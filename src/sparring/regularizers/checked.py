"""What can only be checked: a network learns to tell, and the generator follows its slope."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import Adam, OptimizerSpec, Terms, WrongUse
from sparring.regularizers.hint import Generation, LearningHint
from sparring.regularizers.hints import check_weight


class Checked(LearningHint):
    """A constraint that says yes or no, made into one that has a slope.

    A network V learns beside the game which items pass the check, by cross-entropy on generated and
    real items; the generator's term is weight E softplus(-V(x)). V is a player of its own.

    Args:
        check: from items (n, ...) in model space, pictures in [-1, 1], to (n,) booleans.
        network: V, from items to (n,) logits; any discriminator will do.
        weight: at least 0.
        name: of the term and the player.
        optimizer: how V steps; Adam(2e-4, (0, .99)) by default.

    Raises:
        WrongUse: for a negative weight; in the training, for answers that aren't one boolean an
            item.

    Example:
        >>> bright = Checked(lambda x: x.flatten(1).mean(1) > 0, nn.Flatten(0))
        >>> bright.asked(torch.tensor([[0.5], [-0.5]]))
        tensor([1., 0.])
    """

    def __init__(
        self,
        check: Callable[[Tensor], Any],
        network: nn.Module,
        weight: float = 1.0,
        name: str = "valid",
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        check_weight(self, weight)
        self.check, self.network, self.weight, self.name = check, network, weight, name
        self.optimizer = optimizer or Adam()

    def forward(self, generation: Generation) -> Terms:
        return {self.name: self.weight * F.softplus(-self.network(generation.x)).mean()}

    def learn(self, real: Tensor, fake: Tensor) -> Terms:
        """V's loss: the cross-entropy of what passes, among real and generated items."""
        x = torch.cat([real, fake])
        return {"loss": F.binary_cross_entropy_with_logits(self.network(x), self.asked(x))}

    def asked(self, x: Tensor) -> Tensor:
        """(n,) 1 for items that pass the check, 0 for others."""
        passed = torch.as_tensor(self.check(x.detach()), device=x.device)
        if passed.dtype != torch.bool or passed.shape != (len(x),):
            raise WrongUse(
                f"the check {self.name!r} must return one boolean an item, shape ({len(x)},), got "
                f"{passed.dtype} of shape {tuple(passed.shape)}."
            )
        return passed.float()
